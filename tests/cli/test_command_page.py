"""The page of all commands: what stands beside a command is what the command takes."""

from __future__ import annotations

import re
from pathlib import Path

import click

from cli.command import Group
from cli.main import jejak

PAGE = Path(__file__).parents[2] / "docs/how-to/cli.md"


def rows_of(page: str) -> list[tuple[str, str]]:
    """Command and explanation of each row of the table."""
    return re.findall(r"^\| `jejak ([^`]+)` \| (.*) \|$", page, re.MULTILINE)


def test_every_option_beside_a_command_of_the_command_page_is_one_of_it():
    rows = rows_of(PAGE.read_text("utf-8"))

    wrong = [
        f"{command}: {option}"
        for command, said in rows
        for option in re.findall(r"--[a-z-]+", said)
        if option not in _options(command.split())
    ]
    assert wrong == []
    assert len(rows) > 40


def test_every_option_that_must_be_named_stands_beside_its_command():
    """But for purpose and order of reads, which the section below the table explains."""
    page = PAGE.read_text("utf-8")
    reads = page.partition("## Reading leaves a trace\n")[2].partition(" show evidence")[0]

    missing = [
        f"{command}: {option.opts[0]}"
        for command, said in rows_of(page)
        for option in _command(command.split()).params
        if option.required and isinstance(option, click.Option)
        if option.opts[0] not in f"{command} {said}"
        if not (option.name in {"purpose", "order"} and f"`{_plain(command)}`" in reads)
    ]
    assert missing == []


def _plain(command: str) -> str:
    """The verbs of a command line, without what follows them."""
    return " ".join(word for word in command.split() if word.islower())


def _options(words: list[str]) -> set[str]:
    return {o for p in _command(words).params for o in (*p.opts, *p.secondary_opts)}


def _command(words: list[str]) -> click.Command:
    command: click.Command = jejak
    for word in words:
        if isinstance(command, Group) and (
            found := command.get_command(click.Context(command), word)
        ):
            command = found
    return command
