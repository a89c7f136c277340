"""The words and links of a fediverse post, as its readers are shown them."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.markup import Fragment, fragment


def words(warning: str | None, content: str, choices: Iterable[str] = ()) -> str:
    """Text of a post: content warning or title, then its words, then a poll's choices.

    Parts are separated by an empty line; each choice stands on a line of its own after `- `.
    """
    parts = (
        fragment(warning).text if warning else "",
        fragment(content).text,
        "\n".join(f"- {fragment(choice).text}" for choice in choices),
    )
    return "\n\n".join(part for part in parts if part)


def outward(content: str, named: Iterable[str]) -> tuple[str, ...]:
    """Addresses a post links to, each once, without mentions and hashtags.

    named: addresses of the mentioned accounts and hashtags; servers that do not mark them by class
           (`mention`, `hashtag`) or rel (`tag`) still list them beside the text.
    """
    skipped = frozenset(named)
    read: Fragment = fragment(content)
    kept = (
        anchor.href
        for anchor in read.anchors
        if not anchor.words & {"mention", "hashtag", "tag"} and anchor.href not in skipped
    )
    return tuple(dict.fromkeys(kept))
