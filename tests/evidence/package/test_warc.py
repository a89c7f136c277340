from __future__ import annotations

import base64
import gzip
import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from evidence.model import CaptureKind, Exchange
from evidence.package.warc import capture_of, records
from tests.evidence.package.captures import (
    FAILED,
    PARTIAL,
    draft,
    entry,
    exchange,
    rendered,
    write,
)

WARC = "data/warc/captures-00000.warc.gz"
URL = "https://contoh.test/1"


def read(folder: Path, name: str = WARC) -> list[tuple[Any, bytes]]:
    """(record, raw payload) of each record, as warcio reads them."""
    with (folder / name).open("rb") as file:
        return [(r, r.raw_stream.read()) for r in ArchiveIterator(file, no_record_parse=False)]


def of_type(folder: Path, kind: str) -> list[tuple[Any, bytes]]:
    return [(r, data) for r, data in read(folder) if r.rec_type == kind]


def fields(data: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in data.decode().split("\r\n") if line)  # type: ignore[misc]


def checked(folder: Path, name: str = WARC) -> int:
    """The exit code of `warcio check`."""

    class Asked:
        inputs = (str(folder / name),)
        verbose = False

    code: int = Checker(Asked()).process_all()
    return code


def test_warcio_finds_every_digest_right(tmp_path: Path) -> None:
    write(tmp_path, exchange(), rendered(CaptureKind.DOM, "text/html", b"<p>x"))

    assert checked(tmp_path) == 0


def test_warcio_finds_a_changed_payload(tmp_path: Path) -> None:
    """The check above can fail."""
    write(tmp_path, exchange(media="image/png", body=b"unlike anything else"))
    plain = gzip.decompress((tmp_path / WARC).read_bytes())
    (tmp_path / WARC).write_bytes(plain.replace(b"unlike anything", b"unlike anythinG"))

    assert checked(tmp_path) == 1


def test_an_exchange_is_a_request_a_response_and_metadata_that_belong_together(
    tmp_path: Path,
) -> None:
    write(tmp_path, exchange())
    found = read(tmp_path)
    response = of_type(tmp_path, "response")[0][0].rec_headers

    assert [r.rec_type for r, _ in found] == ["warcinfo", "request", "response", "metadata"]
    for record, _ in found[1:]:
        assert record.rec_headers.get_header("WARC-Target-URI") == URL
        assert record.rec_headers.get_header("WARC-Date") == "2026-11-22T17:00:00.250Z"
        assert record.rec_headers.protocol == "WARC/1.1"
    for number in (1, 3):
        named = found[number][0].rec_headers.get_header("WARC-Concurrent-To")
        assert named == response.get_header("WARC-Record-ID")
    assert response.get_header("WARC-IP-Address") == "203.0.113.7"
    assert response.get_header("WARC-Protocol") == "http/1.1"


@given(body=st.binary(max_size=300), coding=st.sampled_from(["", "gzip", "br"]))
def test_a_body_is_read_back_as_it_was_received(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, coding: str
) -> None:
    """What claims to be compressed and is not stays what it is, too."""
    folder = tmp_path_factory.mktemp("warc")
    headers = (("Content-Type", "text/plain"), *((("Content-Encoding", coding),) if coding else ()))
    write(folder, exchange(body=body, response_headers=headers))
    record, found = of_type(folder, "response")[0]

    digest = base64.b32encode(hashlib.sha256(body).digest()).decode()
    assert found == body
    assert record.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{digest}"


def test_a_compressed_body_is_decompressed_by_its_readers_alone(tmp_path: Path) -> None:
    body = gzip.compress(b"isi")
    write(tmp_path, exchange(body=body, response_headers=(("Content-Encoding", "gzip"),)))
    with (tmp_path / WARC).open("rb") as file:
        shown = [
            r.content_stream().read() for r in ArchiveIterator(file) if r.rec_type == "response"
        ]

    assert of_type(tmp_path, "response")[0][1] == body
    assert shown == [b"isi"]


def test_headers_are_kept_in_order_with_repeats(tmp_path: Path) -> None:
    write(tmp_path, exchange())
    http = of_type(tmp_path, "response")[0][0].http_headers

    assert (http.protocol, http.statusline) == ("HTTP/1.1", "200 OK")
    assert http.headers == [("Content-Type", "application/json"), ("X-A", "1"), ("X-A", "2")]


def test_the_request_names_its_host_and_carries_its_body(tmp_path: Path) -> None:
    write(
        tmp_path, exchange("https://u:p@contoh.test:8443/a?b=c", request_body=b"q", method="POST")
    )
    record, body = of_type(tmp_path, "request")[0]

    assert (record.http_headers.protocol, body) == ("POST", b"q")
    assert record.http_headers.statusline == "/a?b=c HTTP/1.1"
    assert record.http_headers.headers[0] == ("Host", "contoh.test:8443")


def test_a_header_cannot_begin_another_line(tmp_path: Path) -> None:
    evil = (("X-A\r\nX-B", "1\r\nSet-Cookie: a\n\r\n<p>"), ("X-\u00e9", "\u00e9"))
    write(tmp_path, exchange(response_headers=evil, body=b"isi"))
    record, body = of_type(tmp_path, "response")[0]

    assert body == b"isi"
    assert len(record.http_headers.headers) == 2
    assert checked(tmp_path) == 0


@pytest.mark.parametrize(
    "url", ["https://contoh.test/a b\r\nWARC-Type: x", "https://contoh.test/\u00e9?\u202e", "x:\n"]
)
def test_an_address_cannot_begin_another_line(tmp_path: Path, url: str) -> None:
    write(tmp_path, exchange(url))
    found = of_type(tmp_path, "response")[0][0].rec_headers.get_header("WARC-Target-URI")

    assert found.isascii()
    assert not set(found) & set(" \r\n")
    assert [r.rec_type for r, _ in read(tmp_path)][1:] == ["request", "response", "metadata"]


@settings(max_examples=60)
@given(
    url=st.text(max_size=40).map(lambda tail: f"https://contoh.test/{tail}"),
    headers=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=30)), max_size=5),
    error=st.text(max_size=12),
    body=st.binary(max_size=80),
)
def test_nothing_a_server_says_can_break_out_of_its_record(
    tmp_path_factory: pytest.TempPathFactory,
    url: str,
    headers: list[tuple[str, str]],
    error: str,
    body: bytes,
) -> None:
    """What is stored has no lone surrogates; to_value saw to that."""
    folder = tmp_path_factory.mktemp("warc")
    write(
        folder,
        exchange(url, response_headers=tuple(headers), request_headers=tuple(headers), body=body,
                 error=error),
    )  # fmt: skip
    kinds = [record.rec_type for record, _ in read(folder)]

    assert kinds == ["warcinfo", "request", "response", "metadata"]
    assert block_of(folder, "response").endswith(b"\r\n\r\n" + body)
    assert len(fields(of_type(folder, "metadata")[0][1])) <= 16
    assert checked(folder) == 0


def block_of(folder: Path, kind: str) -> bytes:
    """A record's whole block, HTTP head and all."""
    with (folder / WARC).open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            if record.rec_type == kind:
                data: bytes = record.raw_stream.read()
                return data
    raise AssertionError(f"no {kind} record")


def test_chunks_are_not_looked_for_in_a_body_that_has_none(tmp_path: Path) -> None:
    headers = (("Transfer-Encoding", "chunked"),)
    write(tmp_path, exchange(response_headers=headers, body=b"3\r\nabc\r\n0\r\n\r\n"))
    with (tmp_path / WARC).open("rb") as file:
        shown = [
            r.content_stream().read() for r in ArchiveIterator(file) if r.rec_type == "response"
        ]

    assert shown == [b"3\r\nabc\r\n0\r\n\r\n"]


@pytest.mark.parametrize(
    ("flags", "reason"),
    [(("download_stopped",), "length"), (("partial",), "disconnect"), (("dataloss",), "disconnect"),
     ((), "unspecified"), (("blocked:2",), "unspecified")],
)  # fmt: skip
def test_a_body_that_is_not_whole_says_why(
    tmp_path: Path, flags: tuple[str, ...], reason: str
) -> None:
    write(tmp_path, exchange(state=PARTIAL, flags=flags))

    record = of_type(tmp_path, "response")[0][0]
    assert record.rec_headers.get_header("WARC-Truncated") == reason


def test_a_whole_body_is_not_called_truncated(tmp_path: Path) -> None:
    write(tmp_path, exchange())

    assert of_type(tmp_path, "response")[0][0].rec_headers.get_header("WARC-Truncated") is None


def test_a_failed_attempt_is_a_request_with_its_reason(tmp_path: Path) -> None:
    failed = exchange(
        state=FAILED, status=None, response_headers=(), body=b"", error="TIMEOUT", remote=""
    )
    write(tmp_path, failed)
    said = fields(of_type(tmp_path, "metadata")[0][1])

    assert [r.rec_type for r, _ in read(tmp_path)] == ["warcinfo", "request", "metadata"]
    assert (said["jejak-error"], said["jejak-body"]) == ("TIMEOUT", "none")
    assert checked(tmp_path) == 0


def test_a_body_that_was_not_kept_has_no_response_that_would_replay_as_empty(
    tmp_path: Path,
) -> None:
    write(tmp_path, exchange(), body_kept=False)
    said = fields(of_type(tmp_path, "metadata")[0][1])

    assert of_type(tmp_path, "response") == []
    assert said["jejak-body"] == "not kept"
    assert said["jejak-body-sha256"] == hashlib.sha256(b'{"a":1}').hexdigest()
    assert said["jejak-body-bytes"] == "7"


@pytest.mark.parametrize("word", ["withheld", "erased"])
def test_a_body_that_is_closed_says_so(word: str) -> None:
    found, objects = entry(draft(exchange(), "a" * 32), 3)
    capture = capture_of(found, {"exchange": objects["exchange"]}, {"body": word})
    last = list(records(capture, set()))[-1]

    assert capture.closed == word
    assert fields(last.payload)["jejak-body"] == word


def test_metadata_leads_back_to_the_statement_in_the_log(tmp_path: Path) -> None:
    write(tmp_path, exchange(), exchange("https://contoh.test/2", of="b" * 32))
    found, _ = entry(draft(exchange("https://contoh.test/2", of="b" * 32), f"{1:032x}"), 1)
    said = fields(of_type(tmp_path, "metadata")[1][1])

    assert said["jejak-record"] == f"{1:032x}"
    assert said["jejak-index"] == "1"
    assert said["jejak-leaf-hash"] == found.leaf_hash.hex()
    assert said["jejak-of"] == "b" * 32
    assert said["fetchTimeMs"] == "120"


@pytest.mark.parametrize(
    ("kind", "media", "uri", "shown"),
    [(CaptureKind.SCREENSHOT, "image/png", f"urn:fullPage:{URL}", "image/png"),
     (CaptureKind.DOM, "text/html", f"urn:dom:{URL}", "text/html; charset=utf-8")],
)  # fmt: skip
def test_what_a_browser_made_is_a_resource_and_never_under_the_pages_own_address(
    tmp_path: Path, kind: CaptureKind, media: str, uri: str, shown: str
) -> None:
    write(tmp_path, rendered(kind, media, b"bytes"))
    record, data = of_type(tmp_path, "resource")[0]

    assert data == b"bytes"
    assert record.rec_headers.get_header("WARC-Target-URI") == uri
    assert record.rec_headers.get_header("Content-Type") == shown
    assert URL not in [r.rec_headers.get_header("WARC-Target-URI") for r, _ in read(tmp_path)]


def test_a_certificate_is_written_once_and_named_by_each_capture(tmp_path: Path) -> None:
    first = exchange(certificate=b"DER")
    write(tmp_path, first, exchange("https://contoh.test/2", certificate=b"DER"))
    certificates = [
        (r, data)
        for r, data in of_type(tmp_path, "metadata")
        if r.rec_headers.get_header("Content-Type") == "application/pkix-cert"
    ]
    told = [fields(d) for r, d in of_type(tmp_path, "metadata") if d != b"DER"]

    assert [data for _, data in certificates] == [b"DER"]
    refers = certificates[0][0].rec_headers.get_header("WARC-Refers-To")
    assert refers == of_type(tmp_path, "response")[0][0].rec_headers.get_header("WARC-Record-ID")
    digest = hashlib.sha256(b"DER").hexdigest()
    assert [t["jejak-tls-certificate-sha256"] for t in told] == [digest, digest]


def test_a_capture_of_an_older_record_without_protocol_and_certificate_is_written(
    tmp_path: Path,
) -> None:
    found, objects = entry(draft(exchange(protocol=""), "a" * 32), 0)
    older = objects["exchange"].replace(b'"certificate":"",', b"").replace(b'"protocol":"",', b"")
    capture = capture_of(found, {**objects, "exchange": older}, {})
    made = {record.type: record for record in records(capture, set())}

    assert older != objects["exchange"]
    assert made["response"].head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert not [name for name, _ in made["response"].named if name == "WARC-Protocol"]


@pytest.mark.parametrize(
    ("protocol", "status", "line"),
    [("HTTP/1.0", 404, b"HTTP/1.0 404 Not Found"), ("h2", 200, b"HTTP/1.1 200 OK"),
     ("HTTP/1.1", 799, b"HTTP/1.1 799 ")],
)  # fmt: skip
def test_the_status_line_is_one_that_readers_of_http_1_know(
    protocol: str, status: int, line: bytes
) -> None:
    found, objects = entry(draft(exchange(protocol=protocol, status=status), "a" * 32), 0)
    made = {r.type: r for r in records(capture_of(found, objects, {}), set())}

    assert made["response"].head.split(b"\r\n")[0] == line


@pytest.mark.parametrize(
    ("remote", "address"),
    [("203.0.113.7", "203.0.113.7"), ("203.0.113.7:443", "203.0.113.7"), ("2001:db8::7", "2001:db8::7"),
     ("[2001:db8::7]:443", "2001:db8::7"), ("", None), ("a host", None)],
)  # fmt: skip
def test_the_server_is_named_by_its_address_alone(
    tmp_path: Path, remote: str, address: str | None
) -> None:
    write(tmp_path, exchange(remote=remote))

    record = of_type(tmp_path, "response")[0][0]
    assert record.rec_headers.get_header("WARC-IP-Address") == address


def test_the_same_captures_give_the_same_bytes(tmp_path: Path) -> None:
    seen: list[Exchange] = [exchange(), rendered(CaptureKind.SCREENSHOT, "image/png", b"x" * 999)]
    write(tmp_path / "a", *seen)
    write(tmp_path / "b", *seen)

    for name in (WARC, "data/wacz/captures.wacz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_record_ids_are_unique(tmp_path: Path) -> None:
    write(tmp_path, *(exchange(certificate=b"DER") for _ in range(5)))
    ids = [r.rec_headers.get_header("WARC-Record-ID") for r, _ in read(tmp_path)]

    assert len(set(ids)) == len(ids) == 17
