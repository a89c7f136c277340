"""OpenTimestamps proofs: promised, kept by a block, and refused when they are anything else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ConfigError, ParseError
from evidence.ledger import Checkpoint
from evidence.seal import Signer
from evidence.seal.anchor import Anchors
from evidence.seal.http import Unanchored
from evidence.seal.ots import Calendar, calendar, submit
from evidence.seal.otsfile import (
    APPEND,
    BITCOIN,
    MAGIC,
    PENDING,
    PREPEND,
    SHA256,
    block_time,
    make_proof,
    parse_proof,
    varbytes,
)
from evidence.store.memory import MemoryArchive

MINED = 1_795_100_000


class LocalCalendar:
    """A calendar whose block comes when it is told to."""

    def __init__(self) -> None:
        self.mined, self.lie, self.url = False, "", ""
        self.commitments: list[bytes] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if self.lie == "garbage":
            return 200, b"\x42 not a proof"
        if method == "POST" and path == "/digest":
            self.commitments.append(body)
            return 200, b"\x00" + PENDING + varbytes(varbytes(self.url.encode()))
        message = bytes.fromhex(path.rpartition("/")[2])
        if not self.mined or message not in self.commitments:
            return 404, b"Pending confirmation"
        return 200, self.way()

    def way(self) -> bytes:
        """Operations from a commitment to a block: two siblings, then the coin's double hash."""
        siblings = bytes([PREPEND]) + varbytes(b"l" * 32) + bytes([SHA256, APPEND]) + varbytes(b"r")
        spelled = bytes([840_000 & 0x7F | 0x80, 840_000 >> 7 & 0x7F | 0x80, 840_000 >> 14])
        return siblings + bytes([SHA256, SHA256, 0]) + BITCOIN + varbytes(spelled)

    def header(self, commitment: bytes) -> bytes:
        """A made-up block header over a commitment's way."""
        node = hashlib.sha256(b"l" * 32 + commitment).digest() + b"r"
        root = hashlib.sha256(hashlib.sha256(node).digest()).digest()
        return b"\1" * 36 + root + MINED.to_bytes(4, "little") + b"\2" * 8


@contextmanager
def serving_calendar() -> Iterator[LocalCalendar]:
    made = LocalCalendar()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self, body: bytes) -> None:
            status, data = made.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def head_of(archive: MemoryArchive, folder: Path) -> Checkpoint:
    signer = Signer(archive, folder / "keys", "log.test/1")
    signer.found(datetime.now(UTC), "jejak test")
    head = signer.seal(datetime.now(UTC))
    assert head is not None
    return head


def test_a_promise_is_pending_and_the_block_anchors_the_head_it_began_with(tmp_path: Path) -> None:
    archive = MemoryArchive()
    head = head_of(archive, tmp_path)
    with serving_calendar() as local:
        asked = [calendar(Calendar(local.url), archive)]
        anchors = Anchors(archive, tmp_path / "keys", asked, lambda: datetime.now(UTC))
        (promised,) = anchors.run(head, at_once=True)
        (still,) = anchors.run(head, at_once=True)
        local.mined = True
        (kept,) = anchors.run(head, at_once=True)
        header = local.header(local.commitments[0])

    row = next(archive.rows("anchors", {"status": "anchored"}))
    token = archive.open_object(row["id"], "token")
    assert token is not None
    digest, (end,) = parse_proof(token.data)
    assert (promised.reason, still.reason, kept.reason) == ("CALENDAR", "CALENDAR", None)
    assert row["note_sha256"] == head.fingerprint() == digest.hex()
    assert len(local.commitments) == 1
    assert (end.tag, end.height()) == (BITCOIN, 840_000)
    assert block_time(header, end.message) == MINED


def test_the_calendar_never_sees_the_digest(tmp_path: Path) -> None:
    with serving_calendar() as local:
        data = submit(Calendar(local.url), b"note")

        assert local.commitments != [hashlib.sha256(b"note").digest()]
    assert parse_proof(data)[0] == hashlib.sha256(b"note").digest()


def test_an_answer_that_is_no_proof_is_pending_with_its_reason(tmp_path: Path) -> None:
    archive = MemoryArchive()
    head = head_of(archive, tmp_path)
    with serving_calendar() as local:
        local.lie = "garbage"
        asked = [calendar(Calendar(local.url), archive)]
        (standing,) = Anchors(archive, tmp_path / "keys", asked, lambda: datetime.now(UTC)).run(
            head
        )

    assert standing.reason == "NOT_A_TOKEN"


def test_a_header_of_another_block_gives_no_time() -> None:
    local = LocalCalendar()
    header = local.header(b"c" * 32)

    assert block_time(header, header[36:68]) == MINED
    assert block_time(header, b"x" * 32) is None
    assert block_time(header[:-1], header[36:68]) is None


def proof() -> bytes:
    return make_proof(hashlib.sha256(b"x").digest(), LocalCalendar().way())


@settings(max_examples=200, deadline=timedelta(seconds=2))
@given(st.data())
def test_a_flipped_or_cut_proof_never_leads_to_the_same_root(data: st.DataObject) -> None:
    whole = proof()
    _digest, (end,) = parse_proof(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[place] ^= data.draw(st.integers(1, 255))
    for bad in (bytes(flipped), whole[:place], whole + b"\0"):
        try:
            digest, ends = parse_proof(bad)
        except ParseError:
            continue
        same = [
            e for e in ends if (e.tag, e.message, e.payload) == (end.tag, end.message, end.payload)
        ]
        assert not same or digest != hashlib.sha256(b"x").digest()


def test_the_reference_library_reads_our_proof_alike() -> None:
    core = pytest.importorskip(
        "opentimestamps.core.timestamp", reason="remedy: pip install opentimestamps"
    )
    from opentimestamps.core.serialize import BytesDeserializationContext

    file = core.DetachedTimestampFile.deserialize(BytesDeserializationContext(proof()))

    ((message, attestation),) = file.timestamp.all_attestations()
    assert (message, attestation.height) == (parse_proof(proof())[1][0].message, 840_000)
    assert proof().startswith(MAGIC)


@pytest.mark.parametrize("url", ["ftp://a.example", "a.example", "https://a.example/", ""])
def test_a_calendar_that_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is not an http or https address"):
        Calendar(url)


@pytest.mark.parametrize("status", [202, 404, 500])
def test_a_promise_is_one_only_when_the_calendar_says_so(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with serving_calendar() as local:
        answer = local.answer
        monkeypatch.setattr(local, "answer", lambda *asked: (status, answer(*asked)[1]))

        with pytest.raises(Unanchored) as caught:
            submit(Calendar(local.url), b"note")

    assert caught.value.code == f"HTTP_{status}"
