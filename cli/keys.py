"""`jejak ledger rotate-key`: a new key for the same log."""

from __future__ import annotations

import click

from cli.command import Command
from cli.ledger import signer
from cli.screen import write_json, write_line
from cli.shell import Shell
from cli.words import N_, _


@click.command(cls=Command)
@click.option(
    "--compromised",
    is_flag=True,
    help=N_("Others may have the old key: it does not sign the handover."),
)
@click.pass_obj
def rotate(shell: Shell, compromised: bool, as_json: bool) -> None:
    """Let a new key sign from now on; the log goes on, and says so."""
    log = signer(shell)
    key = log.rotate(shell.now(), compromised=compromised)
    if as_json:
        write_json({"retired": {k.hex(): n for k, n in log.retired.items()}, "vkey": str(key)})
        return
    write_line(_("New key: {key}").format(key=key))
    write_line(_("Hand out the new trust file now: jejak ledger trust"))
