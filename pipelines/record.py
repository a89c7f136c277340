"""Record: one batch of statements a page, durable and projected before anyone is told."""

from __future__ import annotations

from datetime import datetime

from crawler.visit import READ
from evidence.history import state_digest
from evidence.model import Draft
from evidence.record import Recorder
from pipelines.component import Component
from pipelines.page import Compared, Edge, Recorded
from pipelines.withdrawal import sighted_at


class RecordPipeline(Component):
    """Turns what a page showed into statements and waits until they are majority-committed."""

    async def process_item(self, item: Compared) -> Recorded:
        """The page with its entries in the log. Raises StoreError or ParseError."""
        drafts = drafts_of(item, self.desk.recorder)
        entries = await self.desk.keeper.record(drafts) if drafts else ()
        return Recorded(item, entries)


def drafts_of(item: Compared, recorder: Recorder) -> tuple[Draft, ...]:
    """The statements one page makes, in the order reading, account, posts, edges, picture."""
    seen, scoped = item.seen, item.measured.scoped
    watch, platform = seen.visit.entry.watch, seen.visit.entry.account.platform
    drafts: list[Draft] = []
    if seen.page is not None and seen.kind in READ:
        drafts.append(
            recorder.reading(
                scoped.reading, capture=seen.capture, watch=watch, url=seen.url,
                at=seen.fetched_at, withheld=scoped.withheld, via=seen.via,
            )
        )  # fmt: skip
    if item.account:
        drafts.append(
            recorder.account(
                item.account.account, watch=watch, platform=platform,
                previous=item.account.previous, changed=item.account.changed,
                capture=seen.capture, at=seen.fetched_at, marker=item.account.marker,
            )
        )  # fmt: skip
    drafts += _post_drafts(item, recorder)
    drafts += _edge_drafts(item, recorder)
    if item.measured.image:
        drafts.append(
            recorder.fingerprint(
                item.measured.image, capture=seen.capture, watch=watch, at=seen.fetched_at
            )
        )
    return tuple(drafts)


def _edge_drafts(item: Compared, recorder: Recorder) -> list[Draft]:
    seen = item.seen
    platform = seen.visit.entry.account.platform
    told: list[tuple[Edge, str, datetime | None]]
    told = [(edge, "FIRST", None) for edge in item.new_edges]
    told += [(edge, "AGAIN", None) for edge in item.again]
    told += [(edge, "WITHDRAWN", sighted_at(row)) for edge, row in item.withdrawn]
    return [
        recorder.interaction(
            edge.interaction, platform=platform, actor_watch=edge.actor_watch,
            target_watch=edge.target_watch, capture=seen.capture, at=seen.fetched_at,
            seen=word, last_seen_at=last, via=seen.via,
        )
        for edge, word, last in told
    ]  # fmt: skip


def _post_drafts(item: Compared, recorder: Recorder) -> list[Draft]:
    seen = item.seen
    watch, platform = seen.visit.entry.watch, seen.visit.entry.account.platform
    drafts: list[Draft] = []
    for observation, known in item.observations:
        if observation.post is not None:
            draft = recorder.snapshot(
                observation, known, platform=platform, watch=watch, capture=seen.capture,
                digest=state_digest(observation.post), via=seen.via,
            )  # fmt: skip
            seen.visit.changed.append((observation, draft.rec))
        elif known is not None:
            draft = recorder.observation(observation, known, watch=watch, capture=seen.capture)
        else:
            continue
        drafts.append(draft)
        seen.visit.count(observation.change.value.lower())
    seen.visit.count("posts", len(item.measured.scoped.reading.posts))
    if item.account:
        seen.visit.count("account")
    for name, edges in (
        ("interactions", item.new_edges + item.again),
        ("withdrawn", item.withdrawn),
    ):
        if edges:
            seen.visit.count(name, len(edges))
    return drafts
