"""Whether a changed layout was heard of: what a reading shows, and what it says it could not see."""

from __future__ import annotations

from typing import Any

from evidence.model import Reading


def told(reading: Reading) -> set[Any]:
    """What a reading says of something it could not see."""
    return {*reading.drift, *reading.states}


def content(reading: Reading) -> set[tuple[Any, ...]]:
    """What must not be lost in silence: all of posts, accounts and acts.

    But the name of somebody whose number is there, which of its variants a picture is shown in, and
    its alternative text.
    """
    posts = {
        (p.native_id, p.author_id or p.author_handle, p.text, p.published_at, p.links, p.reply_to,
         p.repost_of, p.quote_of, p.counts, *((m.type, m.key or m.url) for m in p.media))
        for p in reading.posts
    }  # fmt: skip
    accounts = {(a.native_id or a.handle, a.state, a.counts) for a in reading.accounts}
    acts = {
        (e.act, e.actor_id or e.actor_handle, e.target, e.native_id, e.at, e.text)
        for e in reading.interactions
    }
    return {*posts, *accounts, *acts}


def core(reading: Reading) -> set[tuple[Any, ...]]:
    """Which posts, by whom and with which words, pictures and time, and which accounts are shown."""
    posts = {
        (p.native_id, p.author_id, p.text, p.published_at, len(p.media)) for p in reading.posts
    }
    return posts | {(account.native_id, account.state) for account in reading.accounts}


def faults_of(before: Reading, after: Reading, what: str, *, lost: bool = True) -> list[str]:
    """What is wrong with how a changed layout was read; empty when it was heard of or harmless.

    Harmless: all that was shown is shown, and no post by anybody else.   lost: whether it matters
    that something is not shown; of posts and accounts themselves it always does.
    """
    heard = bool(told(after) - told(before)) or bool(after.drift)
    wrong = []
    if any(" in " in d.detail and d.detail.split(" in ")[0].endswith("Error") for d in after.drift):
        wrong.append(f"{what}: the reader crashed")
    if not heard and not (content if lost else core)(before) <= (content if lost else core)(after):
        wrong.append(f"{what}: lost content in silence")
    authors = {post.author_id for post in before.posts}
    if not heard and before.posts and {post.author_id for post in after.posts} - authors:
        wrong.append(f"{what}: took a stranger's post for the account's")
    if after.empty and not before.empty:
        wrong.append(f"{what}: called empty")
    return wrong
