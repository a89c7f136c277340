"""Posts of Facebook whose parts vary: who is not shown in the words, media of kinds that are no photo."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Reading

NUMBER = "820000000000001"
STILL = {"uri": "https://a.test/s_n.png", "width": 1, "height": 1}


def shown(ranges: list[Any], media: dict[str, Any] | None = None) -> Reading:
    message = {"text": "Rapat warga", "ranges": ranges}
    attachments = [{"styles": {"attachment": {"media": media}}}] if media else []
    story = {
        "__typename": "Story", "post_id": NUMBER, "creation_time": 1780300800, "message": message,
        "actors": [{"__typename": "User", "id": "100055000001", "name": "Desa"}],
        "attachments": attachments, "attached_story": None,
    }  # fmt: skip
    value = {"data": {"node": story}, "extensions": {}}
    return read("facebook", Page("", 200, {}, json.dumps(value).encode()))


def test_words_that_lead_to_somebody_who_is_not_shown_are_sound() -> None:
    hidden = {"entity": None, "entity_is_weak_reference": False, "offset": 0, "length": 5}

    reading = shown([hidden])

    assert [(post.native_id, post.text) for post in reading.posts] == [(NUMBER, "Rapat warga")]
    assert (reading.interactions, reading.drift) == ((), ())
    assert shown([{"offset": 0, "length": 5}]).drift


@pytest.mark.parametrize("kind", ["Sticker", "AnimatedImage", "GenericAttachmentMedia"])
def test_a_picture_of_another_kind_is_known(kind: str) -> None:
    reading = shown([], {"__typename": kind, "id": "5", "image": STILL})

    assert [m.url for post in reading.posts for m in post.media] == ["https://a.test/s_n.png"]
    assert reading.drift == ()
    assert shown([], {"__typename": "Hologram", "id": "5", "image": STILL}).drift
