"""What YouTube says instead of a video, a channel or an answer: its own codes and sentences.

YouTube has few codes and many sentences, so the sentence of a structured field (never of the page
at large) decides; pages are asked for in English for that. A sentence that is not known gives
GATED or UNSEEN, never ABSENT, with the platform's words as marker.
"""

from __future__ import annotations

import re
from typing import Any

from crawler.platforms.youtube.tree import first, inside, nodes
from crawler.platforms.youtube.words import shown
from evidence.model import SeenState

GONE = (
    "removed by the uploader", "removed by the user", "video has been removed",
    "account associated with this video has been closed", "video does not exist",
    "no longer available due to a", "removed for violating",
)  # fmt: skip
ENDED = ("has been terminated", "account associated with this video was terminated")
ELSEWHERE = ("country", "in your region", "in your location", "legal complaint", "court order")
PRIVATE = ("video is private", "private video")
MACHINE = ("not a bot", "try again later", "unusual traffic")
CLOSED_CHANNEL = ("account has been terminated", "channel was removed", "account was terminated",
                  "account has been suspended", "channel has been removed")  # fmt: skip
NO_CHANNEL = ("channel does not exist", "channel doesn't exist")
CODE = re.compile(r"[A-Z_]{1,40}")
LONGEST = 400
"""Most letters of a marker; YouTube's sentences are shorter."""
REFUSED = frozenset(("RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED"))

Told = tuple[SeenState, str]


def playability(player: dict[str, Any]) -> Told | None:
    """What the player was told instead of a video to play; None when there is nothing to tell."""
    status = inside(player, "playabilityStatus.status")
    if not isinstance(status, str) or status in ("OK", "LIVE_STREAM_OFFLINE"):
        return None
    told = player["playabilityStatus"]
    said = list(dict.fromkeys(_sentences(told)))
    marker = ": ".join((status, *said))[:LONGEST]
    words = marker.lower().replace("\u2019", "'")
    if first(told, "playerCaptchaViewModel") is not None:
        return SeenState.BLOCKED, f"{status}: playerCaptchaViewModel"
    return _meaning(status, words), marker


def alert(data: dict[str, Any]) -> Told | None:
    """What a page says in an alert of type ERROR in place of its channel."""
    for _, one in nodes(data.get("alerts"), "alertRenderer", "alertWithButtonRenderer"):
        if one.get("type") != "ERROR":
            continue
        marker = (shown(one.get("text")) or "alertRenderer ERROR")[:LONGEST]
        words = marker.lower().replace("\u2019", "'")
        return _of_channel(words), marker
    return None


def error(data: dict[str, Any]) -> Told | str | None:
    """What an `error` object says: a state, the name of an error that is our own, or None."""
    told = data.get("error")
    if not isinstance(told, dict):
        return None
    said = told.get("status")
    status = said if isinstance(said, str) and CODE.fullmatch(said) else ""
    code = told.get("code") if isinstance(told.get("code"), int) else None
    marker = f"error {code} {status}".strip()
    if code == 429 or status in REFUSED or (isinstance(code, int) and code >= 500):
        return SeenState.BLOCKED, marker
    if code in (401, 403) or status in ("PERMISSION_DENIED", "UNAUTHENTICATED"):
        return SeenState.GATED, marker
    if code == 404 or status == "NOT_FOUND":
        return SeenState.UNSEEN, marker
    return marker


def _meaning(status: str, words: str) -> SeenState:
    if any(part in words for part in MACHINE):
        return SeenState.BLOCKED
    if any(part in words for part in PRIVATE):
        return SeenState.PRIVATE
    if any(part in words for part in ELSEWHERE):
        return SeenState.WITHHELD
    if status != "ERROR" and status != "UNPLAYABLE":
        return SeenState.GATED
    if any(part in words for part in ENDED):
        return SeenState.SUSPENDED
    if any(part in words for part in GONE):
        return SeenState.ABSENT
    return SeenState.UNSEEN if status == "ERROR" else SeenState.GATED


def _of_channel(words: str) -> SeenState:
    if any(part in words for part in CLOSED_CHANNEL):
        return SeenState.SUSPENDED
    if any(part in words for part in NO_CHANNEL):
        return SeenState.ABSENT
    return SeenState.WITHHELD if any(part in words for part in ELSEWHERE) else SeenState.GATED


def _sentences(told: dict[str, Any]) -> list[str]:
    """Reason, its second sentence, and messages, as the status object gives them."""
    said = [told.get("reason")]
    for _, screen in nodes(told.get("errorScreen"), "playerErrorMessageRenderer",
                           "playerLegacyDesktopYpcOfferRenderer"):  # fmt: skip
        said += [shown(screen.get("reason")), shown(screen.get("subreason"))]
    messages = told.get("messages")
    said += messages if isinstance(messages, list) else []
    return [text.strip() for text in said if isinstance(text, str) and text.strip()]
