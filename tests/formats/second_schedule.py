"""Which visits were due, from statements alone: schedule.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.formats.second_words import instant

OFFSETS_H = {
    "Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9, "UTC": 0,
}  # fmt: skip
Record = dict[str, Any]


def due_times(said: list[Record], watch: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """Due instants of one account by schedule.md; may come twice. said: statements by index."""
    entries = [s for s in said if s["type"] == "watch" and s["facts"]["watch"] == watch]
    campaigns: dict[str, list[Record]] = {}
    for s in said:
        if s["type"] == "campaign":
            campaigns.setdefault(s["facts"]["campaign"], []).append(s)
    for versions in campaigns.values():
        for campaign in versions:
            for entry in entries:
                for due in _grid(campaign["facts"], entry["facts"], start, end):
                    if _rules(entries, entry, due) and _rules(versions, campaign, due):
                        yield due


def _rules(versions: list[Record], version: Record, moment: datetime) -> bool:
    """Whether a version is in force at a moment, and has slots then."""
    made = [v for v in versions if instant(v["at"]) <= moment]
    gone = made and version["facts"]["change"] == "REMOVED"
    ends = gone or version["facts"].get("superseded_by")
    return version is (made[-1] if made else versions[0]) and not ends


def _grid(campaign: Record, entry: Record, start: datetime, end: datetime) -> Iterator[datetime]:
    offset = timedelta(hours=OFFSETS_H[entry["zone"]])
    low = max(start, instant(entry["from"]))
    high = end if entry["until"] is None else min(end, instant(entry["until"]))
    for phase in campaign["schedule"]["phases"]:
        step = phase["cadence_s"].get(entry["tier"])
        if step is None:
            continue
        due = datetime.fromisoformat(phase["starts"]).replace(tzinfo=UTC) - offset
        stop = min(high, datetime.fromisoformat(phase["ends"]).replace(tzinfo=UTC) - offset)
        due += max(0, (low - due) // timedelta(seconds=step)) * timedelta(seconds=step)
        while due < stop:
            if due >= low:
                yield due
            due += timedelta(seconds=step)
