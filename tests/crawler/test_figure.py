"""Figures as they are written for people."""

from __future__ import annotations

import re

import pytest

from crawler.figure import FIGURE, figure


@pytest.mark.parametrize(
    ("text", "exact", "rounded"),
    [
        ("0", 0, None),
        ("2,362", 2362, None),
        ("1.204", 1204, None),
        ("1.234.567 suka", 1234567, None),
        ("12 komentar", 12, None),
        ("5 kali dibagikan", 5, None),
        ("3 bagikan", 3, None),
        ("7 menit", 7, None),
        ("12 members", 12, None),
        ("298K", None, 298_000),
        ("1.1K shares", None, 1_100),
        ("1,2 rb", None, 1_200),
        ("1,2\u00a0rb kali dibagikan", None, 1_200),
        ("12 ribu", None, 12_000),
        ("3\u202fjt", None, 3_000_000),
        ("1,5 juta", None, 1_500_000),
        ("2 miliar", None, 2_000_000_000),
        ("1.2M", None, 1_200_000),
        ("3.45M", None, 3_450_000),
    ],
)
def test_a_figure_is_exact_or_rounded_as_it_is_written(
    text: str, exact: int | None, rounded: int | None
) -> None:
    assert figure(text) == (exact, rounded)


@pytest.mark.parametrize(
    "text", [None, "", "suka", "-1", "3\u4e07", "12km", "1.2", "1,23", "9" * 21, "9" * 17]
)
def test_what_is_no_figure_of_a_known_form_is_unknown(text: str | None) -> None:
    assert figure(text) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "298 mil seguidores", "3 Mio. Aufrufe", "2 \u4e07\u6b21", "298 \u0442\u044b\u0441.", "5 lakh views",
        "12 Md de vues", "2 N l\u01b0\u1ee3t", "5 mln", "12 B", "1 234 vues", "1\u202f234 vues", "1\u2019234",
    ],
)  # fmt: skip
def test_a_figure_in_a_language_that_is_not_read_is_unknown_never_its_beginning(text: str) -> None:
    assert figure(text) == (None, None)


def test_among_words_the_unit_belongs_to_the_figure_and_a_word_does_not() -> None:
    said = re.findall(FIGURE, "1,2 rb pengikut, 88 mengikuti, 57 kiriman, 3M likes")

    assert said == ["1,2 rb", "88", "57", "3M"]
