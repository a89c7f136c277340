"""How the visits of a period went, per platform and account, and what in it calls for a look.

A platform that quietly gives nothing looks like an account that posts nothing. So accounts that gave
posts are watched for giving none, whatever their outcomes say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.canonical import decode, record_id
from evidence.model import Draft, Entry, StatementType
from evidence.store.ports import Archive

WALLS = frozenset({"GATED", "OWNER_ASKS_LOGIN"})
"""Gaps that say a login is asked for."""
CLOSED = frozenset({"ABSENT", "PRIVATE", "SUSPENDED", "WITHHELD"})
"""States of an account that explain why it gives no posts."""
KINDS = (
    "complete", "partial", "empty", "walled", "blocked", "drifted", "failed", "missed",
)  # fmt: skip
DRIFTS_OPENED = 50
"""Newest drifted visits whose gaps are opened to say what was missing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to raise an alarm; a platform's manifest may say otherwise in [expectations].

    silent_after:  visits in a row without posts of an account that gave some before.
    drift_percent: of a platform's visits that drifted, once there are `drift_visits` of them.
    """

    silent_after: int = 3
    drift_percent: int = 20
    drift_visits: int = 5


@dataclass(frozen=True, slots=True)
class Share:
    """Visits of one platform or account. kinds: how many ended how (KINDS), each visit once.

    posts: posts read in them; `silent`: newest visits in a row that read none, after some did.
    """

    name: str
    platform: str
    visits: int
    kinds: Mapping[str, int]
    posts: int
    silent: int


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that calls for a look.

    code:    ACCOUNT_SILENT, PLATFORM_SILENT or DRIFT_SHARE.   subject: watch id or platform.
    episode: names what it began with; the same episode is recorded once.
    """

    code: str
    subject: str
    detail: str
    episode: str


@dataclass(frozen=True, slots=True)
class Health:
    """One period. drifts: what was missing from drifted pages -> visits that said so."""

    since: datetime
    until: datetime
    platforms: tuple[Share, ...]
    accounts: tuple[Share, ...]
    warnings: tuple[Concern, ...]
    drifts: Mapping[str, int]


Row = Mapping[str, Any]


def health(
    archive: Archive,
    since: datetime,
    until: datetime,
    *,
    limits: Mapping[str, Limits] | None = None,
    platform: str | None = None,
) -> Health:
    """Visits due, or made by hand, in [since, until). limits: by platform; others are the usual."""
    watches = {
        str(row["id"]): row
        for row in archive.rows("watches", {"platform": platform} if platform else None)
    }
    visits: dict[str, list[Row]] = {}
    for row in _outcomes(archive, since, until):
        if row["watch"] in watches:
            visits.setdefault(str(row["watch"]), []).append(row)
    for rows in visits.values():
        rows.sort(key=lambda row: (row["ended_at"], row["index"]))
    before = {
        watch: _last_sight(archive, watch)
        for watch, rows in visits.items()
        if not any(_gave(row) for row in rows)
    }
    accounts = tuple(
        _share(watch, str(watches[watch]["platform"]), rows, gave=before.get(watch) is not None)
        for watch, rows in sorted(visits.items())
    )
    by_platform: dict[str, list[Share]] = {}
    for share in accounts:
        by_platform.setdefault(share.platform, []).append(share)
    platforms = tuple(_sum(name, shares) for name, shares in sorted(by_platform.items()))
    began = {watch: before.get(watch) or _first(rows) for watch, rows in visits.items() if rows}
    warnings = tuple(_warnings(watches, began, by_platform, platforms, limits or {}, until))
    drifted = [row for rows in visits.values() for row in rows if kind_of(row) == "drifted"]
    return Health(since, until, platforms, accounts, warnings, _drifts(archive, drifted))


def warning_drafts(found: Health, at: datetime, clock: str) -> tuple[Draft, ...]:
    """Alarm statements, each with an id of its own episode, so that it is recorded once."""
    return tuple(
        Draft(
            StatementType.ALARM,
            record_id("health", warning.code, warning.subject, warning.episode),
            at,
            clock,
            {"code": warning.code, "detail": f"{warning.subject}: {warning.detail}"},
        )
        for warning in found.warnings
    )


def record_warnings(archive: Archive, found: Health, at: datetime, clock: str) -> tuple[Entry, ...]:
    """Record the alarms that are not in the log yet; those that are new."""
    drafts = [d for d in warning_drafts(found, at, clock) if archive.entry(d.rec) is None]
    return archive.record(drafts) if drafts else ()


def kind_of(row: Row) -> str:
    """The one word for how a visit went. row: of the `outcomes` projection."""
    outcome = row["outcome"]
    codes = {gap["code"] for gap in row["gaps"]}
    if outcome in ("COMPLETE", "UNCHANGED"):
        return "complete"
    if outcome in ("EMPTY", "FAILED", "MISSED"):
        return str(outcome).lower()
    if outcome == "BLOCKED":
        return "walled" if codes & WALLS else "blocked"
    if outcome == "SUSPECT" or "DRIFT" in codes:
        return "drifted"
    return "walled" if codes & WALLS and not _gave(row) else "partial"


def _outcomes(archive: Archive, since: datetime, until: datetime) -> Iterator[Row]:
    """Of slots by their due time, and of visits made by hand by their end: both are indexed."""
    yield from archive.rows("outcomes", since=("due_at", since), until=("due_at", until))
    yield from archive.rows(
        "outcomes", {"slot": None}, since=("ended_at", since), until=("ended_at", until)
    )


def _gave(row: Row) -> int:
    """Posts a visit read; an answer of "not modified" stands for those read before."""
    counts = row["counts"]
    return int(counts.get("posts", 0)) + int(counts.get("not_modified", 0))


def _last_sight(archive: Archive, watch: str) -> str | None:
    """When a post of an account was last seen, by any visit ever; None when none was."""
    rows = archive.rows("posts", {"watch": watch}, order="last_seen_at", descending=True, limit=1)
    return next((str(row["last_seen_at"]) for row in rows), None)


def _share(watch: str, platform: str, rows: Sequence[Row], *, gave: bool) -> Share:
    kinds = Counter(kind_of(row) for row in rows)
    posts = sum(int(row["counts"].get("posts", 0)) for row in rows)
    return Share(watch, platform, len(rows), dict(kinds), posts, len(_silent(rows, gave=gave)))


def _silent(rows: Sequence[Row], *, gave: bool = False) -> list[Row]:
    """The newest visits in a row that read no post, if an older one did.

    gave: whether one before these did.
    """
    made = [row for row in rows if row["outcome"] != "MISSED"]
    tail: list[Row] = []
    for row in reversed(made):
        if _gave(row):
            return tail[::-1]
        tail.append(row)
    return tail if gave else []


def _sum(name: str, shares: Iterable[Share]) -> Share:
    kinds: Counter[str] = Counter()
    visits = posts = 0
    silent: list[int] = []
    for share in shares:
        kinds.update(share.kinds)
        visits += share.visits
        posts += share.posts
        silent.append(share.silent)
    return Share(name, name, visits, dict(kinds), posts, min(silent, default=0))


def _warnings(
    watches: Mapping[str, Row],
    began: Mapping[str, str],
    by_platform: Mapping[str, Sequence[Share]],
    platforms: Sequence[Share],
    limits: Mapping[str, Limits],
    until: datetime,
) -> Iterator[Concern]:
    for whole in platforms:
        limit = limits.get(whole.name, Limits())
        giving = [s for s in by_platform[whole.name] if s.posts or s.silent]
        quiet = [
            s for s in giving
            if s.silent >= limit.silent_after and watches[s.name].get("state") not in CLOSED
        ]  # fmt: skip
        if _is_mute(giving, limit):
            closed = sum(watches[s.name].get("state") in CLOSED for s in giving)
            first = min(began[s.name] for s in giving)
            yield Concern("PLATFORM_SILENT", whole.name, _why(giving, closed), first)
        for share in quiet:
            detail = f"no posts in its last {share.silent} visits; {_kinds(share.kinds)}"
            yield Concern("ACCOUNT_SILENT", share.name, detail, began[share.name])
        drifted = whole.kinds.get("drifted", 0)
        share_percent = 100 * drifted // whole.visits
        if whole.visits >= limit.drift_visits and share_percent >= limit.drift_percent:
            detail = f"{drifted} of {whole.visits} visits drifted ({share_percent} %)"
            yield Concern("DRIFT_SHARE", whole.name, detail, f"{until:%Y-%m-%d}")


def _is_mute(giving: Sequence[Share], limit: Limits) -> bool:
    """Whether none of several accounts gives posts any more, whatever the platform says of them.

    A platform that takes us for another, or a reader that takes a wall for a marker, has all of
    them private or gone at once. Together they need not be silent for as long as one alone.
    """
    total = sum(share.silent for share in giving)
    least = min((share.silent for share in giving), default=0)
    together = least > 1 and total >= 2 * limit.silent_after
    return len(giving) > 1 and (least >= limit.silent_after or together)


def _why(giving: Sequence[Share], closed: int) -> str:
    kinds: Counter[str] = Counter()
    for share in giving:
        kinds.update(share.kinds)
    said = f"none of {len(giving)} accounts that gave posts gives any"
    called = f" ({closed} are said to be closed)" if closed else ""
    return f"{said}{called}; {_kinds(kinds)}"


def _kinds(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {kinds[name]}" for name in KINDS if kinds.get(name))


def _first(rows: Sequence[Row]) -> str:
    """The outcome record that silence began with; empty when there is none."""
    return next((str(row["id"]) for row in _silent(rows)), "")


def _drifts(archive: Archive, rows: Sequence[Row]) -> dict[str, int]:
    """What readers said was missing, over the newest drifted visits."""
    newest = sorted(rows, key=lambda row: int(row["index"]), reverse=True)[:DRIFTS_OPENED]
    said: Counter[str] = Counter()
    for row in newest:
        opening = archive.open_object(str(row["id"]), "gaps")
        gaps = decode(opening.data) if opening else []
        said.update({str(gap["detail"]) for gap in gaps if gap["code"] == "DRIFT"})
    return dict(said.most_common())
