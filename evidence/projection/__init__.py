"""Projection tables: what the log says, arranged for questions. Never evidence, always rebuildable.

Each row is folded from statements in log order: `rows_of` is pure, given the rows that were there
before. Live recording and `rebuild` use the same fold, so they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from evidence.canonical import decode, parsed
from evidence.model import Draft, Entry, StatementType
from evidence.projection import captured, shown, standing
from evidence.projection.rows import TABLES, Fold, Objects, Rows, server_shown
from evidence.record import post_key
from evidence.store.ports import Archive

__all__ = ["FOLDS", "READS", "TABLES", "Rows", "project_drafts", "project_entries", "rebuild"]


def project_entries(
    archive: Archive,
    entries: Sequence[Entry],
    objects: Mapping[str, Objects] | None = None,
) -> None:
    """Fold entries into the projection tables.

    objects: decoded JSON objects by record id and role, for callers that just recorded them;
    others are opened from the archive (an erased one leaves its row out).
    """
    rows = Rows(archive)
    opened = [(entry, _objects(archive, entry, objects or {})) for entry in entries]
    rows.prime(key for entry, _ in opened for key in _watch_wanted(entry))
    rows.prime(key for entry, said in opened for key in _post_wanted(entry, said, rows))
    for entry, said in opened:
        fold = FOLDS.get(entry.statement.type)
        if fold is not None and said is not None:
            fold(entry, said, rows)
    rows.save()


def project_drafts(archive: Archive, drafts: Sequence[Draft], entries: Sequence[Entry]) -> None:
    """Fold entries that were just recorded from these drafts, without opening their objects again."""
    objects: dict[str, Objects] = {}
    for draft in drafts:
        role = READS.get(draft.type)
        plain = next((plain for plain in draft.objects if plain.role == role), None)
        if role and plain:
            objects[draft.rec] = {role: parsed(plain.data)}
    project_entries(archive, entries, objects)


def rebuild(archive: Archive, say: Callable[[int, int], None] | None = None) -> int:
    """Clear all projection tables and write them anew from the log; returns entries folded.

    say: called with (entries done, entries in all).
    """
    archive.clear_projections()
    total = archive.size()
    batch: list[Entry] = []
    done = 0
    for entry in archive.entries():
        batch.append(entry)
        if len(batch) == 200:
            project_entries(archive, batch)
            done += len(batch)
            batch = []
            if say:
                say(done, total)
    project_entries(archive, batch)
    if say:
        say(done + len(batch), total)
    return done + len(batch)


def _objects(archive: Archive, entry: Entry, given: Mapping[str, Objects]) -> Objects | None:
    """The JSON objects a fold reads; None when they were erased."""
    known = given.get(entry.statement.rec)
    role = READS.get(entry.statement.type)
    if role is None or known is not None:
        return known or {}
    opening = archive.open_object(entry.statement.rec, role)
    return {role: decode(opening.data)} if opening else None


def _watch_wanted(entry: Entry) -> Iterator[tuple[str, str]]:
    """The watch row that folding this entry will ask for."""
    watch = entry.statement.facts.get("watch")
    if isinstance(watch, str):
        yield "watches", watch


def _post_wanted(entry: Entry, said: Objects | None, rows: Rows) -> Iterator[tuple[str, str]]:
    """The post row that folding this entry will ask for."""
    if said and "post" in said:
        post = said["post"]
        server = server_shown(rows, post["platform"], entry.statement.facts["watch"])
        yield "posts", post_key(post["platform"], post["native_id"], server)


READS: Mapping[StatementType, str] = {
    StatementType.CAMPAIGN: "campaign",
    StatementType.WATCH: "entry",
    StatementType.CAPTURE: "exchange",
    StatementType.READING: "reading",
    StatementType.SNAPSHOT: "post",
    StatementType.OBSERVATION: "observation",
    StatementType.ACCOUNT: "account",
    StatementType.INTERACTION: "interaction",
    StatementType.FINGERPRINT: "fingerprint",
}
"""The object a type's rows are made from; types not named need none."""


FOLDS: Mapping[StatementType, Fold] = {
    StatementType.CAMPAIGN: standing.fold_campaign,
    StatementType.WATCH: standing.fold_watch,
    StatementType.CAPTURE: captured.fold_capture,
    StatementType.READING: captured.fold_reading,
    StatementType.SNAPSHOT: shown.fold_snapshot,
    StatementType.OBSERVATION: shown.fold_observation,
    StatementType.ACCOUNT: shown.fold_account,
    StatementType.INTERACTION: shown.fold_interaction,
    StatementType.FINGERPRINT: captured.fold_fingerprint,
    StatementType.OUTCOME: standing.fold_outcome,
    StatementType.CUSTODY: standing.fold_custody,
    StatementType.ANCHOR: standing.fold_anchor,
}
