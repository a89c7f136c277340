"""A post's history: snapshots of its states and observations of what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence.model.reading import Post, SeenState


class Change(StrEnum):
    """What a new reading says against the last snapshot."""

    NEW = "NEW"
    EDITED = "EDITED"
    UNCHANGED = "UNCHANGED"
    REREAD = "REREAD"
    """The same content as the last snapshot's page shows when it is read by the present reader: the
    reader changed, the post did not."""
    SURFACE = "SURFACE"
    """Shown by another surface for the first time, in that surface's own words: compared with nothing.
    """
    RETURNED = "RETURNED"
    """Seen again after having been ABSENT, UNSEEN or closed."""
    STATE = "STATE"
    """No content seen; the state word changed (UNSEEN, ABSENT, PRIVATE, ...)."""


@dataclass(frozen=True, slots=True)
class KnownPost:
    """What the archive last knew of a post; a row of the `posts` projection.

    post:          record id of its first snapshot; its name in the log.
    snapshot:      record id of its newest snapshot, number `snapshots` of them.
    state_digest:  digest of the content that makes a state (see history.state_digest).
    first_absent_at: when it was first looked for and not found, since it was last seen.
    """

    platform: str
    native_id: str
    watch: str
    post: str
    snapshot: str
    snapshots: int
    state: SeenState
    state_digest: str
    first_seen_at: datetime
    last_seen_at: datetime
    published_at: datetime | None = None
    first_absent_at: datetime | None = None
    absent_marker: str | None = None
    url: str | None = None
    has_media: bool = False
    digests: tuple[tuple[str, str], ...] = ()
    """Per way it was seen (CRAWL, OFFICIAL, HUMAN): digest of the content that way showed last."""
    received_at: datetime | None = None
    """When a person's file that shows it was received, if no visit has seen it since."""

    @property
    def sighted_at(self) -> datetime | None:
        """When a visit last saw it; None while only a person's file has shown it."""
        return None if self.last_seen_at == self.received_at else self.last_seen_at


@dataclass(frozen=True, slots=True)
class Observation:
    """One change of one post or account, as an interval between two visits.

    change:        what changed; UNCHANGED observations live only in the reading, not as records.
    last_seen_at, first_absent_at: the interval; both None when it does not apply.
    marker:        the platform's own marker, verbatim.
    control:       record id of the capture that proved, in the same visit, that the surface
                   answered soundly; None when there was none (then never ABSENT).
    proof:         content id of the signed commit that proves absence, when the platform gives one.
    """

    native_id: str
    change: Change
    state: SeenState
    previous_state: SeenState | None
    seen_at: datetime
    last_seen_at: datetime | None = None
    first_absent_at: datetime | None = None
    marker: str | None = None
    control: str | None = None
    proof: str | None = None
    post: Post | None = None
