"""One export: who hands what over, for what, and under which names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence.errors import PackageError
from evidence.package.brief import Brief

WITHHELD = frozenset({"identity"})
"""Roles never disclosed unless a caller says otherwise: full NIP, NIK, NRP."""


@dataclass(frozen=True, slots=True)
class Export:
    """Who exports what for, and under which names.

    actor:        who exports, as JSON values (name, office); shown in the report.
    organisation: the office that hands the package over; one line.
    software:     name and version of the program.
    clock:        `system` or `simulated`.
    withhold:     roles of objects that stay closed.
    anchors:      how each authority of the installation stands (`Standing.facts`).
    brief:        for whom, and about which case.
    """

    now: datetime
    purpose: str
    order: str
    actor: Mapping[str, str]
    organisation: str
    software: str
    clock: str = "system"
    withhold: Collection[str] = WITHHELD
    anchors: Sequence[Mapping[str, Any]] = ()

    brief: Brief = field(default_factory=Brief)

    def __post_init__(self) -> None:
        for line in (self.organisation, self.software):
            if not line or not line.isprintable():
                raise PackageError("package", "the organisation or software name is not one line")


def export_words(export: Export, rec: str) -> dict[str, Any]:
    """What the report says about the export itself."""
    return {
        "rec": rec,
        "now": export.now,
        "purpose": export.purpose,
        "order": export.order,
        "actor": dict(export.actor),
        "organisation": export.organisation,
        "software": export.software,
        "simulated": export.clock != "system",
    }
