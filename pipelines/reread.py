"""Kept captures, read again by the present reader: what it sees besides, and what it sees otherwise.

Nothing of it overwrites: a new reading stands beside the old one. It makes posts and acts known that
nobody had read; it makes nothing absent or edited, and ends no visit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler import registry
from crawler.desk import Desk, visit_of
from crawler.visit import Visit
from evidence.canonical import decode, record_id, to_value
from evidence.model import Draft, Entry, Post, Reading, StatementType
from evidence.projection import project_drafts
from evidence.query.subject import entries_of_type
from pipelines.again import seen_again
from pipelines.history import compared
from pipelines.page import Compared, Measured
from pipelines.record import drafts_of
from pipelines.scope import scoped
from pipelines.sight import FirstSights

BASIS = "REREAD"
PARTS = ("posts", "accounts", "interactions", "states", "drift")


@dataclass(frozen=True, slots=True)
class Again:
    """One capture read again.

    before, after: `read_by` of the last reading and of this one.
    differs: one line per difference, of ids and field names alone; empty: the same was seen.
    closed:  why it could not be read (`erased`, `not kept`), else empty.
    """

    capture: str
    watch: str
    before: str
    after: str
    differs: tuple[str, ...] = ()
    closed: str = ""
    drafts: tuple[Draft, ...] = field(default=(), repr=False)


def reread(
    desk: Desk, platform: str, *, since: datetime | None = None, dry: bool = False
) -> Iterator[Again]:
    """Read again the kept pages of a platform whose last reading is not by its present reader.

    since: captures fetched at or after.   dry: say what would change, and record nothing.
    Each is durable before it is yielded, so that a run that breaks off is gone on with.
    """
    present = registry.reader_of(platform)
    rows = {str(r["id"]): r for r in desk.archive.rows("watches", {"platform": platform})}
    sights = FirstSights()
    visits: dict[str, Visit] = {}
    for last in tuple(_last_readings(desk, rows, since).values()):
        facts = last.statement.facts
        if facts["read_by"] == present:
            continue
        watch = str(facts["watch"])
        if watch not in visits:
            visits[watch] = visit_of(desk, rows[watch], None, None)
        found = _again(desk, last, visits[watch], present, sights)
        if found.drafts and not dry:
            project_drafts(desk.archive, found.drafts, desk.archive.record(found.drafts))
        yield found


def changed_alarm(desk: Desk, platform: str, found: Sequence[Again]) -> Draft | None:
    """The alarm that the present reader sees other things than older ones did; None when not."""
    other = [each for each in found if each.differs]
    if not other:
        return None
    after = registry.reader_of(platform)
    detail = f"{platform}: {len(other)} of {len(found)} kept pages are read otherwise by {after}"
    rec = record_id("health", "READER_CHANGED", platform, after, other[-1].capture)
    facts = {"code": "READER_CHANGED", "detail": detail}
    return Draft(StatementType.ALARM, rec, desk.clock.now(), desk.clock.source, facts)


def _last_readings(
    desk: Desk, watches: Mapping[str, Any], since: datetime | None
) -> dict[str, Entry]:
    """Capture -> its newest reading."""
    found: dict[str, Entry] = {}
    for entry in entries_of_type(desk.archive, StatementType.READING):
        facts = entry.statement.facts
        if facts["watch"] not in watches:
            continue
        # A first reading is made when its page is fetched; one made again is of the same page.
        again = facts.get("basis") == BASIS
        is_young = since is None or (entry.statement.at >= since and not again)
        if is_young or str(facts["capture"]) in found:
            found[str(facts["capture"])] = entry
    return found


def _again(desk: Desk, last: Entry, visit: Visit, present: str, sights: FirstSights) -> Again:
    facts = last.statement.facts
    capture, watch, before = str(facts["capture"]), str(facts["watch"]), str(facts["read_by"])
    seen = seen_again(desk, capture, visit)
    if isinstance(seen, str):
        return Again(capture, watch, before, present, closed=seen)
    kept = scoped(seen, desk)
    item = compared(Measured(kept), desk, sights)
    opening = desk.archive.open_object(last.statement.rec, "reading")
    old = decode(opening.data) if opening else {}
    drafts = _drafts(item, desk)
    sights.settle(capture)
    after = kept.reading.read_by
    return Again(capture, watch, before, after, tuple(differences(old, kept.reading)), "", drafts)


def differences(old: Mapping[str, Any], new: Reading) -> Iterator[str]:
    """What two readings of one page differ in: ids and names of fields, never content."""
    said = to_value(new)
    before = {post["native_id"]: post for post in old.get("posts", ())}
    after = {post["native_id"]: post for post in said["posts"]}
    for native_id in sorted(before.keys() | after.keys()):
        if native_id not in before:
            yield f"post {native_id}: read now"
        elif native_id not in after:
            yield f"post {native_id}: no longer read"
        else:
            names = [n for n in after[native_id] if before[native_id].get(n) != after[native_id][n]]
            if names:
                yield f"post {native_id}: {', '.join(names)}"
    for part in PARTS[1:]:
        was, now = len(old.get(part, ())), len(said[part])
        if was != now:
            yield f"{part}: {was} then, {now} now"


def _drafts(item: Compared, desk: Desk) -> tuple[Draft, ...]:
    """The new reading, posts nobody knew, and acts nobody knew; as recorded now."""
    new = tuple(
        (observation, known) for observation, known in item.observations
        if known is None and _is_told(observation.post)
    )  # fmt: skip
    only = replace(item, observations=new, account=None, again=(), withdrawn=())
    now = desk.clock.now()
    return tuple(_as_again(draft, now) for draft in drafts_of(only, desk.recorder))


def _is_told(post: Post | None) -> bool:
    """Whether a page tells a post whole; a card of a list has no time of publication."""
    return post is not None and post.published_at is not None


def _as_again(draft: Draft, now: datetime) -> Draft:
    """The draft made now; a reading says on which basis."""
    if draft.type is not StatementType.READING:
        return replace(draft, at=now)
    return replace(draft, at=now, facts={**draft.facts, "basis": BASIS})
