"""What is gathered of one page whose data names the same thing more than once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from evidence.model import (
    AccountCounts,
    AccountSeen,
    Counts,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)

CHOSEN_BY_MACHINE = ("May be ", "Photo by ", "Photo shared by ", "Video by ", "No photo desc",
                     "Mungkin ", "Foto oleh ", "Foto dibagikan oleh ", "Tidak ada deskripsi")  # fmt: skip

HIDES = re.compile(r"(?=.*like)(?=.*count)(?=.*(?:disabl|hid(?:e|den)(?:_|$)))", re.IGNORECASE)
"""`like_and_view_counts_disabled` of the web, `is_…` of the app, `hide_…` of an account."""

UNLISTED = "no list of posts"
"""Marker of a page that shows an account and no list of its posts."""


@dataclass(slots=True)
class Sight:
    """Posts, accounts and states by their ids, in the order first met; `reading` ends it.

    A post or account met again fills in what the first meeting left unknown, and nothing else.
    url: of the page, for states of the page itself.
    """

    posts: dict[str, Post] = field(default_factory=dict)
    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    interactions: dict[Interaction, None] = field(default_factory=dict)
    states: dict[tuple[str, SeenState], StateSeen] = field(default_factory=dict)
    faults: list[Drift] = field(default_factory=list)
    empty: bool = False
    url: str = ""

    def post(self, post: Post) -> None:
        """A post the page shows."""
        first = self.posts.get(post.native_id)
        self.posts[post.native_id] = filled(first, post) if first else post

    def account(self, account: AccountSeen) -> None:
        """An account the page shows."""
        key = account.native_id or f"@{(account.handle or '').lower()}"
        first = self.accounts.get(key)
        if first and first.state is SeenState.PRESENT:
            first = replace(first, state=account.state)
        self.accounts[key] = filled(first, account) if first else account

    def edge(self, interaction: Interaction) -> None:
        """An act the page shows; the same one counts once."""
        self.interactions.setdefault(interaction)

    def state(self, subject: str, state: SeenState, marker: str) -> None:
        """A marker that something is not plainly there."""
        self.states.setdefault((subject, state), StateSeen(subject, state, marker))

    def fault(self, detail: str) -> None:
        """Something expected that is not there."""
        self.faults.append(Drift(detail))

    def unlisted(self, *, listed: bool = False) -> None:
        """Note that accounts are shown and no list of their posts: could not see, never empty.

        listed: whether a list was there and held something. An account that is closed shows none, and one that counts 0 posts has none.
        """
        shown = [each for each in self.accounts.values() if each.state is SeenState.PRESENT]
        owed = any(each.counts.post != 0 for each in shown)
        if owed and not (listed or self.posts or self.interactions or self.empty):
            self.state(f"page:{self.url}#posts", SeenState.UNSEEN, UNLISTED)

    @property
    def shows(self) -> bool:
        """Whether anything at all was recognised, be it a state."""
        return bool(self.posts or self.accounts or self.interactions or self.states or self.empty)

    def reading(self, read_by: str) -> Reading:
        """All of it. `empty` holds only for a page without posts and without drift."""
        return Reading(
            read_by,
            posts=tuple(self.posts.values()),
            accounts=tuple(self.accounts.values()),
            interactions=tuple(self.interactions),
            states=tuple(self.states.values()),
            drift=tuple(dict.fromkeys(self.faults)),
            empty=self.empty and not self.posts and not self.faults,
        )


def filled(first: Any, second: Any) -> Any:
    """The first value, with what it leaves unknown (None, empty) taken from the second."""
    gained = {}
    for name in (each.name for each in fields(first)):
        have, more = getattr(first, name), getattr(second, name)
        if isinstance(have, Counts | AccountCounts):
            more = filled(have, more)
        if (
            have is None or have == () or isinstance(have, Counts | AccountCounts)
        ) and more != have:
            gained[name] = more
    return replace(first, **gained) if gained else first


def moment(value: Any) -> datetime | None:
    """Aware UTC time of seconds since 1970, given as a number or its digits; else None.

    0 and below are what Meta writes where there is no time.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**35:
        return None
    return datetime.fromtimestamp(int(value), UTC)


def number(value: Any) -> int | None:
    """An exact count, given as an integer or its digits; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < 2**53 else None


def is_set(value: Any) -> bool:
    """Whether a flag is set: `true`, 1, or either written as a string; nothing else sets one."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1")
    return isinstance(value, int) and value == 1


def hides_figures(value: dict[str, Any]) -> bool | None:
    """Whether a post's owner hides its likes and views, by a flag of any name known or like those.

    None when there is no such flag; what stands in the fields of a hidden figure is not shown.
    """
    flags = [flag for name, flag in value.items() if HIDES.search(name)]
    return any(is_set(flag) for flag in flags) if flags else None


def identity(value: Any) -> str | None:
    """A native id given as a number or a string; None when it is neither, empty or zero."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value > 0 else None
    return value if isinstance(value, str) and value not in ("", "0") else None


def number_of(value: dict[str, Any]) -> str | None:
    """The number of an account in `pk` or `id`, as Instagram and Threads give it; None without one."""
    found = (identity(value.get(name)) for name in ("pk", "id"))
    return next((each for each in found if each and each.isascii() and each.isdecimal()), None)


def alternative(text: Any) -> str | None:
    """A medium's alternative text, unless it is one of those Meta's machine writes by itself.

    Those change with the model and with the visitor's language; they are no words of the author.
    """
    if not isinstance(text, str) or not text or text.startswith(CHOSEN_BY_MACHINE):
        return None
    return text
