"""Pace: when a host may be asked again, by a fetch or by a look; Scrapy's slots keep it for both."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

import scrapy
from scrapy.core.downloader import Slot
from scrapy.exceptions import IgnoreRequest

from crawler.clock import monotonic_s
from crawler.quiet import LONGEST_HOLD_S, Quiet
from crawler.visit import LONGEST_WAIT_S

ASKS_FOR_QUIET = frozenset({429, 503})
OWN = "own"
"""Name of the slot without a delay: hosts of our own are asked at once."""
HELD = "the host asks for quiet"
"""Why a request that waited for its turn is given up."""


@dataclass(slots=True)
class Pace:
    """The pace of every host, one for Scrapy and the browser together.

    A slot of Scrapy's downloader knows when its host was last asked, and sends nothing before
    its delay has passed; the browser takes its turns from the same slots.

    crawler: Scrapy's.   pace_s, concurrency: of hosts that have no slot yet.
    quiet: what other processes were asked for, and are told; None to keep it to this one.
    """

    crawler: Any
    pace_s: float
    concurrency: int
    quiet: Quiet | None = None
    _held_until_s: dict[str, float] = field(default_factory=dict)

    async def turn(self, url: str) -> bool:
        """Wait for the turn of an address's host, and take it.

        False, at once, when the host asks for more quiet than a visit waits for.
        """
        _, slot = self._slot(url)
        at_s = max(monotonic_s(), slot.lastseen + slot.delay)
        while not self.is_closed(url):
            # Taken before it is waited for: whoever asks meanwhile comes after it.
            slot.lastseen = max(slot.lastseen, at_s)
            if (wait_s := at_s - monotonic_s()) > 0:
                await asyncio.sleep(wait_s)
            if not (held_s := self.held_s(url)):
                return True
            at_s = max(monotonic_s() + held_s, slot.lastseen + slot.delay)
        return False

    def hold(self, url: str, wait_s: float) -> None:
        """Ask the host of an address nothing for so long, whoever wants to, in any process.

        What waits for its turn goes on waiting, or is given up (IgnoreRequest) when that would be
        longer than a visit waits.
        """
        if self._hold(url, wait_s) and self.quiet is not None:
            self.quiet.hold(self._name(url), wait_s)

    def _hold(self, url: str, wait_s: float) -> bool:
        """Hold a host in this process; False when it is held for as long already."""
        name, slot = self._slot(url)
        until_s = monotonic_s() + min(wait_s, LONGEST_HOLD_S)
        longer = until_s > self._held_until_s.get(name, 0.0)
        if longer:
            self._held_until_s[name] = until_s
            slot.lastseen = max(slot.lastseen, until_s - slot.delay)
        while wait_s > LONGEST_WAIT_S and slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(IgnoreRequest(HELD))
        return longer

    def held_s(self, url: str) -> float:
        """How long the host of an address is still to be left alone; 0 when it may be asked."""
        if self.quiet is not None and self.quiet.is_asked_for():
            left_s = self.quiet.left_s(self._name(url))
            if left_s > self._held_s(url) + 1:  # whole seconds are remembered
                self._hold(url, left_s)
        return self._held_s(url) if self._held_until_s else 0.0

    def _held_s(self, url: str) -> float:
        until_s = self._held_until_s.get(self._name(url), 0.0)
        return max(0.0, until_s - monotonic_s())

    def is_closed(self, url: str) -> bool:
        """Whether the host of an address asks for more quiet than a visit waits for."""
        return self.held_s(url) > LONGEST_WAIT_S

    def _slot(self, url: str) -> tuple[str, Any]:
        slots, name = self.crawler.engine.downloader.slots, self._name(url)
        if name not in slots:
            slots[name] = Slot(self.concurrency, self.pace_s, 0.0)
        return name, slots[name]

    def _name(self, url: str) -> str:
        name: str = self.crawler.engine.downloader.get_slot_key(scrapy.Request(url))
        return name


def retry_after_s(said: str | None, now: datetime) -> int | None:
    """A Retry-After (RFC 9110 §10.2.3) in whole seconds from now, rounded up; None without one.

    said: seconds or an HTTP date; anything else is none.
    """
    text = (said or "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:12]), LONGEST_HOLD_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0, ceil((at - now).total_seconds())), LONGEST_HOLD_S)
