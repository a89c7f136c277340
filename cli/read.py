"""`jejak read`: what a platform's reader sees in a saved response. Needs no database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.command import Command
from cli.screen import json_text, write_line
from cli.words import N_, _

if TYPE_CHECKING:
    from crawler.page import Page


@click.command(cls=Command)
@click.argument("platform")
@click.argument("body_file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--url", help=N_("Address the response came from; else as the file says."))
@click.option(
    "--status",
    type=click.IntRange(100, 999),
    help=N_("HTTP status; else as the file says, else 200."),
)
@click.option(
    "--header", "-H", "headers", multiple=True, metavar="'K: V'",
    help=N_("A response header; may be repeated."),
)  # fmt: skip
def read(
    platform: str,
    body_file: Path,
    url: str | None,
    status: int | None,
    headers: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what the reader of PLATFORM sees in a saved response, one JSON object a line.

    BODY_FILE holds the response body, or one recorded response with its address, status and
    headers (an entry of a HAR, a recorder's JSON, a raw HTTP message), also under gzip; `-` reads
    standard input. What cannot be read is shown as drift, and the exit code is 0 whatever the
    body holds.
    """
    from crawler.registry import PLATFORMS

    if platform not in PLATFORMS:
        said = _("platform {name} is not known; known are: {known}")
        raise click.UsageError(said.format(name=platform, known=", ".join(sorted(PLATFORMS))))
    named = _headers(headers)
    for line in _lines(platform, _body(body_file), url, status, named):
        write_line(line)


def _lines(
    platform: str, body: bytes, url: str | None, status: int | None, headers: dict[str, str]
) -> list[str]:
    """The reading as lines; a body no reader can hold in memory is drift like any other."""
    from crawler.lines import reading_lines
    from crawler.registry import read as read_page
    from crawler.unpack import Oversize

    try:
        return [
            json_text(line)
            for page in _pages(body, url, status, headers)
            for line in reading_lines(read_page(platform, page), page.url)
        ]
    except (Oversize, MemoryError) as error:
        detail = str(error) or "body does not fit in memory"
        return [json_text({"kind": "drift", "detail": detail})]


def _pages(
    body: bytes, url: str | None, status: int | None, headers: dict[str, str]
) -> Iterator[Page]:
    """The pages as the file says they were, but what the command line says wins."""
    from crawler.page import Page
    from crawler.recorded import unwrap_all
    from crawler.unpack import unpack

    for said in unwrap_all(body) or (Page("", 200, {}, body),):
        yield Page(
            said.url if url is None else url,
            said.status if status is None else status,
            {**said.headers, **headers},
            unpack(said.body, headers.get("content-encoding", "")),
        )


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    """Lower-case names; repeated ones joined by `, `."""
    named: dict[str, str] = {}
    for text in given:
        name, colon, value = text.partition(":")
        key = name.strip().lower()
        if not colon or not key:
            said = _("header {text} is not of the form 'Name: value'")
            raise click.UsageError(said.format(text=repr(text)))
        named[key] = f"{named[key]}, {value.strip()}" if key in named else value.strip()
    return named


def _body(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        said = _("file {name} cannot be read: {reason}")
        raise click.UsageError(said.format(name=file, reason=error.strerror)) from error
