"""What has been gathered of one page of YouTube so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crawler.platforms.youtube.tree import objects
from crawler.sight import number
from evidence.model import (
    AccountSeen,
    Drift,
    Interaction,
    Media,
    Post,
    Reading,
    SeenState,
    StateSeen,
)


@dataclass(slots=True)
class Sight:
    """Posts by their id: a page names a video more than once, the first whole sight counts."""

    url: str
    posts: dict[str, Post] = field(default_factory=dict)
    accounts: list[AccountSeen] = field(default_factory=list)
    edges: dict[Interaction, None] = field(default_factory=dict)
    states: list[StateSeen] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    faults: list[Drift] = field(default_factory=list)
    empty: bool = False

    def state(self, subject: str | None, state: SeenState, marker: str) -> None:
        """A marker in place of something; of the page when nothing names what it is of."""
        self.states.append(StateSeen(subject or f"page:{self.url}", state, marker))

    def fault(self, detail: str) -> None:
        """Something expected that is not there; detail without content."""
        self.faults.append(Drift(detail))

    @property
    def shows(self) -> bool:
        """Whether anything at all was recognised."""
        return bool(self.posts or self.accounts or self.edges or self.states or self.empty)

    def reading(self, read_by: str) -> Reading:
        """All of it; an empty list is proof only without posts, states and faults."""
        nothing_else = not (self.posts or self.states or self.faults)
        return Reading(
            read_by,
            posts=tuple(self.posts.values()),
            accounts=tuple(dict.fromkeys(self.accounts)),
            interactions=tuple(self.edges),
            states=tuple(dict.fromkeys(self.states)),
            next=tuple(dict.fromkeys(self.next)),
            drift=tuple(dict.fromkeys(self.faults)),
            empty=self.empty and nothing_else,
        )


def cover(video: str, *lists: Any) -> tuple[Media, ...]:
    """A video's still picture in the largest size a page names, else at the address all have.

    lists: `thumbnails` or `sources` as received. The size differs from page to page and the
    address stays when the author sets another picture, so the key says whose cover it is; that
    it was replaced shows in its bytes alone.
    """
    sizes = [
        (number(one.get("width")) or 0, one["url"])
        for one in (each for many in lists for each in objects(many))
        if isinstance(one.get("url"), str) and one["url"].startswith(("https://", "http://", "//"))
    ]
    _, url = max(sizes, default=(0, f"https://i.ytimg.com/vi/{video}/hqdefault.jpg"))
    whole = f"https:{url}" if url.startswith("//") else url
    return (Media(whole, "image", key=f"cover {video}"),)
