"""What one look at an account's page in the browser tells a visit, and what it leaves out.

For sites that show a choice of an account's posts: whose page it was, whether it was refused, which
known posts it did not show, and whether the list of answers below a post was whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crawler.listing import Listing, answered
from crawler.noting import REFUSALS
from crawler.visit import Seen, Visit
from evidence.model import Act, Interaction, KnownPost, Post, SeenState


def is_reused(look: Iterable[Seen], visit: Visit) -> bool:
    """Whether the handle shows another account than the one it was resolved to before."""
    name = visit.handle.lower()
    shown = {
        account.native_id
        for part in look
        for account in part.reading.accounts
        if account.native_id and (account.handle or "").lower() == name
    }
    return visit.native_id is not None and bool(shown) and visit.native_id not in shown


def identify(look: Iterable[Seen], visit: Visit) -> None:
    """Tell the visit the account's id and present handle, where a part of the look names it."""
    for part in look:
        for account in part.reading.accounts:
            own = account.native_id == visit.native_id or (
                visit.native_id is None and (account.handle or "").lower() == visit.handle.lower()
            )
            if account.native_id and own:
                visit.resolved(account.native_id, account.handle or visit.handle)


def is_closed(look: Iterable[Seen]) -> bool:
    """Whether the page said why it shows no posts: private, suspended, gone, none yet."""
    return any(
        part.reading.empty or any(s.subject.startswith("account:") for s in part.reading.states)
        for part in look
    )


def is_walled(look: Sequence[Seen]) -> bool:
    """Whether the account's page was refused as a whole: the browser then meets it everywhere."""
    refused = any(s.state in REFUSALS for part in look for s in part.reading.states)
    unasked = all(part.page is None for part in look)
    return unasked or (refused and not any(part.sound for part in look))


def tell_of_part(look: Iterable[Seen], visit: Visit, shown: int) -> None:
    """Note that an account that is there for everybody counts more posts than were shown."""
    for part in look:
        for account in part.reading.accounts:
            counted = account.counts.post
            ours = account.native_id == visit.native_id and account.state is SeenState.PRESENT
            if ours and counted is not None and counted > shown:
                visit.gap("PART_LISTED", f"{shown} of {counted} posts", part.capture)
                return


def not_shown(visit: Visit, known: Mapping[str, KnownPost]) -> list[KnownPost]:
    """Known posts that this visit has not shown yet, those first that were not seen the longest."""
    left = [
        post
        for post in known.values()
        if post.native_id not in visit.posts_seen and post.state is not SeenState.ABSENT
    ]
    return sorted(left, key=lambda post: post.last_seen_at)


def newest(posts: Mapping[str, Post], most: int) -> list[Post]:
    """Own posts that may have been answered, newest first."""
    own = [post for post in posts.values() if post.repost_of is None and post.published_at]
    own.sort(key=lambda post: str(post.published_at), reverse=True)
    return [post for post in own[:most] if post.counts.comment != 0]


def answers_to(look: Iterable[Seen], target: str) -> dict[str, Interaction]:
    """Comments on a post that a look shows, by their own ids."""
    return {
        edge.native_id: edge
        for part in look
        for edge in part.reading.interactions
        if edge.act is Act.COMMENT and edge.target == target and edge.native_id
    }


def total_of(look: Iterable[Seen], post: Post) -> int | None:
    """Answers the platform counts below a post, exact, as the look says; else as known before."""
    pages = (shown for part in look for shown in part.reading.posts)
    told = [shown.counts.comment for shown in pages if shown.native_id == post.native_id]
    return told[-1] if told else post.counts.comment


def with_whole_list(look: Sequence[Seen], post: Post) -> list[Seen]:
    """The look, with its last page of answers as the end of the whole list where it is whole.

    It is only if exactly as many were shown as the platform counts, each page of it was sound, and
    the last one offers no more: who is missing from it then has withdrawn. Anything else (a rounded
    count, one comment kept back) proves nothing of who is missing.
    """
    target = post.native_id
    found = answers_to(look, target)
    pages = [n for n, part in enumerate(look) if answers_to((part,), target)]
    if not pages or len(found) != total_of(look, post):
        return list(look)
    last = look[pages[-1]]
    if last.reading.next or not all(answered(look[n]) for n in pages):
        return list(look)
    listing = Listing(Act.COMMENT, target, tuple(found.values()))
    return [replace(part, listing=listing) if part is last else part for part in look]


def tell_of_answers(look: Sequence[Seen], visit: Visit, post: Post, word: str) -> None:
    """Note that a post counts more answers than were shown. word: what the platform calls them."""
    shown, total = len(answers_to(look, post.native_id)), total_of(look, post)
    if total is not None and total > shown:
        visit.gap("REPLIES_LIMIT", f"{shown} of {total} {word}")
