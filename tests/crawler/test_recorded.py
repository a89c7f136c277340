"""Recorder envelopes: each becomes the one page it holds; a platform's own JSON never does."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page import Page
from crawler.recorded import unwrap, unwrap_all
from crawler.unpack import MAX_BYTES, Oversize

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures"
URL = "https://contoh.example/halaman"
TEXT = "<p>Rapat di balai – “resmi”</p>"
HEADERS = {"Content-Type": ["text/html; charset=utf-8"], "X-A": ["1", "2"]}

ENVELOPES = {
    "request beside response, as mock downloaders write it": {
        "request": {"httpMethod": "GET", "url": "https://contoh.example/lama", "headers": {}},
        "response": {"responseCode": 404, "responseMessage": "Not Found", "latestUrl": URL,
                     "responseHeaders": HEADERS, "responseBody": TEXT},
    },
    "an entry of a HAR": {
        "request": {"method": "GET", "url": URL},
        "response": {"status": 404, "content": {"mimeType": "text/html", "text": TEXT},
                     "headers": [{"name": "content-type", "value": "text/html; charset=utf-8"},
                                 {"name": "X-a", "value": "1"}, {"name": "x-A", "value": "2"}]},
    },
    "a HAR of one entry in base64": {
        "log": {"entries": [{
            "request": {"url": URL},
            "response": {"status": 404, "headers": [{"name": "x-a", "value": "1, 2"}],
                         "content": {"text": base64.b64encode(TEXT.encode()).decode(),
                                     "encoding": "base64"}},
        }]},
    },
    "a cassette of one exchange": {
        "interactions": [{"request": {"uri": URL, "method": "GET"},
                          "response": {"status": {"code": 404, "message": "Not Found"},
                                       "headers": HEADERS, "body": {"string": TEXT}}}],
    },
    "side by side with its address": {
        "url": URL, "status": 404, "headers": HEADERS, "body": TEXT,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ENVELOPES))
def test_an_envelope_gives_address_status_headers_and_text(name: str) -> None:
    page = unwrap(json.dumps(ENVELOPES[name]).encode())

    assert page is not None
    assert (page.url, page.status, page.text()) == (URL, 404, TEXT)
    assert page.headers["x-a"] == "1, 2"


def test_what_the_envelope_does_not_say_is_an_empty_address() -> None:
    said = {"headers": HEADERS, "statusCode": 200, "reasonPhrase": "OK", "body": TEXT}

    assert unwrap(json.dumps(said).encode()) == Page(
        "", 200, {"content-type": "text/html; charset=utf-8", "x-a": "1, 2"}, TEXT.encode()
    )


def test_a_body_that_was_parsed_already_is_json_again() -> None:
    page = unwrap(json.dumps({"status": 200, "headers": {}, "data": {"a": [1]}}).encode())

    assert page is not None
    assert page.json() == {"a": [1]}


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_a_raw_message_is_taken_apart(newline: bytes) -> None:
    head = [b"HTTP/1.1 451 X", b"Content-Type: text/html", b"X-A: 1", b"x-a: 2", b"", b"<p>a</p>"]

    page = unwrap(newline.join(head))

    said = {"content-type": "text/html", "x-a": "1, 2"}
    assert page == Page("", 451, said, b"<p>a</p>")


@pytest.mark.parametrize("charset", ["iso-8859-1", "nonsense", "utf-8"])
def test_a_text_is_read_back_as_it_was_written(charset: str) -> None:
    said = {"status": 200, "headers": {"content-type": f"text/html; charset={charset}"}}

    page = unwrap(json.dumps({**said, "body": TEXT}).encode())

    assert page is not None
    assert page.text() == TEXT


def test_a_packed_page_is_unpacked_and_a_packed_envelope_too() -> None:
    said = json.dumps(ENVELOPES["side by side with its address"]).encode()

    assert unwrap(gzip.compress(TEXT.encode())) == Page("", 200, {}, TEXT.encode())
    assert unwrap(gzip.compress(said)) == unwrap(said)


def test_a_body_under_its_coding_is_unpacked() -> None:
    packed = base64.b64encode(gzip.compress(TEXT.encode())).decode()
    headers = {"content-encoding": "gzip"}

    page = unwrap(
        json.dumps({"status": 200, "headers": headers, "body": {"base64": packed}}).encode()
    )

    assert page is not None
    assert page.text() == TEXT


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"<html>", b"[1]", b"null", b'{"status":"ok","data":{"user":null}}',
     b'{"message":"checkpoint_required","status":"fail"}', b'{"status":404,"body":"x"}',
     b'{"status":404,"headers":{},"body":"x","id":"7"}', b'{"request":{},"response":{}}',
     b'{"status":99,"headers":{},"body":"x"}', b'{"log":{"entries":[]}}', b'{"a":' * 50_000,
     b"HTTP/1.1 200 OK\r\nno end"],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_what_is_no_envelope_is_left_as_it_is(body: bytes) -> None:
    assert unwrap(body) is None


def test_an_endless_packed_page_is_refused() -> None:
    with pytest.raises(Oversize):
        unwrap(gzip.compress(bytes(MAX_BYTES + 1), 9))


@given(st.binary(max_size=500))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 \r\n", b"\x1f\x8b\x08", b'{"status":200,"headers":'):
        found = unwrap(start + data)

        assert found is None or isinstance(found, Page)


@pytest.mark.fixtures
def test_only_envelopes_and_packed_pages_of_the_recorded_responses_are_unwrapped() -> None:
    """Every recorded file: those of mock downloaders and of gzip, and no platform's own JSON."""
    if not FIXTURES.is_dir():
        pytest.skip(f"{FIXTURES.resolve()} is not there; put the recorded responses beside it")
    files = sorted(file for file in FIXTURES.glob("*/*") if file.suffix not in (".png", ".jpg"))

    pages = {f"{file.parent.name}/{file.name}": unwrap(file.read_bytes()) for file in files}

    found = {name: (page.url[:24], page.status) for name, page in pages.items() if page}
    youtube = sorted(name for name in pages if name.startswith("youtube/") and "json" in name)
    cassettes = {name for name in pages if name.endswith((".yml", ".yaml"))}
    assert cassettes - set(found) == {"mastodon/status_edit_history.yaml"}  # of several exchanges
    assert set(found) - cassettes == {
        *youtube, "tiktok/oembed_a3noticias.json", "tiktok/response_video_a3noticias_2024.json",
        "x/oembed_pepephone.json", "web/malay_mail_2024_11_22.html.gz",
    }  # fmt: skip
    assert found["youtube/feed_not_available_404.json"] == ("https://www.youtube.com/", 404)
    assert found["youtube/browse_channel_bad_id_400.json"] == ("https://www.youtube.com/", 400)
    assert found["x/oembed_pepephone.json"] == ("", 200)


def test_a_har_of_a_whole_page_gives_its_documents_and_data_alone() -> None:
    def entry(name: str, media: str, text: str | None) -> dict[str, object]:
        content = {"mimeType": media} | ({} if text is None else {"text": text})
        return {"request": {"url": f"{URL}/{name}"},
                "response": {"status": 200, "headers": [], "content": content}}  # fmt: skip

    entries = [
        entry("a", "text/html; charset=utf-8", TEXT), entry("b", "image/png", "x"),
        entry("c", "application/json", "{}"), entry("d", "application/json", None),
        entry("e", "text/css", "p{}"),
    ]  # fmt: skip
    har = json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()

    assert [page.url for page in unwrap_all(har)] == [f"{URL}/a", f"{URL}/c"]
    assert unwrap_all(b"\xef\xbb\xbf" + har) == unwrap_all(har)
    assert unwrap(har) is None


def test_an_envelope_after_a_byte_order_mark_is_one() -> None:
    said = json.dumps(ENVELOPES["side by side with its address"]).encode()

    assert unwrap(b"\xef\xbb\xbf" + said) == unwrap(said)
