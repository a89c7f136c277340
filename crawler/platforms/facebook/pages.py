"""Reads what Facebook shows without a login: pages, posts, photos, videos, events, and its walls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from crawler.page import Page
from crawler.platforms.facebook import (
    accounts,
    attachments,
    events,
    feedback,
    states,
    stories,
    urls,
)
from crawler.relay import NOISE, Sheets, drilled, held, inside, is_hollow, sheets, unfolded, walk
from crawler.sight import Sight
from evidence.errors import ParseError
from evidence.model import Drift, Reading, SeenState

READ_BY = "facebook.pages@3"
NOT_ENTERED = NOISE | frozenset(
    ("suggested_event_cuts_of_event", "viewer", "loggedInViewer", "nextMedia", "prevMedia",
     "nextMediaAfterNodeId", "prevMediaBeforeNodeId", "related_videos", "suggested_pages", "related_pages",
     "event_category_list", "top_reactions")
)  # fmt: skip
"""Fields that hold what the platform puts beside what was asked for, and the visitor's own."""
FEEDS = frozenset(("timeline_list_feed_units", "group_feed"))
"""Lists of posts; one of them broken would be posts gone."""
Parts = dict[str, list[dict[str, Any]]]


@dataclass(slots=True)
class _Found:
    """Parts of posts and events by number; pictures, figures and comments wherever they stood.

    feeds: lists of posts that were met.   streamed: those that later lines add to.
    pictures: photos and videos by number, without author and words; under "" those a page loads
    beforehand (`prefetch_uris_v2`), which name nothing.
    """

    posts: Parts = field(default_factory=dict)
    events: Parts = field(default_factory=dict)
    pictures: Parts = field(default_factory=dict)
    figures: dict[str | None, list[dict[str, Any]]] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    feeds: set[str] = field(default_factory=set)
    streamed: set[str] = field(default_factory=set)


def read(page: Page) -> Reading:
    """All that one page or answer shows; what it lacks is drift.

    What came is decided by its own typed nodes; address and status say who it is about. Posts of
    others beside the account's own are left out.
    """
    sight, told, sheet = Sight(url=page.url), urls.about(page.url), sheets(page)
    states.refused(page, told, sight)
    sight.faults += () if sight.shows else sheet.faults
    found = _Found()
    for document in sheet.documents:
        _gather(document, found, sight)
    _account(told, sheet, sight)
    _events(told, sheet, found, sight)
    for native_id, parts in found.posts.items():
        _post(native_id, [*parts, *_elsewhere(native_id, parts, found)], found, sight)
    _only_own(told, sheet, sight)
    _hosts(found, sight)
    _comments(found, told, sight)
    for name in sorted(found.streamed - found.feeds):
        sight.fault(f"{name}: expected the list that a line of the answer adds to")
    sight.unlisted(listed=told.kind in ("post", "event"))
    if not sight.shows:
        states.said(page, told, sheet, sight)
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
    if feedback.is_comment(value):
        found.comments.append(value)
        return True
    if stories.is_story(value) or stories.is_medium(value):
        for part in stories.parts_of(value):
            _add(found.posts, stories.number_of(stories.named_by(value)), part, "story", sight)
        _aside(value, found, sight)
        return False
    _picture(value, found)
    sight.faults += [Drift(f"{name}: not as expected") for name in feedback.broken(value)]
    for name in FEEDS.intersection(value):
        found.feeds.add(name)
        _list(value[name], name, sight)
    _streamed(value, found)
    if events.is_event(value):
        _add(found.events, events.number_of(value), value, "event", sight)
        return False
    if feedback.is_feedback(value):
        found.figures.setdefault(feedback.target(value), []).append(value)
    return True


def _streamed(value: dict[str, Any], found: _Found) -> None:
    """Notes the list that a later line of an answer (Relay's `@stream`) adds a post to."""
    path = value.get("path")
    if "label" in value and isinstance(path, list):
        found.streamed |= FEEDS.intersection(name for name in path if isinstance(name, str))


def _picture(value: dict[str, Any], found: _Found) -> None:
    number = stories.number_of(value) if value.get("__typename") in stories.MEDIA else None
    if number is not None:
        found.pictures.setdefault(number, []).append(value)
    loaded = value.get("prefetch_uris_v2")
    for each in loaded if isinstance(loaded, list) else ():
        if isinstance(each, dict) and isinstance(each.get("uri"), str):
            found.pictures.setdefault("", []).append({"__typename": "Photo", "image": each})


def _list(listed: Any, name: str, sight: Sight) -> None:
    """A list of posts has to have its parts; one of them gone would be posts gone."""
    edges = listed.get("edges", []) if isinstance(listed, dict) else listed
    if isinstance(listed, dict) and "edges" not in listed and "page_info" not in listed:
        sight.fault(f"{name}.edges: expected a list, found nothing")
    elif listed is not None and (not isinstance(listed, dict) or not isinstance(edges, list)):
        sight.fault(f"{name}.edges: expected a list")
    elif any(not isinstance(each, dict) or not _is_node(each) for each in edges or ()):
        sight.fault(f"{name}.edges[].node: expected a node")


def _is_node(edge: dict[str, Any]) -> bool:
    return isinstance(edge.get("node"), dict)


def _add(parts: Parts, number: str | None, value: dict[str, Any], name: str, sight: Sight) -> None:
    if number is not None:
        parts.setdefault(number, []).append(value)
    elif stories.OF_STORY & value.keys() - {"comet_sections"}:
        sight.fault(f"{name}: expected a post_id, found none")


def _aside(value: dict[str, Any], found: _Found, sight: Sight) -> None:
    """Figures and comments inside of a story."""
    for inner in walk(value, skip=feedback.ASIDE):
        sight.faults += [Drift(f"{name}: not as expected") for name in feedback.broken(inner)]
        if feedback.is_comment(inner):
            found.comments.append(inner)
        elif feedback.is_feedback(inner) and (name := feedback.target(inner)) is not None:
            found.figures.setdefault(name, []).append(inner)


def _post(native_id: str, parts: list[dict[str, Any]], found: _Found, sight: Sight) -> None:
    if not any(_is_whole(part) for part in parts):
        return
    try:
        told = stories.story(native_id, parts)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
        return
    sight.faults += [Drift(fault) for fault in told.faults]
    if told.hidden:
        sight.state(f"page:{sight.url}#{native_id}", SeenState.UNSEEN, told.hidden)
    own = feedback.of(native_id, parts, found.figures)
    counted = feedback.counts(own)
    is_unit = any(drilled(part, "comet_sections", "content") is not None for part in parts)
    missing = feedback.owed(own, counted) or (["feedback"] if is_unit and not own else [])
    sight.faults += [Drift(f"story.{name}: expected figures") for name in missing]
    if counted.view == 0 and not _is_film(told):
        counted = replace(counted, view=None)
    sight.post(replace(told.post, counts=counted))
    for edge in told.edges:
        sight.edge(edge)


def _is_film(told: stories.Told) -> bool:
    """Whether a post shows a film, or says it holds one; others count 0 views of none."""
    return bool(told.hidden) or any(medium.type == "video" for medium in told.post.media)


def _elsewhere(native_id: str, parts: list[dict[str, Any]], found: _Found) -> list[dict[str, Any]]:
    """The picture of a photo's own page, which may stand apart from its words."""
    if not any(stories.is_medium(part) for part in parts):
        return []
    if native_id in found.pictures:
        return found.pictures[native_id]
    shown = any(attachments.of(part) is not None for part in parts)
    return [] if shown else [{**p, "id": native_id} for p in found.pictures.get("", ())[:1]]


def _is_whole(part: dict[str, Any]) -> bool:
    """Whether a part stands for a post, and is not only a reference to one or its figures."""
    return len(part.keys() - {"__typename", "id", "post_id", "url", "__isNode", "feedback"}) > 1


def _events(told: urls.About, sheet: Sheets, found: _Found, sight: Sight) -> None:
    """The event a page is of, where it says which; else those that are told whole.

    Others stand beside it by name and time alone, and are no drift.
    """
    asked = _about(told, sheet)
    main = found.events.get(asked.post or "") if asked.kind == "event" else None
    alone = main is not None and any("name" in part for part in main)
    wanted = {asked.post or "": main} if alone and main else found.events
    faults: list[tuple[bool, str]] = []
    for native_id, parts in wanted.items():
        try:
            seen = events.event(native_id, [*parts, *events.above(parts, found.events)])
        except ParseError as error:
            told_of = events.is_whole(parts) and any("name" in part for part in parts)
            faults.append((told_of, f"{error.what}: {error.why}"))
            continue
        if seen is not None:
            sight.faults += [Drift(fault) for fault in seen.faults]
            sight.post(seen.post)
            for edge in seen.edges:
                sight.edge(edge)
    shown = any(name in sight.posts for name in wanted)
    sight.faults += [Drift(fault) for whole, fault in faults if whole or not shown]


def _hosts(found: _Found, sight: Sight) -> None:
    """Notes the hosts of the events that are shown."""
    for native_id in [name for name in found.events if name in sight.posts]:
        parts = found.events[native_id]
        for value in events.hosts([*parts, *events.above(parts, found.events)]):
            seen = accounts.host(value)
            if seen is not None:
                sight.account(seen)


def _account(told: urls.About, sheet: Sheets, sight: Sight) -> None:
    fields = held(list(sheet.documents), accounts.FIELDS)
    seen = accounts.account(fields, sheet.headings, sheet.documents)
    of_account = _about(told, sheet).kind == "account"
    faults = accounts.faults(fields, seen, of_account=of_account)
    sight.faults += [Drift(fault) for fault in faults]
    if seen is not None:
        sight.account(seen)


def _about(told: urls.About, sheet: Sheets) -> urls.About:
    """What a page is about, by its address, else by what it says of itself."""
    head = sheet.headings
    if head is None or told.kind in ("post", "event"):
        return told
    said = urls.about(head.links.get("canonical") or head.meta.get("og:url", ""))
    return said if said.kind else told


def _only_own(told: urls.About, sheet: Sheets, sight: Sight) -> None:
    """Leaves out posts by others: those beside the post, or the account, that the page is of."""
    told = _about(told, sheet)
    main = sight.posts.get(told.post or "")
    wanted = main.author_id if main is not None else _owner(sight)
    if wanted is None:
        return
    own = {name: post for name, post in sight.posts.items() if post.author_id == wanted}
    if own or (told.kind == "account" and not accounts.is_group(wanted, sheet.documents)):
        left = {name for name in sight.posts if name not in own}
        sight.posts = own
        sight.interactions = {e: None for e in sight.interactions if e.native_id not in left}


def _owner(sight: Sight) -> str | None:
    return next(iter(sight.accounts.values())).native_id if len(sight.accounts) == 1 else None


def _comments(found: _Found, told: urls.About, sight: Sight) -> None:
    """Comments towards the posts that are shown; a comment names its post in its own id."""
    alone = next(iter(sight.posts)) if len(sight.posts) == 1 else told.post
    seen: set[str | None] = set()
    parts: set[str | None] = set()
    for value in found.comments:
        target = feedback.comment_target(value)
        edge = feedback.comment(value, target if target in sight.posts else alone or target)
        if edge is None:
            parts.add(feedback.comment_id(value))
        elif edge.native_id is None or edge.native_id not in seen:
            if edge.at is None:
                sight.fault("comment.created_time: expected seconds since 1970")
            seen.add(edge.native_id)
            sight.edge(edge)
    if parts - seen:
        sight.fault("comment: expected an author and the post it is towards")
