"""MHTML files: a page and its parts as one message, as Chromium's "single file" save writes them.

Source: RFC 2557.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter
from datetime import UTC, datetime
from email import errors
from email.message import Message
from email.utils import parsedate_to_datetime

from crawler.ingest.found import Found, Handed, Limits, broken
from evidence.model import CaptureKind

DAMAGE = (
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.NoBoundaryInMultipartDefect,
    errors.MultipartInvariantViolationDefect,
    errors.InvalidBase64PaddingDefect,
    errors.InvalidBase64CharactersDefect,
    errors.InvalidBase64LengthDefect,
)
CODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
DEPTH = 5


def read_mhtml(data: bytes, name: str, limits: Limits) -> Handed:
    """The page and its parts. Raises ParseError naming the part."""
    # Every part begins with a line of two hyphens; a comment of HTML ends with three characters.
    if data.count(b"\n--") - data.count(b"\n-->") > limits.records:
        raise broken(name, f"holds more than {limits.records} parts")
    try:
        whole = email.message_from_bytes(data, policy=email.policy.compat32)
    except (ValueError, LookupError, RecursionError) as error:
        raise broken(name, "is not a sound MHTML file") from error
    if not whole.get("Content-Type"):
        raise broken(name, "has no Content-Type")
    _sound(whole, name)
    claimed = _date(whole.get("Date"))
    left: Counter[str] = Counter()
    found: list[Found] = []
    start = _one(whole.get("Snapshot-Content-Location"))
    for number, part in enumerate(_parts(whole, name, 0), start=1):
        one = _found(part, f"{name}, part {number}", claimed, start, is_first=not found)
        if one is None or len(one.body) > limits.body_bytes:
            left["without an address" if one is None else "larger than one response may be"] += 1
        else:
            found.append(one)
    if not any(one.root for one in found):
        raise broken(name, "holds no HTML page")
    return Handed("MHTML", "multipart/related", tuple(found), claimed, tuple(sorted(left.items())))


def _parts(message: Message, name: str, depth: int) -> list[Message]:
    if depth > DEPTH:
        raise broken(name, f"has parts nested more than {DEPTH} deep")
    if not message.is_multipart():
        return [message]
    held = [part for part in message.get_payload() if isinstance(part, Message)]
    return [leaf for part in held for leaf in _parts(part, name, depth + 1)]


def _found(
    part: Message, place: str, claimed: datetime | None, start: str, *, is_first: bool
) -> Found | None:
    """One part as a rendered document or a file of the page; None when it has no address."""
    coding = _one(part.get("Content-Transfer-Encoding")).lower()
    if coding not in CODINGS:
        raise broken(place, "is in a transfer encoding that is not known")
    body = part.get_payload(decode=True)
    _sound(part, place)
    media = part.get_content_type()
    url = _one(part.get("Content-Location")) or (start if is_first else "")
    root = is_first and media in ("text/html", "application/xhtml+xml")
    if not url or not isinstance(body, bytes):
        if root:
            raise broken(place, "does not say which address it shows")
        return None
    said = (("Content-Type", _one(part.get("Content-Type"))),)
    kind = CaptureKind.DOM if media.startswith("text/") else CaptureKind.MEDIA
    status = None if kind is CaptureKind.DOM else 200
    return Found(place, url, kind, media, body, claimed, status, response_headers=said, root=root)


def _sound(message: Message, place: str) -> None:
    for defect in message.defects:
        if isinstance(defect, DAMAGE):
            raise broken(place, f"is damaged or cut off ({type(defect).__name__})")


def _one(value: object) -> str:
    """A header as one line of text."""
    return re.sub(r"\s+", " ", str(value)).strip() if value is not None else ""


def _date(value: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(_one(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None
