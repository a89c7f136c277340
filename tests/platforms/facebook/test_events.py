"""Pages of events that vary from one another: what stands beside them, rows of events, covers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler.page import Page
from crawler.registry import read
from evidence.model import Reading

NUMBER, ROW, OTHER = "860000000000001", "860000000000009", "860000000000005"
ADDRESS = f"https://www.facebook.com/events/{NUMBER}/"
HOSTS = [{"__typename": "Page", "id": "100055000001", "name": "Desa Contoh",
          "url": "https://www.facebook.com/desacontoh"}]  # fmt: skip
COVER = {"cover_photo": {"photo": {"id": "830000000000041",
         "full_image": {"uri": "https://a.test/41_n.jpg", "width": 9, "height": 5}}}}  # fmt: skip
MAIN = {"id": NUMBER, "name": "Pasar Murah", "day_time_sentence": "Sabtu, 6 Juni 2026",
        "start_timestamp": 1780800800, "cover_media_renderer": COVER}  # fmt: skip
WORDS = {"event_description": {"text": "Bawa tas sendiri."},
         "event_hosts_that_can_view_guestlist": HOSTS}  # fmt: skip
BESIDE = {"__typename": "Event", "id": OTHER, "name": "Acara lain", "start_timestamp": 1780900800,
          "event_place": {"__typename": "Page", "id": "1", "name": "Lapangan"}}  # fmt: skip


def shown(*parts: dict[str, Any], url: str = ADDRESS) -> Reading:
    value = {"data": {"event": parts[0], "more": list(parts[1:])}, "extensions": {}}
    return read("facebook", Page(url, 200, {}, json.dumps(value).encode()))


def told(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(post.native_id, post.author_id, post.text) for post in reading.posts]


WHOLE = [(NUMBER, "100055000001", "Pasar Murah\n\nBawa tas sendiri.")]


@pytest.mark.parametrize("url", [ADDRESS, ""])
def test_events_beside_the_one_that_was_asked_for_are_no_drift(url: str) -> None:
    reading = shown(MAIN, {"id": NUMBER, **WORDS}, BESIDE, url=url)

    assert told(reading) == WHOLE
    assert reading.drift == ()


def test_an_event_of_others_that_is_told_whole_is_not_taken_for_the_one_asked_for() -> None:
    other = {**BESIDE, **WORDS, "event_hosts_that_can_view_guestlist": [{"id": "5"}],
             "cover_media_renderer": None}  # fmt: skip

    assert told(shown(MAIN, {"id": NUMBER, **WORDS}, other)) == WHOLE


def test_one_of_a_row_of_events_takes_words_and_hosts_from_the_row() -> None:
    one = {**MAIN, "parent_if_exists_or_self": {"id": ROW}}

    for url in (ADDRESS, f"https://www.facebook.com/events/{ROW}/", ""):
        reading = shown(one, {"id": ROW, **WORDS}, url=url)
        assert told(reading) == WHOLE
        assert [account.native_id for account in reading.accounts] == ["100055000001"]
        assert reading.drift == ()


def test_words_of_an_event_that_has_no_such_row_are_not_taken() -> None:
    reading = shown({**MAIN, **WORDS, "event_description": None}, {"id": OTHER, **WORDS}, url="")

    assert told(reading) == [(NUMBER, "100055000001", "Pasar Murah")]


def test_a_cover_under_its_newer_name_is_the_events_picture() -> None:
    (post,) = shown(MAIN, {"id": NUMBER, **WORDS}).posts

    assert [medium.url for medium in post.media] == ["https://a.test/41_n.jpg"]


@pytest.mark.parametrize("gone", ["name", "event_hosts_that_can_view_guestlist"])
def test_an_event_that_lacks_what_it_must_have_is_drift_where_it_is_the_only_one(gone: str) -> None:
    parts = [
        {k: v for k, v in part.items() if k != gone} for part in (MAIN, {"id": NUMBER, **WORDS})
    ]

    reading = shown(*parts)

    assert reading.posts == ()
    assert reading.drift
