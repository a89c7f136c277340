"""Canonical bytes against the standard library's encoder, and what lies outside the profile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import (
    MAX_DEPTH,
    decode,
    encode,
    encode_thing,
    entry_made,
    entry_of,
    instant,
    new_record_id,
    parse_instant,
    parse_statement,
    statement_bytes,
    to_value,
)
from evidence.errors import ParseError
from evidence.ledger import leaf_hash
from evidence.model import Draft, ObjectRef, Post, StatementType

ASCII = st.text(st.characters(max_codepoint=127), max_size=6)
PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.text(max_size=12)
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII, inner, max_size=4)
)


class Word(StrEnum):
    LIKE = "LIKE"


class Number(IntEnum):
    ONE = 1


class Name(str):
    __slots__ = ()


def by_the_book(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def nested(depth: int, inmost: Any) -> Any:
    for _ in range(depth):
        inmost = [inmost]
    return inmost


@given(VALUES)
def test_bytes_are_those_of_the_standard_library(value: Any) -> None:
    assert encode(value) == by_the_book(value)
    assert decode(encode(value)) == value


@given(st.text(st.characters(max_codepoint=0x2100, exclude_categories=("Cs",))))
def test_every_character_is_escaped_as_the_standard_library_does(text: str) -> None:
    assert encode({"text": text}) == by_the_book({"text": text})


@pytest.mark.parametrize("value", [Word.LIKE, Number.ONE, Name("é"), {Name("k"): (1, 2)}])
def test_subclasses_of_plain_types_are_written_as_those(value: Any) -> None:
    assert encode([value]) == by_the_book([value])


@pytest.mark.parametrize(
    "value",
    [1.0, 2**53, -(2**53), "\ud800", b"x", {"é": 1}, {1: 1}, {"\ud800": 1}, {1.5}, datetime.now(UTC)],
    ids=["float", "big", "low", "surrogate", "bytes", "key", "number", "half key", "set", "time"],
)  # fmt: skip
@pytest.mark.parametrize("place", [lambda v: v, lambda v: [None, v], lambda v: {"a": {"b": v}}])
def test_what_lies_outside_the_profile_is_refused(value: Any, place: Any) -> None:
    with pytest.raises(ParseError, match="canonical JSON"):
        encode(place(value))


@pytest.mark.parametrize("inmost", ["text", None, 1, [], {}])
def test_depth_counts_for_leaves_as_for_lists(inmost: Any) -> None:
    assert encode(nested(MAX_DEPTH, inmost)) == by_the_book(nested(MAX_DEPTH, inmost))
    with pytest.raises(ParseError, match="deeper than 64"):
        encode(nested(MAX_DEPTH + 1, inmost))
    with pytest.raises(ParseError, match="deeper than 64"):
        encode(nested(MAX_DEPTH, {"key": inmost}))


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"[1, 2]", b'"\\u0041"', b"1.0", b"1e2", b"-0", b"NaN",
     b'"\\ud800"', b'"\xff"', b"[1", b"", b"9007199254740992", b"[" * 100_000],
)  # fmt: skip
def test_bytes_that_are_not_canonical_say_nothing(data: bytes) -> None:
    with pytest.raises(ParseError, match="canonical JSON"):
        decode(data)


@given(VALUES, st.dictionaries(ASCII, VALUES, max_size=3))
def test_a_thing_is_written_in_one_pass_as_in_two(value: Any, beside: dict[str, Any]) -> None:
    thing = {"value": value, "half": ("\ud800", value)}

    for each in (thing, {"value": value}):
        assert encode_thing(each, beside) == encode({**beside, **to_value(each)})


@pytest.mark.parametrize("odd", [1.5, float("nan"), 2**53, {"é": 1}, {1: 1}])
def test_an_odd_value_within_a_thing_is_refused(odd: Any) -> None:
    post = replace(Post("1", None, None, "isi", None), text=odd)

    for thing in (post, {"post": post, "text": "\ud800"}):
        with pytest.raises(ParseError, match="canonical JSON"):
            encode_thing(thing)


def test_no_text_stands_in_the_error_about_a_lone_surrogate() -> None:
    with pytest.raises(ParseError) as caught:
        encode({"text": "rahasia \ud800"})

    assert caught.value.__cause__ is None
    assert "rahasia" not in str(caught.value)


def test_lone_surrogates_are_scrubbed_wherever_they_stand() -> None:
    found = to_value({"text": "a\ud800", "list": ("\udfffé", ["ok"]), "pair": "\ud83d\ude00"})

    assert found == {"text": "a\ufffd", "list": ["\ufffdé", ["ok"]], "pair": "\N{GRINNING FACE}"}


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))])))
def test_a_time_is_written_in_whole_milliseconds_of_utc(moment: datetime) -> None:
    if moment.year in (1, 9999):
        return
    cut = moment.astimezone(UTC)

    text = instant(moment)

    assert len(text) == 24
    assert parse_instant(text) == cut.replace(microsecond=cut.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T02:00:00Z", "2026-11-22T02:00:00.000+00:00", "2026-11-22T02:00:00.000",
     "2026-11-22 02:00:00.000Z", "2026-11-22T02:00:00.000000Z", "2026-W47-7T02:00:00.000Z",
     "20261122T020000.000Z", "2026-11-22T02:00:00.000z", "2026-02-30T02:00:00.000Z", ""],
)  # fmt: skip
def test_a_time_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="time"):
        parse_instant(text)


@given(st.dictionaries(ASCII, VALUES, max_size=4))
def test_an_entry_of_bytes_just_made_is_the_one_read_from_them(facts: Mapping[str, Any]) -> None:
    draft = Draft(
        StatementType.CAPTURE, new_record_id(), datetime(2026, 11, 22, 2, tzinfo=UTC), "system",
        MappingProxyType(dict(facts)),
    )  # fmt: skip
    data = statement_bytes(draft, [ObjectRef("body", "text/html", 3, "0" * 64)])

    assert entry_made(7, data, leaf_hash(data)) == entry_of(7, data, leaf_hash(data))


REF = {"commit": "0" * 64, "media": "text/html", "role": "body", "size": 3}
STATEMENT: dict[str, Any] = {
    "at": "2026-11-22T02:00:00.000Z", "clock": "system", "facts": {}, "objects": [REF],
    "rec": "0" * 32, "type": "capture", "v": 1,
}  # fmt: skip


def test_a_whole_statement_is_read() -> None:
    said = parse_statement(encode(STATEMENT))

    assert (said.type, said.rec, said.v) == (StatementType.CAPTURE, "0" * 32, 1)
    assert said.objects == (ObjectRef("body", "text/html", 3, "0" * 64),)


@pytest.mark.parametrize("name", sorted(STATEMENT))
@pytest.mark.parametrize("odd", [None, True, 7, "x", [], {}], ids=repr)
def test_a_statement_with_another_value_or_without_it_or_with_more_is_refused(
    name: str, odd: Any
) -> None:
    less = {each: STATEMENT[each] for each in STATEMENT if each != name}
    altered = {**STATEMENT, name: odd}
    if type(odd) is type(STATEMENT[name]) and name in ("clock", "facts", "rec", "objects"):
        altered = {**STATEMENT, f"{name}2": odd}

    for value in (less, altered, [STATEMENT]):
        with pytest.raises(ParseError):
            parse_statement(encode(value))


@pytest.mark.parametrize(
    "ref", [{"role": "body"}, {**REF, "commit": 1}, {**REF, "size": "3"}, None, "body"]
)
def test_an_object_of_a_statement_that_is_not_whole_is_refused(ref: Any) -> None:
    with pytest.raises(ParseError):
        parse_statement(encode({**STATEMENT, "objects": [ref]}))
