"""What the readers of official answers share: one JSON document, read into a Reading."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.page import Page, whole_number
from evidence.model import AccountSeen, Drift, Interaction, Post, Reading, SeenState, StateSeen

REFUSED = frozenset({401, 403, 429})


@dataclass(slots=True)
class Answer:
    """What has been read of one document so far."""

    url: str
    posts: list[Post] = field(default_factory=list)
    accounts: list[AccountSeen] = field(default_factory=list)
    edges: list[Interaction] = field(default_factory=list)
    states: list[StateSeen] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    faults: list[Drift] = field(default_factory=list)

    def state(self, subject: str, state: SeenState, marker: str) -> None:
        """Note a state with the interface's own word for it."""
        self.states.append(StateSeen(subject, state, marker))

    def page(self, state: SeenState, marker: str) -> None:
        """Note a state of the answer itself."""
        self.state(f"page:{self.url}", state, marker)

    def fault(self, path: str, why: str) -> None:
        """Note that a part is not understood. why: without content."""
        self.faults.append(Drift(f"{path}: {why}"))

    def reading(self, read_by: str) -> Reading:
        """All of it."""
        return Reading(
            read_by, tuple(self.posts), tuple(self.accounts), tuple(self.edges),
            tuple(self.states), next=tuple(dict.fromkeys(self.next)), drift=tuple(self.faults),
        )  # fmt: skip


def document(page: Page) -> dict[str, Any] | None:
    """The JSON object of a body, None when it is none."""
    try:
        value = json.loads(page.body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def inner(value: Any, *names: str) -> Any:
    """A field within fields; None when one of them is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def words(value: Any) -> str | None:
    """A text that is not empty, else None."""
    return value if isinstance(value, str) and value else None


def native(value: Any) -> str | None:
    """An id, also when it is written as a number."""
    if isinstance(value, bool):
        return None
    return str(value) if isinstance(value, int) else words(value)


def number(value: Any) -> int | None:
    """An exact count, also when it is written as digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 17:
        value = int(value)
    return whole_number(value)


def moment(value: Any) -> datetime | None:
    """Aware UTC time from ISO 8601 (`+0000` too), or from whole seconds since 1970."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**33:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def asked(url: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(url).query))


def with_query(url: str, **values: str) -> str:
    """The address with some values of its query set anew."""
    parts = urlsplit(url)
    return parts._replace(query=urlencode({**asked(url), **values})).geturl()
