"""What a handed-in file holds, whatever its format: responses and documents, with their claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.page import Page
from crawler.unpack import Oversize, unpack
from evidence.errors import ParseError
from evidence.model import CaptureKind

SECRET_REQUEST = frozenset(
    {"cookie", "authorization", "proxy-authorization", "x-csrftoken", "x-csrf-token", "x-fb-lsd"}
    | {"x-guest-token", "x-twitter-auth-type", "x-api-key", "x-goog-api-key"}
)
"""Headers of a request that speak for a logged-in person."""
SECRET_RESPONSE = frozenset({"set-cookie", "set-cookie2"})
DECODED = ("content-encoding", "transfer-encoding", "content-length")
"""Headers that no longer hold of a body which was kept decoded."""
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold. A file beyond is refused, not cut.

    file_bytes: as handed in.   unpacked_bytes: of all that is packed in it, together.
    text_bytes: of a file that is one text (HAR, MHTML, JSON, HTML), which takes many times its size.
    body_bytes: of one response; a larger one is left out and counted.   records: how many.
    """

    file_bytes: int = 200_000_000
    unpacked_bytes: int = 200_000_000
    text_bytes: int = 50_000_000
    body_bytes: int = 20_000_000
    records: int = 20_000


@dataclass(frozen=True, slots=True)
class Found:
    """One response, document or picture inside a file.

    place:      where in the file, in the words an error would use (`record 4 at offset 1920`).
    root:       the document the person looked at, as far as the format says.
    claimed_at: the file's own word for when it was received; None when it says nothing.
    status:     None for what is no HTTP response.
    secrets:    whether its request or response carried a login, which is left out here.
    """

    place: str
    url: str
    kind: CaptureKind
    media: str
    body: bytes
    claimed_at: datetime | None
    status: int | None = None
    method: str = "GET"
    request_headers: Headers = ()
    response_headers: Headers = ()
    request_body: bytes = b""
    root: bool = False
    secrets: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """A file taken apart.

    format:     `WACZ`, `WARC`, `HAR`, `MHTML`, `HTML`, `PICTURE`, `PDF`, `RECORDED` or `EXPORT`.
    media:      media type of the file itself.
    found:      what can be read or shown, in the file's order.
    claimed_at: when the file says it was made; None when it does not.
    left_out:   (why, how many) of the parts that were not taken.
    """

    format: str
    media: str
    found: tuple[Found, ...]
    claimed_at: datetime | None = None
    left_out: tuple[tuple[str, int], ...] = ()


def broken(place: str, why: str) -> ParseError:
    """The error for a damaged or refused file. place: file and record."""
    return ParseError(place, why, "Nothing of it was kept; hand in an undamaged file")


def unaddressed(place: str) -> ParseError:
    """The error for a page of which nobody says where it is from."""
    return ParseError(place, "does not say which address it shows", "Say it with --url")


def without_secrets(headers: Headers, secret: frozenset[str]) -> tuple[Headers, bool]:
    """Headers without those that speak for a person, and whether there were any."""
    kept = tuple((name, value) for name, value in headers if name.strip().lower() not in secret)
    return kept, len(kept) < len(headers)


def as_decoded(headers: Headers) -> Headers:
    """Headers of a body that is no longer coded: what was said of the coding is set aside."""
    return tuple(
        (f"X-Archive-Orig-{name}" if name.lower() in DECODED else name, value)
        for name, value in headers
    )


def media_of(headers: Headers) -> str:
    """Media type without parameters, lower case; empty when there is none."""
    said = next((value for name, value in headers if name.lower() == "content-type"), "")
    plain = said.split(";")[0].strip().lower()
    return plain if plain.isascii() else ""


def moment(text: str | None) -> datetime | None:
    """UTC time of an ISO 8601 text with an offset; None for anything else."""
    try:
        found = datetime.fromisoformat((text or "").strip())
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def page_of(found: Found) -> Page:
    """What a reader is given of it: headers by lower-case name, the body without its coding."""
    headers: dict[str, str] = {}
    for name, value in found.response_headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    try:
        body = unpack(found.body, headers.get("content-encoding", ""))
    except Oversize:
        body = b""  # a bomb holds nothing to be read; its bytes are kept as they are
    return Page(found.url, found.status or 200, headers, body)
