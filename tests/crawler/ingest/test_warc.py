"""Files with WARCs in them: what is whole is taken, what is not is refused by record and offset."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import stat
import zipfile
from datetime import UTC, datetime

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.ingest import Handed, Limits, open_file
from evidence.errors import ParseError
from evidence.model import CaptureKind

AT = "2026-11-20T03:04:05Z"
URL = "https://contoh.example/a"
BODY = b"<p>halo</p>" * 40


def warc(*, packed: bool = False, body: bytes = BODY, cookie: bool = False) -> bytes:
    """A page with its request, a screenshot and a metadata record, as warcio writes them."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
    headers = [("Content-Type", "text/html; charset=utf-8")]
    sent = [("Host", "contoh.example")]
    if cookie:
        headers.append(("Set-Cookie", "sesi=rahasia"))
        sent.append(("Cookie", "sesi=rahasia"))
    answer = writer.create_warc_record(
        URL, "response", payload=io.BytesIO(body), warc_headers_dict={"WARC-Date": AT},
        http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
    )  # fmt: skip
    concurrent = {
        "WARC-Date": AT, "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
    }  # fmt: skip
    asked = writer.create_warc_record(
        URL, "request", payload=io.BytesIO(b"q=1"), warc_headers_dict=concurrent,
        http_headers=StatusAndHeaders("POST /a HTTP/1.1", sent, is_http_request=True),
    )  # fmt: skip
    writer.write_record(answer)
    writer.write_record(asked)
    for url, kind, media in (
        (f"urn:view:{URL}", "resource", "image/png"),
        (URL, "metadata", "x/y"),
    ):
        writer.write_record(
            writer.create_warc_record(
                url,
                kind,
                payload=io.BytesIO(b"P"),
                warc_content_type=media,
                warc_headers_dict={"WARC-Date": AT},
            )
        )
    return out.getvalue()


def wacz(members: dict[str, bytes] | None = None, **more: bytes) -> bytes:
    """A ZIP with a manifest that names the hash of every member but its own."""
    held = members or {"archive/data.warc.gz": warc(packed=True), "pages/pages.jsonl": b"{}\n"}
    rows = [
        {"path": path, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
        for path, data in held.items()
    ]
    package = json.dumps({"resources": rows, "created": "2026-11-20T04:00:00+07:00"}).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
    whole = {
        **held, "datapackage.json": package, "datapackage-digest.json": json.dumps(digest).encode(),
        **{name.replace("__", "/"): data for name, data in more.items()},
    }  # fmt: skip
    return zipped(whole)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return out.getvalue()


def refused(data: bytes, name: str = "b.warc", limits: Limits | None = None) -> str:
    with pytest.raises(ParseError) as caught:
        open_file(data, name, limits=limits or Limits())
    return f"{caught.value.what}: {caught.value.why}"


@pytest.mark.parametrize("data", [warc(), warc(packed=True), wacz()], ids=["warc", "gz", "wacz"])
def test_responses_and_screenshots_are_found_with_their_claims(data: bytes) -> None:
    handed = open_file(data, "b")

    page, shot = handed.found
    assert (page.url, page.status, page.body, page.root) == (URL, 200, BODY, True)
    assert (page.method, page.request_body) == ("POST", b"q=1")
    assert page.claimed_at == datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
    assert (shot.kind, shot.url, shot.body) == (CaptureKind.SCREENSHOT, URL, b"P")
    assert handed.left_out == (("WARC record of type metadata", 1),)


def test_a_wacz_says_when_it_was_made() -> None:
    assert open_file(wacz(), "b").claimed_at == datetime(2026, 11, 19, 21, tzinfo=UTC)


def test_a_login_in_a_header_is_left_out_and_noted() -> None:
    page = open_file(warc(cookie=True), "b").found[0]

    assert page.secrets
    assert "rahasia" not in repr((page.request_headers, page.response_headers))
    assert not open_file(warc(), "b").found[0].secrets


def test_a_chunked_body_is_put_together_and_its_header_goes() -> None:
    block = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalo\r\n3\r\n ya\r\n0\r\n\r\n"
    )

    page = open_file(record(block), "b").found[0]

    assert page.body == b"halo ya"
    assert page.response_headers == ()


def test_a_body_in_chunks_of_single_bytes_is_refused_in_time() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    with pytest.raises(ParseError, match="chunks"):
        open_file(record(head + b"1\r\nx\r\n" * 200_001 + b"0\r\n\r\n"), "b")


def record(block: bytes, *more: str, length: int | None = None) -> bytes:
    """One response record, framed by hand."""
    lines = (
        "WARC/1.0", "WARC-Type: response", f"WARC-Target-URI: {URL}", f"WARC-Date: {AT}",
        "WARC-Record-ID: <urn:uuid:1>", "Content-Type: application/http;msgtype=response",
        f"Content-Length: {len(block) if length is None else length}", *more,
    )  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhalo"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (record(OK)[:-30], "b.warc, record 1 at offset 0: is cut off, or its Content-Length is wrong"),
        (record(OK, length=9), "record 1 at offset 0: is cut off, or its Content-Length is wrong"),
        (record(OK) + record(OK, length=10**14), f"record 2 at offset {len(record(OK))}: is cut off"),
        (record(OK) + b"WARC/1.0\r\nrest", "record 2 at offset"),
        (record(OK, length=-1), "record 1 at offset 0: has no Content-Length"),
        (record(OK, "WARC-Block-Digest: sha1:" + "A" * 32), "its block digest is not that of its"),
        (record(OK, "WARC-Payload-Digest: sha256:" + "0" * 64), "its payload digest is not that of"),
        (record(OK, "WARC-Block-Digest: rot13:abc"), "a block digest of a kind that is not known"),
        (record(b"HTTP/1.1 OK\r\n\r\nx"), "its HTTP status line cannot be read"),
        (record(b"HTTP/1.1 200 OK\r\nno end"), "its HTTP head has no end"),
        (record(b"HTTP/1.1 200 OK\r\n: x\r\n\r\n"), "a header line has no name"),
        (record(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalo\r\n9\r\nx"),
         "its chunked body breaks off"),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else None,
)  # fmt: skip
def test_a_damaged_record_is_refused_by_its_number_and_offset(data: bytes, said: str) -> None:
    assert said in refused(data)


@pytest.mark.parametrize("at", range(0, 2400, 97))
def test_no_altered_byte_of_a_body_passes(at: int) -> None:
    """Every record warcio writes has a digest of its block and of its payload."""
    data = bytearray(warc())
    places = [m.start() for m in re.finditer(rb"halo", bytes(data))]
    place = places[at % len(places)]
    data[place] ^= 1

    assert "digest is not that of its bytes" in refused(bytes(data))


@pytest.mark.parametrize("cut", [1, 9, 60, 400])
def test_a_packed_file_cut_short_is_refused_by_its_member(cut: int) -> None:
    data = warc(packed=True)

    assert "gzip member at offset" in refused(data[:-cut])


def test_a_packed_file_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(gzip.compress(record(OK)))
    data[-6] ^= 1

    assert "gzip member at offset 0: is damaged" in refused(bytes(data))


def test_a_bomb_is_refused_at_the_limit() -> None:
    limits = Limits(unpacked_bytes=1_000_000)

    assert "unpacks to more than 1000000 bytes" in refused(
        gzip.compress(bytes(2_000_000)), limits=limits
    )
    bomb = zipped({"archive/a.warc": bytes(2_000_000)})
    assert "archive/a.warc: unpacks to more than" in refused(bomb, "b.wacz", limits)


def test_more_records_than_allowed_are_refused() -> None:
    data = record(OK) * 3

    assert "holds more than 2 records" in refused(data, limits=Limits(records=2))


def test_a_large_body_is_left_out_and_counted() -> None:
    handed = open_file(warc(), "b", limits=Limits(body_bytes=100))

    assert dict(handed.left_out)["larger than one response may be"] >= 1
    assert [one.kind for one in handed.found] == [CaptureKind.SCREENSHOT]


@pytest.mark.parametrize(
    ("path", "said"),
    [("../../etc/passwd", "is a path out of the archive"), ("/etc/passwd", "is a path out of"),
     ("a\\..\\b", "is a path out of"), ("C:/x", "is a path out of"), ("archive/../../x", "is a path out")],
)  # fmt: skip
def test_a_path_out_of_the_archive_is_refused(path: str, said: str) -> None:
    assert said in refused(zipped({path: b"x"}), "b.wacz")


def test_a_link_in_the_archive_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("archive/a.warc")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")

    assert "archive/a.warc: is a link" in refused(out.getvalue(), "b.wacz")


def test_a_packing_that_is_not_bounded_is_refused() -> None:
    data = zipped({"archive/a.warc": b"x"}, zipfile.ZIP_BZIP2)

    assert "is packed in a way that is not accepted" in refused(data, "b.wacz")


def test_a_member_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(zipped({"archive/a.warc": b"halo" * 99}, zipfile.ZIP_STORED))
    data[data.index(b"halo")] ^= 1

    assert "archive/a.warc: is damaged" in refused(bytes(data), "b.wacz")


def test_a_wacz_that_is_cut_off_is_refused() -> None:
    assert "is not a sound ZIP" in refused(wacz()[:-50], "b.wacz")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped({"a.txt": b"x"}), "datapackage.json: is not there"),
        (zipped({"datapackage.json": b"["}), "datapackage.json: is not JSON"),
        (zipped({"datapackage.json": b"[" * 90_000}), "datapackage.json: is not JSON"),
        (zipped({"datapackage.json": b"[]"}), "is not a JSON object"),
        (zipped({"datapackage.json": b"{}"}), "lists no resources"),
        (wacz({"pages/pages.jsonl": b"{}"}), "holds no WARC under archive/"),
        (wacz(archive__more=b"x"), "archive/more: is not named in datapackage.json"),
        (wacz(**{"datapackage-digest.json": b'{"hash": "sha256:00"}'}), "its hash is not that of"),
        (zipped({"datapackage.json": b'{"resources": [{"path": "x"}]}'}), "names a file that is not"),
        (zipped({"datapackage.json": b'{"resources": [{"path": "a", "hash": "sha256:00"}]}',
                 "a": b"x"}), "a: its hash is not the one in datapackage.json"),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else None,
)  # fmt: skip
def test_a_wacz_that_contradicts_its_manifest_is_refused(data: bytes, said: str) -> None:
    assert said in refused(data, "b.wacz")


def test_every_shortening_of_a_wacz_is_refused_or_whole() -> None:
    data = wacz()

    for end in range(4, len(data), max(1, len(data) // 120)):
        with pytest.raises(ParseError):
            open_file(data[:end], "b.wacz")
    assert isinstance(open_file(data, "b.wacz"), Handed)
