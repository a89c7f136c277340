"""A GraphQL timeline: instructions, entries, modules, as a flat list of what they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.take import Node, node
from evidence.errors import ParseError

QUIET = frozenset(
    ("TimelineClearCache", "TimelineTerminateTimeline", "TimelineShowAlert", "TimelineShowCover",
     "TimelineMarkEntriesUnreadGreaterThanSortIndex", "TimelineClearEntriesUnreadState",
     "TimelineMarkEntriesUnread", "TimelineNavigationInstruction", "TimelineRemoveEntries")
)  # fmt: skip
"""Instructions that bring no entries."""
PASSED_OVER = frozenset(
    ("TimelineMessagePrompt", "TimelinePrompt", "TimelineTrend", "TimelineCommunity",
     "TimelineTwitterList", "TimelineLabel", "TimelineSpelling", "TimelineTopic", "TimelineEventSummary",
     "TimelineJobDetails", "TimelineCallToAction", "TimelineNewsStory", "TimelineAudioSpace")
)  # fmt: skip
"""Kinds of items that are neither posts nor accounts."""
SUGGESTED = ("who-to-", "similar-to", "related", "tweetdetailrelatedtweets", "toptabs", "trends",
             "community-to-join", "you-might-like", "promoted", "relevant-people")  # fmt: skip
"""Beginnings of entry ids under which X shows strangers."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a timeline shows.

    id:     the entry's own id (`tweet-20`).   kind: `tweet`, `user`, `cursor` or `tombstone`.
    holder: the item's content.   threaded: it stands in a module (a thread of answers).
    """

    id: str
    kind: str
    holder: Node
    threaded: bool = False

    @property
    def post(self) -> str | None:
        """The post's number as the entry id ends with it."""
        last = self.id.rsplit("-", 1)[-1]
        return last if "tweet-" in self.id and last.isascii() and last.isdigit() else None


def entries(holder: Node) -> Iterator[Entry]:
    """All entries of the `instructions` of an object, without advertisements and suggestions."""
    listed = holder.must("instructions", list)
    for place, value in enumerate(listed):
        path = f"{holder.path}.instructions[{place}]"
        try:
            yield from _instruction(node(value, path, holder.faults))
        except ParseError as error:
            holder.fault("instructions", f"{error.what.removeprefix(holder.path)}: {error.why}")


def _instruction(item: Node) -> Iterator[Entry]:
    kind = item.may("type", str) or item.may("__typename", str) or ""
    if kind in QUIET:
        return
    if kind in ("TimelinePinEntry", "TimelineReplaceEntry") or "entry" in item.value:
        yield from _guarded(item.inner("entry"))
    elif kind == "TimelineAddToModule":
        yield from _items(item, item.must("moduleItems", list), "moduleItems")
    elif kind == "TimelineAddEntries" or "entries" in item.value:
        for place, value in enumerate(item.must("entries", list)):
            yield from _guarded(node(value, f"{item.path}.entries[{place}]", item.faults))
    else:
        item.fault("type", "is an instruction that is not known")


def _guarded(item: Node) -> Iterator[Entry]:
    """One entry; what cannot be read of it is a fault, and the others are read all the same."""
    try:
        id = _one(item, "entryId", "entry_id")
        if not id.lower().startswith(SUGGESTED):
            yield from _entry(item, id)
    except ParseError as error:
        item.fault("content", f"{error.what.removeprefix(item.path)}: {error.why}")


def _entry(item: Node, id: str) -> Iterator[Entry]:
    content = item.inner("content")
    kind = content.may("__typename", str) or content.may("entryType", str)
    if kind == "TimelineTimelineCursor":
        yield Entry(id, "cursor", content)
    elif kind == "TimelineTimelineModule":
        yield from _items(content, content.must("items", list), "items")
    elif kind == "TimelineTimelineItem":
        yield from _item(content, id, threaded=False)
    else:
        raise ParseError(f"{content.path}.entryType", "is a kind of entry that is not known")


def _items(holder: Node, listed: list[object], name: str) -> Iterator[Entry]:
    for place, value in enumerate(listed):
        item = node(value, f"{holder.path}.{name}[{place}]", holder.faults)
        try:
            id = _one(item, "entryId", "entry_id")
            yield from _item(item.inner("item"), id, threaded=True)
        except ParseError as error:
            item.fault("item", f"{error.what.removeprefix(item.path)}: {error.why}")


def _item(holder: Node, id: str, *, threaded: bool) -> Iterator[Entry]:
    content = holder.inner(
        next((n for n in ("itemContent", "content") if n in holder.value), "itemContent")
    )
    if (
        "promoted" in id
        or content.value.get("promotedMetadata")
        or content.value.get("promoted_metadata")
    ):
        return
    kind = content.may("__typename", str) or content.may("itemType", str)
    if kind == "TimelineTweet":
        yield Entry(id, "tweet", content, threaded)
    elif kind == "TimelineUser":
        yield Entry(id, "user", content, threaded)
    elif kind == "TimelineTimelineCursor":
        yield Entry(id, "cursor", content, threaded)
    elif kind == "TimelineTombstone":
        yield Entry(id, "tombstone", content, threaded)
    elif kind not in PASSED_OVER:
        raise ParseError(f"{content.path}.itemType", "is a kind of item that is not known")


def _one(item: Node, *names: str) -> str:
    return item.must(next((name for name in names if name in item.value), names[0]), str)
