"""When visits of a platform call for a look: the usual limits, or those its manifest expects."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

from crawler import registry
from evidence.query.health import Limits

PERIOD = timedelta(days=7)
"""How far back the scheduler looks."""


def limits() -> dict[str, Limits]:
    """By platform; `[expectations]` of a manifest may name any of the fields of Limits."""
    names = [f.name for f in fields(Limits)]
    return {
        name: Limits(**{n: v for n, v in p.manifest.expectations.items() if n in names})
        for name, p in registry.PLATFORMS.items()
    }
