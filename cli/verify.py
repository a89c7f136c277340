"""`jejak verify`: check an evidence package. Needs no database and no configuration."""

from __future__ import annotations

from pathlib import Path

import click

from cli import exits
from cli.command import Command
from cli.screen import visible, write_line
from cli.words import N_, _, spoken


@click.command(cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--trust", "trust_file", required=True, type=click.Path(path_type=Path),
    help=N_("Trust file with the log's public key, got on another way than the package."),
)  # fmt: skip
def verify(path: Path, trust_file: Path, as_json: bool) -> int:
    """Check the evidence package at PATH and name everything that is wrong with it.

    The same check runs without this program: python3 -I -S PATH/verify/verify.py --trust FILE
    """
    from evidence.verify import TrustError, render_text
    from evidence.verify import verify as check
    from evidence.verify.verify import render_json

    try:
        report = check(path, trust_file.read_text("utf-8"))
    except (TrustError, UnicodeDecodeError) as error:
        said = _("trust file {name} cannot be used: {reason}")
        raise click.UsageError(said.format(name=trust_file, reason=error)) from error
    except OSError as error:
        said = _("{name} cannot be read: {reason}")
        raise click.UsageError(
            said.format(name=error.filename or path, reason=error.strerror)
        ) from error
    text = render_json(report) if as_json else visible(render_text(report, spoken()))
    write_line(text.rstrip("\n"))
    return exits.OK if report.ok else exits.FINDINGS
