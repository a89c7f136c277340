"""One statement, and what statements say of each other: statement.md, package.md."""

from __future__ import annotations

import re
from typing import Any

from tests.formats.second_words import canonical, derived, instant, need

Record = dict[str, Any]
NAMES = {
    "reading": {"capture": {"capture"}}, "account": {"capture": {"capture"}},
    "interaction": {"capture": {"capture"}}, "fingerprint": {"capture": {"capture"}},
    "snapshot": {"capture": {"capture"}, "post": {"snapshot"}, "previous": {"snapshot"}},
    "observation": {"capture": {"capture"}, "control": {"capture"}, "post": {"snapshot"}},
    "capture": {"of": {"capture", "snapshot"}},
    "erasure": {"subject": None},
}  # fmt: skip
MAY_BE_NULL = {
    "capture": {"of"}, "observation": {"control"}, "snapshot": {"post", "previous"},
}  # fmt: skip
SAME_WATCH = {"reading", "snapshot", "observation", "account"}
TYPES = {
    "genesis", "campaign", "watch", "capture", "reading", "snapshot", "observation", "account",
    "interaction", "fingerprint", "outcome", "custody", "anchor", "alarm", "erasure", "key",
}  # fmt: skip
OUTCOMES = {
    "COMPLETE", "PARTIAL", "UNCHANGED", "EMPTY", "BLOCKED", "FAILED", "MISSED", "SUSPECT",
}  # fmt: skip


def statement(data: bytes) -> Record:
    """The statement that leaf bytes say, or UnsoundError."""
    said = canonical(data)
    need(set(said) == {"at", "clock", "facts", "objects", "rec", "type", "v"}, "its fields")
    need(said["v"] == 1 and re.fullmatch("[0-9a-f]{32}", said["rec"]), "its version or id")
    need(said["type"] in TYPES and said["clock"] in ("system", "simulated"), "type or clock")
    need(len(data) <= 65_535, "its length")
    instant(said["at"])
    roles = [ref["role"] for ref in said["objects"]]
    need(len(set(roles)) == len(roles), "a role twice")
    for ref in said["objects"]:
        need(set(ref) == {"commit", "media", "role", "size"} and ref["size"] >= 0, "an object")
        need(re.fullmatch("[a-z][a-z0-9_-]{0,40}", ref["role"]), "a role's form")
    if said["type"] == "outcome" and said["facts"]["slot"] is not None:
        facts = said["facts"]
        need(facts["slot"] == f"{facts['watch']}@{facts['due_at'][:19]}Z", "its slot")
        need(instant(facts["due_at"]) and facts["outcome"] in OUTCOMES, "its word")
        need(said["rec"] == derived("outcome", facts["slot"]), "its derived id")
    if said["type"] == "genesis":
        need(said["rec"] == derived("genesis", said["facts"]["origin"]), "its derived id")
    return said


def references(index: int, said: Record, by_rec: dict[str, tuple[int, Record]]) -> list[str]:
    """Record ids that a statement names and that are not there; UnsoundError for wrong ones."""
    facts, absent = said["facts"], []
    for name, kinds in NAMES.get(said["type"], {}).items():
        rec = facts.get(name)
        if rec is None and name in MAY_BE_NULL.get(said["type"], ()):
            continue
        need(isinstance(rec, str) and re.fullmatch("[0-9a-f]{32}", rec), f"its {name} is no id")
        if rec not in by_rec:
            absent.append(rec)
            continue
        where, other = by_rec[rec]
        need(where < index and (kinds is None or other["type"] in kinds), f"its {name}")
        same = said["type"] not in SAME_WATCH or facts["watch"] == other["facts"]["watch"]
        need(same, f"{name} of another account")
        need(name != "post" or other["facts"]["post"] is None, "a post named by a later snapshot")
    if said["type"] == "snapshot":
        need(type(facts["number"]) is int and facts["number"] > 0, "its number")
        nulls = {facts["post"] is None, facts["previous"] is None}
        need(nulls == {facts["number"] == 1}, "a snapshot that is half a first one")
        before = by_rec.get(facts["previous"])
        if before:
            post = before[1]["facts"]["post"] or before[1]["rec"]
            count = before[1]["facts"]["number"]
            need((post, count) == (facts["post"], facts["number"] - 1), "its predecessor")
    return absent
