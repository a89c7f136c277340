"""HAR, MHTML, saved HTML and pictures: told apart by their bytes, and refused where they break."""

from __future__ import annotations

import base64
import gzip
import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.ingest import FORMATS, Limits, open_file
from evidence.errors import ParseError
from evidence.model import CaptureKind

URL = "https://contoh.example/a"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
AT = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)


def har(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def entry(text: str | None = "{}", status: int = 200, **content: Any) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-20T10:04:05.000+07:00",
        "request": {"method": "GET", "url": URL, "headers": [{"name": "Cookie", "value": "a=1"}]},
        "response": {
            "status": status, "headers": [{"name": "content-encoding", "value": "br"}],
            "content": {"mimeType": "text/html; charset=utf-8", "text": text, **content},
        },
    }  # fmt: skip


MHTML = (
    """\
From: <Saved by Blink>
Snapshot-Content-Location: https://contoh.example/a
Subject: Halaman
Date: Fri, 20 Nov 2026 10:04:05 +0700
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="B1"

--B1
Content-Type: text/html
Content-ID: <f@mhtml>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://contoh.example/a

<p>se=C3=A9</p>
--B1
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://contoh.example/1.png

{png}
--B1--
""".replace("{png}", base64.b64encode(PNG).decode())
    .replace("\n", "\r\n")
    .encode()
)
SINGLE = b"""<!DOCTYPE html> <html><!--
 Page saved with SingleFile
 url: https://contoh.example/a
 saved date: Fri Nov 20 2026 10:04:05 GMT+0700 (Western Indonesia Time)
--><body>halo</body></html>"""


def refused(data: bytes, name: str = "b", **more: Any) -> str:
    with pytest.raises(ParseError) as caught:
        open_file(data, name, **more)
    return f"{caught.value.what}: {caught.value.why}"


def test_a_har_gives_its_exchanges_without_the_login() -> None:
    handed = open_file(har(entry("<p>ya</p>"), entry(None), entry(status=0)), "b.har")

    (one,) = handed.found
    assert (handed.format, one.url, one.status, one.body) == ("HAR", URL, 200, b"<p>ya</p>")
    assert one.claimed_at == AT
    assert (one.request_headers, one.secrets, one.root) == ((), True, True)
    assert one.response_headers[0] == ("X-Archive-Orig-content-encoding", "br")
    assert handed.left_out == (("without a body or a status in the HAR", 2),)


def test_a_har_body_in_base64_is_its_bytes() -> None:
    said = entry(base64.b64encode(b"\x00\xff").decode(), encoding="base64")

    assert open_file(har(said), "b.har").found[0].body == b"\x00\xff"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (har(entry("%%", encoding="base64")), "b.har, entry 1: its body is not base 64"),
        (har(entry(encoding="rot13")), "entry 1: its body is in an encoding that is not known"),
        (har({"request": {}}), "missing required field `method` - at `$.log.entries[0].request`"),
        (b'{"log": {"entries": 7}}', "Expected `array`, got `int` - at `$.log.entries`"),
        (har(entry())[:-9], "is not a sound HAR"),
        (b'{"log":' + b"[" * 200_000, "Expected `object`, got `array` - at `$.log`"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)  # fmt: skip
def test_a_damaged_har_is_refused_by_its_entry(data: bytes, said: str) -> None:
    assert said in refused(data, "b.har")


def test_an_mhtml_gives_the_page_and_its_parts() -> None:
    handed = open_file(MHTML, "b.mhtml")

    page, picture = handed.found
    assert (handed.format, handed.claimed_at) == ("MHTML", AT)
    assert (page.kind, page.url, page.root) == (CaptureKind.DOM, URL, True)
    assert page.body.strip() == "<p>seé</p>".encode()
    assert (picture.kind, picture.url, picture.body) == (
        CaptureKind.MEDIA, "https://contoh.example/1.png", PNG,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (MHTML[:-12], "CloseBoundaryNotFoundDefect"),
        (MHTML.replace(b'boundary="B1"', b'boundary="B2"'), "StartBoundaryNotFoundDefect"),
        (MHTML.replace(b"base64\r", b"rot13\r"), "b.mhtml, part 2: is in a transfer encoding"),
        (MHTML.replace(b"iVBOR", b"iV!OR"), "b.mhtml, part 2: is damaged"),
        (MHTML.replace(b"text/html\r", b"text/css\r"), "holds no HTML page"),
    ],
)  # fmt: skip
def test_a_damaged_mhtml_is_refused_by_its_part(data: bytes, said: str) -> None:
    assert said in refused(data, "b.mhtml")


@pytest.mark.parametrize("charset", [b"windows-1252", b"nonsense", b"utf-16", b"\xff\xfe"])
def test_an_odd_charset_of_a_part_changes_no_byte(charset: bytes) -> None:
    data = MHTML.replace(
        b"Content-Type: text/html\r", b"Content-Type: text/html; charset=" + charset + b"\r"
    )

    assert open_file(data, "b.mhtml").found[0].body.strip() == "<p>seé</p>".encode()


def test_parts_nested_deep_are_refused() -> None:
    head = b"From: a\r\nMIME-Version: 1.0\r\n"
    for level in range(40):
        head += b'Content-Type: multipart/related; boundary="B%d"\r\n\r\n--B%d\r\n' % (level, level)

    assert "b.mhtml" in refused(head + b"\r\nx", "b.mhtml")


def test_a_singlefile_page_says_its_address_and_time() -> None:
    handed = open_file(SINGLE, "b.html")

    (page,) = handed.found
    assert (page.url, page.claimed_at, page.kind) == (URL, AT, CaptureKind.DOM)
    assert page.body == SINGLE


def test_a_page_saved_by_a_browser_says_its_address() -> None:
    data = b"<!DOCTYPE html>\n<!-- saved from url=(0026)https://contoh.example/a -->\n<html></html>"

    assert open_file(data, "b.html").found[0].url == URL


def test_an_html_file_that_says_no_address_needs_one() -> None:
    assert "does not say which address it shows" in refused(b"<html></html>")
    assert open_file(b"<html></html>", "b", url=URL).found[0].url == URL


@pytest.mark.parametrize(
    ("data", "media"),
    [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"),
     (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp")],
)  # fmt: skip
def test_a_picture_is_a_screenshot(data: bytes, media: str) -> None:
    handed = open_file(data, "b")

    assert (handed.format, handed.media, handed.found[0].kind) == (
        "PICTURE", media, CaptureKind.SCREENSHOT,
    )  # fmt: skip


def test_a_pdf_is_kept_and_nothing_is_read_in_it() -> None:
    assert open_file(b"%PDF-1.7\n", "b").found == ()


def test_one_recorded_response_is_taken_as_it_is() -> None:
    said = {"url": URL, "status": 404, "headers": {"content-type": "text/html"}, "body": "x"}

    for data in (json.dumps(said).encode(), gzip.compress(json.dumps(said).encode())):
        (one,) = open_file(data, "b").found
        assert (one.url, one.status, one.media, one.body) == (URL, 404, "text/html", b"x")


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"RIFF1234WAVE", b'{"a": 1}', b"plain words"])
def test_what_is_of_no_known_format_is_refused(data: bytes) -> None:
    assert refused(data).startswith("b: ")


def test_a_file_over_the_limit_is_refused_unopened() -> None:
    assert "is larger than 5 bytes" in refused(PNG, limits=Limits(file_bytes=5))


@pytest.mark.parametrize("seed", range(6))
def test_random_damage_is_an_error_with_a_place_or_a_file_taken_apart(seed: int) -> None:
    chance = random.Random(seed)
    for whole in (har(entry(), entry()), MHTML, SINGLE):
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 5)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            said = outcome(bytes(data[: chance.randint(1, len(data))]))

            assert said in FORMATS or said.startswith("b")


def outcome(data: bytes) -> str:
    """The format a file was taken for, or what of it was refused."""
    try:
        return open_file(data, "b").format
    except ParseError as error:
        return error.what


def test_a_text_over_the_limit_is_refused_unread() -> None:
    assert "is a text of more than 9 bytes" in refused(SINGLE, limits=Limits(text_bytes=9))


@pytest.mark.parametrize(
    "data",
    [
        MHTML[:300] + b"\r\n--B1\r\n" * 25_000,
        b'{"log":{"entries":[' + b"{}," * 200_000 + b"{}]}}",
        b'{"a":[' + b"[]," * 2_100_000 + b"1]}",
        b"From: a\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\nx",
    ],
    ids=["parts", "entries", "lists", "headers"],
)
def test_a_file_of_very_many_parts_is_refused_in_time(data: bytes) -> None:
    began = time.process_time()

    refused(data)

    assert time.process_time() - began < 10


def with_address(url: str) -> bytes:
    row = {
        "startedDateTime": "2026-11-20T01:00:00Z",
        "request": {"method": "GET", "url": url},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": "<p>halo"}},
    }
    sound = {**row, "request": {"method": "GET", "url": "https://contoh.example/"}}
    return json.dumps({"log": {"entries": [row, sound]}}).encode()


@pytest.mark.parametrize(
    "url", ["https://[contoh.example/", "https://contoh.example:99999999/", "http://", "halaman"]
)
def test_a_part_whose_address_nobody_can_read_is_left_out_and_counted(url: str) -> None:
    handed = open_file(with_address(url), "a.har")

    assert [each.url for each in handed.found] == ["https://contoh.example/"]
    assert handed.left_out == (("with an address that cannot be read", 1),)


def test_a_page_said_to_be_at_no_address_is_refused() -> None:
    with pytest.raises(ParseError, match="an address that cannot be read"):
        open_file(b"<!DOCTYPE html><p>halo", "a.html", url="https://[contoh.example/")


def test_a_packed_file_of_very_many_members_is_refused_in_time() -> None:
    with pytest.raises(ParseError, match="gzip members"):
        open_file(gzip.compress(b"") * 100_000, "a.warc.gz")
