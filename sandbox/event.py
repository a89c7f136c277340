"""What can happen in the simulated network, each at a simulated time (aware UTC).

Post keys and account keys are the scenario's own words; native ids are derived from them in
`sandbox.native`, in each platform's own form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """One copy of a drawn card. Copies of the same `card` show the same picture.

    card:   what is drawn; equal cards look equal, whatever their size and format.
    width:  pixels; the height follows (3:2).
    format: `JPEG`, `PNG` or `WEBP`.   quality: of the encoder, 1 to 95.
    """

    card: str
    width: int = 1200
    format: str = "JPEG"
    quality: int = 88
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """An account publishes a post."""

    at: datetime
    account: str
    post: str
    text: str
    picture: Picture | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An account answers a post of its own platform."""

    at: datetime
    account: str
    post: str
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Repost:
    """An account passes a post on without words of its own."""

    at: datetime
    account: str
    post: str
    of: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A post gets another text."""

    at: datetime
    post: str
    text: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A post is taken away."""

    at: datetime
    post: str


@dataclass(frozen=True, slots=True)
class Like:
    """An account likes a post, until `until` (None: for good)."""

    at: datetime
    account: str
    post: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """An account follows another one of its platform."""

    at: datetime
    account: str
    target: str


@dataclass(frozen=True, slots=True)
class Rename:
    """An account takes another handle; the native id stays."""

    at: datetime
    account: str
    handle: str


@dataclass(frozen=True, slots=True)
class GoPrivate:
    """An account is no longer shown to those who are not logged in."""

    at: datetime
    account: str


@dataclass(frozen=True, slots=True)
class Suspend:
    """The platform suspends an account."""

    at: datetime
    account: str


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The platform answers 429 with Retry-After.

    refusals: the first so many requests of the window; None: every request in it.
    """

    at: datetime
    until: datetime
    platform: str
    retry_after_s: int = 1
    refusals: int | None = None


@dataclass(frozen=True, slots=True)
class LoginWall:
    """The platform shows an account (empty: nobody) only to those who log in."""

    at: datetime
    until: datetime
    platform: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class ServerError:
    """The platform answers 503."""

    at: datetime
    until: datetime
    platform: str


@dataclass(frozen=True, slots=True)
class DropConnection:
    """The platform cuts every connection after half of the answer."""

    at: datetime
    until: datetime
    platform: str


@dataclass(frozen=True, slots=True)
class ExpireMedia:
    """The address of a post's picture stops working; the picture has a new one from then on."""

    at: datetime
    post: str


Fault = RateLimit | LoginWall | ServerError | DropConnection
Event = (
    Publish
    | Reply
    | Repost
    | Edit
    | Remove
    | Like
    | Follow
    | Rename
    | GoPrivate
    | Suspend
    | ExpireMedia
    | Fault
)
