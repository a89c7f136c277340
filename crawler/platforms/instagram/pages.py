"""Reads what Instagram shows without a login: profiles, posts, comments, and its refusals."""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from crawler.platforms.instagram import landing, media, people, states, urls
from crawler.relay import NOISE, Sheets, drilled, held, inside, is_hollow, sheets, unfolded
from crawler.sight import Sight, identity
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Reading, SeenState

READ_BY = "instagram.pages@1"
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


def read(page: Page) -> Reading:
    """All that one page or answer shows; what it lacks is drift.

    What came is decided by its own structure; the address and status say who it is about.
    """
    sight, told, found = Sight(url=page.url), urls.about(page.url), sheets(page)
    states.refused(page, told, found, sight)
    sight.faults += () if sight.shows else found.faults
    for document in found.documents:
        _document(document, told, sight)
    if not sight.posts:
        _rest(page, told, found, sight)
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


def _document(document: Any, told: urls.About, sight: Sight) -> None:
    """Walks one JSON document; posts and accounts are read where they stand, at any depth."""
    waiting = [document]
    while waiting:
        at = waiting.pop()
        if not isinstance(at, dict) or _object(at, told, sight):
            waiting += inside(at, NOT_ENTERED)
        if isinstance(at, dict):
            waiting += unfolded(at)


def _object(value: dict[str, Any], told: urls.About, sight: Sight) -> bool:
    """Reads an object that is known; returns whether to look inside of it."""
    if is_hollow(value):
        sight.fault("__bbox.result.data: expected an object")
    try:
        if media.is_post(value):
            _post(Node(value, "post", sight.faults), sight)
            return False
        if people.is_account(value):
            people.account(Node(value, "user", sight.faults), sight)
        elif people.is_comment(value):
            _comment(value, told, sight)
        elif told.kind in ("followers", "following") and isinstance(value.get("users"), list):
            _friends(value["users"], told, sight)
        _connections(value, told, sight)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
    return True


def _post(item: Node, sight: Sight) -> None:
    post = media.post(item)
    sight.post(post)
    for edge in people.edges(item, post):
        sight.edge(edge)
    for name in ("owner", "user"):
        by = item.value.get(name)
        if isinstance(by, dict) and people.is_account(by) and "is_private" in by:
            people.account(Node(by, "post.user", sight.faults), sight)


def _comment(value: dict[str, Any], told: urls.About, sight: Sight) -> None:
    """A comment outside of its post: of the post it names, or of the one the address names."""
    target = people.comment_target(value) or told.post
    if target is None:
        # Sound, but nobody can say of what: neither it nor the address names a post.
        sight.state(f"page:{sight.url}", SeenState.PRESENT, "comments of a post that is not named")
    else:
        sight.edge(people.comment(value, target))


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


def _friends(users: list[Any], told: urls.About, sight: Sight) -> None:
    """Who follows the account the address names, or whom it follows."""
    for user in users:
        if not isinstance(user, dict):
            continue
        native_id, handle = people.who(user)
        if told.name and native_id and told.kind == "followers":
            edge = Interaction(Act.FOLLOW, native_id, handle, told.name)
            sight.edge(edge)
        elif told.name and native_id:
            sight.edge(Interaction(Act.FOLLOW, told.name, None, native_id, target_account=handle))
