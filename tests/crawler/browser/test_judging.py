"""A look is whole only when nothing is known that speaks against it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from crawler.browser.judging import Known, code_of, judged, one_colour, wall_of
from crawler.browser.world import Facts
from evidence.model import CaptureKind, CaptureState, Exchange

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DOCUMENT = Exchange("https://contoh.example/", "GET", NOW, NOW, (), 203, (), b"<p>halo</p>")
RENDERED = replace(DOCUMENT, kind=CaptureKind.DOM, status=None)
FACTS = Facts(text=5, pictures=0, height=900, view=900, overlay=False, banner=False, login=False)
KNOWN = Known(DOCUMENT, (DOCUMENT,), FACTS, (), 0)
CUT = replace(DOCUMENT, state=CaptureState.PARTIAL)


def test_a_look_that_nothing_speaks_against_is_whole_under_its_documents_status() -> None:
    found = judged(RENDERED, KNOWN)

    assert found is not None
    assert (found.state, found.status, found.flags) == (CaptureState.COMPLETE, 203, ("browser",))


def test_what_was_not_rendered_is_not_judged() -> None:
    assert judged(None, KNOWN) is None


@pytest.mark.parametrize(
    ("known", "flags"),
    [
        (replace(KNOWN, document=CUT), ()),
        (replace(KNOWN, answers=(DOCUMENT, CUT)), ()),
        (replace(KNOWN, facts=replace(FACTS, overlay=True)), ("overlay",)),
        (replace(KNOWN, facts=replace(FACTS, login=True)), ("login",)),
        (replace(KNOWN, facts=replace(FACTS, text=0)), ()),
        (replace(KNOWN, wall="captcha"), ("wall",)),
        (replace(KNOWN, wall="captcha", facts=None), ("wall",)),
        (replace(KNOWN, troubles=(("TIMEOUT", "x"),)), ("timeout",)),
        (replace(KNOWN, troubles=(("DNS", "x"), ("TIMEOUT", "x"))), ("timeout",)),
        (replace(KNOWN, troubles=(("DNS", "x"),)), ()),
    ],
    ids=["document cut", "answer cut", "covered", "login", "blank", "wall", "wall, not asked",
         "time", "time too", "trouble"],
)  # fmt: skip
def test_whatever_speaks_against_a_look_makes_it_partial(
    known: Known, flags: tuple[str, ...]
) -> None:
    found = judged(RENDERED, known)

    assert found is not None
    assert (found.state, found.flags) == (CaptureState.PARTIAL, ("browser", *flags))


def test_a_rendering_with_a_flag_of_its_own_keeps_it_and_is_partial() -> None:
    found = judged(replace(RENDERED, flags=("cut",)), KNOWN)

    assert found is not None
    assert (found.state, found.flags) == (CaptureState.PARTIAL, ("browser", "cut"))


@pytest.mark.parametrize(
    ("known", "flags"),
    [
        (replace(KNOWN, facts=replace(FACTS, banner=True)), ("banner",)),
        (replace(KNOWN, refused=3), ("blocked:3",)),
        (replace(KNOWN, facts=None), ()),
        (replace(KNOWN, facts=replace(FACTS, text=0, pictures=1)), ()),
    ],
    ids=["banner", "blocked", "not asked", "pictures alone"],
)
def test_what_hides_nothing_of_a_look_is_told_and_leaves_it_whole(
    known: Known, flags: tuple[str, ...]
) -> None:
    found = judged(RENDERED, known)

    assert found is not None
    assert (found.state, found.flags) == (CaptureState.COMPLETE, ("browser", *flags))


def test_a_failure_that_chromium_names_is_a_gap_of_ours_and_another_is_none() -> None:
    assert code_of("net::ERR_NAME_NOT_RESOLVED at https://x.example") == "DNS"
    assert code_of("net::ERR_SOMETHING_ELSE") == ""


def test_a_page_with_words_of_its_own_is_no_wall() -> None:
    assert wall_of(None, b"<p>halo</p>") == ""
    assert wall_of(replace(DOCUMENT, response_headers=(("Server", "x"),)), b"<p>halo</p>") == ""


def test_a_challenge_is_known_by_the_headers_of_its_document() -> None:
    sent = replace(DOCUMENT, response_headers=(("Cf-Mitigated", "challenge"),))

    assert wall_of(sent, b"<p>Just a moment</p>") != ""


@pytest.mark.parametrize(("spot", "one"), [(None, True), ((3, 3), False)])
def test_a_picture_of_one_colour_is_told(spot: tuple[int, int] | None, one: bool) -> None:
    picture = Image.new("RGB", (8, 8), (9, 9, 9))
    if spot:
        picture.putpixel(spot, (9, 9, 10))
    file = io.BytesIO()
    picture.save(file, "PNG")

    assert one_colour(file.getvalue()) is one
