"""`jejak watchlist`: who is watched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command, Group
from cli.person import actor
from cli.screen import local, visible, write_error, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.config import ImportRefused, WatchlistImport
    from evidence.model import WatchEntry


@click.group(cls=Group)
def watchlist() -> None:
    """Put accounts on the watchlist, or list those that are on it."""


@watchlist.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@click.option(
    "--complete", is_flag=True,
    help=N_("The file is the whole list: accounts it does not name are removed."),
)  # fmt: skip
@click.pass_obj
def import_(shell: Shell, file: Path, dry_run: bool, complete: bool, as_json: bool) -> int:
    """Import a watchlist FILE (CSV or XLSX), all of it or nothing.

    Its form: docs/formats/watchlist.md. Every problem of the file is named with row and column.
    """
    from evidence.config import WatchlistErrors, watch_drafts
    from evidence.projection import project_entries
    from evidence.query.version import newest_versions

    now = shell.now()
    try:
        imported = _parse(shell, file, complete)
    except WatchlistErrors as error:
        return show_refusal(error, as_json)
    if not dry_run:
        # The whole log is read for it; a list of new accounts alone needs none of it.
        known = newest_versions(shell.archive) if imported.changed or imported.removed else {}
        drafts = watch_drafts(imported, now, shell.config.clock().source, known)
        for start in range(0, len(drafts), 500):
            project_entries(shell.archive, shell.archive.record(drafts[start : start + 500]))
    _show(imported, dry_run, as_json)
    return 0


@watchlist.command("list", cls=Command)
@click.option("--platform", help=N_("Only this platform."))
@click.option("--removed", is_flag=True, help=N_("Removed accounts too."))
@click.pass_obj
def list_(shell: Shell, platform: str | None, removed: bool, as_json: bool) -> None:
    """List the accounts on the watchlist, with their last visit and outcome."""
    from evidence.query.watch import find_watches

    rows = find_watches(shell.archive, None, platform)
    if removed:
        where = {"platform": platform} if platform else None
        rows = list(shell.archive.rows("watches", where))
    rows.sort(key=lambda r: (r["platform"], str(r["handle"]), r["id"]))
    if as_json:
        write_json([_row(row) for row in rows])
        return
    headers = [
        _("Watch"), _("Platform"), _("Account"), _("Side"), _("Tier"), _("Person"), _("State"),
        _("Last visit"), _("Outcome"),
    ]  # fmt: skip
    write_table(
        headers,
        [
            (
                row["id"], row["platform"], row["handle"], row["side"], row["tier"],
                row["person"] or "-", row["state"] or "-",
                local(row["last_visit_at"], shell.shown_zone(row["entry"]["zone"])),
                row["last_outcome"] or "-",
            )
            for row in rows
        ],
    )  # fmt: skip
    write_line(_("{n} accounts").format(n=len(rows)))


def show_refusal(error: ImportRefused, as_json: bool) -> int:
    """Every problem of a file, in the user's language; returns the exit code."""
    from cli import exits
    from evidence.config.problem import PROBLEMS

    said = []
    for item in error.problems:
        values = {name: _(value) for name, value in item.values}
        reason, remedy = (_(words).format(**values) for words in PROBLEMS[item.code])
        said.append(
            {"row": item.row, "column": item.column, "code": item.code,
             "reason": reason, "remedy": remedy}
        )  # fmt: skip
    if as_json:
        whole = {"kind": type(error).__name__, "what": error.what, "problems": said,
                 "remedy": _("Nothing was imported"), "exit": exits.CONFIG}  # fmt: skip
        write_json({"error": whole})
        return exits.CONFIG
    count = _("{name}: nothing was imported; problems: {n}")
    write_error(_("Error: {message}").format(message=count.format(name=error.what, n=len(said))))
    for fault in said:
        row = _("row {n}").format(n=fault["row"]) if fault["row"] is not None else ""
        place = ", ".join(part for part in (row, str(fault["column"])) if part)
        head = f"{place}: " if place else ""
        write_error(f"  {head}{fault['reason']}. {fault['remedy']}")
    return exits.CONFIG


def _parse(shell: Shell, file: Path, complete: bool) -> WatchlistImport:
    from crawler.registry import PLATFORMS
    from evidence.config import parse_watchlist
    from evidence.query.watch import watchlist as all_entries

    return parse_watchlist(
        file.read_bytes(),
        file.name,
        existing=all_entries(shell.archive),
        platforms=set(PLATFORMS),
        now=shell.now(),
        imported_by=actor(),
        complete=complete,
    )


def _show(imported: WatchlistImport, dry_run: bool, as_json: bool) -> None:
    groups = {
        "added": imported.added,
        "changed": imported.changed,
        "removed": imported.removed,
        "unchanged": imported.unchanged,
        "absent": imported.absent,
    }
    if as_json:
        listed = {
            name: [_entry(e) for e in groups[name]] for name in ("added", "changed", "removed")
        }
        for added in listed["added"] if dry_run else ():
            added["watch"] = None
        counts = {name: len(entries) for name, entries in groups.items()}
        write_json({"dry_run": dry_run, "counts": counts, **listed})
        return
    signs = {"added": "+", "changed": "~", "removed": "-"}
    for name, sign in signs.items():
        for entry in groups[name]:
            account = entry.account
            # An import draws new ids: those of a dry run will be nobody's.
            watch = "w-?" if dry_run and name == "added" else entry.watch
            write_line(visible(f"{sign} {watch}  {account.platform}  {account.handle}"))
    said = _(
        "{added} added, {changed} changed, {removed} removed, {unchanged} unchanged, "
        "{absent} not in the file and kept"
    )
    write_line(said.format(**{name: len(entries) for name, entries in groups.items()}))
    if dry_run:
        write_line(_("Dry run: nothing was recorded."))


def _entry(entry: WatchEntry) -> dict[str, Any]:
    return {
        "watch": entry.watch,
        "platform": entry.account.platform,
        "account": entry.account.handle,
        "side": entry.side.value,
        "tier": entry.tier,
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    shown = ("id", "platform", "handle", "native_id", "side", "tier", "person", "region_code",
             "active", "state", "last_visit_at", "last_outcome", "entry")  # fmt: skip
    return {name: row.get(name) for name in shown}
