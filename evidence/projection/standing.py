"""What stands: who is watched, in which campaigns, and what became of the slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.canonical import instant
from evidence.model import Entry
from evidence.projection.rows import Objects, Rows, time_of


def fold_campaign(entry: Entry, objects: Objects, rows: Rows) -> None:
    """A campaign as it now stands."""
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


def fold_watch(entry: Entry, objects: Objects, rows: Rows) -> None:
    """A watchlist row as it now stands; what visits learnt of its account is kept."""
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


def fold_outcome(entry: Entry, objects: Objects, rows: Rows) -> None:
    """How a visit or slot ended, and the newest of its account."""
    facts = entry.statement.facts
    due_at, ended_at = time_of(facts["due_at"]), time_of(facts["ended_at"])
    rows.write(
        "outcomes",
        entry.statement.rec,
        {
            **{name: facts[name] for name in ("slot", "visit", "watch", "outcome", "reason")},
            "due_at": due_at,
            "started_at": time_of(facts["started_at"]),
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


def fold_custody(entry: Entry, objects: Objects, rows: Rows) -> None:
    """Who read, exported or verified what."""
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


def fold_anchor(entry: Entry, objects: Objects, rows: Rows) -> None:
    """How a head was anchored."""
    facts = entry.statement.facts
    rows.write(
        "anchors",
        entry.statement.rec,
        {
            **{
                name: facts[name] for name in ("authority", "kind", "note_sha256", "reason", "size")
            },
            "revocation": facts.get("revocation"),
            "status": facts["status"],
            "time": time_of(facts["time"]),
            "until": time_of(facts["until"]),
            "at": entry.statement.at,
            "index": entry.index,
        },
    )
