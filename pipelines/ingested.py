"""A file a person handed in, through the same steps as a page that was fetched.

The whole file becomes one capture; what is in it and concerns the account become captures `of` it.
Whose clock says what is never mixed: `fetched_at` of these captures is when we received the file,
the file's own word for its time stands in the encrypted `claim`. Nothing of a file makes a post
absent, ends a slot, or stands for a visit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from crawler import registry
from crawler.desk import Desk, visit_of
from crawler.ingest import Found
from crawler.ingest.found import page_of
from crawler.page import Page
from crawler.visit import READ, Ask, Seen, Visit
from evidence.canonical import record_id
from evidence.errors import ImageUnreadable, ScopeError
from evidence.imaging.worker import fingerprint_image
from evidence.model import CaptureKind, Draft, Exchange, ImageReading, Reading, StatementType
from evidence.projection import project_drafts
from evidence.query.custody import Action, custody_draft
from pipelines.handover import Handover, check_claims, claim_of, part, whole
from pipelines.history import HUMAN, compared
from pipelines.page import Measured
from pipelines.record import drafts_of
from pipelines.scope import is_visited, scoped
from pipelines.sight import FirstSights

NOT_READ = Reading(read_by="none")


@dataclass(slots=True)
class Result:
    """What became of a file.

    file:   record id of its capture; empty in a dry run.   again: it had been handed in before.
    kept:   (place, url, kind) of what became captures.   counts: posts, new, edited, interactions…
    """

    file: str = ""
    again: bool = False
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def hand_in(handover: Handover, row: Mapping[str, Any], desk: Desk, *, dry: bool = False) -> Result:
    """Keep a file and all of it that concerns the account of a `watches` row.

    Given again after a crash it goes on; given again after its end it changes nothing.
    Raises ScopeError when what it claims cannot be (made after it was received, or at no time).
    """
    check_claims(handover)
    before = _known_file(desk, str(row["id"]), handover.sha256)
    if before and desk.archive.entry(record_id("ingest", before)) is not None:
        return Result(file=before, again=True)
    visit = visit_of(desk, row, None, _nothing_is_fetched)
    result = Result()
    file = "" if dry else before or _keep_file(handover, visit, desk)
    result.file = file
    work = _Ingest(handover, visit, desk, file, result, dry)
    work.run()
    result.counts |= visit.counts
    if not dry:
        custody = custody_draft(
            desk.recorder, Action.INGEST, [file], desk.clock.now(), actor=handover.actor,
            purpose="", order=handover.order, officer=handover.by,
        )  # fmt: skip
        _record(desk, [replace(custody, rec=record_id("ingest", file))])
    return result


def concerns(found: Found, seen: Seen, desk: Desk) -> bool:
    """Whether something in a file may become a capture of its own.

    It may when the reader sees the account in it: its posts, its profile, a marker of it, or an act
    of a watched account; and a document of the platform's own hosts may even when nothing can be
    read in it, so that a later reader can try. Everything else stays in the file alone.
    """
    kept = scoped(seen, desk)
    said = kept.reading
    if said.posts or said.accounts or kept.edges:
        return True
    host = urlsplit(found.url).hostname or ""
    manifest = registry.PLATFORMS[seen.visit.entry.account.platform].manifest
    own = {urlsplit(seen.visit.base_url).hostname or "", *manifest.hosts}
    ours = any(host == each or host.endswith(f".{each}") for each in own if each)
    return found.root and (ours or not manifest.hosts)


@dataclass(slots=True)
class _Ingest:
    handover: Handover
    visit: Visit
    desk: Desk
    file: str
    result: Result
    dry: bool
    sights: FirstSights = field(default_factory=FirstSights)

    def run(self) -> None:
        """Documents and answers first, then the media of the posts these showed."""
        found = self.handover.handed.found
        read = {n: self._first_look(each) for n, each in enumerate(found) if each.kind in READ}
        for number, each in enumerate(found):
            if each.kind is CaptureKind.SCREENSHOT:
                self._keep(number, each, self.file or None)
            elif number in read:
                self._read(number, each, *read[number])
        wanted = self._media()
        for number, each in enumerate(found):
            snapshot = wanted.pop(each.url, None)
            if snapshot is not None and each.body:
                self._picture(number, each, snapshot)
        if self.handover.handed.format == "EXPORT":
            self._export()

    def _export(self) -> None:
        """An export is one document: the file's own capture is what is read."""
        page = Page("", 200, {"content-type": self.handover.handed.media}, self.handover.data)
        reading = self._placed(registry.read(self.visit.entry.account.platform, page))
        seen = self._seen(page.url, self.file, page, reading, CaptureKind.EXCHANGE)
        self._through(replace(seen, claimed_at=self.handover.claimed_at), None)

    def _first_look(self, found: Found) -> tuple[Page, Reading]:
        """One page as it reads by itself; a profile in it tells the account's id for all of them."""
        page, visit = page_of(found), self.visit
        reading = registry.read(visit.entry.account.platform, page)
        for account in reading.accounts:
            named = account.native_id is not None and is_visited(None, account.handle, visit)
            if named and visit.native_id is None:
                visit.resolved(str(account.native_id), account.handle or visit.handle)
        return page, reading

    def _read(self, number: int, found: Found, page: Page, raw: Reading) -> None:
        reading = self._placed(raw)
        seen = self._seen(found.url, self._rec(number), page, reading, found.kind)
        seen = replace(seen, claimed_at=self.handover.time_of(found)[0])
        if not concerns(found, seen, self.desk):
            return
        self._keep(number, found, self.file)
        self._through(seen, None)

    def _placed(self, reading: Reading) -> Reading:
        visit = self.visit
        platform = visit.entry.account.platform
        return registry.place(platform, reading, visit.native_id, visit.handle)

    def _picture(self, number: int, found: Found, snapshot: str) -> None:
        found = replace(found, kind=CaptureKind.MEDIA)
        page = page_of(found)
        seen = self._seen(found.url, self._rec(number), page, NOT_READ, CaptureKind.MEDIA)
        self._keep(number, found, snapshot or None)
        self._through(seen, _measured(page.body, found.media))

    def _media(self) -> dict[str, str]:
        """Address of each medium of the posts shown -> record id of the post's snapshot."""
        return {
            medium.url: rec
            for observation, rec in self.visit.changed
            if observation.post is not None
            for medium in observation.post.media
        }

    def _through(self, seen: Seen, image: ImageReading | None) -> None:
        """The steps of pipelines/, for one page."""
        item = compared(Measured(scoped(seen, self.desk), image), self.desk, self.sights)
        drafts = [_named(draft) for draft in drafts_of(item, self.desk.recorder)]
        if not self.dry:
            _record(self.desk, drafts)
        self.sights.settle(seen.capture)

    def _rec(self, number: int) -> str:
        return record_id("ingested", self.file or self.handover.sha256, str(number))

    def _keep(self, number: int, found: Found, of: str | None) -> None:
        self.result.kept.append((found.place, found.url, found.kind.value))
        if not self.dry:
            exchange, claim = part(self.handover, found, of), claim_of(self.handover, found)
            draft = _capture(exchange, claim, self.handover, self.visit, self.desk, self.file)
            _record(self.desk, [replace(draft, rec=self._rec(number))])

    def _seen(
        self, url: str, capture: str, page: Page, reading: Reading, kind: CaptureKind
    ) -> Seen:
        return Seen(
            self.visit, url, capture, page, reading, self.handover.received_at, kind, via=HUMAN
        )


def _keep_file(handover: Handover, visit: Visit, desk: Desk) -> str:
    """The whole file as one capture; returns its record id."""
    draft = _capture(whole(handover), claim_of(handover), handover, visit, desk, visit.id)
    _record(desk, [draft])
    return draft.rec


def _capture(
    exchange: Exchange, claim: Mapping[str, Any], handover: Handover, visit: Visit, desk: Desk,
    name: str,
) -> Draft:  # fmt: skip
    return desk.recorder.capture(
        exchange, visit=name, watch=visit.entry.watch, slot=None, anchor=desk.anchor.note,
        tokens=desk.anchor.tokens, via=HUMAN, claim=claim, order=handover.order,
    )  # fmt: skip


def _named(draft: Draft) -> Draft:
    """A reading is said once however often a file is handed in: its id follows from its capture."""
    if draft.type is not StatementType.READING:
        return draft
    return replace(draft, rec=record_id("ingested-reading", str(draft.facts["capture"])))


def _record(desk: Desk, drafts: Sequence[Draft]) -> None:
    """Durable and projected on return."""
    entries = desk.archive.record(drafts)
    project_drafts(desk.archive, drafts, entries)


def _known_file(desk: Desk, watch: str, sha256: str) -> str | None:
    where = {"watch": watch, "kind": CaptureKind.FILE.value, "url": f"urn:sha256:{sha256}"}
    return next((str(row["id"]) for row in desk.archive.rows("captures", where, limit=1)), None)


def _measured(body: bytes, media: str) -> ImageReading | None:
    if media.startswith(("video/", "audio/")) or not body:
        return None
    try:
        return fingerprint_image(body)
    except ImageUnreadable:
        return None  # it is kept; what cannot be decoded has no fingerprint, as in a visit


async def _nothing_is_fetched(visit: Visit, ask: Ask) -> Seen:
    raise ScopeError(ask.url, "a file that was handed in fetches nothing")
