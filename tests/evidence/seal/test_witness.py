"""Witnesses sign growth only; a fork shown to either of two is refused by the other."""

from __future__ import annotations

import base64
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ConfigError, ParseError
from evidence.ledger import (
    Checkpoint,
    NoteSignature,
    Tree,
    checkpoint_text,
    consistency_proof,
    leaf_hash,
    make_note,
    parse_checkpoint,
    parse_note,
    verifier_key,
)
from evidence.seal.cosign import (
    cosigned_at,
    cosigned_message,
    parse_cosignatures,
    parse_witness_key,
    witness_key,
)
from evidence.seal.http import Unanchored
from evidence.seal.key import check_ed25519
from evidence.seal.serve import witness_server
from evidence.seal.witness import Prove, Witness, request_cosignature
from evidence.seal.witnessing import Reply, WitnessDesk

ORIGIN = "bawaslu.test/jejak"
NOW_S = 1_795_000_000
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key(ORIGIN, SECRET.public_key().public_bytes_raw())


def tree(size: int, fork: str = "") -> Tree:
    return Tree(leaf_hash(f"{n}{fork if n > 2 else ''}".encode()) for n in range(size))


def head(size: int, fork: str = "", origin: str = ORIGIN) -> Checkpoint:
    text = checkpoint_text(origin, size, tree(size, fork).root())
    signed = NoteSignature(origin, verifier_key(origin, KEY.public).id, SECRET.sign(text.encode()))
    return parse_checkpoint(make_note(text, [signed]))


def body(
    old: int, new: Checkpoint, proof: tuple[bytes, ...] | None = None, fork: str = ""
) -> bytes:
    if proof is None:
        proof = consistency_proof(tree(new.size, fork), old, new.size) if old else ()
    lines = "".join(base64.b64encode(h).decode() + "\n" for h in proof)
    return f"old {old}\n{lines}\n".encode() + new.note


def prove(fork: str = "") -> Prove:
    return lambda old, new: consistency_proof(tree(new, fork), old, new)


@pytest.fixture
def desk(tmp_path: Path) -> WitnessDesk:
    return WitnessDesk(tmp_path / "saksi", "saksi.test/1", {ORIGIN: (KEY,)})


def holds(desk: WitnessDesk, reply: Reply, signed: Checkpoint) -> bool:
    (signature,) = parse_cosignatures(reply.body)
    at_s, raw = cosigned_at(signature)
    message = cosigned_message(parse_note(signed.note).text, at_s)
    return at_s == NOW_S and check_ed25519(desk.key.public, raw, message)


def test_growth_is_cosigned(desk: WitnessDesk) -> None:
    first = desk.add_checkpoint(body(0, head(3)), NOW_S)
    second = desk.add_checkpoint(body(3, head(7)), NOW_S)

    assert (first.status, second.status) == (200, 200)
    assert holds(desk, first, head(3))
    assert holds(desk, second, head(7))


def test_the_same_head_is_cosigned_again(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(5)), NOW_S)

    assert desk.add_checkpoint(body(5, head(5)), NOW_S).status == 200


def test_a_wrong_old_size_is_told_the_right_one(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(5)), NOW_S)

    reply = desk.add_checkpoint(body(3, head(7)), NOW_S)

    assert (reply.status, reply.body, reply.media) == (409, b"5\n", "text/x.tlog.size")


def test_a_smaller_tree_is_never_signed(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(7)), NOW_S)

    assert desk.add_checkpoint(body(0, head(5)), NOW_S).status == 409
    assert desk.add_checkpoint(body(5, head(5)), NOW_S).status == 409
    assert desk.add_checkpoint(body(7, head(5), ()), NOW_S).status == 400


def test_another_tree_of_the_same_size_is_a_conflict(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(7)), NOW_S)

    assert desk.add_checkpoint(body(7, head(7, "x"), ()), NOW_S).status == 409


def test_a_fork_does_not_prove_consistent(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(7)), NOW_S)

    assert desk.add_checkpoint(body(7, head(9, "x"), fork="x"), NOW_S).status == 422


def test_another_log_and_another_key_are_refused(desk: WitnessDesk, tmp_path: Path) -> None:
    stranger = WitnessDesk(tmp_path / "s2", "s2", {ORIGIN: (verifier_key(ORIGIN, bytes(32)),)})

    assert desk.add_checkpoint(body(0, head(3, origin="other.test/log")), NOW_S).status == 404
    assert stranger.add_checkpoint(body(0, head(3)), NOW_S).status == 403


@pytest.mark.parametrize(
    "bad",
    [b"", b"old\n\n", b"old -1\n\n", b"old 01\n\n", b"new 0\n\n", b"old 0\nAAAA\n\n",
     b"old 0\n\nnot a note", b"old 0\n\xff\n\n", b"old 0\n" + b"x" * 70_000],
)  # fmt: skip
def test_a_malformed_request_is_a_400(desk: WitnessDesk, bad: bytes) -> None:
    assert desk.add_checkpoint(bad, NOW_S).status == 400


def test_the_head_is_kept_before_it_is_signed(tmp_path: Path) -> None:
    """A crash at signing loses a signature, never the memory."""

    class Dying(WitnessDesk):
        def _cosign(self, head: Checkpoint, now_s: int) -> bytes:
            raise SystemExit

    dying = Dying(tmp_path / "s", "saksi.test/1", {ORIGIN: (KEY,)})
    with pytest.raises(SystemExit):
        dying.add_checkpoint(body(0, head(7)), NOW_S)

    again = WitnessDesk(tmp_path / "s", "saksi.test/1", {ORIGIN: (KEY,)})
    assert again.add_checkpoint(body(0, head(5)), NOW_S).body == b"7\n"


@pytest.mark.parametrize("lost", ["removed", "emptied"])
def test_a_witness_whose_memory_is_gone_signs_nothing_with_its_key(
    desk: WitnessDesk, tmp_path: Path, lost: str
) -> None:
    """It would sign a smaller tree, or another history: it cannot know what it signed before."""
    desk.add_checkpoint(body(0, head(7)), NOW_S)
    memory = tmp_path / "saksi" / "heads.sqlite"
    memory.unlink() if lost == "removed" else memory.write_bytes(b"")

    with pytest.raises(ConfigError, match=r"heads\.sqlite"):
        WitnessDesk(tmp_path / "saksi", "saksi.test/1", {ORIGIN: (KEY,)})


def test_a_disk_that_keeps_nothing_gets_nothing_signed(
    desk: WitnessDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with listening(desk) as witness, monkeypatch.context() as patched:
        patched.setattr("evidence.seal.witnessing.sqlite3.connect", full)
        with pytest.raises(Unanchored, match="HTTP_503"):
            request_cosignature(witness, head(3), prove())

    assert desk.add_checkpoint(body(0, head(3)), NOW_S).status == 200


def test_a_refused_head_leaves_the_memory_as_it_was(desk: WitnessDesk, tmp_path: Path) -> None:
    desk.add_checkpoint(body(0, head(7)), NOW_S)
    desk.add_checkpoint(body(7, head(9, "x"), fork="x"), NOW_S)

    memory = sqlite3.connect(tmp_path / "saksi/heads.sqlite")
    assert memory.execute("SELECT size, root FROM heads").fetchall() == [(7, head(7).root)]


def test_rivals_with_the_same_old_size_cannot_both_be_signed(desk: WitnessDesk) -> None:
    desk.add_checkpoint(body(0, head(3)), NOW_S)
    replies: list[int] = []
    asked = [body(3, head(8, fork), fork=fork) for fork in ("", "x") * 4]
    threads = [
        threading.Thread(target=lambda b=b: replies.append(desk.add_checkpoint(b, NOW_S).status))
        for b in asked
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(replies) == [200] + [409] * 7


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_whatever_is_asked_the_signed_sizes_never_shrink(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    desk = WitnessDesk(tmp_path_factory.mktemp("s") / "s", "s", {ORIGIN: (KEY,)})
    signed = [0]
    for size in sizes:
        old = signed[-1] if signed[-1] <= size else 0
        if desk.add_checkpoint(body(old, head(size)), NOW_S).status == 200:
            signed.append(size)

    assert signed == sorted(signed)


@contextmanager
def listening(desk: WitnessDesk) -> Iterator[Witness]:
    server = witness_server(desk, "127.0.0.1", 0, lambda: datetime.now(UTC), lambda *_a: None)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Witness(f"http://127.0.0.1:{server.server_address[1]}", str(desk.key))
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_the_client_follows_growth_over_http(desk: WitnessDesk) -> None:
    with listening(desk) as witness:
        for size in (2, 3, 8, 8, 20):
            line, at_s = request_cosignature(witness, head(size), prove())

            (signature,) = parse_cosignatures(line)
            message = cosigned_message(parse_note(head(size).note).text, at_s)
            assert check_ed25519(desk.key.public, cosigned_at(signature)[1], message)


def test_a_fork_shown_to_one_of_two_witnesses_is_signed_by_one_only(tmp_path: Path) -> None:
    """Whoever has the log's key shows one history to A and another to B: neither signs both."""
    desks = [WitnessDesk(tmp_path / n, f"saksi.test/{n}", {ORIGIN: (KEY,)}) for n in "ab"]
    with listening(desks[0]) as a, listening(desks[1]) as b:
        for witness in (a, b):
            request_cosignature(witness, head(5), prove())
        request_cosignature(a, head(9), prove())
        refused = []
        for witness, fork in ((a, "x"), (b, "x"), (a, "")):
            try:
                request_cosignature(witness, head(9, fork), prove(fork))
            except Unanchored as error:
                refused.append((witness is a, fork, error.code))

    # Five leaves hold the fork's first changed leaf, so B refuses it as well.
    assert refused == [(True, "x", "FORK"), (False, "x", "FORK")]


def test_a_shrunk_log_is_a_fork_to_its_witness(desk: WitnessDesk) -> None:
    with listening(desk) as witness:
        request_cosignature(witness, head(9), prove())

        with pytest.raises(Unanchored) as caught:
            request_cosignature(witness, head(5), prove())

    assert caught.value.code == "FORK"


def test_an_answer_by_another_key_is_no_cosignature(desk: WitnessDesk, tmp_path: Path) -> None:
    other = WitnessDesk(tmp_path / "other", "saksi.test/1", {ORIGIN: (KEY,)})
    with listening(desk) as witness, pytest.raises(Unanchored) as caught:
        request_cosignature(Witness(witness.url, str(other.key)), head(3), prove())

    assert caught.value.code == "SIGNER"


def test_a_witness_key_round_trips_and_nothing_else_is_one() -> None:
    text = str(witness_key("saksi.test/1", bytes(32)))

    assert str(parse_witness_key(text)) == text
    other_type = base64.b64encode(b"\5" + bytes(32)).decode()
    for bad in (text[:-4], text.replace("+", "-"), str(KEY), text.replace("saksi", "lain"),
                f"{text.rpartition('+')[0]}+{other_type}", text.replace("saksi", "sak si")):  # fmt: skip
        with pytest.raises(ParseError):
            parse_witness_key(bad)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\x00b"])
def test_a_witness_whose_name_could_be_read_in_two_ways_is_refused(name: str) -> None:
    with pytest.raises(ParseError, match="witness name"):
        witness_key(name, bytes(32))
