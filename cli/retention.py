"""`jejak retention`: what has been kept long enough."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.command import Command, Group
from cli.erase import OFFICER
from cli.person import sure_actor
from cli.reading import order_option
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.retention import RetentionPlan, Rules

RULES = click.option(
    "--rules", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("File of rules; else retention.toml beside the configuration, else the shipped one."),
)  # fmt: skip


@click.group(cls=Group)
def retention() -> None:
    """Apply the rules that say how long evidence is kept."""


@retention.command("plan", cls=Command)
@RULES
@click.pass_obj
def plan(shell: Shell, rules: Path | None, as_json: bool) -> None:
    """Show what is due for erasure now, per class. Nothing is changed."""
    from evidence.retention import plan_retention

    given = _rules(shell, rules)
    _show(shell, plan_retention(shell.archive, given, shell.now()), given, None, as_json)


@retention.command("apply", cls=Command)
@RULES
@order_option(N_("Number of the written order."))
@OFFICER
@click.pass_obj
def apply(shell: Shell, rules: Path | None, order: str, officer: str, as_json: bool) -> None:
    """Ask for the erasure of all that is due; another officer confirms it with `jejak erase confirm`.

    What a hold covers is left out.
    """
    from evidence.erasure import request_erasure
    from evidence.query.subject import Subject, SubjectKind
    from evidence.retention import plan_retention

    given = _rules(shell, rules)
    found = plan_retention(shell.archive, given, shell.now())
    rec = None
    if found.due:
        sources = sorted(rule.source for of, rule in given.items() if of.value in found.by_class)
        entry, _plan = request_erasure(
            shell.archive, shell.recorder(),
            [Subject(SubjectKind.RECORD, e.statement.rec) for e in found.due], shell.now(),
            basis="retensi: " + "; ".join(sources), order=order, officer=officer, actor=sure_actor(),
        )  # fmt: skip
        rec = entry.statement.rec
    _show(shell, found, given, rec, as_json)


def _rules(shell: Shell, named: Path | None) -> Rules:
    from evidence import retention as shipped
    from evidence.retention import parse_rules

    config = shell.config_file or Path(os.environ.get("JEJAK_CONFIG") or "jejak.toml")
    beside = config.with_name("retention.toml")
    file = named or (beside if beside.is_file() else Path(shipped.__file__).with_suffix(".toml"))
    return parse_rules(file.read_bytes(), file.name)


def _show(shell: Shell, found: RetentionPlan, rules: Rules, rec: str | None, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "request": rec,
                "due": [e.statement.rec for e in found.due],
                "by_class": dict(found.by_class),
                "later": dict(found.later),
                "held": found.held,
                "next_at": found.next_at,
            }
        )
        return
    write_table(
        [_("Class"), _("Kept for days"), _("Due"), _("Not yet"), _("Source")],
        [
            (of.value, rule.keep_days, found.by_class.get(of.value, 0),
             found.later.get(of.value, 0), rule.source)
            for of, rule in sorted(rules.items())
        ],
    )  # fmt: skip
    said = _("{n} records are due, {held} more are held; the next will be due: {moment}")
    next_at = local(found.next_at, shell.shown_zone())
    write_line(said.format(n=len(found.due), held=found.held, moment=next_at))
    if rec is not None:
        write_line(_("Request {rec}. Another officer confirms it:").format(rec=rec))
        write_line(f"  jejak erase confirm {rec} --officer ...")
