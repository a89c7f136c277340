"""Which records a package holds: those asked for, and all that they lean on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from evidence.canonical import decode, entry_of, parse_instant
from evidence.errors import ScopeError
from evidence.model import Entry, Statement, StatementType
from evidence.query.chain import subjects_of
from evidence.query.custody import Action
from evidence.query.version import version_of
from evidence.store.ports import Archive

GENERAL = frozenset(
    (StatementType.GENESIS, StatementType.CAMPAIGN, StatementType.KEY, StatementType.ALARM)
)
"""Taken into every package: which log, which key, which schedule, and every alarm."""
BEFELL = frozenset((StatementType.CUSTODY, StatementType.ERASURE))
"""What persons did with records: taken with what it is about, whenever it was done."""
UNNAMED = GENERAL | BEFELL
"""Types whose facts name no account."""
NAMED = ("capture", "control", "of", "post", "previous", "subject")
"""Facts that hold the record id of another statement."""
BY_CAPTURE = frozenset(
    (StatementType.READING, StatementType.FINGERPRINT, StatementType.INTERACTION)
)
HEARTBEAT = "HEARTBEAT"
"""The one alarm that says all is well: one each hour, and none of them about anybody."""
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Selection:
    """Records to be packed.

    watches: accounts whose schedule the package answers for, when it has a period.
    posts:   record ids of first snapshots, empty when whole accounts were asked for.
    period:  [from, until) of recording and of due times; None: all, and no word on completeness.
    indices: leaves of the log, ascending.
    versions: record ids, ascending, of the newest version of each account's row and of each
             campaign when these were chosen; the export names them, so none is left out unseen.
    """

    watches: tuple[str, ...]
    posts: tuple[str, ...]
    period: Period | None
    indices: tuple[int, ...]
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What choosing needs of an entry; the statement's bytes are read again when packed."""

    index: int
    statement: Statement

    @property
    def rec(self) -> str:
        return self.statement.rec

    def named(self) -> Iterator[str]:
        """Record ids this statement names."""
        for name in NAMED:
            value = self.statement.facts.get(name)
            if isinstance(value, str):
                yield value


def select(
    archive: Archive,
    *,
    watches: Collection[str] | None = None,
    posts: Collection[str] | None = None,
    period: Period | None = None,
) -> Selection:
    """The records about accounts or posts, in a period.

    watches: watch ids.   posts: record ids of posts' snapshots; the whole history of each post is
             taken. With both, the posts of these accounts only.
    period:  by the recorder's clock; outcomes by their due time. A record that a chosen one names
             is taken whenever it was made.

    Reads the whole log once. Raises ScopeError when nothing was asked for, or an account or post
    is not in the archive; IntegrityError when the log does not agree with itself.
    """
    if not watches and not posts:
        raise ScopeError("package", "neither an account nor a post was asked for")
    firsts = tuple(sorted({_first(archive, rec) for rec in posts or ()}))
    accounts = set(watches or ()) or {_watch_of(archive, rec) for rec in firsts}
    kept = list(_kept(_candidates(archive, accounts), accounts))
    missing = accounts - {str(k.statement.facts.get("watch")) for k in kept}
    if missing:
        raise ScopeError(f"account {min(missing)}", "is not in the archive")
    wanted = [k for k in kept if _in(k.statement, period)]
    if firsts:
        wanted = _of_posts(wanted, set(firsts), with_visits=period is not None)
    chosen = _closed(wanted, kept, archive, accounts)
    return Selection(
        tuple(sorted(accounts)), firsts, period, tuple(sorted(chosen)), _newest(kept, accounts)
    )


def _newest(kept: Iterable[_Kept], accounts: Collection[str]) -> tuple[str, ...]:
    """Record ids of the newest version of each account's row and of each campaign."""
    newest = {
        version_of(item.statement): item.rec
        for item in kept
        if item.statement.type is StatementType.CAMPAIGN
        or (item.statement.type is StatementType.WATCH and version_of(item.statement) in accounts)
    }
    return tuple(sorted(newest.values()))


def _candidates(archive: Archive, accounts: Collection[str]) -> Iterator[Entry]:
    """Entries whose bytes hold an account's id or are of a type that has none, in order.

    Most of a log is about others; parsing it all costs ten times more than looking for the ids.
    """
    wanted = [f'"{account}"'.encode() for account in accounts]
    wanted += [f'"type":"{kind}"'.encode() for kind in sorted(UNNAMED)]
    search = re.compile(b"|".join(re.escape(word) for word in wanted)).search
    for index, data, leaf_hash in archive.raw_leaves(0, archive.size()):
        if search(data):
            yield entry_of(index, data, leaf_hash)


def _kept(entries: Iterable[Entry], accounts: Collection[str]) -> Iterator[_Kept]:
    """Entries that could be part of a package about these accounts, in order."""
    for entry in entries:
        statement = entry.statement
        facts = statement.facts
        ours = {facts.get("watch"), facts.get("actor_watch"), facts.get("target_watch")}
        if statement.type is StatementType.ALARM and facts.get("code") == HEARTBEAT:
            continue
        if statement.type in UNNAMED or not ours.isdisjoint(accounts):
            yield _Kept(entry.index, statement)


def _in(statement: Statement, period: Period | None) -> bool:
    """Whether a statement is asked for by its time; schedules, keys and erasures always are."""
    if period is None or statement.type in GENERAL:
        return True
    if statement.type is StatementType.WATCH:
        return True
    due = statement.facts.get("due_at") if statement.type is StatementType.OUTCOME else None
    moment = parse_instant(due) if isinstance(due, str) else statement.at
    return period[0] <= moment < period[1]


def _told_of(archive: Archive, item: _Kept) -> frozenset[str]:
    """What an erasure or a custody statement is about: record ids, accounts, slots, posts."""
    if item.statement.type is StatementType.ERASURE:
        return frozenset((str(item.statement.facts.get("subject")),))
    entry = archive.entry(item.rec)
    return subjects_of(archive, entry) if entry else frozenset()


def _of_posts(kept: list[_Kept], firsts: Collection[str], *, with_visits: bool) -> list[_Kept]:
    """What is about these posts, the accounts' schedule and visits, and what is general."""
    schedule = GENERAL | {StatementType.WATCH}
    if with_visits:
        schedule |= {StatementType.OUTCOME}
    recs = set(firsts)
    captures: set[str] = set()
    chosen: dict[int, _Kept] = {}
    for item in kept:
        kind, facts = item.statement.type, item.statement.facts
        if item.rec in recs or facts.get("post") in recs:
            chosen[item.index] = item
            recs.add(item.rec)
            captures.add(str(facts.get("capture")))
        elif kind is StatementType.CAPTURE and facts.get("of") in recs | captures:
            chosen[item.index] = item
            captures.add(item.rec)
        elif kind in schedule:
            chosen[item.index] = item
    for item in kept:
        if item.statement.type in BY_CAPTURE and item.statement.facts.get("capture") in captures:
            chosen[item.index] = item
    return [chosen[index] for index in sorted(chosen)]


def _closed(
    wanted: Iterable[_Kept], kept: Iterable[_Kept], archive: Archive, accounts: Collection[str]
) -> set[int]:
    """Indices of the wanted records, of all that these name, and of what befell any of them."""
    by_rec = {item.rec: item for item in kept}
    pending = [w for w in wanted if w.statement.type not in BEFELL]
    chosen: dict[str, _Kept] = {}
    while pending:
        item = pending.pop()
        if item.rec in chosen:
            continue
        chosen[item.rec] = item
        for rec in (*item.named(), *_pictures(archive, item.statement)):
            # An act seen on another account's page names a capture of that account.
            found = by_rec.get(rec) or _entry(archive, rec)
            if found is not None:
                pending.append(found)
    # What is in every package tells nothing of whom another export was about.
    own = {rec for rec, item in chosen.items() if item.statement.type not in GENERAL}
    names = {*own, *accounts}
    for item in sorted(by_rec.values(), key=lambda item: item.index):
        if item.statement.type not in BEFELL:
            continue
        # A check names the export it checked, which stands before it.
        check = item.statement.facts.get("action") == Action.VERIFY
        if _names(_told_of(archive, item), chosen.keys() | accounts if check else names):
            chosen[item.rec] = item
    return {item.index for item in chosen.values()}


def _names(told: Iterable[str], names: Collection[str]) -> bool:
    """Whether one of these is, or is a slot or post of, what was chosen."""
    return any(
        each.removeprefix("post:") in names or each.partition("@")[0] in names for each in told
    )


def _pictures(archive: Archive, snapshot: Statement) -> Iterator[str]:
    """Record ids of the captures that hold a post's media; one is kept once however many show it.

    The `media` table is a projection: it can only fail to find a picture, never stand for one.
    """
    if snapshot.type is not StatementType.SNAPSHOT:
        return
    opening = archive.open_object(snapshot.rec, "post")
    said = decode(opening.data) if opening else {}
    for item in (said.get("post") or {}).get("media") or ():
        row = archive.row("media", f"{said['platform']}|{item['url']}")
        if row is not None:
            yield str(row["capture"])


def _entry(archive: Archive, rec: str) -> _Kept | None:
    entry = archive.entry(rec)
    return _Kept(entry.index, entry.statement) if entry else None


def _first(archive: Archive, rec: str) -> str:
    """The record id of the first snapshot of the post that a snapshot belongs to."""
    entry = archive.entry(rec)
    if entry is None or entry.statement.type is not StatementType.SNAPSHOT:
        raise ScopeError(f"post {rec}", "is no snapshot in the archive")
    return str(entry.statement.facts.get("post") or rec)


def _watch_of(archive: Archive, rec: str) -> str:
    entry = archive.entry(rec)
    if entry is None:
        raise ScopeError(f"post {rec}", "is not in the archive")
    return str(entry.statement.facts["watch"])
