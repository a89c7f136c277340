"""Reads what Instagram shows without a login: profiles, posts, comments, and its refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crawler import relay
from crawler.page import Page
from crawler.platforms.instagram import landing, media, people, states, urls, whole
from crawler.relay import NOISE, Sheets, drilled, held, inside, is_hollow, sheets, unfolded
from crawler.sight import Sight, identity
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Reading, SeenState

READ_BY = "instagram.pages@3"
NOT_ENTERED = NOISE | frozenset(
    ("edge_web_media_to_related_media", "edge_related_profiles", "related_profiles", "chaining_results",
     "suggested_users", "edge_chaining", "edge_mutual_followed_by", "viewer", "ranked_items",
     "suggested_clips", "similar_accounts", "relatedPosts", "clips_metadata", "reel_mentions", "caption")
)  # fmt: skip
"""Fields that hold what the platform puts beside what was asked for, and the visitor's own. A
caption by itself (answers of comments) has a comment's form and is none."""

LISTS_OF_PEOPLE = {
    "edge_followed_by": "followers",
    "edge_follow": "following",
    "edge_highlight_reels": "",
}
LISTED = ("followers", "following", "likers")
"""Kinds of address whose answers are lists of people."""
WRAPPED = states.WRAPPED


@dataclass(slots=True)
class _Walk:
    """What has been met so far: read at once, or kept until the whole page is known.

    loose: comments that name no post.   ends: lists of an account's posts that hold nothing more.
    """

    told: urls.About
    sight: Sight
    loose: list[dict[str, Any]] = field(default_factory=list)
    ends: int = 0


def read(page: Page) -> Reading:
    """All that one page or answer shows; what it lacks is drift.

    What came is decided by its own structure; the address and status say who it is about.
    """
    sight, told, found = Sight(url=page.url), urls.about(page.url), sheets(page)
    states.refused(page, told, found, sight)
    sight.faults += () if sight.shows else found.faults
    walk = _Walk(told, sight)
    for document in found.documents:
        _document(document, walk)
    _loose(walk)
    if sight.posts:
        whole.complete(sight, found.headings)
    else:
        sight.empty = sight.empty or whole.is_empty(sight, walk.ends)
        _rest(page, told, found, sight)
    sight.unlisted(listed=told.kind == "post")
    if not sight.shows and not sight.faults:
        sight.fault(f"HTTP {page.status}: nothing that is known")
    return sight.reading(READ_BY)


def _rest(page: Page, told: urls.About, found: Sheets, sight: Sight) -> None:
    """What a page without posts says by its routes, empty fields, codes and meta tags."""
    fields = held(list(found.documents), states.FIELDS)
    states.gated(fields, told, page, sight)
    if not sight.shows:
        states.said(page, told, found, fields, sight)
    if not sight.shows and found.headings is not None:
        try:
            landing.read(found.headings, fields, page.url, sight)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")


def _document(document: Any, walk: _Walk) -> None:
    """Walks one JSON document; posts and accounts are read where they stand, at any depth."""
    waiting = [document]
    while waiting:
        at = waiting.pop()
        waiting += inside(_object(at, walk) if isinstance(at, dict) else at, NOT_ENTERED)
        if isinstance(at, dict):
            waiting += unfolded(at)


def _object(value: dict[str, Any], walk: _Walk) -> dict[str, Any]:
    """Reads an object that is known; returns what of it to look inside of."""
    sight = walk.sight
    if is_hollow(value):
        sight.fault("__bbox.result.data: expected an object")
    try:
        if media.is_wordless(value):
            sight.state(f"post:{media.media_id(value)}", SeenState.PRESENT, "listed without words")
            return {}
        if media.is_post(value):
            _post(Node(value, "post", sight.faults), sight)
            return {}
        if isinstance(value.get(WRAPPED), dict):
            _around(value, sight)
            together = whole.unwrapped(value, WRAPPED)
            if media.is_post(together):
                _post(Node(together, "post", sight.faults), sight)
                return {k: v for k, v in value.items() if k not in (WRAPPED, *whole.PARALLEL)}
        elif people.is_account(value):
            people.account(Node(value, "user", sight.faults), sight)
        elif people.is_comment(value):
            walk.loose.append(value)
        elif walk.told.kind in LISTED and isinstance(value.get("users"), list):
            _friends(value["users"], walk.told, sight)
        walk.ends += whole.is_end(value)
        sight.faults += whole.broken_lists(value)
        _connections(value, walk.told, sight)
        if "shortcode" in value:
            _likers(value, sight)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
    return value


def _post(item: Node, sight: Sight) -> None:
    post = media.post(item)
    if part := media.hidden(item.value):
        sight.state(f"page:{sight.url}#{post.native_id}", SeenState.UNSEEN, part)
    for value in relay.walk(item.value, skip=people.NOT_COMMENTS):
        sight.faults += whole.broken_lists(value)
    sight.post(post)
    for edge in people.edges(item, post):
        sight.edge(edge)
    for name in ("owner", "user"):
        by = item.value.get(name)
        if isinstance(by, dict) and people.is_account(by) and "is_private" in by:
            people.account(Node(by, "post.user", sight.faults), sight)


def _around(value: dict[str, Any], sight: Sight) -> None:
    """Comments that stand beside a post, not in it."""
    target = media.media_id(value[WRAPPED]) or media.media_id(value)
    for inner in relay.walk({k: v for k, v in value.items() if k != WRAPPED}, skip=NOT_ENTERED):
        if target is not None and people.is_comment(inner):
            sight.edge(people.comment(Node(inner, "comment", sight.faults), target))


def _loose(walk: _Walk) -> None:
    """Comments outside of a post: of the one they name, the address names, or the page shows."""
    sight = walk.sight
    alone = next(iter(sight.posts)) if len(sight.posts) == 1 else None
    known = {edge.native_id for edge in sight.interactions if edge.act is Act.COMMENT}
    for value in walk.loose:
        towards = people.comment_target(value) or walk.told.post or alone or ""
        edge = people.comment(Node(value, "comment", sight.faults), towards)
        if not edge.target:
            # Sound, but nobody can say of what.
            sight.state(f"page:{sight.url}", SeenState.PRESENT, "comments of an unnamed post")
        elif edge.native_id is None or edge.native_id not in known:
            sight.edge(edge)


def _connections(value: dict[str, Any], told: urls.About, sight: Sight) -> None:
    """Lists of people beside an account: who follows it where it is named, else that it came."""
    for name, kind in LISTS_OF_PEOPLE.items():
        edges = drilled(value, name, "edges")
        if not isinstance(edges, list) or not edges:
            continue
        own = told.name or identity(value.get("id"))
        if own and kind:
            people_ = [drilled(edge, "node") for edge in edges]
            _friends(people_, urls.About(kind, own), sight)
        else:
            sight.state(f"page:{sight.url}", SeenState.PRESENT, name)


def _likers(value: dict[str, Any], sight: Sight) -> None:
    """Who likes a post, in an answer that shows nothing else of it."""
    target, edges = media.media_id(value), drilled(value, "edge_liked_by", "edges")
    if target is not None and isinstance(edges, list):
        liking = [drilled(edge, "node") for edge in edges]
        _friends(liking, urls.About("likers", None, target), sight)


def _friends(users: list[Any], told: urls.About, sight: Sight) -> None:
    """Who follows the account the address names, whom it follows, or who likes the post."""
    for user in users:
        if not isinstance(user, dict):
            continue
        native_id, handle = people.who(user)
        if native_id is None or handle is None:
            sight.fault(f"{told.kind}: expected number and handle of an account")
        if told.kind == "likers" and told.post and native_id:
            sight.edge(Interaction(Act.LIKE, native_id, handle, told.post))
        elif told.name and native_id and told.kind == "followers":
            edge = Interaction(Act.FOLLOW, native_id, handle, told.name)
            sight.edge(edge)
        elif told.name and native_id:
            sight.edge(Interaction(Act.FOLLOW, told.name, None, native_id, target_account=handle))
