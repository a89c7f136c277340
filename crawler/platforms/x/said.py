"""The words of one post in X's JSON: its text, its long text, its links, a poll's choices."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.platforms.x import media, poll, words
from crawler.take import Node
from evidence.errors import ParseError


def text(item: Node, legacy: Node) -> tuple[str, tuple[str, ...]]:
    """(text, links) of a post: the long text where there is one, short links written out.

    Choices of a poll follow after an empty line, each on a line of its own after `- `.
    Raises ParseError without text, or for a poll without choices.
    """
    written, links = _written(item, legacy)
    offered = "\n".join(f"- {choice}" for choice in poll.choices(item, legacy))
    return "\n\n".join(part for part in (written, offered) if part), links


def _written(item: Node, legacy: Node) -> tuple[str, tuple[str, ...]]:
    note = long_text(item)
    field = "full_text" if "full_text" in legacy.value or "text" not in legacy.value else "text"
    said = legacy.exact(field, str) if note is None else note.must("text", str)
    if said is None:
        raise ParseError(f"{legacy.path}.{field}", "expected str, found null")
    shorts = dict(words.urls_of(legacy.may("entities", dict) or {}))
    own = dict(words.urls_of(note.may("entity_set", dict) or {})) if note else shorts
    whole = shorts | own | dict(_permalink(legacy))
    shown = words.written_out(said, whole, media.shorts(legacy))
    if is_part(item):
        return words.plain(shown), tuple(own.values())
    for left in set(words.SHORT.findall(shown)):
        legacy.fault("entities", f"do not write out a short link of {len(left)} characters")
    return shown if note else words.plain(shown), tuple(dict.fromkeys(own.values()))


def _permalink(legacy: Node) -> Iterator[tuple[str, str]]:
    """The short link of a quoted post, where it stands in the text."""
    found = legacy.may("quoted_status_permalink", dict) or {}
    short, whole = found.get("url"), found.get("expanded")
    if isinstance(short, str) and isinstance(whole, str):
        yield short, whole


def long_text(item: Node) -> Node | None:
    """The long text of a post beyond 280 characters, None for a post without one.

    Raises ParseError when one is announced in a shape that is not known.
    """
    if not item.may("note_tweet", dict):
        return None
    holder = item.inner("note_tweet")
    if holder.may("note_tweet_results", dict) is None:
        if set(holder.value) - {"id", "is_expandable"}:
            raise ParseError(f"{holder.path}.note_tweet_results", "expected dict, found nothing")
        return None
    return holder.inner("note_tweet_results").inner("result")


def is_part(item: Node) -> bool:
    """Whether the post is a long one of which the page holds the beginning only (embeds)."""
    return "note_tweet" in item.value and long_text(item) is None
