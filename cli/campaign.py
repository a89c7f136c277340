"""`jejak campaign`: when accounts are watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cli.command import Command, Group
from cli.screen import write_json, write_line, write_table
from cli.shell import Shell
from cli.watchlist import show_refusal
from cli.words import _

if TYPE_CHECKING:
    from evidence.model import Campaign, Phase


@click.group(cls=Group)
def campaign() -> None:
    """Add a campaign calendar, list those there are, or show one."""


@campaign.command("add", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def add(shell: Shell, file: Path, as_json: bool) -> int:
    """Add the campaign of a TOML FILE, or of a shipped one by its name (pilkada-2024).

    A campaign of the same id is changed. Form of the file: docs/formats/campaign.md.
    """
    from evidence.canonical import to_value
    from evidence.config import CampaignErrors, campaign_drafts, parse_campaign
    from evidence.projection import project_entries
    from evidence.query.version import newest_versions
    from evidence.query.watch import campaigns

    found = _file(file)
    try:
        given = parse_campaign(found.read_bytes(), found.name)
    except CampaignErrors as error:
        return show_refusal(error, as_json)
    before = {c.id: c for c in campaigns(shell.archive)}.get(given.id)
    change = "UNCHANGED"
    if before != given:
        previous = newest_versions(shell.archive).get(given.id)
        change = "CHANGED" if previous else "ADDED"
        drafts = campaign_drafts(
            given, shell.now(), shell.config.clock().source, change=change, previous=previous
        )
        project_entries(shell.archive, shell.archive.record(drafts))
    over = has_ended(given, shell.now())
    if as_json:
        write_json({"change": change, "campaign": to_value(given), "over": over})
    else:
        words = {
            "ADDED": _("campaign {id} is added"),
            "CHANGED": _("campaign {id} is changed"),
            "UNCHANGED": _("campaign {id} is there already, unchanged"),
        }
        write_line(words[change].format(id=given.id))
        if over:
            said = _(
                "It ended on {day}: nothing is due by it. Give its dates in a file of your own."
            )
            write_line(said.format(day=given.phases[-1].ends[:10]))
    return 0


@campaign.command("list", cls=Command)
@click.pass_obj
def list_(shell: Shell, as_json: bool) -> None:
    """List the campaigns of this archive."""
    from evidence.canonical import to_value
    from evidence.query.watch import campaigns

    found = campaigns(shell.archive)
    if as_json:
        write_json(to_value(list(found)))
        return
    write_table(
        [_("Campaign"), _("Name"), _("Kind"), _("From"), _("Until"), _("Superseded by")],
        [
            (c.id, c.name, c.kind.value, c.phases[0].starts, c.phases[-1].ends,
             c.superseded_by or "-")
            for c in found
        ],
    )  # fmt: skip


@campaign.command("show", cls=Command)
@click.argument("campaign_id", metavar="ID")
@click.pass_obj
def show(shell: Shell, campaign_id: str, as_json: bool) -> None:
    """Show the phases of the campaign ID, with the cadence of each tier."""
    from evidence.canonical import to_value
    from evidence.query.watch import campaigns

    found = {c.id: c for c in campaigns(shell.archive)}
    if campaign_id not in found:
        from evidence.errors import ScopeError

        raise ScopeError(
            f"campaign {campaign_id!r}", "is not in the archive", "See `jejak campaign list`"
        )
    given = found[campaign_id]
    if as_json:
        write_json(to_value(given))
        return
    _show(given)


def has_ended(given: Campaign, now: datetime) -> bool:
    """Whether the last phase has ended in every zone: in WIB it ends last.   now: aware."""
    wall = now.astimezone(ZoneInfo("Asia/Jakarta")).replace(tzinfo=None)
    return datetime.fromisoformat(given.phases[-1].ends) <= wall


def _show(given: Campaign) -> None:
    write_line(f"{given.id}: {given.name}")
    write_line(_("Dates from: {text}").format(text=given.legal_source))
    write_line(_("Legal basis: {text}").format(text=given.legal_basis))
    write_line(_("Purpose: {text}").format(text=given.purpose))
    if given.superseded_by:
        write_line(_("Superseded by: {text}").format(text=given.superseded_by))
    write_table(
        [_("Phase"), _("From (local)"), _("Until (local, exclusive)"), _("Cadence")],
        [(p.name, p.starts, p.ends, _cadences(p)) for p in given.phases],
    )


def _cadences(phase: Phase) -> str:
    return ", ".join(f"{tier} {cadence_words(seconds)}" for tier, seconds in phase.cadence_s)


def cadence_words(seconds: int) -> str:
    """`6h`, `30m`, `1d` as campaign files write it."""
    units: Sequence[tuple[str, int]] = (("d", 86_400), ("h", 3_600), ("m", 60))
    for unit, size in units:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _file(file: Path) -> Path:
    """The file itself, else the shipped campaign of that name."""
    if file.is_file():
        return file
    folder = Path(__file__).parents[1] / "campaigns"
    shipped = folder / f"{file.name.removesuffix('.toml')}.toml"
    if shipped.is_file():
        return shipped
    known = ", ".join(sorted(p.stem for p in folder.glob("*.toml")))
    said = _("there is no file {name}; shipped campaigns: {known}")
    raise click.UsageError(said.format(name=file, known=known))
