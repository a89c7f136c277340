"""`jejak crawl`: visit accounts now, outside the schedule."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cli import exits
from cli.command import Command
from cli.ledger import signer
from cli.reading import account_rows
from cli.screen import local, write_error, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _
from crawler.child import PARENT


@click.command(cls=Command)
@click.option("--platform", help=N_("Only this platform."))
@click.option("--account", help=N_("Only this account: watch id, native id, handle or address."))
@click.pass_obj
def crawl(shell: Shell, platform: str | None, account: str | None, as_json: bool) -> int:
    """Visit watched accounts now, outside the schedule, and show how each visit ended.

    Without options all accounts on the watchlist are visited. At the end the log is sealed.
    """
    rows = account_rows(shell, platform, account)
    if not rows:
        write_error(_("Nobody is on the watchlist; see: jejak watchlist import"))
        return exits.OK
    started = shell.now()
    signer(shell).check(started)
    try:
        codes = _visit(shell, rows, one=account is not None)
    finally:
        signer(shell).seal(shell.now())  # also what an interrupted crawl has recorded
    watches = {row["id"] for row in rows}
    ended = [
        row
        for row in shell.archive.rows("outcomes", since=("ended_at", started), order="index")
        if row["watch"] in watches
    ]
    if as_json:
        write_json({"outcomes": ended, "children": codes})
    else:
        _show(shell, rows, ended)
    unvisited = watches - {row["watch"] for row in ended}
    failed = unvisited or any(row["outcome"] == "FAILED" for row in ended) or any(codes.values())
    return exits.FINDINGS if failed else exits.OK


def _visit(shell: Shell, rows: list[dict[str, Any]], *, one: bool) -> Counter[str]:
    """One child process per platform, or per account when one was named; exit codes added up."""
    from crawler.run import command

    asked = [(r["platform"], r["id"]) for r in rows] if one else [
        (name, None) for name in sorted({r["platform"] for r in rows})
    ]  # fmt: skip
    codes: Counter[str] = Counter()
    for name, watch in asked:
        codes[name] += abs(
            _ended(command(name, account=watch), child_environment(shell, os.environ))
        )
    return codes


def _ended(line: Sequence[str], environment: Mapping[str, str]) -> int:
    """Exit code of a child, which gets time to give its visits an outcome when we are interrupted.

    Its session is its own, so that Ctrl-C comes to us alone. A second one ends it at once.
    """
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        line, env={**environment, PARENT: str(os.getpid())}, start_new_session=True
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.terminate()
        write_error(_("Ending the visits under way; Ctrl-C again ends them at once."))
        child.wait()
        raise
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def child_environment(shell: Shell, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: ours, and where the configuration is."""
    inner = dict(outer)
    if shell.config_file:
        inner["JEJAK_CONFIG"] = str(shell.config_file.resolve())
    if shell.config.clock_start:
        inner["JEJAK_CLOCK"] = shell.now().isoformat()
    return inner


def _show(shell: Shell, rows: list[dict[str, Any]], ended: list[dict[str, Any]]) -> None:
    named = {row["id"]: row for row in rows}
    write_table(
        [_("Platform"), _("Account"), _("Ended"), _("Outcome"), _("Reason"), _("Counts")],
        [
            (
                named[e["watch"]]["platform"],
                named[e["watch"]]["handle"],
                local(e["ended_at"], shell.shown_zone(named[e["watch"]]["entry"]["zone"])),
                e["outcome"],
                e["reason"] or "-",
                ", ".join(f"{name} {n}" for name, n in e["counts"].items() if n) or "-",
            )
            for e in ended
        ],
    )
    write_line(_("{n} visits ended").format(n=len(ended)))
