"""`jejak verify`: check an evidence package. Needs no database and no configuration."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import exits
from cli.command import Command
from cli.person import actor
from cli.reading import may_be_recorded
from cli.screen import visible, write_error, write_json, write_line
from cli.shell import shell
from cli.told import told
from cli.words import N_, _, spoken
from evidence.errors import JejakError

if TYPE_CHECKING:
    from evidence.verify.verify import Report

SEVERITIES = ("error", "incomplete", "notice")
"""Kinds of finding, by the verifier's words."""


@click.command(cls=Command)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--trust", "trust_file", type=click.Path(path_type=Path),
    help=N_("Trust file with the log's public key, got on another way than the package."),
)  # fmt: skip
@click.option(
    "--save-verifier", "save_to", type=click.Path(path_type=Path, file_okay=False),
    help=N_("Write verify.py and verify.html into this folder instead; prints their SHA-256."),
)  # fmt: skip
@click.option(
    "--record/--no-record", "record", default=None,
    help=N_("Record in the log of this archive that its package was checked; else it is when"
            " purpose and order are named and the package is of this archive's log."),
)  # fmt: skip
@may_be_recorded
def verify(
    path: Path | None,
    trust_file: Path | None,
    save_to: Path | None,
    record: bool | None,
    purpose: str,
    order: str,
    as_json: bool,
) -> int:
    """Check the evidence package at PATH and name everything that is wrong with it.

    The same check runs without this program: python3 -I -S PATH/verify/verify.py --trust FILE
    """
    if save_to is not None:
        return save_verifier(save_to, as_json)
    if path is None or trust_file is None:
        raise click.UsageError(_("name a package and its trust file with --trust"))
    if record and not (purpose.strip() and order.strip()):
        raise click.UsageError(_("name --purpose and --order"))
    report = check_package(path, trust_file, as_json)
    if record:
        record_check(path, purpose, order, report)
    elif record is None:
        _record_if_told(path, purpose, order, report)
    return exits.OK if report.ok else exits.FINDINGS


def of_this_log(path: Path) -> bool:
    """Whether a configuration is in force here, and the package says it is of that log.

    Raises ConfigError.
    """
    running = shell()
    file = running.config_file or Path(os.environ.get("JEJAK_CONFIG") or "jejak.toml")
    try:
        first = (path / "data" / "checkpoints" / "last.txt").read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return False
    return file.is_file() and first == running.config.origin


def _record_if_told(path: Path, purpose: str, order: str, report: Report) -> None:
    """Record the check of a package of this log, or say on standard error why it is not."""
    try:
        if not of_this_log(path):
            return
        if purpose.strip() and order.strip():
            record_check(path, purpose, order, report)
            return
        reason = _("name --purpose and --order")
    except JejakError as error:
        reason = visible(f"{told(error.what)}: {told(error.why)}")
    write_error(_("This check was not recorded in the log: {reason}").format(reason=reason))


def record_check(path: Path, purpose: str, order: str, report: Report) -> None:
    """Record that a person checked a package of this archive, and what the check found.

    Raises ScopeError for another archive's.
    """
    from evidence.query.custody import Action, custody_draft, record_custody
    from evidence.query.subject import find_subject

    running = shell()
    package = find_subject(running.archive, path.resolve().name)
    record_custody(
        running.archive,
        custody_draft(
            running.recorder(), Action.VERIFY, [package.id], running.now(), actor=actor(),
            purpose=purpose, order=order, found=found(path, report),
        ),
    )  # fmt: skip


def found(path: Path, report: Report) -> dict[str, Any]:
    """What a check found, for the log: verdicts, findings counted, and which bytes were checked.

    tagmanifest: SHA-256 of the package's tagmanifest-sha256.txt, which names all else in it; null
                 when it cannot be read.
    """
    from evidence.query.chain import VERDICTS

    verdicts = {name: getattr(report, name)[0] for name in VERDICTS}
    try:
        digest = hashlib.sha256((path / "tagmanifest-sha256.txt").read_bytes()).hexdigest()
    except OSError:
        digest = None
    counts = Counter(finding.severity for finding in report.findings)
    return {
        "verdict": verdicts,
        "findings": {severity: counts[severity] for severity in SEVERITIES},
        "tagmanifest": digest,
    }


def check_package(path: Path, trust_file: Path, as_json: bool) -> Report:
    """Check a package and print the report, which is returned."""
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
    return report


def save_verifier(folder: Path, as_json: bool) -> int:
    """Write both verifiers into a folder and print their fingerprints, as sha256sum does."""
    import evidence.verify

    home = Path(evidence.verify.__file__).parent
    saved = {}
    for name in ("verify.py", "verify.html"):
        data = (home / name).read_bytes()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Never over a file that is there: it may be the one somebody compares with.
            with (folder / name).open("xb") as file:
                file.write(data)
        except OSError as error:
            said = _("{name} cannot be written: {reason}")
            raise click.UsageError(
                said.format(name=folder / name, reason=error.strerror)
            ) from error
        saved[str(folder / name)] = hashlib.sha256(data).hexdigest()
    if as_json:
        write_json({"files": [{"path": p, "sha256": h} for p, h in saved.items()]})
    else:
        for name, digest in saved.items():
            write_line(f"{digest}  {name}")
    return exits.OK
