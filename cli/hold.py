"""`jejak hold`: what is part of a case is not erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.command import Command, Group
from cli.person import actor
from cli.reading import order_option
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query.subject import Subject

CASE = click.option("--case", required=True, help=N_("Number of the case. Name no persons here."))
ORDER = order_option(N_("Number of the written order."))


@click.group(cls=Group)
def hold() -> None:
    """Keep what is part of a case from being erased."""


@hold.command("add", cls=Command)
@click.argument("subject")
@CASE
@ORDER
@click.pass_obj
def add(shell: Shell, subject: str, case: str, order: str, as_json: bool) -> None:
    """Hold SUBJECT: an account, a post, a record, or a package with all it holds.

    No erasure and no rule of retention takes anything that shows it until the hold is lifted.
    """
    _say(shell, subject, case, order, as_json, lift=False)


@hold.command("lift", cls=Command)
@click.argument("subject")
@CASE
@ORDER
@click.pass_obj
def lift(shell: Shell, subject: str, case: str, order: str, as_json: bool) -> None:
    """Lift the hold on SUBJECT for a case."""
    _say(shell, subject, case, order, as_json, lift=True)


@hold.command("list", cls=Command)
@click.option("--all", "lifted", is_flag=True, help=N_("Lifted holds too."))
@click.pass_obj
def list_(shell: Shell, lifted: bool, as_json: bool) -> None:
    """List the holds in force."""
    from evidence.erasure import holds

    found = holds(shell.archive, lifted=lifted)
    if as_json:
        names = ("subject", "case", "order", "held_at", "lifted_at", "rec")
        write_json([{name: getattr(h, name) for name in names} for h in found])
        return
    zone = shell.shown_zone()
    write_table(
        [_("Subject"), _("Case"), _("Order"), _("Since"), _("Lifted"), _("Record")],
        [
            (h.subject, h.case, h.order, local(h.held_at, zone), local(h.lifted_at, zone), h.rec)
            for h in found
        ],
    )
    write_line(_("{n} holds").format(n=len(found)))


def _say(shell: Shell, name: str, case: str, order: str, as_json: bool, *, lift: bool) -> None:
    from evidence.erasure import add_hold, lift_hold
    from evidence.query.subject import find_subject

    subject = find_subject(shell.archive, name)
    do = lift_hold if lift else add_hold
    entry = do(
        shell.archive, shell.recorder(), subject, shell.now(), case=case, order=order, actor=actor()
    )
    before = 0 if lift else _erased_before(shell, subject)
    if as_json:
        told = {} if lift else {"erased_before": before}
        write_json({"subject": subject.token, "case": case, "rec": entry.statement.rec, **told})
        return
    said = (
        _("the hold on {subject} for case {case} is lifted")
        if lift
        else _("{subject} is held for case {case}")
    )
    write_line(said.format(subject=subject.token, case=case))
    if before:
        write_line(_("{n} records of it were erased before this hold").format(n=before))


def _erased_before(shell: Shell, subject: Subject) -> int:
    """How many records of a subject a hold comes too late for."""
    from evidence.erasure import erased_records
    from evidence.query.subject import records_of

    erased = erased_records(shell.archive)
    return sum(e.statement.rec in erased for e in records_of(shell.archive, subject))
