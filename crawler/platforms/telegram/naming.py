"""A channel's number in place of its name, wherever a page only had the name."""

from __future__ import annotations

from dataclasses import replace

from evidence.model import AccountSeen, Reading, StateSeen


def placed(reading: Reading, native_id: str | None, handle: str) -> Reading:
    """The reading as of the channel with this number, which now goes by this name.

    Landing and error pages do not carry the number; who asked for them has it from the listing.
    """
    if native_id is None:
        return reading
    return replace(
        reading,
        accounts=tuple(_account(account, native_id, handle) for account in reading.accounts),
        states=tuple(_state(state, native_id, handle) for state in reading.states),
        posts=tuple(
            replace(
                post, native_id=_swapped(post.native_id, native_id, handle), author_id=native_id
            )
            if post.author_id is None and (post.author_handle or "").lower() == handle.lower()
            else post
            for post in reading.posts
        ),
    )


def _account(account: AccountSeen, number: str, name: str) -> AccountSeen:
    own = account.native_id is None and (account.handle or "").lower() == name.lower()
    return replace(account, native_id=number) if own else account


def _state(state: StateSeen, number: str, name: str) -> StateSeen:
    kind, _, rest = state.subject.partition(":")
    if kind == "account" and rest.lower() == name.lower():
        return replace(state, subject=f"account:{number}")
    if kind == "post":
        return replace(state, subject=f"post:{_swapped(rest, number, name)}")
    return state


def _swapped(native_id: str, number: str, name: str) -> str:
    channel, _, message = native_id.partition("/")
    return f"{number}/{message}" if channel.lower() == name.lower() else native_id
