"""What help and refusals of the command line say, in both languages."""

from __future__ import annotations

import pytest

from cli import exits

IN_INDONESIAN = {"LANG": "id_ID.UTF-8"}


def said(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("posts",), "recorded. (must be named, here or as JEJAK_ORDER)"),
        (("verify",), "recorded. (also as JEJAK_ORDER)"),
        (("witness", "serve"), "(must be named)"),
        (("store", "watch"), "(else 3600)"),
    ],
)
def test_help_says_what_must_be_named_and_where_else(call, words, wanted):
    assert wanted in said(call(*words, "--help").stdout)


def test_help_says_so_in_indonesian_too(call):
    shown = said(call("posts", "--help", env=IN_INDONESIAN).stdout)

    assert "(wajib disebut, di sini atau sebagai JEJAK_ORDER)" in shown


def test_a_refused_command_line_is_told_in_indonesian_to_its_last_word(call):
    result = call("watchlist", "import", "tiada.csv", env=IN_INDONESIAN)

    assert result.exit_code == exits.USAGE
    assert result.stderr.splitlines() == [
        "Galat: tiada.csv: berkas itu tidak ada",
        "Pemakaian: jejak watchlist import [OPTIONS] FILE",
        "Selengkapnya: jejak watchlist import --help",
    ]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("status", "--days", "banyak"), "--days tidak dapat dipakai: bukan bilangan bulat,"),
        (("status", "--days", "-1"), "--days tidak dapat dipakai: bukan bilangan bulat,"),
        (
            ("interactions", "--act", "suka"),
            "--act tidak dapat dipakai: pilih salah satu dari LIKE,",
        ),
        (("status", "--days"), "--days memerlukan nilai"),
        (("status", "a", "b"), "lebih banyak daripada yang diterima perintah ini: a b"),
        (("posts", "--since", "kemarin"), "--since tidak dapat dipakai: tulis 2024-11-23"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_indonesian(call, words, wanted):
    result = call(*words, env=IN_INDONESIAN)

    assert result.exit_code == exits.USAGE
    assert result.stderr.startswith(f"Galat: {wanted}")
