"""What a tick of the scheduler is told, and what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Say = Callable[[str, Mapping[str, object]], None]
"""Told what happens: an event's name and its facts (ids and numbers, never content)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a batch may take. batch_s must stay below the lease of its claims.

    tick_s:  after this no new batch is started; the next tick plans anew, so that a long queue of
             low tiers does not hold up what has become due meanwhile. None: the whole plan.
    grace_s: from asking a child to end until it is killed.   pause_s: between two looks at it.
    """

    batch_s: float = 25 * 60
    tick_s: float | None = None
    grace_s: float = 60
    pause_s: float = 0.05


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Stop:
    """Asked to stop: first gently, then at once."""

    asked: threading.Event = field(default_factory=threading.Event)
    at_once: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class TickResult:
    """What one tick did.

    due:     slots to be visited.   batches: children started.   missed: MISSED outcomes recorded.
    left:    due slots not visited: another scheduler has them, time was up, or we were to stop.
    repaired: slots of dead schedulers that got their outcome now.
    outcomes: sorted (outcome, n) of the slots visited or repaired.
    """

    due: int
    batches: int
    missed: int
    left: int
    repaired: int
    outcomes: tuple[tuple[str, int], ...]
