"""Scenarios by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sandbox.scenarios import demo
from sandbox.world import Scenario

START: datetime = demo.TICKS[0]
"""Simulated time a scenario starts at when none is given."""

SCENARIOS: dict[str, Callable[[], Scenario]] = {"demo": demo.scenario}
