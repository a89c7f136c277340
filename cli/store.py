"""`jejak store`: the database behind the archive."""

from __future__ import annotations

from dataclasses import asdict

import click

from cli.command import Command, Group
from cli.config import without_password
from cli.screen import write_json, write_line, write_table
from cli.shell import Shell
from cli.words import _

MEMBERS = {"secure": "cli.guard:secure", "watch": "cli.guard:watch"}


@click.group(cls=Group, members=MEMBERS)
def store() -> None:
    """Guard the store, show its figures, or rebuild what is derived from the log."""


@store.command("info", cls=Command)
@click.pass_obj
def info(shell: Shell, as_json: bool) -> None:
    """Show where the archive is and how much it holds."""
    found = shell.archive.info()
    values = {**asdict(found), "address": without_password(found.address)}
    if as_json:
        write_json(values)
        return
    names = {
        "backend": _("Backend"),
        "address": _("Address"),
        "server_version": _("Server version"),
        "entries": _("Leaves"),
        "objects": _("Objects"),
        "blobs": _("Blobs"),
        "blob_bytes": _("Bytes of blobs"),
        "erased": _("Erased objects"),
    }
    write_table([_("Figure"), _("Value")], [(names[key], values[key]) for key in names])


@store.command("rebuild", cls=Command)
@click.pass_obj
def rebuild(shell: Shell, as_json: bool) -> None:
    """Write all projection tables anew from the log; evidence itself is not touched."""
    from evidence.projection import rebuild as write_anew

    folded = write_anew(shell.archive)
    if as_json:
        write_json({"entries": folded})
    else:
        write_line(_("Projections rebuilt from {n} leaves.").format(n=folded))
