"""`jejak ingest`: a file that a person captured, kept and read as pages are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.person import actor
from cli.reading import Moment, account_rows, order_option
from cli.screen import visible, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from pipelines.handover import Handover
    from pipelines.ingested import Result


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--account", required=True,
    help=N_("Account it shows: watch id, native id, handle or address."),
)  # fmt: skip
@click.option("--by", required=True, help=N_("Name of the person who captured it."))
@order_option(N_("Number of the assignment order."))
@click.option("--at", type=Moment(), help=N_("When it was captured, if the file does not say."))
@click.option("--url", help=N_("Address it shows, if the file does not say."))
@click.option("--note", default="", help=N_("How it was captured; kept with the file."))
@click.option("--dry-run", is_flag=True, help=N_("Only say what would be kept."))
@click.pass_obj
def ingest(
    shell: Shell,
    file: Path,
    account: str,
    by: str,
    order: str,
    at: datetime | None,
    url: str | None,
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take in a FILE a person captured in their own browser: WACZ, WARC, HAR, MHTML, HTML, a picture.

    The whole file is kept, and what in it concerns the account becomes captures of their own, read
    by the same readers as fetched pages. A damaged file is refused with the place of the damage, and
    nothing of it is kept. The same file again changes nothing.
    """
    from crawler.desk import desk_over
    from crawler.ingest import Limits, open_file
    from evidence.imaging.worker import fingerprint_image
    from pipelines.handover import Handover
    from pipelines.ingested import hand_in

    (row,) = _one(account_rows(shell, None, account), account)
    with file.open("rb") as stream:
        # One byte more than is taken, so that a larger file is refused and not cut.
        data = stream.read(Limits().file_bytes + 1)
    handed = open_file(data, file.name, url=url)
    if handed.format == "PICTURE":
        fingerprint_image(data)
    desk = desk_over(shell.config, shell.archive)
    try:
        handover = Handover(
            file.name, data, handed, by, order, actor(), shell.now(), claimed_at=at, note=note
        )
        result = hand_in(handover, row, desk, dry=dry_run)
    finally:
        desk.commit.close()
    _show(handover, result, dry_run=dry_run, as_json=as_json)


def _one(rows: list[dict[str, Any]], account: str) -> list[dict[str, Any]]:
    if len(rows) == 1:
        return rows
    said = _("account {name} is on the watchlist {n} times; name it by its watch id")
    raise click.UsageError(said.format(name=account, n=len(rows)))


def _show(handover: Handover, result: Result, *, dry_run: bool, as_json: bool) -> None:
    handed = handover.handed
    if as_json:
        write_json({
            "file": result.file or None, "sha256": handover.sha256, "format": handed.format,
            "claimed_at": handed.claimed_at or handover.claimed_at,
            "received_at": handover.received_at, "again": result.again, "dry_run": dry_run,
            "captures": [{"place": p, "url": u, "kind": k} for p, u, k in result.kept],
            "left_out": dict(handed.left_out), "in_file_alone": _alone(handover, result),
            "counts": result.counts,
        })  # fmt: skip
        return
    if result.again:
        write_line(_("This file was taken in before, as {rec}.").format(rec=result.file))
        return
    write_table(
        [_("Place"), _("Kind"), _("Address")],
        [(visible(place), kind, visible(url)) for place, url, kind in result.kept],
    )
    for why, n in handed.left_out:
        write_line(_("Left out: {n} {why}").format(n=n, why=why))
    said = _("{n} captures; {alone} other parts stay in the file alone")
    write_line(said.format(n=len(result.kept), alone=_alone(handover, result)))
    counts = ", ".join(f"{name} {n}" for name, n in sorted(result.counts.items())) or _("none")
    write_line(_("Seen in it: {counts}").format(counts=counts))
    write_line(_("SHA-256 {hash}").format(hash=handover.sha256))
    if any(found.secrets for found in handed.found):
        write_line(_("The file carries a login: its bytes are withheld from every package."))
    closing = _("Nothing was kept: --dry-run") if dry_run else _("Kept as {rec}")
    write_line(closing.format(rec=result.file))


def _alone(handover: Handover, result: Result) -> int:
    return 0 if result.again else len(handover.handed.found) - len(result.kept)
