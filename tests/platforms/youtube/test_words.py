"""Figures as YouTube writes them for people, in English and Indonesian."""

from __future__ import annotations

import pytest

from crawler.platforms.youtube.words import figure, viewed

FIGURES = [
    ("1,545,374 views", (1_545_374, None)),
    ("1.545.374 x ditonton", (1_545_374, None)),
    ("1.2M views", (None, 1_200_000)),
    ("1,2 M x ditonton", (None, 1_200_000_000)),
    ("1,5 jt x ditonton", (None, 1_500_000)),
    ("12,3 rb subscriber", (None, 12_300)),
    ("1.2B views", (None, 1_200_000_000)),
    ("No views", (None, None)),
    ("Tidak ada penayangan", (None, None)),
]


@pytest.mark.parametrize(("said", "meant"), FIGURES)
def test_a_figure_is_exact_only_where_it_is_written_out(
    said: str, meant: tuple[int | None, int | None]
) -> None:
    assert figure(said) == meant


@pytest.mark.parametrize("said", ["1,204 watching now", "1.204 menonton", "31 menunggu"])
def test_who_is_watching_now_is_no_figure_of_views(said: str) -> None:
    assert viewed(said) == (None, None)


@pytest.mark.parametrize(
    "said",
    [
        "3 Mio. Aufrufe", "2 \u4e07\u6b21\u89c2\u770b", "298 \u0442\u044b\u0441. \u043f\u0440\u043e\u0441\u043c\u043e\u0442\u0440\u043e\u0432",
        "5 lakh views", "12 Md de vues", "12 B g\u00f6r\u00fcnt\u00fcleme", "1\u2019234 Aufrufe", "1,2 B abone",
    ],
)  # fmt: skip
def test_a_figure_in_a_language_that_is_not_read_is_unknown_never_its_beginning(said: str) -> None:
    assert figure(said) == (None, None)
