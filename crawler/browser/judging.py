"""What a look is worth, judged when it is over: by what came, what was seen, and what went wrong."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

from PIL import Image

from crawler import challenges
from crawler.browser.world import Facts
from crawler.page import Page
from evidence.model import CaptureState, Exchange

RENDERED_TYPE = {"content-type": "text/html; charset=utf-8"}
NET_ERRORS = {
    "ERR_TOO_MANY_REDIRECTS": "REDIRECT_LOOP",
    "ERR_TIMED_OUT": "TIMEOUT",
    "ERR_CONNECTION_TIMED_OUT": "TIMEOUT",
    "ERR_NAME_NOT_RESOLVED": "DNS",
    "ERR_CONNECTION_REFUSED": "CONNECTION_REFUSED",
    "ERR_UNSAFE_REDIRECT": "REFUSED_ADDRESS",
    "ERR_UNKNOWN_URL_SCHEME": "REFUSED_ADDRESS",
    "ERR_UNSAFE_PORT": "REFUSED_ADDRESS",
    "ERR_INVALID_URL": "REFUSED_ADDRESS",
    "navigate to invalid URL": "REFUSED_ADDRESS",
    "ERR_BLOCKED_BY_CLIENT": "ROBOTS",
}
"""Chromium's names of failures, and the gap each makes; any other is a connection that broke."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a look that is over.

    facts:    what the page showed; None when it could not be asked.
    troubles: what could not be seen, as (code, detail).
    refused:  how many addresses the proxy refused.
    wall:     the mark of a challenge in place of the page, empty without one.
    """

    document: Exchange
    answers: tuple[Exchange, ...]
    facts: Facts | None
    troubles: tuple[tuple[str, str], ...]
    refused: int
    wall: str = ""


def judged(rendered: Exchange | None, known: Known) -> Exchange | None:
    """A rendering with its state and flags, by all that is known when the look is over.

    What was noted after it was taken may have begun before, so any trouble makes it partial,
    and so does a part it was made of that did not come whole.
    """
    if rendered is None:
        return None
    facts, parts = known.facts, (known.document, *known.answers)
    hidden = facts is not None and (facts.overlay or facts.login or facts.blank)
    hidden = hidden or bool(known.wall)
    came = all(part.state is CaptureState.COMPLETE for part in parts)
    whole = came and not (hidden or known.troubles or rendered.flags)
    return replace(
        rendered,
        status=known.document.status,
        state=CaptureState.COMPLETE if whole else CaptureState.PARTIAL,
        flags=_flags(known) + rendered.flags,
    )


def _flags(known: Known) -> tuple[str, ...]:
    """What bears on how much the rendering shows; counts and kinds only."""
    facts = known.facts
    found = ["browser"]
    if known.refused:
        found.append(f"blocked:{known.refused}")
    if facts is not None:
        found += [name for name in ("overlay", "banner", "login") if getattr(facts, name)]
    if any(code == "TIMEOUT" for code, _ in known.troubles):
        found.append("timeout")
    if known.wall:
        found.append("wall")
    return tuple(found)


def wall_of(document: Exchange | None, rendered: bytes) -> str:
    """The mark of a challenge in place of a page; empty for a page with content of its own.

    document: its response, None when none came.   rendered: the document as it stands, UTF-8.
    """
    sent = document.response_headers if document is not None else ()
    headers = {name.lower(): value for name, value in sent}
    return challenges.met(Page("", 200, headers | RENDERED_TYPE, rendered)) or ""


def code_of(said: str) -> str:
    """The gap a failure makes that Chromium names, empty for one that is not known."""
    return next((code for name, code in NET_ERRORS.items() if name in said), "")


def one_colour(picture: bytes) -> bool:
    """Whether every pixel of a picture is the same; the picture is one our browser made."""
    with Image.open(io.BytesIO(picture), formats=("PNG", "JPEG")) as opened:
        colours = opened.convert("RGB").getcolors(maxcolors=1)
    return colours is not None
