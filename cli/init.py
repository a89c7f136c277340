"""`jejak init`: a new installation."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from cli.command import Command
from cli.screen import write_json, write_line
from cli.shell import Shell
from cli.version import tool
from cli.words import N_, _, spoken
from evidence.errors import ConfigError


@click.command(cls=Command)
@click.option("--organisation", default="Jejak", help=N_("Who watches; named in the User-Agent."))
@click.option("--contact", default="", help=N_("E-mail or address platforms can reach you at."))
@click.option("--origin", default="jejak.local/log", help=N_("Name of the log, without blanks."))
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("data"),
    help=N_("Folder everything is kept in."),
)  # fmt: skip
@click.pass_obj
def init(
    shell: Shell, organisation: str, contact: str, origin: str, data: Path, as_json: bool
) -> None:
    """Make a configuration file, a data folder, the log's key and its first leaf.

    An installation that is there already is completed, never overwritten.
    """
    file = shell.config_file or Path("jejak.toml")
    made = not file.exists()
    if made:
        _write(file, organisation, contact, origin, data)
    folder = shell.configure(file).data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"data folder {folder}",
            f"cannot be made ({error.strerror})",
            "Name another with --data",
        ) from error
    vkey = _found(shell)
    if as_json:
        write_json({"config": str(file), "made": made, "data": str(folder), "vkey": vkey})
        return
    write_line(
        (_("made {name}") if made else _("{name} is there, kept as it is")).format(name=file)
    )
    write_line(_("data folder: {name}").format(name=folder))
    write_line(_("public key of the log: {key}").format(key=vkey))
    write_line(_("Next: jejak campaign add, jejak watchlist import, jejak run"))


def _found(shell: Shell) -> str:
    """Make the key and record the log's first statement; the public key as text."""
    from cli.ledger import signer

    log = signer(shell)
    log.found(shell.now(), tool())
    return str(log.vkey)


def _write(file: Path, organisation: str, contact: str, origin: str, data: Path) -> None:
    lines = [
        f"# {_('Settings of this installation; all others: jejak config show')}",
        f"data_dir = {json.dumps(str(data), ensure_ascii=False)}",
        f"language = {json.dumps(spoken())}",
        f"organisation = {json.dumps(organisation, ensure_ascii=False)}",
        f"contact = {json.dumps(contact, ensure_ascii=False)}",
        f"origin = {json.dumps(origin, ensure_ascii=False)}",
    ]
    try:
        # Its owner's alone: who may write it chooses the database and the browser, and archive_url
        # may hold a password.
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
    except OSError as error:
        raise ConfigError(
            str(file), f"cannot be written ({error.strerror})", "Choose another place with --config"
        ) from error
