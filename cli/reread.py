"""`jejak reread`: kept pages, read by the present reader."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.reading import Moment
from cli.screen import visible, write_json, write_line
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from pipelines.reread import Again

EVERY = 500
"""Pages between two lines of progress."""


@click.command(cls=Command)
@click.option("--platform", "platforms", multiple=True, help=N_("Only this platform; repeatable."))
@click.option("--since", type=Moment(), help=N_("Pages fetched at or after this time."))
@click.option("--dry-run", is_flag=True, help=N_("Only say what would change."))
@click.pass_obj
def reread(
    shell: Shell, platforms: tuple[str, ...], since: datetime | None, dry_run: bool, as_json: bool
) -> None:
    """Read kept pages again where a newer reader exists, and say what it sees otherwise.

    A new reading is recorded beside the old one; nothing is overwritten, and nothing becomes absent
    by it. Given again after an interruption, it goes on where it was.
    """
    from crawler.desk import desk_over
    from crawler.registry import PLATFORMS
    from pipelines.reread import changed_alarm
    from pipelines.reread import reread as ask

    unknown = sorted(set(platforms) - set(PLATFORMS))
    if unknown:
        said = _("platform {name} is not known; known are: {known}")
        raise click.UsageError(said.format(name=unknown[0], known=", ".join(sorted(PLATFORMS))))
    desk = desk_over(shell.config, shell.archive)
    sums: dict[str, Counter[str]] = {}
    shown: list[dict[str, Any]] = []
    try:
        for platform in platforms or sorted(PLATFORMS):
            found: list[Again] = []
            for each in ask(desk, platform, since=since, dry=dry_run):
                found.append(each)
                _show(each, shown, as_json=as_json)
                if not as_json and len(found) % EVERY == 0:
                    write_line(
                        _("{platform}: {n} pages read").format(platform=platform, n=len(found))
                    )
            alarm = changed_alarm(desk, platform, found)
            if alarm is not None and not dry_run:
                shell.archive.record([alarm])
            if found:
                sums[platform] = _sum(found)
    finally:
        desk.commit.close()
    _end(sums, shown, dry_run=dry_run, as_json=as_json)


def _show(each: Again, shown: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        shown.append(
            {
                "capture": each.capture, "watch": each.watch, "before": each.before,
                "after": each.after, "differs": list(each.differs), "closed": each.closed,
            }
        )  # fmt: skip
    elif each.differs:
        write_line(f"{each.capture} {each.watch} {each.before} -> {each.after}")
        for line in each.differs:
            write_line(f"  {visible(line)}")


def _sum(found: list[Again]) -> Counter[str]:
    return Counter(
        "closed" if each.closed else "differs" if each.differs else "same" for each in found
    )


def _end(
    sums: dict[str, Counter[str]], shown: list[dict[str, Any]], *, dry_run: bool, as_json: bool
) -> None:
    if as_json:
        totals = {platform: dict(counts) for platform, counts in sums.items()}
        write_json({"pages": shown, "totals": totals, "dry_run": dry_run})
        return
    for platform, counts in sums.items():
        said = _("{platform}: {differs} pages read otherwise, {same} the same, {closed} closed")
        totals = {name: counts[name] for name in ("differs", "same", "closed")}
        write_line(said.format(platform=platform, **totals))
    if not sums:
        write_line(_("Every kept page was read by the present readers."))
    if dry_run:
        write_line(_("Nothing was recorded: --dry-run"))
