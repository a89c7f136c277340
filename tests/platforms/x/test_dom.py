"""Figures in the labels of X's buttons, in whatever language the page was drawn."""

from __future__ import annotations

import pytest

from crawler.platforms.x import dom


@pytest.mark.parametrize(
    ("label", "exact", "rounded"),
    [
        ("18151 Replies. Reply", 18_151, None),
        ("1,234 likes. Like", 1_234, None),
        ("1.234 suka. Suka", 1_234, None),
        ("18K Replies", None, 18_000),
        ("12 rb balasan. Balas", None, 12_000),
        ("1,2 jt suka", None, 1_200_000),
        ("2 mil respuestas. Responder", None, None),
        ("3 Mio. Antworten", None, None),
        ("2\u4e07 \u4ef6", None, None),
        ("1\u2019234 Antworten", None, None),
        ("Reply", None, None),
        (None, None, None),
    ],
)
def test_a_label_gives_the_figure_it_says_or_none(
    label: str | None, exact: int | None, rounded: int | None
) -> None:
    assert dom.figure(label) == exact
    assert (None if exact is not None else dom.rounded(label)) == rounded
