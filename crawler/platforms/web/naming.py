"""A page as of the watched site, which is known by the address in the watchlist."""

from __future__ import annotations

from dataclasses import replace

from crawler.platforms.web import urls
from evidence.model import Reading, SeenState


def placed(reading: Reading, native_id: str | None, handle: str) -> Reading:
    """The reading with the watched address as account; pages of other sites stay theirs.

    A page that is shown in part is a post: beside it the state that it is closed would say it was
    not seen.
    """
    del handle
    site = urls.site(native_id or "")
    if not native_id or any(urls.site(post.url or "") != site for post in reading.posts):
        return reading
    shown = {f"post:{post.native_id}" for post in reading.posts}
    return replace(
        reading,
        posts=tuple(replace(post, author_id=native_id) for post in reading.posts),
        accounts=tuple(replace(account, native_id=native_id) for account in reading.accounts),
        states=tuple(
            state
            for state in reading.states
            if state.subject not in shown or state.state is SeenState.PRESENT
        ),
    )
