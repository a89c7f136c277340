"""Acts that are gone from a whole list: withdrawn, as an interval; from any other list, nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.config import Config
from crawler.desk import Desk, desk_over, visit_of
from crawler.listing import Listing
from crawler.page import Page
from crawler.visit import Seen
from evidence.canonical import decode
from evidence.config import parse_watchlist, watch_drafts
from evidence.model import Act, Exchange, Interaction, Post, Reading, StatementType, Watchlist
from evidence.projection import project_drafts, project_entries, rebuild
from evidence.store import MemoryArchive
from pipelines.history import compared
from pipelines.page import Measured
from pipelines.record import drafts_of
from pipelines.scope import scoped
from pipelines.sight import FirstSights

T0 = datetime(2026, 11, 20, 2, tzinfo=UTC)
DAY = timedelta(days=1)
WATCHLIST = """\
platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,\
confidence,attributed_by
bluesky,did:plc:siti234567abcdefghijklmn,WATCHED,Siti,PNS,91.71,A,001/ST,UU 7/2017,profil,HIGH,Budi
bluesky,did:plc:tim2345672abcdefghijklmn,CAMPAIGN,Tim,,64.71,A,001/ST,UU 7/2017,KPU,HIGH,Budi
"""
SITI, TIM = "did:plc:siti234567abcdefghijklmn", "did:plc:tim2345672abcdefghijklmn"
POST = f"at://{TIM}/app.bsky.feed.post/1"


class Kept(MemoryArchive):
    def close(self) -> None:
        """Stay open."""


@pytest.fixture
def archive() -> Kept:
    archive = Kept()
    imported = parse_watchlist(
        WATCHLIST.encode(), "w.csv", existing=Watchlist(), platforms={"bluesky"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    project_entries(archive, archive.record(watch_drafts(imported, T0, "system")))
    return archive


def see(archive: Kept, who: str, at: datetime, *told: Any, **more: Any) -> dict[str, int]:
    """One page through the steps; the visit's counts."""
    return meet(archive, FirstSights(), who, at, *told, **more)()


def meet(
    archive: Kept, sights: FirstSights, who: str, at: datetime, edges: tuple[Interaction, ...] = (),
    listing: Listing | None = None, via: str = "CRAWL", posts: tuple[Post, ...] = (),
) -> Callable[[], dict[str, int]]:  # fmt: skip
    """One page, compared; what is given records it."""
    desk: Desk = desk_over(Config(), archive)
    (row,) = [r for r in archive.rows("watches") if r["native_id"] == who]
    visit = visit_of(desk, row, None, None)
    exchange = Exchange("https://x.example", "GET", at, at, (), 200, (), b"{}")
    capture = desk.recorder.capture(exchange, visit=visit.id, watch=row["id"], slot=None, via=via)
    keep(archive, [capture])
    reading = Reading("x@1", posts=posts, interactions=edges)
    page = Page("https://x.example", 200, {}, b"{}")
    seen = Seen(visit, page.url, capture.rec, page, reading, at, via=via, listing=listing)
    item = compared(Measured(scoped(seen, desk)), desk, sights)

    def record() -> dict[str, int]:
        keep(archive, drafts_of(item, desk.recorder))
        sights.settle(seen.capture)
        desk.commit.close()
        return visit.counts

    return record


def keep(archive: Kept, drafts: Any) -> None:
    project_drafts(archive, drafts, archive.record(drafts))


LIKE = Interaction(Act.LIKE, SITI, "siti.example", POST, at=T0)
WHOLE = Listing(Act.LIKE, POST, ())


def row(archive: Kept) -> dict[str, Any]:
    (found,) = archive.rows("interactions")
    return found


def said(archive: Kept) -> list[tuple[str, Any]]:
    return [
        (
            e.statement.facts["seen"],
            decode(archive.open_object(e.statement.rec, "interaction").data),
        )
        for e in archive.entries()
        if e.statement.type is StatementType.INTERACTION
    ]


def test_a_like_missing_from_the_whole_list_is_withdrawn_within_an_interval(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    see(archive, TIM, T0 + DAY, (LIKE,))

    counts = see(archive, TIM, T0 + 2 * DAY, listing=WHOLE)

    assert counts["withdrawn"] == 1
    assert row(archive)["withdrawn_at"] == T0 + 2 * DAY
    word, value = said(archive)[-1]
    assert (word, value["last_seen_at"]) == ("WITHDRAWN", "2026-11-21T02:00:00.000Z")


def test_it_is_said_once(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    for day in (1, 2, 3):
        see(archive, TIM, T0 + day * DAY, listing=WHOLE)

    assert [word for word, _ in said(archive)] == ["FIRST", "WITHDRAWN"]


def test_two_visits_at_once_say_it_once(archive) -> None:
    """The actor's own list and the post's, each compared before the other one is recorded."""
    see(archive, TIM, T0, (LIKE,))
    sights = FirstSights()
    first = meet(archive, sights, TIM, T0 + DAY, listing=WHOLE)
    own = Listing(Act.LIKE, None, ())

    second = meet(archive, sights, SITI, T0 + DAY, listing=own)
    first()
    third = meet(archive, sights, SITI, T0 + DAY, listing=own)
    second()
    third()

    assert [word for word, _ in said(archive)] == ["FIRST", "WITHDRAWN"]


def test_a_list_that_was_not_read_to_its_end_says_nothing(archive) -> None:
    see(archive, TIM, T0, (LIKE,))

    see(archive, TIM, T0 + DAY, listing=None)

    assert row(archive)["withdrawn_at"] is None


@pytest.mark.parametrize(
    "listing",
    [
        Listing(Act.LIKE, POST, (LIKE,)),
        Listing(Act.LIKE, POST, (replace(LIKE, actor_id=None),)),
        Listing(Act.LIKE, POST, (replace(LIKE, actor_handle="baru.example"),)),
        Listing(Act.SHARE, POST, ()),
        Listing(Act.LIKE, f"{POST}2", ()),
    ],
    ids=["listed", "by handle", "renamed", "another act", "another post"],
)
def test_a_list_that_shows_it_or_is_of_something_else_withdraws_nothing(archive, listing) -> None:
    see(archive, TIM, T0, (LIKE,))

    see(archive, TIM, T0 + DAY, listing=listing)

    assert row(archive)["withdrawn_at"] is None


def test_an_act_seen_again_after_that_stands_again(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    see(archive, TIM, T0 + DAY, listing=WHOLE)

    see(archive, TIM, T0 + 2 * DAY, (LIKE,))

    assert [word for word, _ in said(archive)] == ["FIRST", "WITHDRAWN", "AGAIN"]
    assert (row(archive)["withdrawn_at"], row(archive)["last_seen_at"]) == (None, T0 + 2 * DAY)


def test_from_the_actors_side_a_list_of_own_acts_withdraws_too(archive) -> None:
    post = Post(POST, TIM, None, "Ayo", T0)
    see(archive, TIM, T0, posts=(post,))
    see(archive, SITI, T0, (LIKE,))

    see(archive, SITI, T0 + DAY, listing=Listing(Act.LIKE, None, ()))

    assert row(archive)["withdrawn_at"] == T0 + DAY


@pytest.mark.parametrize(("since", "gone"), [(T0 - DAY, True), (T0 + timedelta(hours=1), False)])
def test_a_list_read_back_to_a_time_speaks_of_what_came_after_it(archive, since, gone) -> None:
    see(archive, SITI, T0, (replace(LIKE, target_account=TIM),))

    see(archive, SITI, T0 + DAY, listing=Listing(Act.LIKE, None, (), since))

    assert (row(archive)["withdrawn_at"] is not None) is gone


def test_an_act_only_a_file_showed_has_no_beginning_of_our_own(archive) -> None:
    see(archive, TIM, T0, (LIKE,), via="HUMAN")

    see(archive, TIM, T0 + DAY, listing=WHOLE)

    assert said(archive)[-1][1]["last_seen_at"] is None


def test_a_file_withdraws_nothing_and_brings_nothing_back(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    see(archive, TIM, T0 + DAY, listing=WHOLE, via="HUMAN")
    assert row(archive)["withdrawn_at"] is None
    see(archive, TIM, T0 + 2 * DAY, listing=WHOLE)

    see(archive, TIM, T0 + 3 * DAY, (LIKE,), via="HUMAN")

    assert [word for word, _ in said(archive)] == ["FIRST", "WITHDRAWN"]


def test_a_post_whose_like_is_known_is_asked_for_who_liked_it(archive) -> None:
    """Its count may be 0 by now: that is when a like was taken back."""
    see(archive, TIM, T0, (LIKE,))
    desk = desk_over(Config(), archive)
    (tim,) = [r for r in archive.rows("watches") if r["native_id"] == TIM]

    assert visit_of(desk, tim, None, None).acted_on == {("LIKE", POST)}
    see(archive, TIM, T0 + DAY, listing=WHOLE)
    assert visit_of(desk, tim, None, None).acted_on == frozenset()
    desk.commit.close()


def test_an_outcome_says_what_the_platform_shows_to_nobody(archive) -> None:
    desk = desk_over(Config(), archive)
    (tim,) = [r for r in archive.rows("watches") if r["native_id"] == TIM]

    draft = desk.recorder.outcome(visit_of(desk, tim, None, None).end(T0))

    assert draft.facts["not_observable"] == ["TAG"]
    desk.commit.close()


def test_rebuilding_gives_the_same_rows(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    see(archive, TIM, T0 + DAY, listing=WHOLE)
    before = list(archive.rows("interactions"))

    rebuild(archive)

    assert list(archive.rows("interactions")) == before


OTHER = replace(LIKE, actor_id="did:plc:warga234567abcdefghijklm", actor_handle="warga.example")


@pytest.mark.parametrize(
    "listing",
    [
        Listing(Act.LIKE, POST, (OTHER,)),
        Listing(Act.LIKE, POST, (replace(OTHER, actor_handle=None),)),
        Listing(Act.LIKE, POST, (replace(OTHER, actor_id=None),)),
    ],
    ids=["by both", "by id", "by handle"],
)
@pytest.mark.parametrize("known", [LIKE, replace(LIKE, actor_handle=None)], ids=["named", "by id"])
def test_a_strangers_act_in_the_list_does_not_stand_for_the_one_that_is_missing(
    archive, known, listing
) -> None:
    see(archive, TIM, T0, (known,))

    see(archive, TIM, T0 + DAY, listing=listing)

    assert row(archive)["withdrawn_at"] == T0 + DAY


def test_an_act_towards_another_post_does_not_stand_for_the_one_that_is_missing(archive) -> None:
    see(archive, TIM, T0, (LIKE,))
    own = Listing(Act.LIKE, None, (replace(LIKE, target=f"{POST}2"),))

    see(archive, SITI, T0 + DAY, listing=own)

    assert row(archive)["withdrawn_at"] == T0 + DAY


@pytest.mark.parametrize(("shown", "gone"), [("c1", False), ("c2", True)])
def test_another_comment_of_the_same_person_does_not_stand_for_the_one_that_is_missing(
    archive, shown, gone
) -> None:
    comment = replace(LIKE, act=Act.COMMENT, native_id="c1")
    see(archive, TIM, T0, (comment,))
    listed = replace(comment, native_id=shown, actor_id=None)

    see(archive, TIM, T0 + DAY, listing=Listing(Act.COMMENT, POST, (listed,)))

    assert (row(archive)["withdrawn_at"] is not None) is gone


def test_an_act_without_a_time_may_lie_before_the_end_of_the_list(archive) -> None:
    see(archive, SITI, T0, (replace(LIKE, target_account=TIM, at=None),))

    see(archive, SITI, T0 + DAY, listing=Listing(Act.LIKE, None, (), T0 - DAY))

    assert row(archive)["withdrawn_at"] is None
