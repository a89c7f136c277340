"""Events of Facebook, read as posts of the host named first.

An event's words are its name and its description. When it takes place is no time of publication,
which the page does not show. Figures of who goes are not kept: they name nobody and are no count of
a post.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.facebook import attachments, urls
from crawler.platforms.facebook.stories import Told
from crawler.relay import NOISE, drilled, held
from crawler.sight import identity
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Media, Post

OF_EVENT = frozenset(
    ("day_time_sentence", "event_description", "start_timestamp", "event_place", "eventUrl",
     "cover_media_renderer", "event_hosts_that_can_view_guestlist", "event_creator", "is_canceled",
     "event_privacy_info", "event_kind")
)  # fmt: skip
HOSTS = ("event_creator", "event_hosts_that_can_view_guestlist", "event_hosts_meet_your_host",
         "page_as_owner")  # fmt: skip
WORDS, COVER = "event_description", "cover_media_renderer"
ASIDE = NOISE | frozenset(("suggested_event_cuts_of_event", "viewer", "event_place"))


def is_event(value: dict[str, Any]) -> bool:
    """Whether an object is an event or a part of one."""
    named = value.get("__typename") == "Event" or not OF_EVENT.isdisjoint(value)
    return named and number_of(value) is not None


def number_of(value: dict[str, Any]) -> str | None:
    """The number of an event."""
    found = identity(value.get("id"))
    return found if found is not None and found.isdecimal() else None


def above(parts: list[dict[str, Any]], every: dict[str, list[dict[str, Any]]]) -> Any:
    """Parts of the event that one of a row belongs to, which says what it leaves out.

    every: parts of all events of a page, by number.
    """
    own = {number_of(part) for part in parts}
    for part in parts:
        parent = identity(drilled(part, "parent_if_exists_or_self", "id"))
        if parent is not None and parent not in own:
            yield from every.get(parent, ())
            return


def is_whole(parts: list[dict[str, Any]]) -> bool:
    """Whether parts tell an event with its words or its own day, as its page does and a list not."""
    return any(WORDS in part or "day_time_sentence" in part for part in parts)


def event(native_id: str, parts: list[dict[str, Any]]) -> Told | None:
    """The event that some parts of it show together; None for a bare reference to one.

    Raises ParseError without a name or a host, or when its words or cover are not understood. A
    page that says nothing at all of words or cover gives the event and a fault.
    """
    if not any(OF_EVENT & part.keys() and "name" in part for part in parts):
        if is_whole(parts):
            raise ParseError("event.name", "expected a name, found none")
        return None
    name = next((n for part in parts if isinstance(n := part.get("name"), str) and n), None)
    people = list(hosts(parts))
    if name is None:
        raise ParseError("event.name", "expected a name")
    if not people:
        raise ParseError("event.event_hosts_that_can_view_guestlist", "expected a host with an id")
    told = _description(parts)
    first, *others = people
    own = next((u for p in parts if isinstance(u := p.get("eventUrl") or p.get("url"), str)), None)
    author = (first["id"], urls.handle(first.get("url")))
    post = Post(
        native_id=native_id,
        author_id=author[0],
        author_handle=author[1],
        text=f"{name}\n\n{told}" if told else name,
        published_at=None,
        url=own or f"{urls.HOST}/events/{native_id}/",
        media=_cover(parts),
    )
    tags = tuple(
        Interaction(
            Act.TAG, *author, who["id"], native_id, target_account=urls.handle(who.get("url"))
        )
        for who in others
    )
    unsaid = [n for n in (WORDS, COVER) if not any(n in part for part in parts)]
    odd = [n for n in HOSTS if any(not isinstance(p.get(n), dict | list | None) for p in parts)]
    faults = [f"event.{n}: expected something, found nothing" for n in unsaid]
    return Told(post, tags, (*faults, *(f"event.{n}: expected hosts, or null" for n in odd)))


def hosts(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The event's hosts, its maker first, each once, as the page lists them.

    Where no list of them is given, those its line "Public · Hosted by …" leads to.
    """
    told = [part.get(name) for name in HOSTS for part in parts]
    listed = [who for each in told for who in (each if isinstance(each, list) else [each])]
    if not any(identity(drilled(who, "id")) for who in listed):
        ranges = held(parts, frozenset(("event_privacy_info",)), skip=ASIDE)["event_privacy_info"]
        said = [drilled(info, "title", "ranges") for info in ranges]
        listed = [drilled(r, "entity") for each in said if isinstance(each, list) for r in each]
    seen: set[str] = set()
    for who in listed:
        native_id = identity(drilled(who, "id"))
        if isinstance(who, dict) and native_id is not None and native_id not in seen:
            seen.add(native_id)
            yield {**who, "id": native_id}


def _description(parts: list[dict[str, Any]]) -> str | None:
    """Words of an event, None when it has none."""
    found = [part[WORDS] for part in parts if part.get(WORDS) is not None]
    texts = [text for each in found if isinstance(text := drilled(each, "text"), str)]
    if found and not texts:
        raise ParseError(f"event.{WORDS}", "expected words, or null")
    return texts[0] if texts else None


def _cover(parts: list[dict[str, Any]]) -> tuple[Media, ...]:
    """The picture or video over an event; an event without one says null."""
    covers = [part[COVER] for part in parts if part.get(COVER) is not None]
    fields = held(covers, frozenset(("cover_photo", "cover_video")), skip=ASIDE)
    photos = [drilled(cover, "photo") for cover in fields["cover_photo"]]
    for cover in (*fields["cover_video"], *photos):
        found = attachments.of(cover) if isinstance(cover, dict) else None
        if found is not None:
            return (found,)
    if covers:
        raise ParseError(f"event.{COVER}", "expected a picture or video, or null")
    return ()
