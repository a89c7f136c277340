"""Meta's envelope: JSON in scripts, in lines, behind a prefix; and what is none of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from crawler.page import Page
from crawler.relay import held, is_beside, is_hollow, outermost, sheets, walk


def of(text: str) -> tuple[tuple[Any, ...], list[str]]:
    found = sheets(Page("https://www.contoh.test/", 200, {}, text.encode()))
    return found.documents, [fault.detail for fault in found.faults]


def html(inside: str) -> str:
    return (
        f"<!DOCTYPE html><html lang='id'><head><title>T</title></head><body>{inside}</body></html>"
    )


def test_data_scripts_are_read_in_the_order_of_the_page() -> None:
    page = html(
        '<script type="application/json" data-sjs>{"a":1}</script><p>x</p>'
        '<script data-sjs type="application/json">{"b":2}</script>'
    )

    assert of(page) == (({"a": 1}, {"b": 2}), [])


def test_a_data_script_that_is_no_json_is_a_fault() -> None:
    assert of(html('<script type="application/json" data-sjs>{"a":</script>')) == (
        (),
        ["script[data-sjs]: is not JSON"],
    )


def test_arguments_of_inline_scripts_are_read_where_they_hold_data() -> None:
    page = html(
        "<script>window._sharedData = "
        '{"entry_data":{"x":1}};</script><script>var t={"other":1};</script>'
        '<script>s.handle(A,{"require":[{"__bbox":{"result":{}}}]}, function(){});</script>'
    )

    assert of(page)[0] == (
        {"entry_data": {"x": 1}},
        {"require": [{"__bbox": {"result": {}}}]},
    )


def test_a_page_cut_off_inside_of_a_script_says_so() -> None:
    faults = of(html('<script type="application/json" data-sjs>{"a":1}</script>')[:-40])[1]

    assert "the page ends inside of a script" in faults


def test_a_page_without_its_end_says_so() -> None:
    assert of(html("<p>x</p>")[:-10])[1] == ["the page does not end: no </html>"]


def test_an_answer_in_lines_behind_a_prefix_is_read() -> None:
    assert of('for (;;);{"data":1}\n{"label":"x"}\n') == (({"data": 1}, {"label": "x"}), [])


def test_lines_before_a_broken_one_are_kept_and_the_break_is_heard_of() -> None:
    assert of('{"data":1}\n{"label":') == (({"data": 1},), ["a line of the answer is not JSON"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "the body is empty"), ("  \n", "the body is empty"), ("hello", "the body is not JSON"),
     ("[" * 100_000, "the body is not JSON")],
)  # fmt: skip
def test_a_body_that_is_nothing_known_is_a_fault(text: str, fault: str) -> None:
    assert of(text) == ((), [fault])


def test_the_title_in_a_drawing_or_a_script_is_not_the_pages() -> None:
    page = html("<svg><title>Other</title></svg><script>'<title>Third</title>'</script>")
    found = sheets(Page("https://www.contoh.test/", 200, {}, page.encode()))

    assert found.headings is not None
    assert (found.headings.title, found.headings.lang) == ("T", "id")


def test_walk_goes_outer_before_inner_in_document_order_and_not_where_it_is_told_not_to() -> None:
    value = {"n": 0, "a": {"n": 1, "b": [{"n": 2}]}, "skip": {"n": 9}, "c": {"n": 3}}

    assert [at["n"] for at in walk(value, skip=frozenset(("skip",)))] == [0, 1, 2, 3]


def test_outermost_does_not_look_inside_of_what_is_wanted() -> None:
    value = [{"w": 1, "x": {"w": 2}}, {"x": {"w": 3}}]

    assert [at["w"] for at in outermost(value, lambda each: "w" in each)] == [1, 3]


def test_held_gives_each_field_by_its_name() -> None:
    found = held({"a": 1, "x": [{"a": None}, {"b": 2}]}, frozenset(("a", "b", "c")))

    assert found == {"a": [1, None], "b": [2], "c": []}


@pytest.mark.parametrize(
    ("document", "beside"),
    [
        ({"data": {"viewer": {"user": None}}, "extensions": {}}, True),
        ({"data": {"feed": {"edges": []}}, "extensions": {}}, True),
        ({"data": {"node": {"id": "1", "feed": {"edges": []}}}, "extensions": {}}, True),
        ({"data": {"feed": {"edges": [1]}}, "extensions": {}}, False),
        ({"data": {"viewer": None}, "extensions": {}, "errors": [{}]}, False),
        ({"data": {"viewer": None}}, False),
        ({"a": 1}, False),
        ([1], False),
    ],
)
def test_only_a_sound_answer_without_a_trace_of_posts_is_of_another_query(
    document: Any, beside: bool
) -> None:
    assert is_beside(document) is beside


def test_an_answer_without_data_is_hollow() -> None:
    box = {"complete": True, "sequence_number": 0}

    assert is_hollow({**box, "result": {"date": {}}})
    assert not is_hollow({**box, "result": {"data": {}}})
    assert not is_hollow({"result": None})


def test_many_scripts_without_end_are_soon_read() -> None:
    began = time.process_time()
    of("<html>" + "<script>" * 200_000)

    assert time.process_time() - began < 2
