"""`jejak health`: whether the platforms still show what they showed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from cli import exits
from cli.command import Command
from cli.screen import visible, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query.health import Health, Share

WORDS = {
    "complete": N_("complete"), "partial": N_("partial"), "empty": N_("empty"),
    "walled": N_("walled"), "blocked": N_("blocked"), "drifted": N_("drifted"),
    "failed": N_("failed"), "missed": N_("missed"),
}  # fmt: skip
ALARMS = {
    "ACCOUNT_SILENT": N_("an account that gave posts gives none"),
    "PLATFORM_SILENT": N_("a platform that gave posts gives none"),
    "DRIFT_SHARE": N_("pages lack the structure they should have; the reader has to be looked at"),
}
DRIFTS_SHOWN = 10


@click.command(cls=Command)
@click.option(
    "--days", type=click.IntRange(1, 3650), default=7, help=N_("Count visits of so many days.")
)
@click.option("--platform", help=N_("Only this platform."))
@click.option("--accounts", is_flag=True, help=N_("One line per account too."))
@click.pass_obj
def health(shell: Shell, days: int, platform: str | None, accounts: bool, as_json: bool) -> int:
    """Show what share of visits was complete, walled, blocked or drifted, and what went silent.

    Exit code 1 when there is an alarm: a platform or account that gave posts gives none, more
    pages drift than the limit, or what guards the archive is not at work.
    """
    from cli.guards import guard_values, show_concerns
    from crawler.alarm import limits
    from evidence.query.health import health as ask

    now = shell.now()
    found = ask(shell.archive, now - timedelta(days=days), now, limits=limits(), platform=platform)
    if as_json:
        guards = guard_values(shell)
        write_json({**_json(found), "guards": guards})
        worried = bool(guards["concerns"])
    else:
        _show(found, accounts=accounts)
        worried = show_concerns(shell)
    return exits.FINDINGS if found.warnings or worried else exits.OK


def _show(found: Health, *, accounts: bool) -> None:
    from evidence.query.health import KINDS

    head = (_("Platform"), _("Visits"), *(_(WORDS[k]) for k in KINDS), _("Posts"), _("Silent"))
    rows = [*found.platforms, *(found.accounts if accounts else ())]
    write_table(head, [_cells(share, KINDS) for share in rows])
    for detail, n in list(found.drifts.items())[:DRIFTS_SHOWN]:
        write_line(_("Drift in {n} visits: {detail}").format(n=n, detail=visible(detail)))
    for warning in found.warnings:
        said = f"{warning.code} {warning.subject}: {_(ALARMS[warning.code])}"
        write_line(f"{said} ({visible(warning.detail)})")
    if not found.warnings:
        write_line(_("No alarm"))


def _cells(share: Share, kinds: tuple[str, ...]) -> tuple[object, ...]:
    shares = (_percent(share.kinds.get(kind, 0), share.visits) for kind in kinds)
    return (share.name, share.visits, *shares, share.posts, share.silent or "-")


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if part else "-"


def _json(found: Health) -> dict[str, Any]:
    def value(share: Share) -> dict[str, Any]:
        return {
            "name": share.name, "platform": share.platform, "visits": share.visits,
            "kinds": dict(share.kinds), "posts": share.posts, "silent": share.silent,
        }  # fmt: skip

    return {
        "since": found.since,
        "until": found.until,
        "platforms": [value(share) for share in found.platforms],
        "accounts": [value(share) for share in found.accounts],
        "alarms": [
            {"code": w.code, "subject": w.subject, "detail": w.detail} for w in found.warnings
        ],
        "drifts": dict(found.drifts),
    }
