"""Cassettes in YAML: what recorders of VCR's kind write is read, what nobody writes is not."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from crawler.cassette import exchanges
from crawler.page import Page
from crawler.recorded import unwrap, unwrap_all

BODY = '{"id":"7","content":"Rapat – \\u2014 resmi","n":null}'
WAYS = {
    "vcrpy": f"""interactions:
- request:
    body: null
    headers: {{Accept: ['*/*']}}
    method: GET
    uri: https://contoh.example/a
  response:
    body:
      string: '{BODY}'
    headers:
      content-type:
      - application/json
    status: {{code: 404, message: Not Found}}
version: 1
""",
    "R": f"""http_interactions:
- request:
    method: GET
    uri: https://contoh.example/a
  response:
    status: 404
    headers:
      content-type: application/json
    body:
      string: {json.dumps(BODY)}
  recorded_at: 2025-07-17 20:01:52
recorded_with: VCR-vcr/2.0.0
""",
    "older R": f"""http_interactions:
- request: {{method: get, uri: 'https://contoh.example/a', body: {{encoding: '', string: ''}}}}
  response:
    status: {{status_code: 404, category: Client error}}
    headers: {{status: HTTP/2 404, content-type: application/json}}
    body:
      encoding: ''
      file: no
      string: '{BODY}'
""",
    "Go": f"""---
version: 2
interactions:
- id: 0
  request:
    url: https://contoh.example/a
    method: GET
  response:
    status: 404 Not Found
    code: 404
    headers:
      Content-Type:
      - application/json
    body: '{BODY}'
""",
    "packed bytes": f"""interactions:
- request: {{uri: 'https://contoh.example/a'}}
  response:
    status: {{code: 404}}
    headers: {{Content-Encoding: [gzip], Content-Type: [application/json]}}
    body:
      string: !!binary |
        {base64.b64encode(gzip.compress(BODY.encode(), mtime=0)).decode()}
""",
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_cassette_gives_address_status_type_and_body(way: str) -> None:
    page = unwrap(WAYS[way].encode())

    assert page is not None
    assert (page.url, page.status) == ("https://contoh.example/a", 404)
    assert page.headers["content-type"] == "application/json"
    assert page.body == BODY.encode()


def test_a_cassette_of_several_exchanges_gives_each_in_order() -> None:
    """One of several is not the page of the file, so `unwrap` gives none of them."""
    one = WAYS["vcrpy"].partition("version")[0]
    second = one.removeprefix("interactions:\n").replace("/a", "/b").replace("404", "200")

    pages = unwrap_all((one + second).encode())

    assert [(p.url, p.status) for p in pages] == [
        ("https://contoh.example/a", 404),
        ("https://contoh.example/b", 200),
    ]
    assert unwrap((one + second).encode()) is None


def test_a_text_in_quotes_stays_a_text() -> None:
    (told,) = exchanges(b"interactions:\n- {a: '12', b: 12, c: 012, d: ~, e: '~', f: 1e3}\n")

    assert told == {"a": "12", "b": 12, "c": "012", "d": None, "e": "~", "f": "1e3"}


@pytest.mark.parametrize(
    "data",
    [
        b"interactions: " + b"[" * 100_000,
        b"interactions: " + b"[" * 100_000 + b"]" * 100_000,
        b"interactions:\n" + b"- " * 5_000 + b"a\n",
        b"interactions:\n- &a {response: *a}\n",
        b"interactions:\n- ? {a: b}\n  : c\n",
        b"interactions:\n- {response: {status: 200, body: 'a}\n",
        b"interactions:\n- !!binary '***'\n",
        b"interactions: \xff\xfe\n",
        b"interactions: 7\n",
        b"version: 1\n",
        b"Interactions of people: a story\n",
        b'{"interactions": []}',
    ],
)
def test_what_no_recorder_writes_is_no_cassette(data: bytes) -> None:
    assert exchanges(data) == []
    assert unwrap(data) is None


def test_a_body_that_begins_like_no_cassette_is_the_plain_body() -> None:
    assert unwrap_all(b"<html>interactions:</html>") == ()
    assert unwrap_all(gzip.compress(b"abc")) == (Page("", 200, {}, b"abc"),)
