"""`jejak ledger sheet`: the newest head on paper."""

from __future__ import annotations

from pathlib import Path

import click

from cli.anchor import anchors
from cli.command import Command
from cli.ledger import signer
from cli.printed import pdf_of
from cli.screen import local, write_json, write_line
from cli.shell import Shell
from cli.words import _


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def sheet(shell: Shell, file: Path, as_json: bool) -> None:
    """Write the newest signed head as a printable sheet with a QR code into FILE (.pdf or .html)."""
    from evidence.errors import ConfigError, ScopeError
    from evidence.package.sheet import Sheet, sheet_html
    from evidence.seal.anchor import standings
    from evidence.seal.disk import write_durably

    if file.suffix not in (".pdf", ".html"):
        raise click.UsageError(_("FILE must end in .pdf or .html"))
    log = signer(shell)
    head = log.head()
    if head is None:
        raise ScopeError("log", "has no signed checkpoint yet", "Run `jejak ledger seal`")
    said = Sheet(
        head=head,
        standings=tuple(standings(shell.archive, anchors(shell).authorities)),
        organisation=shell.config.organisation,
        at=local(shell.now(), shell.shown_zone()),
        vkey=str(log.vkey),
        simulated=shell.config.clock().source != "system",
    )
    page = sheet_html(said)
    made = page.encode() if file.suffix == ".html" else pdf_of(page)
    if made is None:
        raise ConfigError(
            str(file), "WeasyPrint is not installed", "Name an .html file and print it"
        )
    write_durably(file, made, mode=0o644)
    if as_json:
        write_json({"file": str(file), "fingerprint": head.fingerprint(), "size": head.size})
    else:
        write_line(_("Written: {name}").format(name=file))
