"""`jejak capture`: one capture, as it was received."""

from __future__ import annotations

from pathlib import Path

import click

from cli.command import Command, Group
from cli.reading import keep_trace, reads_evidence
from cli.screen import write_json, write_line
from cli.shell import Shell
from cli.version import tool
from cli.words import N_, _


@click.group(cls=Group)
def capture() -> None:
    """Hand out captures as they were received."""


@capture.command("export", cls=Command)
@click.argument("rec")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False),
    help=N_("File to write; else REC.warc.gz here."),
)  # fmt: skip
@reads_evidence
@click.pass_obj
def export(
    shell: Shell, rec: str, output: Path | None, purpose: str, order: str, as_json: bool
) -> None:
    """Write the capture REC as a WARC file that web archive tools read.

    For evidence to be handed over, make a package: a WARC alone proves nothing.
    """
    from evidence.canonical import instant
    from evidence.package.wacz import About
    from evidence.package.webarchive import capture_entry, export_capture

    entry = capture_entry(shell.archive, rec)
    target = output or Path(f"{rec}.warc.gz")
    if target.exists():
        raise click.UsageError(_("file {name} exists already").format(name=target))
    keep_trace(shell, [rec], purpose, order)
    about = About(
        created=instant(shell.now()),
        software=tool(),
        organisation=shell.config.organisation,
        identifier=rec,
        description="One capture, made from its objects in the archive",
    )
    sha256 = export_capture(shell.archive, rec, target, about)
    if as_json:
        said = {"file": str(target), "sha256": sha256, "index": entry.index}
        write_json({**said, "leaf_hash": entry.leaf_hash.hex()})
        return
    write_line(_("Written: {name}").format(name=target))
    write_line(_("SHA-256 {hash}").format(hash=sha256))
    write_line(_("Leaf {index}, hash {hash}").format(index=entry.index, hash=entry.leaf_hash.hex()))
