"""Native ids in each platform's own form, derived from a scenario's keys and times alone."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
"""AT Protocol's sortable base32 alphabet."""


def fold(*words: str) -> int:
    """A stable 64-bit number of some words."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8], "big")


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return int(moment.astimezone(UTC).timestamp() * 1000)


def snowflake(moment: datetime, key: str) -> str:
    """A Mastodon id: 48 bits of milliseconds, 16 bits that tell posts of one instant apart."""
    return str(milliseconds(moment) << 16 | fold("snowflake", key) & 0xFFFF)


def tid(moment: datetime, key: str) -> str:
    """An AT Protocol timestamp id: 13 sortable digits of microseconds and a clock number."""
    number = (milliseconds(moment) * 1000) << 10 | fold("tid", key) & 0x3FF
    return "".join(TID_DIGITS[number >> shift & 31] for shift in range(60, -5, -5))


def did(key: str) -> str:
    """A did:plc of 24 base32 digits."""
    digest = hashlib.sha256(b"did\0" + key.encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def channel(key: str) -> int:
    """A Telegram channel's number."""
    return 1_000_000_000 + fold("channel", key) % 900_000_000


def iso(moment: datetime) -> str:
    """ISO 8601 UTC with milliseconds and `Z`, as JSON platforms write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )
