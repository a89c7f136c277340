"""Errors with facts in them are said in the user's language, their facts unchanged."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import exits
from cli.command import show_jejak_error
from cli.told import SYSTEM, told
from cli.words import use_language
from evidence.errors import ConfigError, StoreError

ROOT = Path(__file__).parents[2]
PLACES = (
    "cli/*.py", "evidence/store/*.py", "evidence/store/mongo/*.py", "evidence/seal/*.py",
    "evidence/package/*.py", "evidence/erasure/*.py", "sandbox/folder.py", "sandbox/demo.py",
    "scheduler.py", "crawler/config.py",
)  # fmt: skip
SAME = ("folder ", "log ", "TSA ")
"""Beginnings that are the same words in both languages."""


@pytest.fixture(autouse=True)
def indonesian():
    use_language("id")
    yield
    use_language("en")


def sentences() -> Iterator[tuple[str, str]]:
    """(place, text with `7` for each fact) of each error raised where users meet it."""
    kinds = {kind.__name__ for kind in exits.CODES}
    for file in (f for place in PLACES for f in sorted(ROOT.glob(place))):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in kinds:
                for argument in call.args[:3]:
                    if isinstance(argument, ast.JoinedStr):
                        pieces = (
                            str(v.value) if isinstance(v, ast.Constant) else "7"
                            for v in argument.values
                        )
                        yield f"{file.name}:{argument.lineno}", "".join(pieces)


def test_every_sentence_with_facts_in_it_has_a_form_in_the_users_language():
    """A text that begins with a fact is a name: a file, a host, a setting."""
    found = list(sentences())

    untold = [
        f"{place} {text}"
        for place, text in found
        if text[0].isalpha() and not text.startswith(SAME) and told(text) == text
    ]
    assert len(found) > 100
    assert untold == []


def test_facts_are_kept_and_the_systems_reason_is_said_in_the_users_language(capsys):
    error = ConfigError(
        "data folder /srv/clock", f"it cannot be written ({os.strerror(30)})",
        "Run: chmod 600 /srv/Permission denied",
    )  # fmt: skip

    show_jejak_error(error, as_json=False)

    assert capsys.readouterr().err == (
        "Galat: folder data /srv/clock: tidak dapat ditulisi (sistem berkas hanya dapat dibaca)\n"
        "Jalankan: chmod 600 /srv/Permission denied\n"
    )


def test_a_reason_within_a_reason_is_said_as_well():
    error = StoreError("x", "the server does not answer (AutoReconnect) (MongoDB at 127.0.0.1:7)")

    assert told(error.why) == "peladen tidak menjawab (AutoReconnect) (MongoDB di 127.0.0.1:7)"


def test_what_the_store_was_doing_is_said_as_well():
    doing = {
        argument.value
        for file in (ROOT / "evidence/store/mongo").glob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", "") in ("run", "each", "wrapped")
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant)
    }

    assert len(doing) > 10
    assert [text for text in sorted(doing) if told(text) == text] == []


def test_the_systems_reasons_are_written_as_the_system_says_them():
    known = {os.strerror(number) for number in range(1, 134)}

    assert [reason for reason in SYSTEM if reason not in known] == []


def test_in_english_an_error_is_said_as_it_was_raised():
    use_language("en")

    assert told("it cannot be written (Read-only file system)") == (
        "it cannot be written (Read-only file system)"
    )
