"""What the steps hand on: the page that was seen, and what each step made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.visit import Seen
from evidence.model import (
    AccountSeen,
    Entry,
    ImageReading,
    Interaction,
    KnownPost,
    Observation,
    Reading,
    SeenState,
)


@dataclass(frozen=True, slots=True)
class Edge:
    """One interaction between watchlist accounts. None: that side is not on the watchlist."""

    interaction: Interaction
    actor_watch: str | None
    target_watch: str | None


@dataclass(frozen=True, slots=True)
class Scoped:
    """After scope: only what may be kept. withheld: interactions and posts of strangers left out."""

    seen: Seen
    reading: Reading
    edges: tuple[Edge, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class Measured:
    """After fingerprints: a picture's measures, None for anything that is not a picture."""

    scoped: Scoped
    image: ImageReading | None = None

    @property
    def seen(self) -> Seen:
        """The page itself."""
        return self.scoped.seen


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What a page changed about the visited account."""

    account: AccountSeen
    previous: SeenState | None
    changed: tuple[str, ...]
    marker: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """After history: what is new against what the archive knew.

    new_edges: seen for the first time.   again: seen once more after they were withdrawn.
    withdrawn: missing from a list that was read to its end, each with its `interactions` row.
    """

    measured: Measured
    observations: tuple[tuple[Observation, KnownPost | None], ...]
    account: AccountChange | None
    new_edges: tuple[Edge, ...]
    again: tuple[Edge, ...] = ()
    withdrawn: tuple[tuple[Edge, Mapping[str, Any]], ...] = ()

    @property
    def seen(self) -> Seen:
        """The page itself."""
        return self.measured.seen


@dataclass(frozen=True, slots=True)
class Recorded:
    """After record: the page's entries in the log, which can be asked for."""

    compared: Compared
    entries: tuple[Entry, ...]

    @property
    def seen(self) -> Seen:
        """The page itself."""
        return self.compared.seen
