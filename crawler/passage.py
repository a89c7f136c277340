"""The way of one visit's pages into the log: one at a time, while the next is being fetched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crawler.visit import Seen


@dataclass(slots=True)
class Passage:
    """Pages of one visit, in order: each is compared with what those before it left in the archive.

    A page was made durable before it came here, so the next may be asked for while this one's
    statements are being written. Only one is under way, and what looks into the archive waits for it.

    send: puts a page through the steps; what it gives says when they are done, and why the page is
          not recorded, empty when it is.
    """

    send: Callable[[Seen], Awaitable[str]]
    _under_way: tuple[Seen, Awaitable[str]] | None = None

    async def take(self, seen: Seen) -> None:
        """Send a page as soon as the one before it is recorded."""
        await self.arrive()
        self._under_way = seen, self.send(seen)

    async def arrive(self) -> None:
        """Wait until all that was sent is recorded; what could not be is a gap."""
        if self._under_way is None:
            return
        seen, settled = self._under_way
        failure = await settled
        self._under_way = None
        if failure:
            seen.visit.gap("NOT_RECORDED", failure, seen.capture)
