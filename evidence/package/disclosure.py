"""Which objects of a record stay closed in a package, by whom it is for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from evidence.model import Entry, StatementType

OFFICERS = frozenset({"actor", "officer"})
"""Objects that name those who read, exported or erased."""
OTHERS = frozenset({"case", "package", "subjects"})
"""Objects of custody statements that list what else was read or exported, or in which case."""
SCREENS = frozenset({"screenshot", "dom"})
"""Kinds of capture that show a page as a visitor sees it, with whoever else is on it."""
PAGES = frozenset({"exchange", "dom"})
"""Kinds of capture whose body may show what other people did."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What stays closed.

    roles:       closed everywhere, but `identity` for those of `identified`.
    identified:  accounts whose identity numbers are disclosed.
    subjects:    None, or the only accounts whose objects are disclosed.
    crowded:     record ids of captures that show other people's acts; their bodies stay closed
                 when `subjects` is given.
    screens:     whether screenshots and rendered pages are disclosed.
    """

    roles: frozenset[str]
    identified: frozenset[str] = frozenset()
    subjects: frozenset[str] | None = None
    crowded: frozenset[str] = frozenset()
    screens: bool = True

    def closed(self, entry: Entry) -> frozenset[str]:
        """Roles of this entry's objects that are withheld."""
        facts = entry.statement.facts
        roles = self.roles
        if facts.get("watch") in self.identified:
            roles = roles - {"identity"}
        if "credentials" in (facts.get("flags") or ()):
            # A file a person handed in that carries somebody's login.
            roles = roles | {"body"}
        if not self.screens and is_screen(entry):
            roles = roles | {"body"}
        if entry.statement.type is StatementType.CUSTODY:
            roles = roles | OTHERS
        if self.subjects is None:
            return roles
        every = frozenset(ref.role for ref in entry.statement.objects)
        kind = entry.statement.type
        if kind in (StatementType.CUSTODY, StatementType.ERASURE):
            return roles | OFFICERS
        owner = "actor_watch" if kind is StatementType.INTERACTION else "watch"
        if owner in facts and facts[owner] not in self.subjects:
            return every
        if facts.get("via") == "HUMAN" and kind is StatementType.CAPTURE:
            # The claim names the officer; the whole file may show anyone.
            roles = roles | {"claim"} | ({"body"} if facts.get("kind") == "file" else set())
        if entry.statement.rec in self.crowded or facts.get("capture") in self._crowded_reading(
            kind
        ):
            return roles | {"body", "reading"}
        return roles

    def _crowded_reading(self, kind: StatementType) -> Collection[str]:
        return self.crowded if kind is StatementType.READING else ()


def is_screen(entry: Entry) -> bool:
    """Whether a record is a screenshot or a rendered page."""
    kind = entry.statement.facts.get("kind")
    return entry.statement.type is StatementType.CAPTURE and kind in SCREENS


def acted_visits(entries: Iterable[Entry]) -> frozenset[str]:
    """Visits in which the reader saw acts of other people, on whatever page."""
    entries = tuple(entries)
    seen = {str(e.statement.facts.get("capture")) for e in entries if _tells_of_acts(e)}
    return frozenset(str(e.statement.facts["visit"]) for e in entries if e.statement.rec in seen)


def _tells_of_acts(entry: Entry) -> bool:
    facts = entry.statement.facts
    if entry.statement.type is StatementType.READING:
        counts = facts.get("counts")
        acts = counts.get("interactions") if isinstance(counts, dict) else 0
        return bool(acts or facts.get("withheld"))
    return entry.statement.type is StatementType.INTERACTION


def crowded(entries: Iterable[Entry]) -> frozenset[str]:
    """Record ids of page captures in which the reader saw acts of other people.

    Screenshots and rendered pages made of these are among them: what is closed as data would else
    be read off the picture.
    """
    entries = tuple(entries)
    seen, page_of = set(), {}
    for entry in entries:
        facts = entry.statement.facts
        if _tells_of_acts(entry):
            seen.add(str(facts.get("capture")))
        elif entry.statement.type is StatementType.SNAPSHOT:
            page_of[entry.statement.rec] = str(facts.get("capture"))
    return frozenset(
        entry.statement.rec
        for entry in entries
        if (entry.statement.rec in seen and entry.statement.facts.get("kind") in PAGES)
        or (is_screen(entry) and _shows(entry, page_of) & seen)
    )


def _shows(screen: Entry, page_of: Mapping[str, str]) -> set[str]:
    """The captures that a screenshot or rendered page shows: what it was made of, and its page."""
    of = str(screen.statement.facts.get("of"))
    return {of, page_of.get(of, of)}
