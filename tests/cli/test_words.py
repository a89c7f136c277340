"""The catalogues: every word of the commands is there in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from cli import exits
from cli.command import flat
from cli.main import jejak
from cli.words import _, choose_language, read_catalogue, use_language
from evidence.config.problem import PROBLEMS
from sandbox.summary import MESSAGES

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def commands(group: click.Command = jejak) -> Iterator[click.Command]:
    yield group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found)


def words() -> set[str]:
    keywords = {"_": None, "N_": None}
    said = {
        message
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / "cli"), keywords=keywords
        )
        if isinstance(message, str)
    }
    for command in commands():
        said.add(flat(command.help))
        context = click.Context(command)
        said |= {flat(getattr(p, "help", None)) for p in command.get_params(context)}
    said |= {text for pair in PROBLEMS.values() for text in pair}
    said |= flaws() | set(MESSAGES)
    return said - {""}


def flaws() -> set[str]:
    """Sentences that fill a problem's {reason}: whole string constants that begin as they do."""
    found = set()
    for name in ("handle", "identity", "fsck"):
        folder = "query" if name == "fsck" else "config"
        tree = ast.parse((ROOT / "evidence" / folder / f"{name}.py").read_text("utf-8"))
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        begin = ("it ", "its ", "digits ", "digit ", "the year", "the address", "the leaves")
        found |= {
            t for t in texts if isinstance(t, str) and t.startswith(begin) and not t.endswith(" ")
        }
    return found


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    use_language("en")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_word_of_the_commands_is_in_the_catalogue(language):
    missing = sorted(words() - set(read_catalogue(language)))

    assert missing == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_translation_keeps_the_placeholders_of_its_message(language):
    broken = [
        message
        for message, said in read_catalogue(language).items()
        if set(PLACEHOLDER.findall(message)) != set(PLACEHOLDER.findall(said))
    ]

    assert broken == []


def test_no_word_is_left_in_english_in_the_indonesian_catalogue():
    same = {m for m, said in read_catalogue("id").items() if m == said}

    assert {m for m in same if PLACEHOLDER.sub("", m).strip(" :;")} == {"Platform"}


def test_a_message_without_words_is_said_as_it_is():
    use_language("id")

    assert _("no such message \u2603") == "no such message \u2603"


@pytest.mark.parametrize(
    ("wanted", "environment", "language"),
    [
        ("id", {"LANG": "en_US.UTF-8"}, "id"),
        ("", {"LANG": "id_ID.UTF-8"}, "id"),
        ("", {"LC_ALL": "id_ID", "LANG": "en_US"}, "id"),
        ("", {"LANGUAGE": "fr:id"}, "id"),
        ("", {"LANG": "C.UTF-8"}, "en"),
        ("", {}, "en"),
    ],
)
def test_the_language_is_chosen_by_configuration_then_environment(wanted, environment, language):
    assert choose_language(wanted, environment) == language


def test_why_and_what_to_do_of_our_own_errors_are_in_the_indonesian_catalogue():
    """Whole string constants only; sentences with facts in them stay in English."""
    files = [
        ROOT / "crawler/config.py",
        *(f for d in ("cli", "evidence/query", "evidence/seal", "evidence/package",
                    "evidence/erasure")
          for f in (ROOT / d).glob("*.py")),
    ]  # fmt: skip
    said = {
        argument.value
        for file in files
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {k.__name__ for k in exits.CODES} - {"ParseError"}
        for argument in call.args[1:3]
        if isinstance(argument, ast.Constant)
    }

    assert sorted(said - {""} - set(read_catalogue("id"))) == []
