"""Reads what Threads shows without a login: a profile's threads, a post with its replies.

Both shapes of a thread are read: `thread_items[].post` (recorded 2026-06-12) and
`posts.edges[].node` under `direct_replies`. What strangers answer is an act towards the post; what
the platform puts beside it (`relatedPosts`) is left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crawler.page import Page
from crawler.platforms.threads import accounts, posts, states, urls, words
from crawler.relay import NOISE, Sheets, drilled, inside, is_hollow, sheets, unfolded
from crawler.sight import Sight, number_of
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Post, Reading, SeenState

READ_BY = "threads.pages@3"
NOT_ENTERED = NOISE | frozenset(
    ("relatedPosts", "viewer", "reply_facepile_users", "suggested_users", "friendship_status",
     "profile_context_facepile_users", "quoted_post", "reposted_post", "quoted_attachment_post",
     "reply_to_author", "root_post_author")
)  # fmt: skip
"""Fields that hold what was not asked for: strangers beside a post, and the visitor."""
NOBODY = ""
"""Whose a page is that is of a post it does not show, without a name in its address."""


@dataclass(slots=True)
class _Found:
    """Threads as lists of posts, accounts with figures, and the post the page says it is of.

    reposted: numbers of posts in threads that are there because the account passed them on.
    """

    threads: list[list[dict[str, Any]]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    lists: list[dict[str, Any]] = field(default_factory=list)
    reposted: set[str | None] = field(default_factory=set)
    main: str | None = None


def read(page: Page) -> Reading:
    """All that one page or answer shows; what it lacks is drift.

    Replies by others become COMMENT edges; their words are in the edge, not in a post.
    """
    sight, told, sheet = Sight(url=page.url), urls.about(page.url), sheets(page)
    states.refused(page, told, sight)
    sight.faults += () if sight.shows else sheet.faults
    found = _Found()
    for document in sheet.documents:
        _gather(document, found, sight)
    for account in found.accounts:
        accounts.account(Node(account, "user", sight.faults), sight)
    whose = _whose(told, sheet, found)
    if whose == (whose[0], NOBODY):
        sight.fault("media: expected the post that the page is of, found others")
    _threads(found, whose, sight)
    _strange(found, sight)
    _empty(found, sight)
    if not sight.posts and not sight.interactions:
        states.said(page, told, sheet, sight)
    listed = any(drilled(each, "edges") for each in found.lists)
    sight.unlisted(listed=listed or told.kind == "post")
    if not sight.shows and not sight.faults:
        sight.fault(f"HTTP {page.status}: nothing that is known")
    return sight.reading(READ_BY)


def _gather(document: Any, found: _Found, sight: Sight) -> None:
    waiting = [document]
    while waiting:
        at = waiting.pop()
        if not isinstance(at, dict) or _enters(at, found, sight):
            waiting += inside(at, NOT_ENTERED)
        if isinstance(at, dict):
            waiting += unfolded(at)


def _enters(value: dict[str, Any], found: _Found, sight: Sight) -> bool:
    """Notes an object that is known; returns whether to look inside of it."""
    if is_hollow(value):
        sight.fault("__bbox.result.data: expected an object")
    if "thread_items" in value and not isinstance(value["thread_items"], list):
        sight.fault("thread_items: expected a list")
    elif "thread_items" in value:
        items = [each.get("post") for each in value["thread_items"] if isinstance(each, dict)]
        found.threads.append([each for each in items if isinstance(each, dict)])
        if len(found.threads[-1]) < len(value["thread_items"]):
            sight.fault("thread_items[].post: expected an object")
        if drilled(value, "thread_header_context", "context_type") == "REPOST":
            found.reposted |= {posts.number_of(each) for each in found.threads[-1]}
        return False
    if isinstance(drilled(value, "posts", "edges"), list):
        items = [drilled(each, "node") for each in value["posts"]["edges"]]
        found.threads.append([each for each in items if isinstance(each, dict)])
        if len(found.threads[-1]) < len(items):
            sight.fault("posts.edges[].node: expected an object")
        return False
    _replies(value, sight)
    if isinstance(value.get("page_info"), dict) and not isinstance(value.get("edges"), list):
        sight.fault("edges: expected a list beside page_info")
    if posts.is_post(value):
        if "taken_at" in value or "caption" in value or "direct_replies" not in value:
            found.threads.append([value])
        return "direct_replies" in value
    if accounts.is_account(value):
        found.accounts.append(value)
    if value.get("mediaData") is not None:
        _list(value["mediaData"], found, sight)
    media = value.get("media")
    if found.main is None and isinstance(media, dict) and "text_post_app_info" in media:
        found.main = posts.number_of(media)
    return True


def _replies(value: dict[str, Any], sight: Sight) -> None:
    """A list of answers has to have its parts; one of them gone would be answers gone."""
    listed = value.get("direct_replies")
    edges = drilled(listed, "edges")
    if listed is not None and not isinstance(edges, list):
        sight.fault("direct_replies.edges: expected a list")
    elif not all(_is_thread(drilled(each, "node")) for each in edges or ()):
        sight.fault("direct_replies.edges[].node: expected a thread")


def _list(listed: Any, found: _Found, sight: Sight) -> None:
    """A profile's list has to have its parts; one of them gone would be threads gone.

    Pages of 2023 listed the threads themselves (`mediaData.threads`).
    """
    if isinstance(drilled(listed, "threads"), list):
        listed = {"edges": [{"node": each} for each in listed["threads"]]}
    edges = drilled(listed, "edges")
    if not isinstance(edges, list):
        sight.fault("mediaData.edges: expected a list")
    elif not all(_is_thread(drilled(each, "node")) for each in edges):
        sight.fault("mediaData.edges[].node: expected a thread")
    else:
        found.lists.append(listed)


def _is_thread(node: Any) -> bool:
    return bool(_items(node))


def _items(node: Any) -> list[Any]:
    """Posts of a thread in either of its shapes; empty when it is none."""
    for path, name in ((("thread_items",), "post"), (("posts", "edges"), "node")):
        listed = drilled(node, *path)
        if isinstance(listed, list) and listed:
            return [drilled(each, name) for each in listed]
    return []


def _whose(told: urls.About, sheet: Sheets, found: _Found) -> tuple[str | None, str | None]:
    """(number of the post the page is of, number or handle of the account it is of).

    By the address, else by what the page says of itself, else the author most threads have.
    """
    if told.handle is None and sheet.headings is not None:
        links = sheet.headings.links.get("canonical") or sheet.headings.meta.get("og:url", "")
        said = urls.about(links)
        told = said if told.post in (None, said.post) else told
    main = told.post or found.main
    everyone = [each for thread in found.threads for each in thread]
    if main is not None:
        by = next((_author(each) for each in everyone if posts.number_of(each) == main), None)
        return main, by or told.handle or (NOBODY if everyone else None)
    if told.handle:
        return None, told.handle
    if len(found.accounts) == 1:
        return None, words.who(found.accounts[0])[0]
    counted = Counter(by for thread in found.threads for by in {_author(each) for each in thread})
    return None, counted.most_common(1)[0][0] if counted else None


def _author(value: dict[str, Any]) -> str | None:
    user = value.get("user")
    return number_of(user) if isinstance(user, dict) else None


def _threads(found: _Found, whose: tuple[str | None, str | None], sight: Sight) -> None:
    main, account = whose
    for thread in found.threads:
        above: dict[str, Any] = {}
        for value in thread:
            under = _under(value, above, main)
            try:
                post = _one(value, account, under, sight)
                if post is not None and account and post.native_id in found.reposted:
                    sight.edge(_repost(post, account, found))
            except ParseError as error:
                sight.fault(f"{error.what}: {error.why}")
            above = value


def _under(value: dict[str, Any], above: dict[str, Any], main: str | None) -> str | None:
    """What a post stands under: the one above it in its thread, else the page's own post.

    Where the post says whom it answers, and that is not the author above, it is the page's.
    """
    answered = drilled(value, "text_post_app_info", "reply_to_author", "username")
    matches = answered in (None, drilled(above, "user", "username"))
    if above and (matches or main is None):
        return posts.number_of(above)
    return main if posts.number_of(value) != main else None


def _strange(found: _Found, sight: Sight) -> None:
    """What a profile lists has a post of the account in it, or one it passed on."""
    known = {*sight.posts, *found.reposted}
    known |= {name.removeprefix("post:") for name, _ in sight.states}
    for edge in (edge for listed in found.lists for edge in listed["edges"]):
        items = [each for each in _items(edge["node"]) if isinstance(each, dict)]
        if not known & {posts.number_of(each) for each in items}:
            sight.fault(
                "mediaData.edges[].node: expected a post of the account, or one it passed on"
            )


def _repost(post: Post, account: str, found: _Found) -> Interaction:
    """The act a thread is that the account passed on (`thread_header_context`); its time is not told."""
    known = [words.who(each) for each in found.accounts]
    number, handle = next((who for who in known if account in who), (None, account))
    of = post.author_handle
    return Interaction(Act.SHARE, number, handle, post.native_id, target_account=of)


def _one(
    value: dict[str, Any], account: str | None, under: str | None, sight: Sight
) -> Post | None:
    """Notes one post of a thread: the account's own, or an answer by somebody else.

    Returns one that is by somebody else.
    """
    item = Node(value, "post", sight.faults)
    reason = posts.unavailable(value)
    if reason is not None:
        name = posts.number_of(value)
        if name is None:
            raise ParseError("post.pk", "expected the number of a post that is not available")
        sight.state(f"post:{name}", SeenState.GATED, reason)
        return None
    is_reply = item.inner("text_post_app_info").want("is_reply", bool)
    answered = _answered(item) if is_reply else None
    post = posts.post(item, under if is_reply else None)
    kept_back = posts.kept_back(value)
    names = (post.author_id, (post.author_handle or "").lower())
    if account is None or account.lower() in names:
        sight.post(post)
        if kept_back is not None:
            sight.state(f"page:{sight.url}#{post.native_id}", SeenState.UNSEEN, kept_back)
        for edge in posts.edges(item, post, answered):
            sight.edge(edge)
    elif is_reply and under is not None:
        sight.edge(
            Interaction(
                Act.COMMENT,
                post.author_id,
                post.author_handle,
                under,
                post.native_id,
                post.published_at,
                post.text,
                answered,
            )
        )
    else:
        return post
    return None


def _answered(item: Node) -> str | None:
    """Handle of the author an answer is to; null where that one is not there any more."""
    told = item.inner("text_post_app_info")
    to = told.known("reply_to_author", dict)
    handle = drilled(to, "username")
    if to is not None and not isinstance(handle, str):
        told.fault("reply_to_author.username", "expected a handle")
    return handle if isinstance(handle, str) else None


def _empty(found: _Found, sight: Sight) -> None:
    """A profile's own list that is there, ends, and holds nothing is proof that it is empty."""
    for listed in found.lists:
        ends = drilled(listed, "page_info", "has_next_page") is False
        if listed.get("edges") == [] and not found.accounts:
            sight.state(f"page:{sight.url}#posts", SeenState.UNSEEN, "mediaData: nothing in it")
        elif listed.get("edges") == [] and ends:
            sight.empty = all(each.state is SeenState.PRESENT for each in sight.accounts.values())
