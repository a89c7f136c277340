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

GONE = re.compile(
    "removed by the (?:uploader|user)|video has been removed|removed for violating"
    "|uploader has closed their youtube account|account associated with this video has been closed"
    "|video does not exist|no longer available due to a|isn't available any ?more"
    "|dihapus (?:oleh|karena)|menutup akun youtube|tidak (?:lagi )?tersedia(?: lagi)? karena (?:adanya )?klaim"
    "|video ini (?:tidak lagi tersedia|tidak tersedia lagi)(?:[.:]|$)"
)
ENDED = re.compile(
    "has been terminated|account associated with this video was terminated"
    "|akun youtube yang terkait .{0,60}(?:dihentikan|ditutup oleh youtube)|akun .{0,60}telah dihentikan"
)
ELSEWHERE = re.compile(
    "your country|this country|country domain|in your (?:region|location)|legal complaint|court order"
    "|blocked it on copyright grounds"
    "|negara anda|negara ini|domain negara|(?:wilayah|lokasi) anda|keluhan hukum|perintah pengadilan"
    "|memblokirnya (?:karena|berdasarkan)"
)
PRIVATE = re.compile("video is private|private video|video (?:ini )?(?:bersifat )?pribadi")
MACHINE = re.compile("not a bot|try again later|unusual traffic|bukan bot|coba lagi nanti")
CLOSED_CHANNEL = re.compile(
    "account (?:has been|was) terminated|account has been suspended|channel (?:was|has been) removed"
    "|akun .{0,60}dihentikan|akun .{0,60}ditangguhkan|(?:channel|saluran) ini (?:telah )?dihapus"
)
NO_CHANNEL = re.compile("channel (?:does not|doesn't) exist|(?:channel|saluran) ini tidak ada")
"""Parts of YouTube's sentences in English and Indonesian, in lower case. Pages are asked for in
English; a person's file may be in Indonesian."""
CODE = re.compile(r"[A-Z_]{1,40}")
SAYING = ("reason", "subreason", "title", "subtitle")
"""Fields of an error screen, of its older and newer kind, that hold a sentence."""
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
    if first(told, "playerCaptchaViewModel") is not None:
        return SeenState.BLOCKED, f"{status}: playerCaptchaViewModel"
    return _meaning(status, _plain(marker)), marker


def alert(data: dict[str, Any]) -> Told | None:
    """What a page says in an alert of type ERROR in place of its channel."""
    for _, one in nodes(data.get("alerts"), "alertRenderer", "alertWithButtonRenderer"):
        if one.get("type") != "ERROR":
            continue
        marker = (shown(one.get("text")) or "alertRenderer ERROR")[:LONGEST]
        return _of_channel(_plain(marker)), marker
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


def _plain(marker: str) -> str:
    return " ".join(marker.lower().replace("\u2019", "'").split())


def _meaning(status: str, words: str) -> SeenState:
    """State of a video. What is said of its end comes first: it may name a country by the way."""
    closed = status in ("ERROR", "UNPLAYABLE")
    if MACHINE.search(words):
        return SeenState.BLOCKED
    if closed and ENDED.search(words):
        return SeenState.SUSPENDED
    if closed and GONE.search(words):
        return SeenState.ABSENT
    if PRIVATE.search(words):
        return SeenState.PRIVATE
    if ELSEWHERE.search(words):
        return SeenState.WITHHELD
    return SeenState.UNSEEN if status == "ERROR" else SeenState.GATED


def _of_channel(words: str) -> SeenState:
    if CLOSED_CHANNEL.search(words):
        return SeenState.SUSPENDED
    if NO_CHANNEL.search(words):
        return SeenState.ABSENT
    return SeenState.WITHHELD if ELSEWHERE.search(words) else SeenState.GATED


def _sentences(told: dict[str, Any]) -> list[str]:
    """Reason, its second sentence, and messages, as the status object gives them."""
    said = [shown(told.get("reason"))]
    screen = told.get("errorScreen")
    for part in screen.values() if isinstance(screen, dict) else ():
        if isinstance(part, dict):
            said += [shown(part.get(name)) for name in SAYING]
    messages = told.get("messages")
    said += [shown(one) for one in messages] if isinstance(messages, list) else []
    return [text.strip() for text in said if text and text.strip()]
