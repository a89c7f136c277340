"""Watchlist files: CSV or XLSX in, entries out; all of it or, with every problem named, nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from evidence.canonical import encode, instant, new_record_id, to_value
from evidence.config.column import COLUMNS, REQUIRED, column_of
from evidence.config.handle import account_key
from evidence.config.identity import without_numbers
from evidence.config.problem import ImportRefused, Problem, problem
from evidence.config.row import Cells, ReadRow, read_row
from evidence.config.table import UNREADABLE, Table, read_table
from evidence.model import Draft, Plain, StatementType, WatchEntry, Watchlist

NO_VERSIONS: Mapping[str, str] = MappingProxyType({})


class WatchlistErrors(ImportRefused):
    """A watchlist file has problems; `problems` holds all of them and nothing was imported."""


@dataclass(frozen=True, slots=True)
class WatchlistImport:
    """What a watchlist file would change.

    added, changed, removed: entries as they will be; removed ones end at the time of the import.
    unchanged:  entries the file repeats as they are.
    absent:     entries of the watchlist the file does not name; kept as they are.
    identities: watch -> lines such as `NIP 1986...`, only of added and changed entries.
    """

    added: tuple[WatchEntry, ...] = ()
    changed: tuple[WatchEntry, ...] = ()
    unchanged: tuple[WatchEntry, ...] = ()
    removed: tuple[WatchEntry, ...] = ()
    absent: tuple[WatchEntry, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_watchlist(
    data: bytes,
    name: str,
    *,
    existing: Watchlist,
    platforms: AbstractSet[str],
    now: datetime,
    imported_by: str,
    complete: bool = False,
    new_watch: Callable[[], str] = lambda: f"w-{secrets.token_hex(6)}",
) -> WatchlistImport:
    """What importing a watchlist file means against the entries that are there.

    data, name:  the file's bytes and its name, which ends in .csv or .xlsx.
    existing:    entries watched now; an account of theirs keeps its watch id.
    platforms:   names of the platforms that can be watched.
    now:         when an attribution without date was made and a watch without start begins.
    imported_by: stands in for an attribution's author only where `attributed_by` says `-`.
    complete:    True: the file is the whole list, and entries it does not name are removed.

    Raises WatchlistErrors with every problem of the file.
    """
    try:
        table = read_table(data, name)
    except ImportRefused as error:
        raise WatchlistErrors(name, error.problems) from error
    problems = [*table.problems]
    columns = _columns(table, problems)
    rows = _rows(table, columns, platforms, now, imported_by, problems)
    _refuse_doubles(rows, problems)
    matched = _match(rows, existing, problems)
    if problems:
        ordered = sorted(problems, key=lambda p: (p.row or 0, p.column))
        raise WatchlistErrors(name, ordered)
    return _compare(matched, existing, now, complete, new_watch)


def watch_drafts(
    imported: WatchlistImport,
    now: datetime,
    clock: str,
    previous: Mapping[str, str] = NO_VERSIONS,
) -> list[Draft]:
    """One `watch` statement for each entry that is added, changed or removed.

    clock:    `system` or `simulated`.
    previous: watch -> record id of its newest version, which the new one names (for those added
              there is none): a version left out, or two that follow one, cannot go unseen.

    An identity is an object of its own, so that it can be erased
    and withheld by itself. See docs/formats/statement.md.
    """
    changes = (
        ("ADDED", imported.added), ("CHANGED", imported.changed), ("REMOVED", imported.removed),
    )  # fmt: skip
    return [
        _draft(
            entry,
            change,
            imported.identities.get(entry.watch),
            previous.get(entry.watch),
            now,
            clock,
        )
        for change, entries in changes
        for entry in entries
    ]


def _draft(
    entry: WatchEntry,
    change: str,
    identity: str | None,
    previous: str | None,
    now: datetime,
    clock: str,
) -> Draft:
    objects = [Plain("entry", "application/json", encode(to_value(entry)))]
    if identity:
        objects.append(Plain("identity", "text/plain", identity.encode()))
    facts = {
        "watch": entry.watch,
        "change": change,
        "side": entry.side.value,
        "tier": entry.tier,
        "platform": entry.account.platform,
        "zone": entry.zone,
        "from": instant(entry.watched_from),
        "until": instant(entry.watched_until) if entry.watched_until else None,
        "render": entry.render,
        "previous": previous,
    }
    return Draft(StatementType.WATCH, new_record_id(), now, clock, facts, tuple(objects))


def _columns(table: Table, problems: list[Problem]) -> dict[str, int]:
    """Column -> position; unknown, double and missing columns are noted."""
    columns: dict[str, int] = {}
    for position, header in enumerate(table.header):
        if header in ("", UNREADABLE):
            continue
        column = column_of(header)
        if column is None:
            # Where the first row is no header, its cells may be somebody's number.
            shown = without_numbers(header)[:60]
            problems.append(problem(1, shown, "UNKNOWN_COLUMN", known=", ".join(COLUMNS)))
        elif column in columns and column != "nip":
            problems.append(problem(1, column, "DOUBLE_COLUMN"))
        else:
            columns[column] = position
    for column in REQUIRED:
        if column not in columns:
            problems.append(problem(1, column, "MISSING_COLUMN"))
    return columns


def _rows(
    table: Table,
    columns: Mapping[str, int],
    platforms: AbstractSet[str],
    now: datetime,
    imported_by: str,
    problems: list[Problem],
) -> list[ReadRow]:
    if any(p.row == 1 or p.row is None for p in problems):
        return []
    width = len(table.header)
    rows = []
    for number, texts in table.rows:
        if len(texts) > width and any(texts[width:]):
            problems.append(problem(number, "", "EXTRA_CELL"))
            continue
        cells = {c: texts[i] for c, i in columns.items() if i < len(texts)}
        read = read_row(Cells(number, cells, problems), platforms, now, imported_by)
        if read:
            rows.append(read)
    return rows


def _refuse_doubles(rows: list[ReadRow], problems: list[Problem]) -> None:
    first: dict[tuple[str, str], int] = {}
    for read in rows:
        keys = [read.key]
        if read.entry.account.native_id:
            keys.append((read.entry.account.platform, f"id {read.entry.account.native_id}"))
        others = [first[key] for key in keys if key in first]
        if others:
            problems.append(problem(read.row, "account", "DUPLICATE", other=others[0]))
        for key in keys:
            first.setdefault(key, read.row)


def _match(
    rows: list[ReadRow], existing: Watchlist, problems: list[Problem]
) -> list[tuple[ReadRow, WatchEntry | None]]:
    """Each row with the entry it repeats or changes: by native id first, then by name."""
    by_key = {
        account_key(e.account.platform, e.account.handle, e.base_url): e for e in existing.entries
    }
    by_id = {(e.account.platform, e.account.native_id): e for e in existing.entries}
    matched = []
    for read in rows:
        account = read.entry.account
        named = by_key.get(read.key)
        same_id = by_id.get((account.platform, account.native_id)) if account.native_id else None
        if named and same_id and named.watch != same_id.watch:
            problems.append(problem(read.row, "native_id", "TAKEN"))
        matched.append((read, same_id or named))
    return matched


def _compare(
    matched: list[tuple[ReadRow, WatchEntry | None]],
    existing: Watchlist,
    now: datetime,
    complete: bool,
    new_watch: Callable[[], str],
) -> WatchlistImport:
    added: list[WatchEntry] = []
    changed: list[WatchEntry] = []
    unchanged: list[WatchEntry] = []
    identities: dict[str, str] = {}
    for read, before in matched:
        entry = _settled(read, before, now, new_watch)
        if entry == before:
            unchanged.append(entry)
            continue
        (changed if before else added).append(entry)
        if read.identity:
            identities[entry.watch] = read.identity
    named = {entry.watch for entry in (*changed, *unchanged)}
    rest = tuple(e for e in existing.entries if e.watch not in named and not _is_over(e, now))
    ended = tuple(replace(e, watched_until=max(now, e.watched_from)) for e in rest)
    return WatchlistImport(
        tuple(added), tuple(changed), tuple(unchanged),
        ended if complete else (), () if complete else rest, identities,
    )  # fmt: skip


def _settled(
    read: ReadRow, before: WatchEntry | None, now: datetime, new_watch: Callable[[], str]
) -> WatchEntry:
    """The row's entry with what it leaves open taken from the entry that is there."""
    entry = read.entry
    if before is None:
        return replace(entry, watch=new_watch())
    account = entry.account
    if account.native_id is None:
        account = replace(account, native_id=before.account.native_id)
    attribution = entry.attribution
    if "attributed_at" in read.open:
        attribution = replace(attribution, attributed_at=before.attribution.attributed_at)
    if "identity" in read.open:
        attribution = replace(attribution, identity_masked=before.attribution.identity_masked)
    started = entry.watched_from
    if "from" in read.open and not _is_over(before, now):
        started = before.watched_from
    return replace(
        entry, watch=before.watch, account=account, attribution=attribution, watched_from=started
    )


def _is_over(entry: WatchEntry, now: datetime) -> bool:
    return entry.watched_until is not None and entry.watched_until <= now
