"""Pages whose markup changed: tags, classes and fields renamed or emptied; and hostile documents."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from evidence.model import Reading

CASES = Path(__file__).parent / "cases"
URL = "https://kabardesa.example/berita/2026/11/15/x"
TAGS = ("p", "div", "article", "main", "h1", "h2", "nav", "footer", "figure", "section", "a", "img",
        "meta", "link", "title", "script", "ul", "li", "span", "time", "head", "body", "html")  # fmt: skip
FIELD = re.compile(r'"(@?[A-Za-z]+)"(?=\s*:)')


def page_of(name: str, body: bytes | None = None) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    given_body = (CASES / name / "body").read_bytes() if body is None else body
    return Page(said["url"], said["status"], said["headers"], given_body)


def sound_cases() -> list[str]:
    return [
        folder.name
        for folder in sorted(CASES.iterdir())
        if '"post"' in (said := (folder / "expected.json").read_text("utf-8"))
        and '"drift"' not in said
        and not re.search(r"older_charset|utf_16|broken_letter", folder.name)
    ]


def mutants(html: str) -> dict[str, str]:
    """The document with one kind of tag, class, attribute or field of its data renamed."""
    changed: dict[str, str] = {}
    for tag in TAGS:
        if re.search(rf"<{tag}[ >]", html):
            changed[f"<{tag}> renamed"] = re.sub(rf"(</?){tag}(?=[ >])", rf"\1x-{tag}", html)
            if tag != "script":
                changed[f"<{tag}> a div"] = re.sub(rf"(</?){tag}(?=[ >])", r"\1div", html)
            changed[f"<{tag}> taken away"] = re.sub(rf"</?{tag}(?:\s[^>]*)?>", "", html)
    for name in sorted(set(re.findall(r"\s([a-z-]+)=\"", html))):
        changed[f"[{name}] renamed"] = html.replace(f' {name}="', f' data-x-{name}="')
        changed[f"[{name}] emptied"] = re.sub(rf'\s{name}="[^"]*"', f' {name}=""', html)
    for name in sorted(set(FIELD.findall(html))):
        changed[f"{name} renamed"] = html.replace(f'"{name}"', f'"{name}Baru"')
        for other in ("7", "null", "[[]]", "{}"):
            changed[f"{name} {other}"] = re.sub(
                rf'"{name}"\s*:\s*', f'"{name}": {other}, "z{name}": ', html
            )
    return changed


def words(reading: Reading) -> set[str]:
    """The longer paragraphs of a reading's text."""
    texts = (post.text or "" for post in reading.posts)
    return {
        " ".join(part.split()) for text in texts for part in text.split("\n\n") if len(part) > 60
    }


def crashes(reading: Reading) -> list[str]:
    """Drift that comes of an exception other than those that say what was expected."""
    found = (d.detail for d in reading.drift)
    return [
        d for d in found if re.match(r"[A-Za-z]+Error in ", d) and not d.startswith("ParseError")
    ]


@pytest.mark.parametrize("name", sound_cases())
def test_changed_markup_never_loses_the_text_in_silence(name: str) -> None:
    before = registry.read("web", page_of(name))
    tried = mutants(page_of(name).body.decode("utf-8"))
    for what, html in tried.items():
        after = registry.read("web", page_of(name, html.encode()))
        shown = " ".join(" ".join((post.text or "").split()) for post in after.posts)

        told = bool(after.drift or set(after.states) - set(before.states))
        assert told or all(part in shown for part in words(before)), what
        assert told or after.posts, what
        assert not after.empty, what
        assert not crashes(after), what

    assert len(tried) > 20


def test_enough_layouts_are_tried() -> None:
    assert sum(len(mutants(page_of(n).body.decode("utf-8"))) for n in sound_cases()) > 500


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"\x00" * 1000, b"%PDF-1.7 ...", b"\x89PNG\r\n", b"null", b'{"a": 1}',
        b"<html></html>", b"<html><body></body></html>", b"<!DOCTYPE html>",
        b"<html><body><script>let a = 1;</script></body></html>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<html><body><p>terpotong",
        b"\xff\xfe" * 6,
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_page_is_drift(body: bytes) -> None:
    reading = registry.read("web", Page(URL, 200, {}, body))

    assert reading.drift
    assert not reading.empty
    assert not crashes(reading)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>" + b"<div>" * 300_000 + b"</body></html>",
        b"<html><body>" + b"<p>teks yang cukup panjang untuk menjadi paragraf</p>" * 30_000 + b"</html>",
        b"<html><body>" + b"<a href='/a'>" * 50_000 + b"</html>",
        b"<html><head>" + b"<meta property='og:image' content='x'>" * 50_000 + b"</html>",
        b"<html><script type='application/ld+json'>" + b"[" * 500_000 + b"</script></html>",
        b"<html><script type='application/ld+json'>{\"@graph\":[" + b'{"@type":"Article"},' * 200_000
        + b"{}]}</script><p>a</p></html>",
        b"<html><body><p>" + b"a <br>" * 50_000 + b"</html>",
        b"<html><body><img srcset='" + b"a 1w, " * 1_000_000 + b"'></html>",
        b"<html " + b"charset" * 600_000,
        b"<html><body>" + b"&" * 5_000_000 + b"</html>",
        b"<html><body>" + b"a <br>" * 3_000_000 + b"</html>",
    ],
    ids=["deep", "paragraphs", "links", "meta", "nested", "objects", "lines", "srcset", "charset", "amp", "marks"],
)  # fmt: skip
def test_a_hostile_document_is_read_in_time(body: bytes) -> None:
    began = time.process_time()
    reading = registry.read("web", Page(URL, 200, {}, body))

    assert time.process_time() - began < 10
    assert not reading.empty
    assert not crashes(reading)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_bytes_cut_out_anywhere_never_crash_the_reader(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sound_cases()))
    body = page_of(name).body
    start = data.draw(st.integers(0, len(body)))
    stop = data.draw(st.integers(start, len(body)))

    assert not crashes(registry.read("web", page_of(name, body[:start] + body[stop:])))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_document_cut_off_anywhere_is_told(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sound_cases()))
    body = page_of(name).body
    end = data.draw(st.integers(0, len(body) - len(b"</body></html>") - 1))

    reading = registry.read("web", page_of(name, body[:end]))

    assert reading.drift or reading.states
