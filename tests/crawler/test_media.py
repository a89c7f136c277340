"""Files of posts: each once, large ones in parts, continued, bounded, and every skip has a reason."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import media as subject
from crawler.config import Config
from crawler.desk import Desk, open_desk, visit_of
from crawler.media import media, unfinished
from crawler.middlewares.keep import Ticket
from crawler.page import Page
from crawler.parts import Part, chain, is_whole, kept_parts, part_of, pieces, whole_sha256
from crawler.visit import Ask, Seen, Visit
from evidence.canonical import to_value
from evidence.model import (
    AccountId,
    Attribution,
    CaptureState,
    Change,
    Confidence,
    Exchange,
    Media,
    Observation,
    Post,
    Reading,
    SeenState,
    Side,
    WatchEntry,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = WatchEntry(
    "w-000000000001", AccountId("bluesky", None, "bunga"), Side.WATCHED, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)  # fmt: skip
VIDEO = bytes(n * 7 % 251 for n in range(1000))
URL = "https://berkas.example/v.mp4"


@dataclass
class Store:
    """A file server. files: body and ETag by address; cut: sizes after which answers break off."""

    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    ranges: bool = True
    kind: str = "video/mp4"
    status: int = 0
    cut: list[int] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, ask: Ask) -> tuple[int, dict[str, str], bytes, bool]:
        """Status, headers, body as received, and whether it is whole."""
        headers = {name.lower(): value for name, value in ask.headers}
        self.asked.append((ask.url, headers))
        if self.status or ask.url not in self.files:
            return self.status or 404, {}, b"", True
        body, etag = self.files[ask.url]
        said = {"content-type": self.kind, "etag": etag, "accept-ranges": "bytes"}
        found = re.match(r"bytes=(\d+)-(\d+)", headers.get("range", ""))
        status = 200
        if found and self.ranges and headers.get("if-range", etag) == etag:
            start, last = int(found[1]), min(int(found[2]), len(body) - 1)
            said["content-range"] = f"bytes {start}-{last}/{len(body)}"
            status, body = 206, body[start : last + 1]
        said["content-length"] = str(len(body))
        cut = self.cut.pop(0) if self.cut else len(body)
        return status, said, body[:cut], cut >= len(body)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "PART_BYTES", 300)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    config = Config(data_dir=tmp_path, archive_url="memory:", media_bytes=5000)
    with closing(open_desk(config)) as opened:
        yield opened


def visit(desk: Desk, store: Store) -> Visit:
    """A visit whose fetches are kept as the crawler keeps them."""

    async def fetch(visit: Visit, ask: Ask) -> Seen:
        status, headers, body, whole = store.answer(ask)
        state = CaptureState.COMPLETE if whole else CaptureState.PARTIAL
        exchange = Exchange(
            ask.url, "GET", NOW, NOW, tuple(ask.headers), status, tuple(headers.items()), body,
            ask.kind, state, headers.get("content-type", "unknown"), of=ask.of,
        )  # fmt: skip
        ticket = Ticket(visit.id, visit.entry.watch, None, ask.kind, ask.of, None, minimise=False)
        capture = await desk.keeper.keep(exchange, ticket)
        page = Page(ask.url, status, headers, body)
        cut = "" if whole else "DATA_LOSS"
        return Seen(visit, ask.url, capture, page, Reading("none"), NOW, ask.kind, ask.of, cut=cut)

    made = visit_of(desk, {"entry": to_value(ENTRY)}, None, fetch)
    made.started_at = NOW
    return made


def observed(*items: Media, change: Change = Change.NEW) -> Observation:
    post = Post("1", "7", "bunga", "halo", NOW, media=items)
    return Observation(
        "1", change=change, state=SeenState.PRESENT, previous_state=None, seen_at=NOW, post=post
    )


def take(here: Visit, desk: Desk, *items: Media) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in media(here, observed(*items), "c" * 32, desk)]

    return asyncio.run(run())


def go_on(here: Visit, desk: Desk) -> list[Seen]:
    async def run() -> list[Seen]:
        return [seen async for seen in unfinished(here, desk)]

    return asyncio.run(run())


def spans(seen: list[Seen]) -> list[str]:
    return [one.page.headers.get("content-range", "whole") for one in seen if one.page]


def test_a_video_is_kept_in_parts_that_make_the_file(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')})
    seen = take(visit(desk, store), desk, Media(URL, "video"))
    parts = chain(kept_parts(desk.archive, URL))

    assert spans(seen) == [
        "bytes 0-299/1000", "bytes 300-599/1000", "bytes 600-899/1000", "bytes 900-999/1000"
    ]  # fmt: skip
    assert is_whole(parts)
    assert b"".join(pieces(desk.archive, parts)) == VIDEO
    assert whole_sha256(desk.archive, parts) == hashlib.sha256(VIDEO).hexdigest()
    assert {row["of"] for row in desk.archive.rows("captures")} == {"c" * 32}
    assert [headers.get("if-range") for _, headers in store.asked] == [None, '"a"', '"a"', '"a"']
    assert {headers["accept-encoding"] for _, headers in store.asked} == {"identity"}


def test_a_file_that_is_kept_is_not_asked_for_again(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')})
    take(visit(desk, store), desk, Media(URL, "video"))

    assert take(visit(desk, store), desk, Media(URL, "video")) == []


def test_a_broken_part_is_kept_and_the_same_visit_goes_on_from_its_end(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')}, cut=[100])
    here = visit(desk, store)
    seen = take(here, desk, Media(URL, "video"))

    assert spans(seen)[1] == "bytes 100-399/1000"
    assert next(row["state"] for row in desk.archive.rows("captures", order="index")) == "PARTIAL"
    assert whole_sha256(desk.archive, chain(kept_parts(desk.archive, URL))) == (
        hashlib.sha256(VIDEO).hexdigest()
    )
    assert [gap.code for gap in here.gaps] == ["DATA_LOSS"]


def test_a_later_visit_goes_on_where_an_earlier_one_broke_off(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')}, cut=[300, 50, 10, 10, 10])
    take(visit(desk, store), desk, Media(URL, "video"))
    before = len(store.asked)
    store.cut = []
    seen = go_on(visit(desk, store), desk)

    assert before == 5
    assert store.asked[before][1]["range"] == "bytes=380-679"
    assert [one.of for one in seen] == ["c" * 32] * 3
    assert is_whole(chain(kept_parts(desk.archive, URL)))
    assert go_on(visit(desk, store), desk) == []


def test_a_file_that_changed_meanwhile_is_begun_anew_and_both_are_kept(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')}, cut=[300, 10, 10, 10, 10])
    take(visit(desk, store), desk, Media(URL, "video"))
    other = VIDEO[::-1]
    store.files[URL], store.cut = (other, '"b"'), []
    kept = len(list(desk.archive.rows("captures")))
    seen = go_on(visit(desk, store), desk)

    assert seen[0].status == 200  # If-Range did not hold, so the server gave the new file whole
    assert [row["status"] for row in desk.archive.rows("captures", order="index")][kept:] == [200]
    assert whole_sha256(desk.archive, chain(kept_parts(desk.archive, URL))) == (
        hashlib.sha256(other).hexdigest()
    )


def test_parts_of_two_versions_never_make_one_file() -> None:
    parts = [
        Part("1", 0, 300, 600, '"a"'), Part("2", 300, 600, 600, '"b"'), Part("3", 0, 300, 700, '"b"'),
    ]  # fmt: skip

    assert [part.capture for part in chain(parts)] == ["3"]
    assert chain([*parts, Part("4", 300, 600, 600, '"a"')])[1].capture == "4"


def test_parts_that_do_not_say_their_version_are_not_joined() -> None:
    assert len(chain([Part("1", 0, 300, 600, ""), Part("2", 300, 600, 600, "")])) == 0


@pytest.mark.parametrize(
    ("status", "headers", "size"),
    [
        (206, {"content-range": "bytes 5-2/9"}, 1),
        (206, {"content-range": "bytes 0-2/9"}, 9),
        (206, {"content-range": "bytes */9"}, 1),
        (206, {"content-range": "bytes 0-2/9", "content-encoding": "gzip"}, 3),
        (206, {}, 3),
        (200, {}, 0),
        (404, {}, 3),
    ],
)
def test_what_is_no_part_is_taken_for_none(status: int, headers: dict[str, str], size: int) -> None:
    assert part_of("c", status, headers, size) is None


def test_a_weak_etag_names_no_version() -> None:
    headers = {"etag": 'W/"a"', "last-modified": "Sun, 22 Nov 2026 00:00:00 GMT"}
    part = part_of("c", 200, headers, 5)

    assert part is not None
    assert part.validator == headers["last-modified"]


def test_a_server_that_does_not_know_ranges_gives_the_file_at_once(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')}, ranges=False)
    seen = take(visit(desk, store), desk, Media(URL, "video"))

    assert [one.status for one in seen] == [200]
    assert take(visit(desk, store), desk, Media(URL, "video")) == []


def test_a_picture_is_asked_for_at_once_and_without_a_range(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')}, kind="image/jpeg")
    take(visit(desk, store), desk, Media(URL, "image"))

    assert store.asked == [(URL, {})]


def test_the_same_key_under_another_address_is_the_same_file(desk: Desk) -> None:
    signed = "https://berkas.example/v.mp4?oe=2"
    store = Store({URL: (VIDEO, '"a"'), signed: (VIDEO, '"a"')})
    here = visit(desk, store)
    take(here, desk, Media(URL, "video", key="k1"))

    assert take(here, desk, Media(signed, "video", key="k1")) == []
    assert len(take(here, desk, Media(signed, "video", key="k2"))) == 4


SKIPS: list[tuple[str, Callable[[Store], Any], Media, str]] = [
    ("MEDIA_SKIPPED", lambda s: None, Media("data:image/png;base64,AA", "image"), "not a web"),
    ("MEDIA_SKIPPED", lambda s: None, Media("https://[x/", "image"), "not a web"),
    ("MEDIA_SKIPPED", lambda s: None, Media("https://a.example/x.m3u8?t=1", "video"), "segments"),
    ("MEDIA_UNAVAILABLE", lambda s: setattr(s, "status", 403), Media(URL, "video"), "expired"),
    ("MEDIA_UNAVAILABLE", lambda s: setattr(s, "status", 503), Media(URL, "video"), "HTTP 503"),
    ("MEDIA_UNAVAILABLE", lambda s: setattr(s, "kind", "text/html"), Media(URL, "video"), "a web page"),
    ("MEDIA_SKIPPED", lambda s: s.files.update({URL: (VIDEO * 6, '"a"')}), Media(URL, "video"),
     "6000 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change", "item", "why"), SKIPS)
def test_what_is_not_kept_has_a_reason(
    desk: Desk, code: str, change: Callable[[Store], Any], item: Media, why: str
) -> None:
    store = Store({URL: (VIDEO, '"a"')})
    change(store)
    here = visit(desk, store)
    take(here, desk, item)

    assert [(gap.code, why in gap.detail) for gap in here.gaps] == [(code, True)]
    assert len(store.asked) <= 1


def test_a_visit_fetches_no_more_than_its_limit(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')})
    small = replace(desk, config=replace(desk.config, media_visit_bytes=500))
    here = visit(small, store)
    take(here, small, Media(URL, "video"))

    assert here.counts["media_bytes"] == 600
    assert [(gap.code, "limit of a visit" in gap.detail) for gap in here.gaps] == [
        ("MEDIA_SKIPPED", True)
    ]


def test_more_media_than_the_limit_of_a_post_is_said(desk: Desk) -> None:
    here = visit(desk, Store())
    take(here, desk, *(Media(f"https://a.example/{n}.m3u8", "video") for n in range(13)))

    assert "more media than the limit per post" in [gap.detail for gap in here.gaps]


def test_a_server_that_gives_nothing_new_ends_the_file(desk: Desk) -> None:
    store = Store({URL: (VIDEO, '"a"')})
    answer = store.answer

    def stuck(ask: Ask) -> tuple[int, dict[str, str], bytes, bool]:
        return answer(replace(ask, headers=(("Range", "bytes=0-99"),)))

    store.answer = stuck  # type: ignore[method-assign]
    take(visit(desk, store), desk, Media(URL, "video"))

    assert len(store.asked) == 2
