"""Guarding the store: `jejak store secure`, `jejak store watch`, `jejak ledger scrub`."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import exits
from cli.command import Command
from cli.person import actor
from cli.screen import write_error, write_json, write_line
from cli.shell import Shell
from cli.words import N_, _
from evidence.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from evidence.query import Check
    from evidence.seal.storewatch import StoreWatch
    from evidence.store.mongo.roles import Login
    from evidence.store.mongo.tripwire import Tripwire

CREDENTIALS = "credentials.toml"
WATCH_FILE = "watch.json"
AWAY_S = 5.0
SCRUB = "scrub"

EXPOSED = {
    "OLD_VERSION": N_("its version has a known hole (CVE-2025-14847); upgrade it"),
    "NO_LOGIN": N_("it asks nobody for a login; start it with --keyFile and --auth"),
    "NO_TLS": N_("it talks without TLS; start it with --tlsMode requireTLS"),
    "ZLIB": N_("it offers zlib; start it with --networkMessageCompressors disabled"),
    "SCRIPTING": N_("it runs scripts; start it with --noscripting"),
    "LOCALHOST_BYPASS": N_(
        "a local caller may pass without login; set enableLocalhostAuthBypass=0"
    ),
    "ONE_NODE": N_("it has fewer than three members: one disk holds all of it"),
}


@click.command(cls=Command)
@click.option(
    "--admin-url", envvar="JEJAK_ADMIN_URL", show_envvar=True,
    help=N_("mongodb:// URL of an administrator, with the archive's database as path."),
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False),
    help=N_("File for the new users' URLs; else credentials.toml in the data folder."),
)  # fmt: skip
@click.option("--new-passwords", is_flag=True, help=N_("Give users that exist a new password."))
@click.pass_obj
def secure(
    shell: Shell, admin_url: str | None, out: Path | None, new_passwords: bool, as_json: bool
) -> int:
    """Make the database's roles and users: who crawls, who seals, who erases, who watches.

    No user may change evidence, and only the eraser may remove keys. It is safe to repeat.
    """
    from evidence.projection import TABLES
    from evidence.store.mongo.roles import secure as make

    file = out or shell.config.data_dir / CREDENTIALS
    if file.exists():
        raise ConfigError(
            str(file), "is there already", "Move it away, or name another file with --out"
        )
    url = admin_url or _asked()
    made = make(url, TABLES, new_passwords=new_passwords)
    fresh = [login for login in made.logins if login.url]
    if fresh:
        _save(file, fresh)
    kept = [login.user for login in made.logins if not login.url]
    if as_json:
        write_json(
            {
                "database": made.database,
                "file": str(file) if fresh else None,
                "made": [login.user for login in fresh],
                "kept": kept,
                "exposures": list(made.exposures),
            }
        )
    else:
        _show_secured(file, fresh, kept, made.exposures)
    return exits.FINDINGS if made.exposures else exits.OK


@click.command(cls=Command)
@click.option(
    "--every", type=click.IntRange(60), default=3600, show_default=True,
    help=N_("Seconds between two heartbeats."),
)  # fmt: skip
@click.option("--once", is_flag=True, help=N_("See what was done since the last run, then end."))
@click.pass_obj
def watch(shell: Shell, every: int, once: bool, as_json: bool) -> int:
    """Watch the store's changes; record an alarm for each act that this software does not do.

    A heartbeat in the log says that the store is watched. Where it stopped it goes on.
    """
    from evidence.seal.storewatch import StoreWatch, read_kept
    from evidence.store import open_tripwire
    from evidence.store.mongo.tripwire import Memory

    file = shell.config.data_dir / WATCH_FILE
    kept = read_kept(file)
    memory = Memory(kept.token, set(kept.going), _erased(shell))
    url = shell.config.watcher_url or shell.config.archive_url
    alarms = 0
    with closing(open_tripwire(url, shell.config.data_dir, memory)) as tripwire:
        watching = StoreWatch(
            shell.archive, tripwire, clock=shell.config.clock().source,
            every=timedelta(seconds=every), resumed=bool(kept.token),
        )  # fmt: skip
        while True:
            seen = _step(shell, watching, tripwire, file, patient=not once)
            alarms += seen
            if once and not seen:
                break
    if as_json:
        write_json({"alarms": alarms})
    else:
        write_line(_("{n} alarms recorded").format(n=alarms))
    return exits.FINDINGS if alarms else exits.OK


@click.command(cls=Command)
@click.option(
    "--days", type=click.IntRange(0), default=0,
    help=N_("Do nothing when the last full check is younger than this."),
)  # fmt: skip
@click.pass_obj
def scrub(shell: Shell, days: int, as_json: bool) -> int:
    """Check the whole archive and record that it was checked; for a weekly timer.

    Every kept byte is read. An alarm is recorded when something is wrong.
    """
    from cli.ledger import full_check

    last = last_scrub(shell)
    if last is not None and shell.now() - last < timedelta(days=days):
        if as_json:
            write_json({"checked": False, "last": last})
        else:
            write_line(_("Checked already; nothing to do."))
        return exits.OK
    check = full_check(shell)
    _record_scrub(shell, check)
    if as_json:
        write_json({"checked": True, "leaves": check.leaves, "objects": check.objects,
                    "faults": [f"{f.code} {f.place}" for f in check.faults],
                    "notes": [f"{f.code} {f.place}" for f in check.notes]})  # fmt: skip
        return exits.INTEGRITY if check.faults else exits.OK
    said = _("{leaves} leaves and {objects} objects checked")
    write_line(said.format(leaves=check.leaves, objects=check.objects))
    for fault in check.faults:
        write_error(f"{fault.code}  {fault.place}: {_(fault.detail)}")
    write_line(_("{n} faults found").format(n=len(check.faults)))
    return exits.INTEGRITY if check.faults else exits.OK


def _asked() -> str:
    """The administrator's URL from the terminal, unseen: an argument would show in process lists."""
    if not sys.stdin.isatty():
        raise click.UsageError(_("name an administrator's URL with --admin-url or JEJAK_ADMIN_URL"))
    return str(click.prompt(_("URL of an administrator"), hide_input=True))


def _save(file: Path, logins: list[Login]) -> None:
    """The URLs as lines for jejak.toml, readable by their owner alone."""
    import json

    from evidence.seal.disk import private_folder, write_durably

    lines = [f"# {_('Users of the database. Give each machine only the lines it needs.')}\n"]
    for login in logins:
        name = f"{login.user}_url = {json.dumps(login.url)}\n"
        lines.append(f"# {name}" if login.user == "reader" else name)
    private_folder(file.parent)
    write_durably(file, "".join(lines).encode())


def _show_secured(
    file: Path, fresh: list[Login], kept: list[str], exposures: tuple[str, ...]
) -> None:
    if fresh:
        names = ", ".join(login.user for login in fresh)
        write_line(_("users made: {names}; their URLs: {file}").format(names=names, file=file))
    if kept:
        write_line(_("users kept with their passwords: {names}").format(names=", ".join(kept)))
    for code in exposures:
        write_error(f"{code}  {_(EXPOSED[code])}")


def _erased(shell: Shell) -> set[str]:
    """Records the log tells the erasure of: their keys may go."""
    from evidence.store.mongo.tripwire import erased_subject

    leaves = shell.archive.raw_leaves(0, shell.archive.size())
    return {subject for _i, data, _h in leaves if (subject := erased_subject(data))}


def _step(
    shell: Shell, watching: StoreWatch, tripwire: Tripwire, file: Path, *, patient: bool
) -> int:
    """One look; alarms are recorded before the place in the stream is kept."""
    from evidence.seal.storewatch import Kept, write_kept

    before = (tripwire.memory.token, len(tripwire.memory.going))
    try:
        alarms = watching.step(shell.now())
    except StoreError as error:
        if not patient:
            raise
        write_error(str(error))
        time.sleep(AWAY_S)
        return 0
    for alarm in alarms:
        facts = alarm.statement.facts
        write_error(f"{facts['code']}  {facts['detail']}")
    if (tripwire.memory.token, len(tripwire.memory.going)) != before:
        write_kept(file, Kept(tripwire.memory.token, tuple(tripwire.memory.going)))
    return len(alarms)


def last_scrub(shell: Shell) -> datetime | None:
    """When the whole archive was checked last."""
    rows = shell.archive.rows(
        "custody", {"action": "VERIFY", "purpose": SCRUB}, order="at", descending=True, limit=1
    )
    return next((row["at"] for row in rows), None)


def _record_scrub(shell: Shell, check: Check) -> None:
    from evidence.canonical import new_record_id
    from evidence.model import Draft, StatementType
    from evidence.projection import project_entries
    from evidence.query import custody_draft

    now, recorder = shell.now(), shell.recorder()
    found = {"findings": {"fault": len(check.faults), "note": len(check.notes)}}
    drafts = [
        custody_draft(
            recorder, "VERIFY", (), now, actor=actor(), purpose=SCRUB, order="", found=found
        )
    ]
    if check.faults:
        codes = " ".join(sorted({fault.code for fault in check.faults}))
        detail = f"{len(check.faults)} faults ({codes}); the first: {check.faults[0].place}"
        facts = {"code": "SCRUB_FAULTS", "detail": detail}
        drafts.append(Draft(StatementType.ALARM, new_record_id(), now, recorder.clock, facts))
    project_entries(shell.archive, shell.archive.record(drafts))
