"""`jejak ledger rotate-key`, `restore-head`: a new key for the same log, a head that was lost."""

from __future__ import annotations

from pathlib import Path

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


@click.command(cls=Command)
@click.argument("note", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def restore(shell: Shell, note: Path, as_json: bool) -> None:
    """Take NOTE, a signed head that was kept elsewhere, for the head signed last.

    Only where the one in the key folder is gone or damaged: take the largest there is, from the
    newest package (data/checkpoints/last.txt) or tile export, and compare it with the minutes.
    """
    from evidence.canonical import new_record_id
    from evidence.seal.restore import restore_head, restored

    log, clock = signer(shell), shell.config.clock().source
    head = restore_head(
        shell.archive, shell.key_dir, note.read_bytes(), keys=log.keys, retired=log.retired
    )
    shell.archive.record([restored(head, shell.now(), clock, new_record_id())])
    if as_json:
        write_json({"fingerprint": head.fingerprint(), "size": head.size})
        return
    said = _("Head restored: {size} leaves, fingerprint {fingerprint}")
    write_line(said.format(size=head.size, fingerprint=head.fingerprint()))
    write_line(_("Compare it with the last minutes, then run a full check: jejak ledger fsck"))
