"""A feed whose layout moved must be noticed: drift or a typed state, never posts lost in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.page import Page
from crawler.registry import read
from evidence.model import Reading

CASES = Path(__file__).parent / "cases"
XML = ("rss_item", "rdf_feed", "atom_feed", "youtube_feed")
NAMES = {case: sorted(set(re.findall(rb"<([A-Za-z:]+)", (CASES / case / "body").read_bytes())))
         for case in XML}  # fmt: skip
WHOLE_NAMESPACE = ("rss", "rdf:RDF", "feed")


def _read(case: str, body: bytes) -> Reading:
    said = json.loads((CASES / case / "page.json").read_text("utf-8"))
    return read("feed", Page(said["url"], 200, said["headers"], body))


def _without(body: bytes, name: bytes) -> bytes:
    pair = rb"<%s(?=[\s>/])[^>]*?(?:/>|>.*?</%s>)" % (name, name)
    return re.sub(pair, b"", body, flags=re.DOTALL)


def _renamed(body: bytes, name: bytes) -> bytes:
    return re.sub(rb"(</?)%s(?=[\s>/])" % name, rb"\1%sv2" % name, body)


def _retyped(body: bytes, name: bytes) -> bytes:
    return re.sub(rb"(<%s(?=[\s>])[^>/]*>)" % name, rb"\1<wrapped><a/></wrapped>", body)


MUTATIONS = [
    pytest.param(case, name, change, id=f"{case}-{name.decode()}-{change.__name__.strip('_')}")
    for case in XML
    for name in NAMES[case]
    for change in (_renamed, _retyped)
]


@pytest.mark.parametrize(("case", "name", "change"), MUTATIONS)
def test_changed_layout_never_loses_posts_in_silence(case, name, change) -> None:
    body = (CASES / case / "body").read_bytes()

    before, after = _read(case, body), _read(case, change(body, name))

    assert not after.empty
    assert after.drift or after.states or len(after.posts) == len(before.posts)
    crashes = [f.detail for f in after.drift if "Error in" in f.detail]
    assert all(crash.startswith("ParseError in ") for crash in crashes), "the reader crashed"


@pytest.mark.parametrize(("case", "item"), [("rss_item", b"item"), ("atom_feed", b"entry")])
@pytest.mark.parametrize("change", [_renamed, _retyped])
def test_entry_that_moved_is_drift_even_beside_others(case, item, change) -> None:
    body = (CASES / case / "body").read_bytes()
    whole = re.search(rb"<%s>.*</%s>" % (item, item), body, re.DOTALL).group(0)
    two = body.replace(whole, whole + _renamed(whole, item))

    after = _read(case, two)

    assert len(after.posts) == 1
    assert after.drift


@pytest.mark.parametrize("name", ["items", "version", "title"])
def test_json_feed_field_that_moved_is_drift(name: str) -> None:
    body = json.loads((CASES / "json_feed" / "body").read_bytes())
    body[f"{name}_v2"] = body.pop(name)

    after = _read("json_feed", json.dumps(body).encode())

    assert after.drift or len(after.posts) == 2
    assert not after.empty


def test_there_are_enough_mutations() -> None:
    assert len(MUTATIONS) >= 30


@given(cut=st.integers(min_value=0, max_value=2000))
@settings(max_examples=60, deadline=None)
def test_feed_cut_off_anywhere_is_never_whole_or_empty(cut: int) -> None:
    body = (CASES / "rss_item" / "body").read_bytes().rstrip()
    after = _read("rss_item", body[: min(cut, len(body) - 1)])

    assert after.drift
    assert not after.empty


@given(body=st.binary(max_size=300), prefix=st.sampled_from((b"", b"<rss>", b"<feed>", b'{"a":')))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_a_reading_that_says_something(body: bytes, prefix: bytes) -> None:
    after = _read("rss_item", prefix + body)

    assert after.drift or after.posts or after.states
