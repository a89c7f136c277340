"""What spiders of sites that show but a part of an account have in common.

Such a site shows a choice of posts and closes itself after a few pages. So a known post that was
not shown is asked for by itself, those not seen the longest first, and the first refusal ends it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace

from crawler.sight import UNLISTED
from crawler.visit import Seen, Visit
from evidence.model import Act, KnownPost, Post, SeenState, StateSeen

WALLS = frozenset({SeenState.BLOCKED, SeenState.GATED})


def identify(look: Sequence[Seen], visit: Visit) -> bool:
    """Tell the visit the account's id and present name, as some part of the look gives them.

    Returns False when the name now shows another account than the one it was resolved to: that is
    noted as a gap, and nothing of it may be recorded.
    """
    for seen in look:
        for native_id, handle in _named(seen, visit.handle):
            if visit.native_id is not None and native_id != visit.native_id:
                visit.gap("HANDLE_REUSED", "the name now belongs to another account", seen.capture)
                return False
            visit.resolved(native_id, handle)
            return True
    return True


def is_refused(look: Iterable[Seen]) -> bool:
    """Whether a look met a wall or a refusal, or no answer at all, and no post."""
    parts = list(look)
    shown = any(seen.reading.posts or seen.reading.empty for seen in parts)
    states = {state.state for seen in parts for state in seen.reading.states}
    return not shown and (bool(states & WALLS) or all(seen.page is None for seen in parts))


def is_open(look: Iterable[Seen]) -> bool:
    """Whether the account is there for everybody, as far as its pages say.

    Where it is not, what its posts' own pages say is no word on the posts.
    """
    accounts = [account for seen in look for account in seen.reading.accounts]
    return all(account.state is SeenState.PRESENT for account in accounts)


def tell_of_part(look: Sequence[Seen], visit: Visit, shown: int) -> None:
    """Note that the account counts more posts than were listed."""
    for seen in look:
        for account in seen.reading.accounts:
            counted = account.counts.post
            if account.native_id == visit.native_id and counted is not None and counted > shown:
                visit.gap("PART_LISTED", f"{shown} of {counted} posts", seen.capture)
                return


def tell_of_list(look: Sequence[Seen], visit: Visit) -> None:
    """Note that the account was shown, and by no part of the look a list of its posts."""
    readings = [seen.reading for seen in look]
    own = (p for r in readings for p in r.posts if p.author_id in (None, visit.native_id))
    if any(own) or any(reading.empty for reading in readings):
        return
    for seen in look:
        if any(state.marker == UNLISTED for state in seen.reading.states):
            visit.gap("LIST_NOT_SHOWN", "the account, without a list of its posts", seen.capture)
            return


async def look_again(
    visit: Visit, address: Callable[[KnownPost], str | None], *, most: int
) -> AsyncIterator[Seen]:
    """Ask for known posts the visit was not shown, each at its own page, until one is refused.

    address: a post's own page, None when it has none.   most: how many are asked for at most.
    What a page says of itself is said of the post that was asked for.
    """
    await visit.recorded()
    left = [
        post
        for post in visit.known_posts()
        if post.native_id not in visit.posts_seen and post.state is not SeenState.ABSENT
    ]
    left.sort(key=lambda post: post.last_seen_at)
    asked = 0
    for post in left[:most]:
        place = address(post)
        asked += 1
        if place is None:
            continue
        seen = about_post(await visit.get(place), post.native_id)
        yield seen
        if is_refused((seen,)) and not _is_of(seen, post.native_id):
            break
    if asked < len(left):
        visit.gap("PAGE_LIMIT", f"{len(left) - asked} known posts were not looked for")


async def engaged(visit: Visit, posts: Iterable[Post], *, most: int) -> AsyncIterator[Seen]:
    """Pages of a campaign account's newest posts, for who answered as far as they show it.

    They show strangers, so they are kept whole only where one of them is on the watchlist. Where a
    page counts more comments than it shows, and for what such sites name to nobody, a gap says so.
    """
    visit.gap("NOT_OBSERVABLE", "who likes, shares or follows is named to nobody without a login")
    own = [post for post in posts if post.repost_of is None and post.url and post.published_at]
    own.sort(key=lambda post: str(post.published_at), reverse=True)
    for post in own[:most]:
        if post.counts.comment == 0 or post.url is None:
            continue
        seen = await visit.get(post.url, minimise=True)
        yield seen
        shown = sum(edge.act is Act.COMMENT for edge in seen.reading.interactions)
        counted = max([p.counts.comment or 0 for p in seen.reading.posts], default=0)
        if counted > shown:
            visit.gap("REPLIES_LIMIT", f"{shown} of {counted} comments", seen.capture)
        if is_refused((seen,)):
            return


def about_post(seen: Seen, native_id: str) -> Seen:
    """States of the page that was asked for in place of a post, as states of that post.

    Walls stay the page's: a site that asks for a login says nothing of the post. So does what is said
    of a part of a page (`page:…#posts`).
    """
    states = tuple(
        StateSeen(f"post:{native_id}", state.state, state.marker)
        if is_of_page(state) and state.state not in WALLS
        else state
        for state in seen.reading.states
    )
    return replace(seen, reading=replace(seen.reading, states=states))


def is_of_page(state: StateSeen) -> bool:
    """Whether a state is of a page as a whole."""
    return state.subject.startswith("page:") and "#" not in state.subject


def _named(seen: Seen, handle: str) -> Iterable[tuple[str, str]]:
    """(id, handle) of the account the visit is of, by its figures or as an author."""
    wanted = handle.lower()
    for account in seen.reading.accounts:
        if account.native_id and wanted in ((account.handle or "").lower(), account.native_id):
            yield account.native_id, account.handle or handle
    for post in seen.reading.posts:
        if post.author_id and wanted in ((post.author_handle or "").lower(), post.author_id):
            yield post.author_id, post.author_handle or handle


def _is_of(seen: Seen, native_id: str) -> bool:
    return any(state.subject == f"post:{native_id}" for state in seen.reading.states)
