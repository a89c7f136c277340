"""The conversation with an official interface: resolve, list, then who acted."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from crawler.official import x, youtube
from crawler.official.key import Key
from crawler.visit import Seen, Visit
from evidence.model import Side

ENGAGED = 10
"""Newest posts of a campaign account that are asked for who acted on them."""


@dataclass(frozen=True, slots=True)
class Interface:
    """How one platform's interface is asked.

    first:   (native id, handle) -> the address that resolves the account.
    engaged: native id of a post -> addresses that show who acted on it.
    """

    first: Callable[[str | None, str], str]
    engaged: Callable[[str], tuple[str, ...]]


INTERFACES = {
    "youtube": Interface(youtube.first, youtube.engaged),
    "x": Interface(x.first, x.engaged),
}
"""Interfaces that are asked; others come as exports, by `jejak ingest`."""


async def converse(visit: Visit, key: Key) -> AsyncIterator[Seen]:
    """What the interface shows of an account, page by page, as its answers lead on.

    An answer leads to the next by its own fields; an address outside the key's hosts is not asked.
    """
    interface = INTERFACES[visit.entry.account.platform]
    shown: list[str] = []
    async for seen in _pages(visit, key, interface.first(visit.native_id, visit.handle)):
        for account in seen.reading.accounts:
            if account.native_id and visit.native_id in (None, account.native_id):
                visit.resolved(account.native_id, account.handle or visit.handle)
        shown += [p.native_id for p in seen.reading.posts if p.author_id == visit.native_id]
        yield seen
    if visit.entry.side is Side.CAMPAIGN:
        for native_id in shown[:ENGAGED]:
            for address in interface.engaged(native_id):
                async for seen in _pages(visit, key, address, minimise=True):
                    yield seen


async def _pages(
    visit: Visit, key: Key, address: str, *, minimise: bool = False
) -> AsyncIterator[Seen]:
    first = key.placed(address, visit.base_url)
    waiting, known = deque([first]), {first}
    for _ in range(visit.pages_limit * 2):
        if not waiting:
            return
        seen = await visit.get(waiting.popleft(), minimise=minimise)
        yield seen
        for url in (key.placed(url, visit.base_url) for url in seen.reading.next):
            if url not in known and key.speaks_to(url):
                known.add(url)
                waiting.append(url)
    if waiting:
        visit.gap("PAGE_LIMIT", "more pages of the official interface than a visit reads")
