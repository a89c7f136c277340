"""Words of a post of Threads, and whom and what they lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.platforms.threads import urls
from crawler.relay import drilled
from crawler.sight import number_of
from crawler.take import Node
from evidence.errors import ParseError

MENTION = re.compile(r"(?<![\w.@/])@([A-Za-z0-9_](?:[A-Za-z0-9._]{0,28}[A-Za-z0-9_])?)")


def text(item: Node, told: Node) -> str:
    """Words of a post: its caption's, and the long text attached to it, after an empty line.

    told: its `text_post_app_info`. Raises ParseError when they do not hold words as they should.
    """
    return "\n\n".join(part for part in (_caption(item, told), _attached(told)) if part)


def _attached(told: Node) -> str:
    """A text of up to 10,000 letters beside the caption (`snippet_attachment_info`, since 2025)."""
    if "is_ghost_post" in told.value and "snippet_attachment_info" not in told.value:
        # Both fields came in 2025, this one first; all posts recorded 2026-06-12 have them.
        told.fault("snippet_attachment_info", "expected a long text, or null")
    snippet = told.may("snippet_attachment_info", dict)
    if snippet is None:
        return ""
    parts = fragments(Node(snippet, "snippet_attachment_info", told.faults)) or ()
    said = [part.get("plaintext") for part in parts]
    if not said or not all(isinstance(part, str) for part in said):
        told.fault("snippet_attachment_info", "expected the words of a long text")
    return "".join(part for part in said if isinstance(part, str))


def _caption(item: Node, told: Node) -> str:
    if "caption" not in item.value:
        raise ParseError(f"{item.path}.caption", "expected words, found nothing")
    caption = item.exact("caption", dict)
    if caption is not None:
        said = caption.get("text")
        if not isinstance(said, str):
            raise ParseError(f"{item.path}.caption.text", "expected words")
        return said
    parts = [part.get("plaintext") or "" for part in fragments(told) or ()]
    if not all(isinstance(part, str) for part in parts):
        raise ParseError(f"{told.path}.text_fragments", "expected words")
    return "".join(parts)


def fragments(told: Node) -> list[dict[str, Any]] | None:
    """The parts a post's words are written in; None where the page gives none (pages of 2023)."""
    held = told.value.get("text_fragments")
    if held is None:
        return None
    found = drilled(held, "fragments")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ParseError(f"{told.path}.text_fragments.fragments", "expected a list of objects")
    return found


def links(told: Node) -> tuple[str, ...]:
    """Addresses in the words and of the preview, as they lead outside; one not there is a fault."""
    found = []
    for part in fragments(told) or ():
        address = drilled(part, "link_fragment", "uri") or drilled(part, "link_fragment", "url")
        if isinstance(address, str):
            found.append(address)
        elif address is not None or part.get("fragment_type") == "link":
            told.fault("text_fragments", "expected an address in a link_fragment")
        elif part.get("link_fragment") is not None:
            told.fault("link_fragment", "expected an address")
    preview = told.value.get("link_preview_attachment")
    address = drilled(preview, "url")
    if isinstance(address, str):
        found.append(address)
    elif preview is not None:
        told.fault("link_preview_attachment", "expected an address")
    return tuple(dict.fromkeys(urls.outward(each) for each in found))


def mentioned(told: Node, said: str) -> Iterator[tuple[str | None, str | None]]:
    """(number, handle) of everybody the words name; from the words alone where nothing else is."""
    parts = fragments(told)
    if parts is None:
        yield from ((None, name) for name in MENTION.findall(said))
    for part in parts or ():
        user = drilled(part, "mention_fragment", "mentioned_user")
        native_id, handle = who(user)
        if isinstance(user, dict) and native_id is None and user.get("id", 0) is not None:
            told.fault("text_fragments", "expected the number of a mentioned_user, or null")
        if native_id or handle:
            yield native_id, handle
        elif part.get("fragment_type") == "mention" or part.get("mention_fragment") is not None:
            told.fault("text_fragments", "expected an account in a mention_fragment")


def who(user: Any) -> tuple[str | None, str | None]:
    """(number, handle) of the account an object names; both None when it names none."""
    handle = drilled(user, "username")
    native_id = number_of(user) if isinstance(user, dict) else None
    return native_id, handle if isinstance(handle, str) and handle else None
