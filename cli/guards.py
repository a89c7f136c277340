"""What guards the archive, as `jejak status` and `jejak health` show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cli.screen import local, visible, write_line, write_table
from cli.shell import Shell
from cli.words import N_, _

CONCERNS = {
    "SCHEDULER_SILENT": N_("no scheduler has said anything since; start `jejak run`"),
    "WATCH_DOWN": N_("the store is not watched; guards/watch.log in the data folder says why"),
    "SCRUB_FAILED": N_("the full check found faults or could not be made; run `jejak ledger fsck`"),
    "AUDIT_FAULT": N_("the log is not the one that was signed; seal nothing more"),
    "AUDIT_OLD": N_("the log was not compared with its signed head for two days"),
}
NAMES = {
    "watch": N_("watch of the store"),
    "scrub": N_("full check"),
    "audit": N_("log against its signed head"),
}


def guard_values(shell: Shell) -> dict[str, Any]:
    """How the guards stand, as JSON values."""
    from cli.guard import last_scrub
    from crawler.guards import concerns, read_state

    state = read_state(shell.config.data_dir)
    return {
        "at": state.at,
        "programs": [asdict(one) for one in state.programs],
        "audit": asdict(state.audit) if state.audit else None,
        "scrubbed": last_scrub(shell),
        "concerns": [{"code": c, "detail": d} for c, d in concerns(state, shell.now())],
    }


def show_guards(shell: Shell) -> None:
    """How the guards stand, as a table; below it what calls for a look."""
    from cli.guard import last_scrub
    from crawler.guards import read_state

    state = read_state(shell.config.data_dir)
    zone = shell.shown_zone()
    rows = [
        (_(NAMES[one.name]), _("runs") if one.running else _("waits"),
         local(last_scrub(shell), zone) if one.name == "scrub" else "-",
         _("starts: {n}").format(n=one.starts))
        for one in state.programs if one.name in NAMES
    ]  # fmt: skip
    if state.audit is not None:
        name = NAMES["audit"]
        held = visible(state.audit.fault) or _("{n} leaves").format(n=state.audit.leaves)
        rows.append((_(name), _("done"), local(state.audit.at, zone), held))
    if rows:
        write_table([_("Guard"), _("State"), _("Last time"), _("Detail")], rows)
    show_concerns(shell)


def show_concerns(shell: Shell) -> bool:
    """Say what calls for a look; whether there is anything."""
    from crawler.guards import concerns, read_state

    found = concerns(read_state(shell.config.data_dir), shell.now())
    for code, detail in found:
        write_line(f"{code}: {_(CONCERNS[code])} ({visible(detail)})")
    return bool(found)
