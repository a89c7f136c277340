"""`jejak package`: evidence to be handed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.anchor import anchors
from cli.command import Command, Group
from cli.ledger import signer
from cli.person import actor
from cli.reading import Moment, order_option, post_record, stated, watch_ids
from cli.screen import visible, write_json, write_line
from cli.shell import Shell
from cli.version import tool
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.package.brief import Brief


@click.group(cls=Group)
def package() -> None:
    """Write evidence packages that anyone can check offline."""


@package.command("create", cls=Command)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--account", "accounts", multiple=True, help=N_("An account; may be repeated."))
@click.option("--post", "posts", multiple=True, help=N_("A post; may be repeated."))
@click.option("--since", type=Moment(), help=N_("Begin of the period the package answers for."))
@click.option("--until", type=Moment(), help=N_("End of that period, exclusive."))
@click.option(
    "--purpose", required=True, callback=stated, envvar="JEJAK_PURPOSE", help=N_("What it is for.")
)
@order_option(N_("Number of the assignment order."))
@click.option("--profile", help=N_("Whom it is for: TEMUAN, KLARIFIKASI, PLENO, GAKKUMDU, ..."))
@click.option(
    "--case",
    "case_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("What people say of the case, as TOML."),
)
@click.option(
    "--draft", is_flag=True, help=N_("Write it though requirements of the profile are not met.")
)
@click.option(
    "--pdf/--no-pdf", default=True, help=N_("Also make the report as PDF; it takes seconds.")
)
@click.option(
    "--withhold-screens", is_flag=True,
    help=N_("Keep screenshots and rendered pages closed: they may show other people's names."),
)  # fmt: skip
@click.pass_obj
def create(
    shell: Shell,
    directory: Path,
    accounts: tuple[str, ...],
    posts: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    purpose: str,
    order: str,
    profile: str | None,
    case_file: Path | None,
    draft: bool,
    pdf: bool,
    withhold_screens: bool,
    as_json: bool,
) -> None:
    """Write a package about accounts or posts into DIRECTORY.

    The export is recorded in the log first and is part of the package.
    """
    from evidence.package import clear_unfinished, select, write_package

    if not accounts and not posts:
        raise click.UsageError(_("name an account with --account or a post with --post"))
    if (since is None) != (until is None):
        raise click.UsageError(_("a period needs both --since and --until"))
    brief = _brief(profile, case_file, draft=draft)
    archive = shell.archive
    before = archive.size()
    watches = [watch for name in accounts for watch in watch_ids(shell, name)]
    recs = [post_record(shell, name) for name in posts]
    period = (since, until) if since and until else None
    cleared = clear_unfinished(directory)
    for name in () if as_json else cleared:
        write_line(_("Removed what an interrupted export left: {name}").format(name=name))
    log = signer(shell)
    log.seal(shell.now())
    anchored = anchors(shell).run(log.head(), at_once=True)
    chosen = select(archive, watches=watches or None, posts=recs or None, period=period)
    made = write_package(
        archive,
        chosen,
        directory,
        signer=log,
        now=shell.now(),
        purpose=purpose,
        order=order,
        actor={"actor": actor()},
        organisation=shell.config.organisation,
        software=tool(),
        clock=shell.config.clock().source,
        anchors=[standing.facts() for standing in anchored],
        brief=replace(
            brief,
            printed=pdf,
            screens=not withhold_screens,
            technical=_technical(shell, watches, recs),
        ),
    )
    _project(shell, before)
    erased = _erased(shell, frozenset(chosen.indices))
    screens = _open_screens(made) if brief.profile and not brief.profile.third_parties else 0
    if as_json:
        write_json({"package": str(made), "erased": erased, "open_screens": screens})
        return
    write_line(_("package: {name}").format(name=made))
    for number, n in erased.items():
        said = _("{n} records of it existed and were erased on order {order}")
        write_line(said.format(n=n, order=number))
    if screens:
        said = _("{n} screenshots or rendered pages are open and may show other people:"
                 " look at each, or --withhold-screens.")  # fmt: skip
        write_line(said.format(n=screens))
    write_line(_("Check it: jejak verify {name} --trust FILE").format(name=made))


def _open_screens(made: Path) -> int:
    """How many screenshots and rendered pages of a package for one person are open."""
    from evidence.canonical import decode
    from evidence.package.disclosure import SCREENS

    openings = decode((made / "data" / "openings.json").read_bytes())["openings"]
    bodies = [opening["index"] for opening in openings if opening["role"] == "body"]
    folder = made / "data" / "statements"
    said = (decode((folder / f"{index}.json").read_bytes())["facts"] for index in bodies)
    return sum(facts.get("kind") in SCREENS for facts in said)


def _technical(shell: Shell, watches: list[str], posts: list[str]) -> dict[str, Any]:
    """How the program collects, with the manifests of the platforms that were asked for."""
    from cli.technical import technical_facts

    rows = [shell.archive.row("watches", watch) for watch in watches]
    rows += [next(shell.archive.rows("posts", {"post": rec}), None) for rec in posts]
    return technical_facts(shell.config, [str(row["platform"]) for row in rows if row])


def _brief(profile: str | None, case_file: Path | None, *, draft: bool) -> Brief:
    """For whom the package is. Raises ScopeError, ConfigError, PackageError."""
    from evidence.package.brief import Brief, require_complete_call
    from evidence.package.case import parse_case, read_case
    from evidence.package.profile import find_profile

    chosen = find_profile(profile) if profile else None
    require_complete_call(chosen, has_case=case_file is not None, draft=draft)
    case = read_case(case_file) if case_file else parse_case({}, "")
    return Brief(profile=chosen, case=case, draft=draft)


def _erased(shell: Shell, indices: frozenset[int]) -> dict[str, int]:
    """Order -> how many of the records at these leaves were erased on it."""
    from evidence.erasure import erased_records

    orders: Counter[str] = Counter()
    for rec, tombstone in erased_records(shell.archive).items():
        entry = shell.archive.entry(rec)
        if entry is not None and entry.index in indices:
            orders[visible(str(tombstone.statement.facts["order"]))] += 1
    return dict(sorted(orders.items()))


def _project(shell: Shell, start: int) -> None:
    """Let the custody table know of the export."""
    from evidence.model import StatementType
    from evidence.projection import project_entries

    entries = [
        entry
        for entry in shell.archive.entries(start)
        if entry.statement.type is StatementType.CUSTODY
    ]
    project_entries(shell.archive, entries)
