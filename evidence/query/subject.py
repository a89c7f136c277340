"""What a person may name: an account, a post, a record, a package; and the records about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from evidence.canonical import decode, entry_of
from evidence.errors import ScopeError
from evidence.model import Entry, StatementType
from evidence.query.find import find_post
from evidence.query.watch import find_watches
from evidence.store.ports import Archive

WATCH = re.compile(r"w-[0-9a-f]{12}\Z")
REC = re.compile(r"[0-9a-f]{32}\Z")
RECS = re.compile(rb'"([0-9a-f]{32})"')
QUOTED = re.compile(rb'"([^"\\]{1,80})"')
FEW = 12
PACKAGE = re.compile(r"jejak-[0-9]{8}-([0-9a-f]{8})\Z")
SIDES = ("watch", "actor_watch", "target_watch")
"""Facts that name an account."""
READ_FROM = frozenset((StatementType.READING, StatementType.FINGERPRINT))


class SubjectKind(StrEnum):
    """What a name means."""

    ACCOUNT = "ACCOUNT"
    POST = "POST"
    RECORD = "RECORD"
    PACKAGE = "PACKAGE"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a custody statement can be about, without personal data.

    id: watch id of an account; record id of a post's first snapshot, of a record, or of the export
        that made a package.
    """

    kind: SubjectKind
    id: str

    @property
    def token(self) -> str:
        """How statements name it: `w-...`, `post:<rec>`, or `<rec>`."""
        return f"post:{self.id}" if self.kind is SubjectKind.POST else self.id


def subject_of(token: str) -> Subject:
    """The subject a statement's token names. Raises ScopeError for any other text."""
    if WATCH.match(token):
        return Subject(SubjectKind.ACCOUNT, token)
    if token.startswith("post:") and REC.match(token[5:]):
        return Subject(SubjectKind.POST, token[5:])
    if REC.match(token):
        return Subject(SubjectKind.RECORD, token)
    raise ScopeError(f"subject {token!r}", "names no account, post or record")


def find_subject(archive: Archive, name: str) -> Subject:
    """What a person means by a name.

    name: watch id, handle or address of an account on the watchlist; `platform|native id`, native
          id or address of a post; `post:` and a record id; a record id; the name of a package's
          folder. A record id means that record alone, also when it is a post's snapshot.

    Raises ScopeError when nothing has that name, or more than one thing has.
    """
    text = name.strip().rstrip("/").rpartition("/")[2] if "jejak-" in name else name.strip()
    package = PACKAGE.match(text)
    if package:
        return Subject(SubjectKind.PACKAGE, _export(archive, package[1]))
    if WATCH.match(text) or text.startswith("post:") or REC.match(text):
        return named_subject(archive, text)
    try:
        rows = find_watches(archive, text)
    except ScopeError:
        return Subject(SubjectKind.POST, str(find_post(archive, text)["post"]))
    if len(rows) > 1:
        raise ScopeError(
            f"account {name!r}", "is the name of more than one account", "Give its watch id"
        )
    return Subject(SubjectKind.ACCOUNT, str(rows[0]["id"]))


def named_subject(archive: Archive, token: str) -> Subject:
    """The subject that a statement's token names; an export's record id names its package.

    Raises ScopeError for any other text, and when the archive does not hold it.
    """
    subject = subject_of(token)
    if subject.kind is SubjectKind.ACCOUNT:
        if next(entries_with(archive, [subject.id]), None) is None:
            raise ScopeError(f"account {subject.id}", "is not in the archive")
        return subject
    entry = archive.entry(subject.id)
    if entry is None:
        raise ScopeError(
            f"record {subject.id}", "is not in the log", "Record ids have 32 hex digits"
        )
    if _is_export(entry) and subject.kind is SubjectKind.RECORD:
        return Subject(SubjectKind.PACKAGE, subject.id)
    return subject


def records_of(archive: Archive, subject: Subject) -> tuple[Entry, ...]:
    """Every record that shows a subject, in log order; found in the log, not in projections.

    ACCOUNT: all statements that name it, and the pages and readings of other accounts in which an
             interaction of it was seen.
    POST:    its snapshots and observations, what was kept for them, and every page and reading
             that shows it, which may show other posts of the account too.
    RECORD:  that one.   PACKAGE: the records it holds, and its export.

    Reads the whole log once. Text of other accounts that mentions a person is not found.
    """
    if subject.kind is SubjectKind.ACCOUNT:
        return _of_account(archive, subject.id)
    if subject.kind is SubjectKind.POST:
        return _of_post(archive, subject.id)
    entry = archive.entry(subject.id)
    if entry is None:
        raise ScopeError(f"record {subject.id}", "is not in the log")
    if subject.kind is SubjectKind.RECORD:
        return (entry,)
    found = (archive.entry(rec) for rec in packed_records(archive, entry))
    held = [e for e in found if e is not None]
    return tuple(sorted([*held, entry], key=lambda e: e.index))


def packed_records(archive: Archive, export: Entry) -> tuple[str, ...]:
    """Record ids that an export statement put into its package."""
    subjects = export.statement.facts.get("subjects")
    if isinstance(subjects, list):
        return tuple(str(s) for s in subjects)
    if not any(ref.role == "package" for ref in export.statement.objects):
        return ()
    opening = archive.open_object(export.statement.rec, "package")
    return tuple(str(r["rec"]) for r in decode(opening.data)["records"]) if opening else ()


def entries_with(archive: Archive, words: Iterable[str]) -> Iterator[Entry]:
    """Entries whose bytes hold one of these JSON strings, in order.

    Parsing a whole log costs ten times more than looking for a few words in it.
    """
    wanted = frozenset(word.encode() for word in words)
    search = re.compile(b"|".join(b'"%s"' % re.escape(word) for word in sorted(wanted))).search
    few = len(wanted) <= FEW
    for index, data, leaf_hash in archive.raw_leaves(0, archive.size()):
        # Alternatives are tried one after the other; of many words a set of all strings is faster.
        if search(data) if few else not wanted.isdisjoint(QUOTED.findall(data)):
            yield entry_of(index, data, leaf_hash)


def entries_of_type(archive: Archive, *kinds: StatementType) -> Iterator[Entry]:
    """Entries of these types, in order."""
    for entry in entries_with(archive, [kind.value for kind in kinds]):
        if entry.statement.type in kinds:
            yield entry


def names_watch(entry: Entry, watches: Collection[str]) -> bool:
    """Whether a statement's facts name one of these accounts."""
    return any(entry.statement.facts.get(side) in watches for side in SIDES)


def _of_account(archive: Archive, watch: str) -> tuple[Entry, ...]:
    found = {e.index: e for e in entries_with(archive, [watch]) if names_watch(e, {watch})}
    pages = {
        str(e.statement.facts["capture"])
        for e in found.values()
        if e.statement.type is StatementType.INTERACTION
    }
    known = {e.statement.rec for e in found.values()}
    for entry in _shown_on(archive, pages - known):
        found[entry.index] = entry
    return tuple(found[index] for index in sorted(found))


def _of_post(archive: Archive, first: str) -> tuple[Entry, ...]:
    entry = archive.entry(first)
    if entry is None or entry.statement.type is not StatementType.SNAPSHOT:
        raise ScopeError(f"post {first}", "is no snapshot in the archive")
    native_id = _native_id(archive, first)
    watch = str(entry.statement.facts["watch"])
    ours = [e for e in entries_with(archive, [watch]) if names_watch(e, {watch})]
    own = [e for e in ours if first in (e.statement.rec, e.statement.facts.get("post"))]
    pages = {str(e.statement.facts["capture"]) for e in own}
    pages |= {
        str(e.statement.facts["capture"])
        for e in ours
        if e.statement.type is StatementType.READING and _shows(archive, e, native_id)
    }
    recs = {e.statement.rec for e in own} | pages
    kept = [e for e in ours if e.statement.facts.get("of") in recs]
    pages |= {e.statement.rec for e in kept}
    found = {e.index: e for e in (*own, *kept, *_shown_on(archive, pages))}
    return tuple(found[index] for index in sorted(found))


def _shown_on(archive: Archive, pages: Collection[str]) -> Iterator[Entry]:
    """These captures, and what was read from them."""
    if not pages:
        return
    wanted = {page.encode() for page in pages}
    for index, data, leaf_hash in archive.raw_leaves(0, archive.size()):
        if wanted.isdisjoint(RECS.findall(data)):
            continue
        entry = entry_of(index, data, leaf_hash)
        statement = entry.statement
        is_page = statement.type is StatementType.CAPTURE and statement.rec in pages
        if is_page or (statement.type in READ_FROM and statement.facts.get("capture") in pages):
            yield entry


def _native_id(archive: Archive, first: str) -> str | None:
    opening = archive.open_object(first, "post")
    return str(decode(opening.data)["native_id"]) if opening else None


def _shows(archive: Archive, reading: Entry, native_id: str | None) -> bool:
    if native_id is None or not reading.statement.facts["counts"]["posts"]:
        return False
    opening = archive.open_object(reading.statement.rec, "reading")
    posts = decode(opening.data)["posts"] if opening else []
    return any(post["native_id"] == native_id for post in posts)


def _export(archive: Archive, begin: str) -> str:
    for entry in entries_of_type(archive, StatementType.CUSTODY):
        if entry.statement.rec.startswith(begin) and _is_export(entry):
            return entry.statement.rec
    raise ScopeError(f"package {begin}", "was not exported from this archive")


def _is_export(entry: Entry) -> bool:
    facts = entry.statement.facts
    return entry.statement.type is StatementType.CUSTODY and facts.get("action") == "EXPORT"
