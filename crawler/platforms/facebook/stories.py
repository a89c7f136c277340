"""Posts of Facebook: `Story` nodes, and photos and videos that have a page of their own.

A page names one post in several places, each with a part of it (header, words, figures); the parts
of one id are read together. Read on purpose not: privacy icons, translations, tracking, stickers of
the composer, what a viewer may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crawler.platforms.facebook import attachments, urls
from crawler.relay import NOISE, drilled, held, walk
from crawler.sight import identity, moment
from evidence.errors import ParseError
from evidence.model import Act, Interaction, Media, Post

ASIDE = NOISE | frozenset(
    ("attached_story", "feedback", "viewer", "comments", "translation", "translated_message",
     "comment_rendering_instance", "creation_story", "target_group", "ufi_renderer", "to", "author",
     "feedback_context", "interesting_top_level_comments", "suggested_users")
)  # fmt: skip
"""Parts of a story that speak of somebody else, or of what was done with it."""
FIELDS = frozenset(
    ("message", "actors", "creation_time", "publish_time", "created_time", "permalink_url", "wwwURL",
     "attachments", "attached_story", "with_tags", "post_id", "owner", "shareable_url",
     "savable_description", "video_owner", "short_form_video_context")
)  # fmt: skip
SHARED = "attached_story"
OF_STORY = frozenset(("actors", "message", "attachments", "creation_time", "comet_sections"))
MEDIA = ("Photo", "Video")
OF_MEDIUM = frozenset(("owner", "created_time", "publish_time", "message", "creation_story"))


@dataclass(frozen=True, slots=True)
class Told:
    """A post, the acts it is, what of it was expected and is not there, and what is kept back.

    hidden: as the platform counts it, `all_subattachments: 5 of 8`; empty when nothing is.
    """

    post: Post
    edges: tuple[Interaction, ...]
    faults: tuple[str, ...] = ()
    hidden: str = ""


def is_story(value: dict[str, Any]) -> bool:
    """Whether an object is a post or a part of one, even if one of its fields was renamed."""
    if value.get("__typename") == "Story" or "comet_sections" in value:
        return True
    return "post_id" in value and not OF_STORY.isdisjoint(value)


def is_medium(value: dict[str, Any]) -> bool:
    """Whether an object is a photo or video by itself, with its author or time."""
    kind = value.get("__typename") or value.get("__isMedia")
    if kind is None and {"container_story", "owner"} <= value.keys():
        return "message" in value or "created_time" in value
    return kind in MEDIA and len(OF_MEDIUM & value.keys()) >= 2


def named_by(value: dict[str, Any]) -> dict[str, Any]:
    """What gives a thing its number: a video's own story where it has one, else the thing itself.

    So a video has one number on its own page and in a list. A photo keeps its own: it may be one
    of many of a story, with words of its own.
    """
    inner = value.get("creation_story")
    of_video = "Video" in (value.get("__typename"), value.get("__isMedia"))
    named = of_video and isinstance(inner, dict) and number_of(inner) is not None
    return inner if named and isinstance(inner, dict) else value


def parts_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts one object gives of a post: itself, and for a video the story made with it."""
    inner = named_by(value)
    return [value] if inner is value else [inner, value]


def number_of(value: dict[str, Any]) -> str | None:
    """The number of a story: `post_id`, else the one in its node id or its address."""
    found = identity(value.get("post_id"))
    if found is not None and found.isdecimal():
        return found
    parts = [part for part in urls.opened(value.get("id")) if part.isdecimal()]
    if parts:
        return parts[-1]
    own = identity(value.get("id"))
    typed = value.get("__typename") in ("Photo", "Video", "Story") or "container_story" in value
    if own is not None and own.isdecimal() and typed:
        return own
    for name in ("permalink_url", "wwwURL", "url"):
        told = urls.about(value[name]) if isinstance(value.get(name), str) else urls.About()
        if told.post:
            return told.post
    inner = held(value, frozenset(("post_id",)), skip=ASIDE)["post_id"]
    return next((n for n in (identity(each) for each in inner) if n and n.isdecimal()), None)


def story(native_id: str, parts: list[dict[str, Any]]) -> Told:
    """The post that some parts of it show together, without its figures.

    What else is expected and not there, or not known, is among its faults.
    Raises ParseError without an author or the field of its words.
    """
    fields = held(parts, FIELDS, skip=ASIDE)
    by = _author(fields)
    if by is None:
        raise ParseError("story.actors", "expected an author with an id")
    message, text = _words(fields)
    shared = [each for each in fields[SHARED] if isinstance(each, dict)]
    source = next((number for number in map(number_of, shared) if number), None)
    attached = [e for listed in fields["attachments"] if isinstance(listed, list) for e in listed]
    media = _own_media(parts) or attachments.media(attached)
    native = Post(
        native_id=native_id,
        author_id=identity(by.get("id")),
        author_handle=urls.handle(by.get("url") or by.get("profile_url")),
        text=text,
        published_at=_time(fields),
        url=_address(fields, native_id),
        media=media,
        links=tuple(dict.fromkeys((*_linked(message), *attachments.links(attached)))),
        repost_of=source if source and not text else None,
        quote_of=source if source and text else None,
    )
    faults = [*_faults(parts, fields, native, attached), *_unlinked(message, parts)]
    edges = tuple(_edges(native, message, shared, fields))
    held_back = attachments.hidden(attached) or attachments.film_kept_back(attached, media)
    return Told(native, edges, tuple(faults), held_back)


def _faults(
    parts: list[dict[str, Any]], fields: dict[str, list[Any]], post: Post, attached: list[Any]
) -> Iterator[str]:
    """What a story lacks, or holds that no rule knows: the rest would read as whole."""
    if post.published_at is None:
        yield "story.creation_time: expected seconds since 1970"
    numbers = {n for n in map(identity, fields["post_id"]) if n}
    film = any(part.get("__typename") == "Video" for part in parts)
    if len(numbers) > 1 or (film and numbers - {post.native_id}):
        yield "story: expected one post, found the number of another in it"
    whole = any("comet_sections" in part for part in parts)
    if whole and not any(isinstance(each, list) for each in fields["attachments"]):
        yield "story.attachments: expected a list, which may be empty"
    if whole and not all(each is None or isinstance(each, dict) for each in fields[SHARED] or [0]):
        yield f"story.{SHARED}: expected a story, or null"
    if not all(attachments.is_known([each]) for each in attached):
        yield "story.attachments: expected a picture, a video or a link"
    if not post.media and any(fields["short_form_video_context"]):
        yield "story.short_form_video_context: expected a video"
    if not post.media and any(is_medium(p) or p.get("__typename") in MEDIA for p in parts):
        yield "medium: expected a picture or film, found none"
    shared = [each for each in fields[SHARED] if isinstance(each, dict)]
    if shared and post.repost_of is None and post.quote_of is None:
        yield "attached_story: expected its number"


def _words(fields: dict[str, list[Any]]) -> tuple[Any, str]:
    """(the object that holds the words, the words): empty ones only where the page says null.

    Of several with the same words the one that says what they lead to (`ranges`).

    A field `message` may also hold the way to show the words (`story`, `__typename`), or null in
    one part and words in another.
    """
    told = [m for m in (*fields["message"], *fields["savable_description"]) if m is not None]
    found = next((m for m in told if isinstance(drilled(m, "text"), str)), None)
    if found is not None:
        same = (m for m in told if drilled(m, "text") == found["text"])
        return next((m for m in same if "ranges" in m), found), str(found["text"])
    if any(not isinstance(m, dict) or {"ranges", "text"} & m.keys() for m in told):
        raise ParseError("story.message.text", "expected words")
    if None not in fields["message"]:
        raise ParseError("story.message", "expected words, found nothing")
    return None, ""


def _author(fields: dict[str, list[Any]]) -> dict[str, Any] | None:
    for listed in fields["actors"]:
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first, dict) and identity(first.get("id")):
            return first
    owners = (*fields["owner"], *fields["video_owner"])
    return next((o for o in owners if isinstance(o, dict) and identity(o.get("id"))), None)


def _time(fields: dict[str, list[Any]]) -> Any:
    for name in ("creation_time", "publish_time", "created_time"):
        found = next((at for at in map(moment, fields[name]) if at is not None), None)
        if found is not None:
            return found
    return None


def _address(fields: dict[str, list[Any]], native_id: str) -> str:
    for name in ("permalink_url", "wwwURL", "shareable_url"):
        found = next((u for u in fields[name] if isinstance(u, str) and u.startswith("http")), None)
        if found is not None:
            return found
    return f"{urls.HOST}/{native_id}"


def _own_media(parts: list[dict[str, Any]]) -> tuple[Media, ...]:
    """The photo or video itself, where the post is one with a page of its own."""
    films = held(parts, frozenset(("playback_video",)), skip=ASIDE)["playback_video"]
    bare = [p for p in parts if p.get("__typename") in MEDIA or (is_medium(p) and not is_story(p))]
    own = [attachments.of(part) for part in (*bare, *films) if isinstance(part, dict)]
    shown = [medium for medium in own if medium is not None]
    moving = [medium for medium in shown if medium.type == "video"]
    return tuple((moving or shown)[:1])


def _unlinked(message: Any, parts: list[dict[str, Any]]) -> Iterator[str]:
    """What the words lead to has to be there, and has to be somebody or an address."""
    listed = drilled(message, "ranges")
    whole = any("comet_sections" in part for part in parts)
    if message is not None and not isinstance(listed, list) and (whole or listed is not None):
        yield "story.message.ranges: expected a list, which may be empty"
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and each.get("entity", 0) is None:
            continue  # to somebody who is not shown
        entity = drilled(each, "entity")
        link = drilled(entity, "external_url")
        named = identity(drilled(entity, "id")) or drilled(entity, "url")
        if not named or not (link is None or isinstance(link, str)):
            yield "story.message.ranges[].entity: expected an account or an address"


def _ranges(message: Any) -> Iterator[dict[str, Any]]:
    listed = drilled(message, "ranges")
    for each in listed if isinstance(listed, list) else ():
        entity = drilled(each, "entity")
        if isinstance(entity, dict):
            yield entity


def _linked(message: Any) -> Iterator[str]:
    """Addresses in the words: links outside; not people, hashtags and the platform's own."""
    for entity in _ranges(message):
        found = (
            drilled(entity, "web_link", "url")
            or entity.get("external_url")
            or (entity.get("url") if entity.get("__typename") == "ExternalUrl" else None)
        )
        if isinstance(found, str):
            yield urls.outward(found)


def _beside(fields: dict[str, list[Any]], author: str | None) -> Iterator[dict[str, Any]]:
    """Whoever a post is by beside its author, as posts made together name them."""
    for listed in fields["actors"]:
        for actor in listed[1:] if isinstance(listed, list) else ():
            if isinstance(actor, dict) and identity(actor.get("id")) != author:
                yield actor


def _edges(
    post: Post, message: Any, shared: list[dict[str, Any]], fields: dict[str, list[Any]]
) -> Iterator[Interaction]:
    by, act = (post.author_id, post.author_handle), (post.native_id, post.published_at)
    source = post.repost_of or post.quote_of
    if source is not None:
        owner = _author(held(shared, FIELDS, skip=ASIDE - {SHARED})) or {}
        of = identity(owner.get("id")) or urls.handle(owner.get("url"))
        yield Interaction(Act.SHARE, *by, source, *act, target_account=of)
    for entity in _ranges(message):
        native_id = identity(entity.get("id"))
        if native_id and entity.get("__typename") in ("User", "Page", "Group"):
            handle = urls.handle(entity.get("url") or entity.get("profile_url"))
            yield Interaction(Act.MENTION, *by, native_id, *act, target_account=handle)
    for value in (*_beside(fields, by[0]), *walk(fields["with_tags"], skip=ASIDE)):
        native_id, name = identity(value.get("id")), value.get("__typename", "User")
        if native_id and (name in ("User", "Page") or not isinstance(name, str)):
            handle = urls.handle(value.get("url") or value.get("profile_url"))
            yield Interaction(Act.TAG, *by, native_id, *act, target_account=handle)
