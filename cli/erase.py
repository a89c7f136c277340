"""`jejak erase`: erasure, by two persons."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command, Group
from cli.ledger import has_key, signer
from cli.person import sure_actor
from cli.reading import order_option, stated
from cli.screen import local, visible, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.erasure import Plan

OFFICER = click.option(
    "--officer",
    required=True,
    callback=stated,
    help=N_("Name of the officer; kept encrypted, told in the minutes."),
)


@click.group(cls=Group)
def erase() -> None:
    """Erase evidence by order: one officer asks, another confirms."""


@erase.command("request", cls=Command)
@click.argument("subjects", metavar="SUBJECT...", nargs=-1, required=True)
@click.option(
    "--basis", required=True, callback=stated, help=N_("Law and article. Name no persons here.")
)
@order_option(N_("Number of the written order."))
@OFFICER
@click.option("--dry-run", is_flag=True, help=N_("Only say what would be erased."))
@click.pass_obj
def request(
    shell: Shell,
    subjects: tuple[str, ...],
    basis: str,
    order: str,
    officer: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask for the erasure of every SUBJECT: an account, a post, or a record.

    Nothing is erased yet. An account takes along every page on which an act of it was seen; a post
    takes along every page that shows it; a record is that record alone. Text of other accounts that
    names a person is not found: give those posts as subjects too.
    """
    from evidence.erasure import plan_erasure, request_erasure
    from evidence.query.subject import find_subject

    found = [find_subject(shell.archive, name) for name in subjects]
    if dry_run:
        _show_plan(plan_erasure(shell.archive, found), None, as_json)
        return
    entry, plan = request_erasure(
        shell.archive, shell.recorder(), found, shell.now(), basis=basis, order=order,
        officer=officer, actor=sure_actor(),
    )  # fmt: skip
    _show_plan(plan, entry.statement.rec, as_json)


@erase.command("confirm", cls=Command)
@click.argument("request_id", metavar="ID")
@OFFICER
@click.option(
    "--minutes", type=click.Path(path_type=Path, file_okay=False), default=Path(),
    help=N_("Folder for the destruction minutes; else here."),
)  # fmt: skip
@click.pass_obj
def confirm(shell: Shell, request_id: str, officer: str, minutes: Path, as_json: bool) -> None:
    """Carry out the erasure that another officer asked for under ID, and write the minutes.

    The log says what was erased and on what order before the first key is removed. Cut off, it is
    finished by confirming again.
    """
    from evidence.erasure import confirm_erasure

    _take_folder(minutes)
    done = confirm_erasure(
        shell.archive,
        shell.recorder(),
        request_id,
        shell.now(),
        officer=officer,
        actor=sure_actor(),
    )
    if has_key(shell):
        signer(shell).seal(shell.now())
    files = write_minutes(shell, done.request.rec, minutes)
    if as_json:
        write_json(
            {
                "request": done.request.rec,
                "records": [e.statement.rec for e in done.records],
                "objects": done.objects,
                "minutes": [str(file) for file in files],
            }
        )
        return
    said = _("erased: {records} records, {objects} objects")
    write_line(said.format(records=len(done.records), objects=done.objects))
    _show_files(files)


@erase.command("minutes", cls=Command)
@click.argument("request_id", metavar="ID")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def minutes(shell: Shell, request_id: str, directory: Path, as_json: bool) -> None:
    """Write the destruction minutes (berita acara pemusnahan) of the erasure ID into DIRECTORY."""
    from evidence.erasure import find_request

    files = write_minutes(shell, find_request(shell.archive, request_id).rec, directory)
    if as_json:
        write_json({"minutes": [str(file) for file in files]})
        return
    _show_files(files)


@erase.command("list", cls=Command)
@click.pass_obj
def list_(shell: Shell, as_json: bool) -> None:
    """List the requests for erasure, and which were carried out."""
    from evidence.erasure import requests

    found = requests(shell.archive)
    if as_json:
        names = ("rec", "at", "subjects", "basis", "order", "officer", "actor", "began")
        write_json([{name: getattr(r, name) for name in names} for r in found])
        return
    zone = shell.shown_zone()
    write_table(
        [_("Request"), _("Time"), _("Officer"), _("Basis"), _("Order"), _("Subjects"), _("Begun")],
        [
            (r.rec, local(r.at, zone), r.officer, r.basis, r.order, len(r.subjects),
             _("yes") if r.began is not None else _("no"))
            for r in found
        ],
    )  # fmt: skip


@erase.command("repeat", cls=Command)
@click.pass_obj
def repeat(shell: Shell, as_json: bool) -> None:
    """Erase again what the log says is erased and can still be opened.

    To be run after `keys` was restored from a backup, and when an erasure was cut off.
    """
    from evidence.erasure import repeat_erasures

    again = repeat_erasures(shell.archive, shell.recorder(), shell.now())
    if as_json:
        write_json({"records": list(again)})
        return
    for rec in again:
        write_line(rec)
    write_line(_("erased again: {n} records").format(n=len(again)))


def _take_folder(folder: Path) -> None:
    """Make sure of the folder of the minutes before anything is erased. Raises PackageError."""
    from evidence.errors import PackageError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise PackageError(
            f"folder {folder.absolute()}",
            f"cannot be written ({error.strerror})",
            "Nothing was erased; name a folder for the minutes with --minutes",
        ) from error


def write_minutes(shell: Shell, rec: str, folder: Path) -> list[Path]:
    """Write the minutes as text, HTML and, where the library is there, PDF. Raises PackageError."""
    from cli.printed import pdf_of
    from evidence.erasure.minutes import minutes_html, minutes_of, minutes_text
    from evidence.errors import PackageError

    said, zone = minutes_of(shell.archive, rec, shell.config.organisation), shell.shown_zone()
    page = minutes_html(said, zone)
    name = f"berita-acara-pemusnahan-{rec[:8]}"
    given = {".txt": minutes_text(said, zone).encode(), ".html": page.encode()}
    printed = pdf_of(page)
    if printed is not None:
        given[".pdf"] = printed
    files = [folder / f"{name}{ending}" for ending in given]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in zip(files, given.values(), strict=True):
            file.write_bytes(data)
    except OSError as error:
        raise PackageError(str(folder), f"{error.strerror}") from error
    return files


def _show_files(files: list[Path]) -> None:
    for file in files:
        write_line(_("minutes: {name}").format(name=visible(str(file))))
    if not any(file.suffix == ".pdf" for file in files):
        write_line(_("No PDF was written: WeasyPrint is not installed. Print the HTML file."))


def _show_plan(plan: Plan, rec: str | None, as_json: bool) -> None:
    if as_json:
        said: dict[str, Any] = {
            "request": rec,
            "records": [e.statement.rec for e in plan.records],
            "by_type": dict(plan.by_type),
            "by_watch": dict(plan.by_watch),
            "held": {record: hold.case for record, hold in plan.held.items()},
            "erased_before": plan.before,
        }
        write_json(said)
        return
    write_table([_("Account"), _("Records")], [(watch, n) for watch, n in plan.by_watch.items()])
    write_table([_("Type"), _("Records")], [(kind, n) for kind, n in plan.by_type.items()])
    for record, hold in plan.held.items():
        said_held = _("held for case {case}: record {rec}")
        write_line(said_held.format(case=hold.case, rec=record))
    said_n = _("{n} records to be erased, {before} were erased before")
    write_line(said_n.format(n=len(plan.records), before=plan.before))
    if rec is None:
        write_line(_("Dry run: nothing was recorded."))
        return
    write_line(_("Request {rec}. Another officer confirms it:").format(rec=rec))
    write_line(f"  jejak erase confirm {rec} --officer ...")
