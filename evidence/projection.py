"""Projection tables: what the log says, arranged for questions. Never evidence, always rebuildable.

Each row is folded from statements in log order: `rows_of` is pure, given the rows that were there
before. Live recording and `rebuild` use the same fold, so they agree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence.canonical import decode, from_value, instant, parse_instant
from evidence.model import Draft, Entry, Interaction, StatementType
from evidence.record import interaction_key, post_key, server_of
from evidence.store.ports import Archive, Row

Objects = Mapping[str, Any]
Fold = Callable[[Entry, Objects, "Rows"], None]

TABLES = (
    "watches",
    "campaigns",
    "posts",
    "snapshots",
    "observations",
    "accounts",
    "captures",
    "media",
    "validators",
    "interactions",
    "fingerprints",
    "outcomes",
    "custody",
    "anchors",
)


class Rows:
    """Rows being written, over the rows already in the archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._new: dict[tuple[str, str], dict[str, Any]] = {}
        self._old: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._later: dict[tuple[str, str, datetime], list[str]] = {}

    def prime(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read many rows at once, so that `before` need not ask for each."""
        ids: dict[str, list[str]] = {}
        for table, id in wanted:
            if (table, id) not in self._old:
                ids.setdefault(table, []).append(id)
        for table, missing in ids.items():
            found = self._archive.rows_by_id(table, missing)
            for id in missing:
                self._old[table, id] = found.get(id)

    def before(self, table: str, id: str) -> dict[str, Any] | None:
        """The newest version of a row, written in this fold or earlier."""
        if (table, id) in self._new:
            return self._new[table, id]
        self.prime([(table, id)])
        return self._old[table, id]

    def write(self, table: str, id: str, doc: Mapping[str, Any]) -> None:
        """Replace a row."""
        self._new[table, id] = {"id": id, **doc}

    def merge(self, table: str, id: str, fields: Mapping[str, Any]) -> None:
        """Change some fields of a row; a row that is not there is not made."""
        row = self.before(table, id)
        if row is not None:
            self._new[table, id] = {**row, **fields}

    def advance(self, table: str, ids: Iterable[str], field: str, at: datetime) -> None:
        """Make a time of rows later, where it is earlier; without reading them."""
        for id in ids:
            row = self._new.get((table, id))
            if row is None:
                self._later.setdefault((table, field, at), []).append(id)
            elif row[field] < at:
                row[field] = at

    def written(self) -> tuple[tuple[str, str], ...]:
        """(table, id) of the rows that will be written whole."""
        return tuple(self._new)

    def save(self) -> None:
        """Write what was folded."""
        self._archive.project(
            [
                Row(table, id, {k: v for k, v in doc.items() if k != "id"})
                for (table, id), doc in self._new.items()
            ]
        )
        for (table, field, at), ids in self._later.items():
            self._archive.advance(table, ids, field, at)


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
            objects[draft.rec] = {role: json.loads(plain.data)}
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
        server = _server(rows, post["platform"], entry.statement.facts["watch"])
        yield "posts", post_key(post["platform"], post["native_id"], server)


def _server(rows: Rows, platform: str, watch: str | None) -> str:
    """The server whose ids a watched account's pages show."""
    row = rows.before("watches", watch) if watch else None
    return server_of(platform, str(row["entry"].get("base_url", ""))) if row else ""


def _campaign(entry: Entry, objects: Objects, rows: Rows) -> None:
    campaign = objects["campaign"]
    rows.write(
        "campaigns",
        campaign["id"],
        {
            "campaign": campaign,
            "rec": entry.statement.rec,
            "active": not campaign["superseded_by"],
            "versions": _versions(entry, rows.before("campaigns", campaign["id"])),
        },
    )


def _watch(entry: Entry, objects: Objects, rows: Rows) -> None:
    item = objects["entry"]
    facts = entry.statement.facts
    before = rows.before("watches", item["watch"]) or {}
    kept = {
        name: before.get(name)
        for name in ("native_id", "handle", "state", "last_visit_at", "last_due_at", "last_outcome")
    }
    account = item["account"]
    rows.write(
        "watches",
        item["watch"],
        {
            **kept,
            "entry": item,
            "platform": account["platform"],
            "side": item["side"],
            "tier": item["tier"],
            "active": facts["change"] != "REMOVED",
            "rec": entry.statement.rec,
            "native_id": kept["native_id"] or account["native_id"],
            "handle": kept["handle"] or account["handle"],
            "person": item["attribution"]["person"],
            "region_code": item["region_code"],
            "changed_at": entry.statement.at,
            "versions": _versions(entry, before),
        },
    )


def _versions(entry: Entry, before: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What the schedule was by each statement of a campaign or row so far, newest last."""
    said = entry.statement
    version = {"at": instant(said.at), "facts": dict(said.facts), "rec": said.rec}
    # An entry may be folded twice: a command that was cut off is given again.
    known = [v for v in (before or {}).get("versions") or () if v["rec"] != said.rec]
    return [*known, version]


def _capture(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    exchange = objects["exchange"]
    body = next((o for o in entry.statement.objects if o.role == "body"), None)
    platform = (rows.before("watches", facts["watch"]) or {}).get("platform", "")
    rows.write(
        "captures",
        entry.statement.rec,
        {
            **{name: facts[name] for name in
               ("visit", "slot", "watch", "kind", "state", "via", "status", "of")},
            "url": exchange["url"],
            "media": body.media if body else "",
            "size": body.size if body else 0,
            "fetched_at": parse_instant(facts["fetched_at"]),
            "index": entry.index,
        },
    )  # fmt: skip
    if facts["kind"] == "media" and facts["status"] == 200 and facts["state"] == "COMPLETE":
        rows.write(
            "media",
            f"{platform}|{exchange['url']}",
            {"capture": entry.statement.rec, "watch": facts["watch"]},
        )
    _validators(facts["watch"], exchange, rows)


def _validators(watch: str, exchange: Mapping[str, Any], rows: Rows) -> None:
    if exchange["status"] != 200:
        return
    said = {name.lower(): value for name, value in exchange["response_headers"]}
    for name in ("etag", "last-modified"):
        if name in said:
            rows.write(
                "validators",
                f"{watch}|{name} {exchange['url']}",
                {"watch": watch, "key": f"{name} {exchange['url']}", "value": said[name]},
            )


def _reading(entry: Entry, objects: Objects, rows: Rows) -> None:
    reading = objects["reading"]
    watch = rows.before("watches", entry.statement.facts["watch"])
    if watch is None:
        return
    platform = watch["platform"]
    seen_at = parse_instant(reading["captured"]["fetched_at"])
    server = _server(rows, platform, watch["id"])
    posts = [post_key(platform, post["native_id"], server) for post in reading["posts"]]
    edges = [
        interaction_key(platform, from_value(edge, Interaction), server)
        for edge in reading["interactions"]
    ]
    rows.advance("posts", posts, "last_seen_at", seen_at)
    rows.advance("interactions", edges, "last_seen_at", seen_at)


def _snapshot(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    said = objects["post"]
    post = said["post"]
    rec = entry.statement.rec
    seen_at = parse_instant(said["seen_at"])
    server = _server(rows, said["platform"], facts["watch"])
    key = post_key(said["platform"], said["native_id"], server)
    before = rows.before("posts", key) or {}
    shared = {
        "platform": said["platform"],
        "native_id": said["native_id"],
        "watch": facts["watch"],
        "post": facts["post"] or rec,
        "published_at": _time(post["published_at"]),
    }
    rows.write(
        "snapshots",
        rec,
        {
            **shared,
            "number": facts["number"],
            "change": facts["change"],
            "capture": facts["capture"],
            "seen_at": seen_at,
            "index": entry.index,
        },
    )
    rows.write(
        "posts",
        key,
        {
            **shared,
            "snapshot": rec,
            "snapshots": facts["number"],
            "state": _shown_state(facts["change"], said["state_digest"], before),
            "state_digest": said["state_digest"],
            "first_seen_at": before.get("first_seen_at") or seen_at,
            "last_seen_at": seen_at,
            "first_absent_at": None,
            "absent_marker": None,
            "url": post["url"],
            "has_media": bool(post["media"]),
            "author_id": post["author_id"],
            "author_handle": post["author_handle"],
        },
    )


def _shown_state(change: str, digest: str, before: Mapping[str, Any]) -> str:
    """State of a post whose content was seen: EDITED when it is not that of the last snapshot."""
    other = change == "RETURNED" and before.get("state_digest") != digest
    return "EDITED" if change == "EDITED" or other else "PRESENT"


def _observation(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    said = objects["observation"]
    server = _server(rows, said["platform"], facts["watch"])
    key = post_key(said["platform"], said["native_id"], server)
    first_absent = _time(said["first_absent_at"])
    rows.write(
        "observations",
        entry.statement.rec,
        {
            "post": facts["post"],
            "native_id": said["native_id"],
            "platform": said["platform"],
            "watch": facts["watch"],
            "change": said["change"],
            "state": said["state"],
            "previous_state": said["previous_state"],
            "seen_at": _time(said["seen_at"]),
            "last_seen_at": _time(said["last_seen_at"]),
            "first_absent_at": first_absent,
            "marker": said["marker"],
            "capture": facts["capture"],
            "control": facts["control"],
            "index": entry.index,
        },
    )
    rows.merge(
        "posts",
        key,
        {
            "state": said["state"],
            "first_absent_at": first_absent,
            "absent_marker": said["marker"] if first_absent else None,
        },
    )


def _account(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    account = objects["account"]["account"]
    seen_at = parse_instant(objects["account"]["seen_at"])
    rows.write(
        "accounts",
        entry.statement.rec,
        {
            "watch": facts["watch"],
            "state": facts["state"],
            "previous_state": facts["previous_state"],
            "changed": list(facts["changed"]),
            "handle": account["handle"],
            "native_id": account["native_id"],
            "marker": objects["account"]["marker"],
            "seen_at": seen_at,
            "capture": facts["capture"],
            "index": entry.index,
        },
    )
    newest = {"state": facts["state"]}
    if account["native_id"]:
        newest["native_id"] = account["native_id"]
    if account["handle"]:
        newest["handle"] = account["handle"]
    rows.merge("watches", facts["watch"], newest)


def _interaction(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    said = objects["interaction"]
    edge = said["interaction"]
    first_seen = parse_instant(said["first_seen_at"])
    capture = rows.before("captures", facts["capture"]) or {}
    server = _server(rows, said["platform"], capture.get("watch"))
    rows.write(
        "interactions",
        interaction_key(said["platform"], from_value(edge, Interaction), server),
        {
            **{name: edge[name] for name in
               ("act", "actor_id", "actor_handle", "target", "native_id")},
            "at": _time(edge["at"]),
            "actor_watch": facts["actor_watch"],
            "target_watch": facts["target_watch"],
            "platform": said["platform"],
            "first_seen_at": first_seen,
            "last_seen_at": first_seen,
            "withdrawn_at": None,
            "capture": facts["capture"],
            "rec": entry.statement.rec,
            "index": entry.index,
        },
    )  # fmt: skip


def _fingerprint(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    image = objects["fingerprint"]
    capture = rows.before("captures", facts["capture"]) or {}
    rows.write(
        "fingerprints",
        facts["capture"],
        {
            "watch": facts["watch"],
            "of": capture.get("of"),
            "flat": image["flat"],
            "width": image["width"],
            "height": image["height"],
            "values": {f["algorithm"]: f["value"] for f in image["fingerprints"]},
            "rec": entry.statement.rec,
            "index": entry.index,
        },
    )


def _outcome(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    due_at, ended_at = _time(facts["due_at"]), _time(facts["ended_at"])
    rows.write(
        "outcomes",
        entry.statement.rec,
        {
            **{name: facts[name] for name in ("slot", "visit", "watch", "outcome", "reason")},
            "due_at": due_at,
            "started_at": _time(facts["started_at"]),
            "ended_at": ended_at,
            "counts": dict(facts["counts"]),
            "gaps": list(facts["gaps"]),
            "index": entry.index,
        },
    )
    newest: dict[str, Any] = {}
    watch = rows.before("watches", facts["watch"]) or {}
    if due_at and (not watch.get("last_due_at") or watch["last_due_at"] < due_at):
        newest["last_due_at"] = due_at
        newest["last_outcome"] = facts["outcome"]
    if facts["outcome"] != "MISSED":
        newest["last_visit_at"] = ended_at
        newest["last_outcome"] = facts["outcome"]
    rows.merge("watches", facts["watch"], newest)


def _custody(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    rows.write(
        "custody",
        entry.statement.rec,
        {
            **{name: facts[name] for name in ("action", "subjects", "purpose", "order")},
            "at": entry.statement.at,
            "index": entry.index,
        },
    )


def _anchor(entry: Entry, objects: Objects, rows: Rows) -> None:
    facts = entry.statement.facts
    rows.write(
        "anchors",
        entry.statement.rec,
        {
            **{
                name: facts[name] for name in ("authority", "kind", "note_sha256", "reason", "size")
            },
            "status": facts["status"],
            "time": _time(facts["time"]),
            "until": _time(facts["until"]),
            "at": entry.statement.at,
            "index": entry.index,
        },
    )


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    return datetime.fromisoformat(text)


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
    StatementType.CAMPAIGN: _campaign,
    StatementType.WATCH: _watch,
    StatementType.CAPTURE: _capture,
    StatementType.READING: _reading,
    StatementType.SNAPSHOT: _snapshot,
    StatementType.OBSERVATION: _observation,
    StatementType.ACCOUNT: _account,
    StatementType.INTERACTION: _interaction,
    StatementType.FINGERPRINT: _fingerprint,
    StatementType.OUTCOME: _outcome,
    StatementType.CUSTODY: _custody,
    StatementType.ANCHOR: _anchor,
}
