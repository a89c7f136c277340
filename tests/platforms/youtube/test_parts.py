"""Which of the posts a page shows are whole, so that they can be compared with earlier sights."""

from __future__ import annotations

from crawler.platforms.youtube.parts import placed
from crawler.platforms.youtube.video import BY_DAY
from evidence.model import Post, Reading, SeenState, StateSeen

VIDEO = Post("dEsA0000001", "UCkampungBersihDesa0000a", None, "Kerja bakti\n\nHari Minggu", None)


def test_a_video_of_which_a_page_names_the_day_alone_is_whole() -> None:
    told = StateSeen("post:dEsA0000001", SeenState.PRESENT, BY_DAY)

    assert placed(Reading("t", posts=(VIDEO,), states=(told,)), None, "").posts == (VIDEO,)


def test_a_title_on_a_card_is_not_whole() -> None:
    told = StateSeen("post:dEsA0000001", SeenState.PRESENT, "videoRenderer: title alone, no time")

    assert placed(Reading("t", posts=(VIDEO,), states=(told,)), None, "").posts == ()
