"""A campaign period as data: its phases, zones and cadences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class ElectionKind(StrEnum):
    """Which law the contest runs under."""

    PEMILU = "PEMILU"
    PILKADA = "PILKADA"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the campaign between two local midnights (or instants, in a sandbox).

    name:      `CAMPAIGN`, `QUIET`, `VOTING`, `RECAP` or another word of the campaign's own.
    starts, ends: local wall-clock, ISO 8601 without offset (`2024-02-11T00:00:00`), end exclusive;
               they become instants in the zone of each watch entry.
    cadence_s: seconds between two slots, per tier, as sorted pairs (("A", 21600), ("B", 86400)).
    """

    name: str
    starts: str
    ends: str
    cadence_s: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign: contiguous phases, ordered, without overlap or hole.

    legal_source:  the regulation the dates come from.
    superseded_by: id of the campaign that replaces this one, empty while it stands.
    """

    id: str
    name: str
    kind: ElectionKind
    legal_source: str
    legal_basis: str
    purpose: str
    phases: tuple[Phase, ...]
    superseded_by: str = ""


class Slot(Struct, frozen=True, gc=False):
    """One due visit to one account. Its id is `<watch>@<due_at, ISO 8601 seconds, Z>`.

    A Struct and no dataclass: a plan makes one for every account and one for every visit that was
    missed, hundreds of thousands after a day's downtime, each in a tenth of the time. It holds
    nothing that could lead back to it, so the collector need not look at it.
    """

    id: str
    watch: str
    due_at: datetime
    phase: str
    campaign: str
