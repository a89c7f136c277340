"""ActivityPub documents: actors, posts, activities about them, collections of them.

Ids are the documents' own (`id`, an address); Mastodon's numbers are not guessed from them. Read on
purpose not: contentMap (the same words per language), to and cc, conversation, signature, keys,
emojis, icons. Source: W3C ActivityPub and Activity Vocabulary; fields of Mastodon and Misskey.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawler.page import whole_number
from crawler.platforms.mastodon import attached, deeds
from crawler.platforms.mastodon.text import outward, words
from crawler.take import Node, each, node
from evidence.errors import ParseError
from evidence.model import (
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)

NOTES = frozenset(("Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event"))
ACTORS = frozenset(("Person", "Service", "Organization", "Group", "Application"))
COLLECTIONS = frozenset(
    ("Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage")
)
WRAPPERS = frozenset(("Create", "Update"))
EDGES = {"Like": Act.LIKE, "Follow": Act.FOLLOW}
OTHERS = frozenset(("Announce", "Delete", "Tombstone"))
KNOWN = NOTES | ACTORS | COLLECTIONS | WRAPPERS | OTHERS | deeds.UNREAD | frozenset(EDGES)
PRESENT = SeenState.PRESENT
QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")


def is_activity(value: dict[str, Any]) -> bool:
    """True for an object that says it is an ActivityStreams document, whatever its address."""
    context = value.get("@context")
    streams = "https://www.w3.org/ns/activitystreams"
    named = context == streams or (isinstance(context, list) and streams in context)
    return named or (deeds.first(value.get("type")) in KNOWN
                     and str(value.get("id", "")).startswith(("http:", "https:")))  # fmt: skip


def read(item: Node) -> Reading:
    """What one document shows. Its faults go to the node's list, so `drift` here is empty.

    Raises ParseError when it lacks what its type must have, or is of a type that is not read.
    """
    kind = deeds.kind(item)
    if kind in COLLECTIONS:
        return _collection(item)
    if kind in WRAPPERS and isinstance(item.value.get("object"), str):
        return Reading("", states=(StateSeen(f"post:{_id(item, 'object')}", PRESENT, kind),))
    if kind in WRAPPERS:
        return _document(item.inner("object"))
    return _document(item)


def _document(item: Node) -> Reading:
    kind = deeds.kind(item)
    if kind in NOTES:
        post = _note(item)
        return Reading("", posts=(post,), interactions=tuple(_acts(post, item)))
    if kind in ACTORS:
        return _actor(item)
    if kind in EDGES:
        actor, target = _id(item, "actor"), _id(item, "object")
        edge = Interaction(EDGES[kind], actor, None, target, item.may("id", str))
        return Reading("", interactions=(edge,))
    if kind == "Announce" and deeds.is_relayed(item.value.get("object")):
        return Reading("", states=(deeds.state(item, kind),))
    if kind == "Announce":
        post = _announce(item)
        return Reading("", posts=(post,), interactions=tuple(_acts(post, item)))
    if kind in ("Delete", "Tombstone"):
        return Reading("", states=(_gone(item, kind),))
    if kind in deeds.UNREAD:
        return Reading("", states=(deeds.state(item, kind),))
    raise ParseError(f"{item.path}.type", "is of a type that is not read")


def _note(item: Node) -> Post:
    content, published = _content(item), item.moment("published")
    tagged = [
        tag["href"] for tag in attached.objects(item, "tag") if isinstance(tag.get("href"), str)
    ]
    warning = "\n\n".join(part for part in (_title(item), item.may("summary", str)) if part)
    return Post(
        native_id=item.must("id", str),
        author_id=_id(item, "attributedTo"),
        author_handle=None,
        text=words(warning, content or "", _choices(item)),
        published_at=published,
        edited_at=_edited(item, published),
        url=attached.link(item.value.get("url")),
        media=attached.media(item),
        links=tuple(dict.fromkeys((*outward(content or "", tagged), *attached.links(item)))),
        reply_to=_id(item, "inReplyTo") if item.value.get("inReplyTo") else None,
        quote_of=next((_id(item, name) for name in QUOTES if item.value.get(name)), None),
        counts=Counts(
            _total(item, "likes"),
            _total(item, "shares"),
            _total(item, "replies"),
            whole_number(item.value.get("views")),
        ),
    )


def _edited(item: Node, published: datetime | None) -> datetime | None:
    """When a post was edited; servers that always say `updated` say when it was published."""
    updated = item.may_moment("updated")
    return None if updated is not None and updated == published else updated


def _announce(item: Node) -> Post:
    return Post(
        native_id=item.must("id", str),
        author_id=_id(item, "actor"),
        author_handle=None,
        text="",
        published_at=item.may_moment("published"),
        repost_of=deeds.shared(item) or _id(item, "object"),
    )


def _content(item: Node) -> str | None:
    """Words of a post, in HTML: its `content`, else the first of `contentMap`, which says the same.

    Raises ParseError without either, but for kinds that have a title.
    """
    mapped = item.value.get("contentMap")
    first = next(iter(mapped.values()), None) if isinstance(mapped, dict) else None
    if item.value.get("content", 0) == 0 and isinstance(first, str):
        return first
    return item.may("content", str) if "name" in item.value else item.exact("content", str)


def _acts(post: Post, item: Node) -> Iterator[Interaction]:
    about = (post.native_id, post.published_at)
    if post.reply_to is not None:
        yield Interaction(Act.COMMENT, post.author_id, None, post.reply_to, *about, post.text)
    for shared in (post.repost_of, post.quote_of):
        if shared is not None:
            yield Interaction(Act.SHARE, post.author_id, None, shared, *about)
    for tag in attached.objects(item, "tag"):
        if tag.get("type") == "Mention" and isinstance(tag.get("href"), str):
            yield Interaction(Act.MENTION, post.author_id, None, tag["href"], *about)


def _actor(item: Node) -> Reading:
    native_id = item.must("id", str)
    suspended = bool(item.may("suspended", bool))
    seen = AccountSeen(
        native_id=native_id,
        handle=_username(item),
        display_name=item.may("name", str),
        state=SeenState.SUSPENDED if suspended else SeenState.PRESENT,
        moved_to=item.may("movedTo", str),
    )
    marker = StateSeen(f"account:{native_id}", SeenState.SUSPENDED, "suspended")
    return Reading("", accounts=(seen,), states=(marker,) if suspended else ())


def _username(item: Node) -> str | None:
    """The name of an actor; a server that acts for itself (Lemmy's `Application`) may have none."""
    if deeds.kind(item) == "Application":
        return item.may("preferredUsername", str)
    return item.want("preferredUsername", str) or None


def _gone(item: Node, kind: str) -> StateSeen:
    """Delete and Tombstone are the author's server saying so itself."""
    if kind == "Tombstone":
        return deeds.buried(item)
    actor, target = _id(item, "actor"), _id(item, "object")
    word = "account" if actor == target or deeds.was_actor(item.value.get("object")) else "post"
    return StateSeen(f"{word}:{target}", SeenState.ABSENT, kind)


def _collection(item: Node) -> Reading:
    onward = tuple(
        address
        for name in ("first", "next")
        if (address := attached.link(item.value.get(name))) is not None
    )
    found = item.may("orderedItems", list)
    listed = item.may("items", list) if found is None else found
    if listed is None and not onward and whole_number(item.value.get("totalItems")) is None:
        item.want("orderedItems", list)
    parts = each(
        [entry for entry in listed or [] if not isinstance(entry, str)],
        f"{item.path}.orderedItems",
        item.faults,
        lambda entry: _listed(entry),
    )
    named = tuple(
        StateSeen(f"page:{entry}", SeenState.PRESENT, "orderedItems")
        for entry in listed or []
        if isinstance(entry, str)
    )
    page = StateSeen(f"page:{item.value.get('id', '')}", SeenState.PRESENT, deeds.kind(item))
    return Reading(
        "",
        posts=tuple(post for part in parts for post in part.posts),
        accounts=tuple(account for part in parts for account in part.accounts),
        interactions=tuple(edge for part in parts for edge in part.interactions),
        states=(
            *(state for part in parts for state in part.states),
            *named,
            *(() if parts or named else (page,)),
        ),
        next=onward,
    )


def _listed(item: Node) -> Reading:
    return Reading("") if deeds.kind(item) in COLLECTIONS else read(item)


def _title(item: Node) -> str | None:
    """A Note's `name` is a poll vote or empty; the other kinds carry a title there."""
    return None if item.value.get("type") == "Note" else item.may("name", str)


def _choices(item: Node) -> tuple[str, ...]:
    offered = [*attached.objects(item, "oneOf"), *attached.objects(item, "anyOf")]
    return each(offered, f"{item.path}.oneOf", item.faults, lambda choice: choice.must("name", str))


def _total(item: Node, name: str) -> int | None:
    collection = item.value.get(name)
    return whole_number(collection.get("totalItems")) if isinstance(collection, dict) else None


def _id(item: Node, name: str) -> str:
    """The id in a field that holds an id, an object, or a list of them."""
    found = item.value.get(name)
    first = found[0] if isinstance(found, list) and found else found
    if isinstance(first, str) and first:
        return first
    return node(first, f"{item.path}.{name}", item.faults).must("id", str)
