"""Interfaces that platforms offer to institutions with a key: their answers, and how they are asked.

Readers here are pure, like those of `crawler/platforms`; one format may serve several platforms.
"""

from collections.abc import Callable, Mapping

from crawler.official import meta, tiktok, x, youtube
from crawler.page import Page
from evidence.model import Reading

Reader = Callable[[Page], Reading | None]

READERS: Mapping[str, Reader] = {
    "youtube": youtube.read,
    "x": x.read,
    "tiktok": tiktok.read,
    "facebook": meta.read,
    "instagram": meta.read,
    "threads": meta.read,
}
"""By platform: what its official interface answers; None for a page that is none of its answers."""
