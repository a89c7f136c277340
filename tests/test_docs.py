"""The documents against the program: every command, option, setting and path they name exists."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import click
import pytest

from cli.command import Group
from cli.main import jejak
from cli.shell import Shell
from crawler.config import ENVIRONMENT, Config

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (?! *[*|\d-]).*(?:\n    .*)*", re.MULTILINE)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
HERE = re.compile(
    r"\b(?:cli|evidence|crawler|pipelines|sandbox|campaigns|docs|tests|scripts)/[\w./*-]+"
)
ADVICE = re.compile(r"(?:`|(?:: |Run |Jalankan |, )(?=jejak ))(jejak [a-z][^`,.\"\n]*[^`,.\"\n ])")
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*|.*\.\.\.")
ENDS = {">", ">>", "|", "||", "&&", ";", "&"}
PROGRAMS = {
    "scheduler.py": "scheduler.py",
    "sandbox": "sandbox/__main__.py",
    "crawler.run": "crawler/run.py",
    "verify.py": "evidence/verify/verify.py",
}
"""Programs beside `jejak` that documents start, and the files that say what they take."""


@dataclass(frozen=True, slots=True)
class Call:
    """A `jejak` command line as a document or a message has it.

    whole: it stands in a block to be typed as it is; else it may leave out what is mandatory.
    """

    place: str
    words: tuple[str, ...]
    whole: bool


@cache
def documents() -> tuple[tuple[str, str], ...]:
    """Name and text of every document of the project."""
    names = ["README.md", "README.id.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
    names += sorted(str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*.md"))
    return tuple((name, (ROOT / name).read_text("utf-8")) for name in names)


def blocks(text: str) -> Iterator[str]:
    """What is set as code, with lines that end in a backslash joined and remarks left out."""
    plain = FENCE.sub("", text)
    for block in (*FENCE.findall(text), *INDENTED.findall(plain)):
        yield re.sub(r"\\\n\s*", "", block)


def spans(text: str) -> list[str]:
    """What is set as code within a sentence."""
    return [
        " ".join(span.replace("\\|", "|").split()) for span in SPAN.findall(FENCE.sub("", text))
    ]


def lines(text: str) -> Iterator[str]:
    """Every line set as code, within blocks and sentences."""
    for block in blocks(text):
        yield from block.splitlines()
    yield from spans(text)


def words_of(line: str) -> list[str]:
    """Words of one command line: no prompt, no variables before it, nothing after it."""
    line = re.sub(r"[\[\]]|\.\.\.(?=\s|$|\])", "", re.sub(r"(^|\s)#.*", "", line))
    shell = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=">&;|")
    shell.whitespace_split = True
    try:
        found = list(shell)
    except ValueError:  # prose with an apostrophe; no command
        return []
    ends = next((i for i, word in enumerate(found) if word in ENDS), len(found))
    found = found[:ends]
    while found and (found[0] in {"sudo", "-u"} or re.match(r"[A-Z_]+=", found[0])):
        found = found[2 if found[0] == "-u" else 1 :]
    return found


def ours(words: list[str]) -> bool:
    return bool(words) and words[0] in {"jejak", ".venv/bin/jejak"} and len(words) > 1


def calls() -> Iterator[Call]:
    """Every `jejak ...` of the documents."""
    for name, text in documents():
        for block in blocks(text):
            for line in block.splitlines():
                if ours(words := words_of(line)):
                    yield Call(name, tuple(words[1:]), whole="[" not in line and "..." not in line)
        for span in spans(text):
            if ours(words := words_of(span)):
                yield Call(name, tuple(words[1:]), whole=False)


def advice() -> Iterator[Call]:
    """Every `jejak ...` that a message of the program tells its reader to give."""
    folders = ("cli", "crawler", "evidence", "pipelines", "sandbox")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    texts = {
        (str(file.relative_to(ROOT)), node.value)
        for file in files
        if "jejak " in file.read_text("utf-8")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    texts |= {
        (str(f.relative_to(ROOT)), f.read_text("utf-8")) for f in ROOT.glob("locale/*/*/*.po")
    }
    for place, text in sorted(texts):
        for said in ADVICE.findall(text):
            yield Call(place, tuple(words_of(said)[1:]), whole=False)


def fault(call: Call) -> str:
    """Why the program does not take a command line; empty when it does."""
    given = [word for word in call.words if word]
    command: click.Command = jejak
    context = click.Context(jejak, info_name="jejak", obj=Shell())
    try:
        while isinstance(command, Group):
            rest = _after_options(command, context, given)
            if not rest:
                return "names no verb" if call.whole else ""
            _name, found, given = command.resolve_command(context, rest)
            assert found is not None
            context = click.Context(found, parent=context, info_name=found.name, obj=context.obj)
            command = found
        command.parse_args(context, given)
    except click.MissingParameter as error:
        return error.format_message() if call.whole else ""
    except click.BadOptionUsage as error:
        mentioned = not call.whole and error.option_name == call.words[-1]
        return "" if mentioned else error.format_message()
    except click.UsageError as error:
        return error.format_message()
    return ""


def _after_options(group: Group, context: click.Context, given: list[str]) -> list[str]:
    """The words from the verb on; the group's own options before it are tried."""
    _values, rest, _order = group.make_parser(context).parse_args(list(given))
    return list(rest)


@pytest.fixture
def typed(monkeypatch, tmp_path) -> None:
    """Placeholders such as NAME stand for a value, and files need not be there."""
    convert = click.ParamType.__call__

    def take(self, value, param=None, ctx=None):
        if isinstance(self, click.Path | click.File):
            return value
        if isinstance(value, str) and PLACEHOLDER.fullmatch(value):
            return value
        return convert(self, value, param, ctx)

    monkeypatch.setattr(click.ParamType, "__call__", take)
    monkeypatch.chdir(tmp_path)
    for name in ("JEJAK_ORDER", "JEJAK_PURPOSE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("typed")
def test_every_command_of_the_documents_is_taken_by_the_program():
    found = list(calls())

    wrong = [f"{c.place}: jejak {' '.join(c.words)}: {why}" for c in found if (why := fault(c))]
    assert wrong == []
    assert len([c for c in found if c.whole]) > 20


@pytest.mark.usefixtures("typed")
def test_every_command_that_a_message_advises_is_taken_by_the_program():
    found = list(advice())

    wrong = [f"{c.place}: jejak {' '.join(c.words)}: {why}" for c in found if (why := fault(c))]
    assert wrong == []
    assert len(found) > 20


@pytest.mark.usefixtures("typed")
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("jejak crawll", "no command crawll"),
        ("jejak posts --acount x --order 1 --purpose p", "--acount"),
        ("jejak history 42", "Missing option"),
        ("jejak ledger prove", "REC"),
        ("jejak ledger head too much", "extra arguments"),
        ("jejak status --days many", "many"),
        ("jejak --tongue id status", "--tongue"),
        ("jejak ledger", "names no verb"),
        ("jejak health --days 3 > file  # and a remark", ""),
        ("JEJAK_ORDER=1 sudo -u jejak jejak erase confirm ID --officer 'A B'", ""),
    ],
)
def test_a_command_line_is_judged_as_the_program_would(line, why):
    said = fault(Call("here", tuple(words_of(line)[1:]), whole=True))

    assert (why in said) if why else said == ""


def test_every_option_of_another_program_in_the_documents_is_one_of_it():
    wrong, seen = [], set()
    for name, text in documents():
        for line in lines(text):
            words = words_of(line)
            started = [PROGRAMS[w] for word in words if (w := word.rsplit("/", 1)[-1]) in PROGRAMS]
            if not started or "python" not in words[0]:
                continue
            taken = (ROOT / started[0]).read_text("utf-8")
            seen |= set(started)
            after = words[next(i for i, w in enumerate(words) if w.rsplit("/")[-1] in PROGRAMS) :]
            wrong += [f"{name}: {w}" for w in after if w.startswith("--") and f'"{w}"' not in taken]

    assert wrong == []
    assert seen == set(PROGRAMS.values())


def test_every_variable_of_the_documents_is_read_by_the_program():
    read = set(ENVIRONMENT) | {
        found
        for folder in ("cli", "crawler", "evidence", "sandbox", "tests", "scripts")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".toml"} or file.parent.name == "scripts"
        for found in re.findall(r"JEJAK_[A-Z_]+", file.read_text("utf-8"))
        if file != Path(__file__)
    }

    assert {v for _n, t in documents() for v in re.findall(r"JEJAK_[A-Z_]+", t)} - read == set()


def test_every_setting_given_to_jejak_toml_is_one():
    """Lines `name = value` that a page puts beside the name of the file."""
    known = {field.name for field in fields(Config)}
    wrong, seen = [], set()
    for name, text in documents():
        for part in re.split(r"\n\n+|\n(?=[*|] )", FENCE.sub("", text)):
            if "jejak.toml" not in part:
                continue
            named = re.findall(r"`([a-z_]+) = [^`]+`|^    ([a-z_]+) = ", part, re.MULTILINE)
            seen |= {a or b for a, b in named}
            wrong += [f"{name}: {a or b}" for a, b in named if (a or b) not in known]

    assert wrong == []
    assert {"chromium", "archive_url"} <= seen


def test_every_file_of_the_project_that_a_document_names_is_there():
    missing = [
        f"{name}: {path}"
        for name, text in documents()
        for path in HERE.findall(" ".join(spans(text)))
        if not any(ROOT.glob(path.rstrip("./")))
    ]

    assert missing == []
