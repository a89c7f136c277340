"""When records were made, by those who stamped, and which version follows which: package.md."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.formats.second_words import instant, need

Record = dict[str, Any]
CLOCK, LATE = timedelta(seconds=60), timedelta(seconds=600)
SAID = re.compile(r"^Time stamp: (\w{3} +\d+ \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4}) GMT$", re.MULTILINE)


@dataclass
class Times:
    """What is known of time: stamps as (size of the head, time), tokens by their SHA-256."""

    stamps: list[tuple[int, datetime]] = field(default_factory=list)
    tokens: dict[str, datetime | None] = field(default_factory=dict)

    def closing(self, index: int) -> datetime | None:
        return min((time for size, time in self.stamps if size > index), default=None)


def stamp_time(token: Path) -> datetime:
    """The time inside the signed token; the answer around it is nobody's word."""
    said = subprocess.run(
        ["openssl", "ts", "-reply", "-in", str(token), "-token_out", "-text"],
        capture_output=True, check=True,
    ).stdout.decode("latin-1")  # fmt: skip
    match = SAID.search(said)
    need(match, "no time in a token")
    assert match is not None
    return datetime.strptime(f"{match[1]} {match[2]}", "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def times_of(index: int, said: Record, newest: datetime, times: Times) -> list[str]:
    """Tokens that a record names and that are not there; UnsoundError for a time that is untrue.

    newest: the latest time of the records before it.
    """
    at, absent = instant(said["at"]), []
    moments = [at]
    need(at >= newest - LATE, "a time before that of an earlier record")
    closing = times.closing(index)
    if said["type"] == "capture":
        moments.append(instant(said["facts"]["fetched_at"]))
        named = said["facts"].get("tokens", [])
        need(isinstance(named, list) and named == sorted(set(named)) and len(named) < 9, "tokens")
        need(all(re.fullmatch("[0-9a-f]{64}", digest) for digest in named), "a token's hash")
        absent = [digest for digest in named if digest not in times.tokens]
        known = [time for digest in named if (time := times.tokens.get(digest))]
        for opening in sorted(known)[-1:]:
            need(min(moments) >= opening - CLOCK, "a capture before the stamp it names")
            need(closing is None or opening <= closing + CLOCK, "authorities that disagree")
    need(closing is None or max(moments) <= closing + CLOCK, "a record after a stamp over it")
    if said["type"] == "outcome" and said["facts"]["slot"] is not None:
        need(at >= instant(said["facts"]["due_at"]) - CLOCK, "an outcome before its visit was due")
    return absent


def versions(
    records: dict[int, Record], asked: list[str], note: Callable[[str], None], *, stated: bool
) -> list[str]:
    """Versions whose predecessor is not there or not named; `note` takes what is wrong.

    asked:  the accounts that the package was asked for.
    stated: whether it answers for their schedule.
    """
    before: dict[tuple[str, str], Record] = {}
    known = {said["rec"] for said in records.values()}
    open_ends = []
    for index, said in sorted(records.items()):
        kind, facts = said["type"], said["facts"]
        if kind == "outcome" or index == max(records):
            whose = asked if index == max(records) else [facts.get("watch")]
            open_ends += _left_out(index, facts.get("versions", []), records, whose, note)
        if kind not in ("watch", "campaign"):
            continue
        last = before.get((kind, facts[kind]))
        before[kind, facts[kind]] = said
        if "previous" not in facts or (facts["previous"] and facts["previous"] not in known):
            open_ends.append(f"version {index}")
            continue
        follows = facts["previous"] == (last["rec"] if last else None)
        begins = (facts["previous"] is None) == (facts["change"] == "ADDED")
        if not follows or not begins or (last and instant(said["at"]) < instant(last["at"])):
            note(f"version {index} does not follow the one before")
    named = records[max(records)]["facts"].get("versions", [])
    whose = {said["facts"].get("watch") for said in records.values() if said["rec"] in named}
    if stated and set(named) <= known:
        open_ends += [f"newest version of {watch}" for watch in asked if watch not in whose]
    return open_ends


def _left_out(
    index: int,
    named: list[str],
    records: dict[int, Record],
    whose: list[str | None],
    note: Callable[[str], None],
) -> list[str]:
    """Versions that an outcome names and that are not there; `note` takes what is no version.

    whose: the accounts of which it may name versions.
    """
    known = {said["rec"]: (place, said) for place, said in records.items()}
    if named != sorted(set(named)) or not all(re.fullmatch("[0-9a-f]{32}", rec) for rec in named):
        note(f"outcome {index} names versions in another form")
    for place, other in (known[rec] for rec in named if rec in known):
        if other["type"] not in ("watch", "campaign") or place >= index:
            note(f"outcome {index} names what is no version before it")
        elif other["type"] == "watch" and other["facts"]["watch"] not in whose:
            note(f"outcome {index} names a version of another account")
    return [f"version {rec}" for rec in named if rec not in known]
