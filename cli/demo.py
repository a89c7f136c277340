"""`jejak demo`: a whole campaign against a simulated network, in a minute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from cli import exits
from cli.command import Command
from cli.screen import visible, write_json, write_line
from cli.words import N_, _, spoken


@click.command(cls=Command)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("data/demo"),
    help=N_("Folder the demo keeps everything in; never that of real evidence."),
)  # fmt: skip
@click.option(
    "--fresh", is_flag=True, help=N_("Throw the demo of an earlier run away and run it anew."),
)  # fmt: skip
def demo(data: Path, fresh: bool, as_json: bool) -> int:
    """Watch a fictitious campaign on a simulated network, write a package and check it.

    Nothing leaves this computer, and all evidence made is marked as simulated. Where a finished
    demo is there already it is opened and checked again; one that was broken off is made anew. A
    folder that holds anything else is left alone.
    """
    from dataclasses import fields

    from sandbox.demo import run_demo

    here = f"{Path.cwd()}/"

    def say(line: str) -> None:
        # Paths below the current folder as they would be typed: commands to copy stay short.
        if not as_json:
            write_line(visible(line.replace(here, "")))

    result = run_demo(data, say=say, words=_, language=spoken(), fresh=fresh)
    if as_json:
        write_json({f.name: _plain(getattr(result, f.name)) for f in fields(result)})
    return exits.OK if result.verified else exits.FINDINGS


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
