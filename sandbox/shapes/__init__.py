"""How each platform says what the world is: World -> JSON, HTML or XML, in its own form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.answer import Answer, Ask
from sandbox.event import LoginWall, RateLimit, ServerError
from sandbox.shapes import (
    bluesky,
    facebook,
    feed,
    instagram,
    mastodon,
    telegram,
    threads,
    tiktok,
    web,
    x,
    x_api,
    youtube,
    youtube_api,
)
from sandbox.world import World

Answers = Callable[[World, Ask], Answer]
Refuses = Callable[[RateLimit | LoginWall | ServerError, Ask], Answer]


@dataclass(frozen=True, slots=True)
class Interface:
    """An official interface beside the public pages: no login wall stands before it.

    prefix: of the paths it answers.
    """

    prefix: str
    answer: Answers
    refuse: Refuses


@dataclass(frozen=True, slots=True)
class Shape:
    """One platform's way to answer, and to refuse. by_post: it takes questions by POST too."""

    answer: Answers
    refuse: Refuses
    by_post: bool = False
    interface: Interface | None = None


SHAPES = {
    "mastodon": Shape(mastodon.answer, mastodon.refuse),
    "bluesky": Shape(bluesky.answer, bluesky.refuse),
    "telegram": Shape(telegram.answer, telegram.refuse),
    "feed": Shape(feed.answer, feed.refuse),
    "threads": Shape(threads.answer, threads.refuse),
    "instagram": Shape(instagram.answer, instagram.refuse),
    "facebook": Shape(facebook.answer, facebook.refuse),
    "youtube": Shape(
        youtube.answer,
        youtube.refuse,
        by_post=True,
        interface=Interface("/youtube/v3/", youtube_api.answer, youtube_api.refuse),
    ),
    "web": Shape(web.answer, web.refuse),
    "tiktok": Shape(tiktok.answer, tiktok.refuse),
    "x": Shape(x.answer, x.refuse, interface=Interface("/2/", x_api.answer, x_api.refuse)),
}
