"""`jejak doctor`: whether this installation can do its work, and what to do where it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from cli import exits
from cli.campaign import has_ended
from cli.command import Command
from cli.screen import visible, write_json, write_line
from cli.shell import Shell
from cli.told import told
from cli.words import _
from evidence.errors import JejakError, StoreError
from evidence.store.ports import MAY_NOT

SET_BACK = timedelta(minutes=10)
"""How much earlier than a record the next one may be, as TIME_ORDER of the full check has it."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
"""Variables other programs take a proxy from, in either case."""
OK, WARN, FAIL = "OK", "WARN", "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. remedy: what to do, empty when all is well."""

    subject: str
    level: str
    said: str
    remedy: str = ""


@click.command(cls=Command)
@click.pass_obj
def doctor(shell: Shell, as_json: bool) -> int:
    """Check configuration, clock, disk, database, browser, network, keys and schedule.

    Each line is OK, WARN or FAIL and says what to do. The exit code is 1 when a line is FAIL.
    """
    found = examine(shell)
    if as_json:
        write_json([asdict(f) for f in found])
    else:
        for finding in found:
            write_line(visible(f"{finding.level:4}  {finding.subject}: {finding.said}"))
            if finding.remedy:
                write_line(visible(f"      → {finding.remedy}"))
    return exits.FINDINGS if any(f.level == FAIL for f in found) else exits.OK


def examine(shell: Shell) -> list[Finding]:
    """All findings; an error of one check never hides the others."""
    names = (
        _("configuration"), _("clock"), _("disk"), _("database"), _("browser"), _("network"),
        _("keys"), _("anchors"), _("schedule"),
    )  # fmt: skip
    checks: tuple[Callable[[Shell, str], Finding], ...] = (
        _configuration, _clock, _disk, _database, _browser, _network, _keys, _anchors,
        _schedule,
    )  # fmt: skip
    found = [_guarded(check, shell, name) for check, name in zip(checks, names, strict=True)]
    if found[0].level == FAIL:
        # Without a configuration every other check would only say the same again.
        return found[:1]
    return found


def _guarded(check: Callable[[Shell, str], Finding], shell: Shell, name: str) -> Finding:
    try:
        return check(shell, name)
    except JejakError as error:
        what = told(error.what)
        said = f"{what}: {told(error.why)}" if error.why else what
        return Finding(name, FAIL, said, told(error.remedy))
    except OSError as error:
        return Finding(name, FAIL, told(str(error.strerror)))


def _configuration(shell: Shell, name: str) -> Finding:
    config = shell.config
    files = sorted({v for v in config.origin_of.values() if v.endswith(".toml")})
    if not files:
        return Finding(name, WARN, _("no jejak.toml; defaults are in force"), _("Run jejak init."))
    if not config.contact:
        return Finding(
            name, WARN, _("no contact is set; platforms cannot reach you"),
            _("Set contact in {name}.").format(name=files[0]),
        )  # fmt: skip
    return Finding(name, OK, ", ".join(files))


def _clock(shell: Shell, name: str) -> Finding:
    if shell.config.clock().source == "simulated":
        return Finding(
            name, WARN, _("simulated; nothing recorded now is evidence"),
            _("Unset clock_start for real work."),
        )  # fmt: skip
    if shell.now().year < 2024:
        return Finding(name, FAIL, _("it is years behind"), _("Set the system clock."))
    newest = _newest_record(shell)
    if newest is not None and (behind := newest - shell.now()) > SET_BACK:
        return Finding(
            name, FAIL,
            _("it is {minutes} minutes before the newest record").format(
                minutes=int(behind.total_seconds() // 60)),
            _("Set the system clock; what is recorded until then is dated back."),
        )  # fmt: skip
    synchronised = clock_is_synchronised()
    if synchronised is None:
        return Finding(
            name, WARN, _("cannot tell whether it is synchronised"),
            _("Install chrony or systemd-timesyncd."),
        )  # fmt: skip
    if not synchronised:
        return Finding(name, WARN, _("not synchronised"), _("Start chrony or systemd-timesyncd."))
    return Finding(name, OK, _("synchronised"))


def _newest_record(shell: Shell) -> datetime | None:
    """Time of the newest record; None where there is none or the archive cannot be read."""
    try:
        size = shell.archive.size()
        return next((e.statement.at for e in shell.archive.entries(max(size - 1, 0))), None)
    except JejakError:
        return None  # another line of the doctor says what is wrong with the archive


def clock_is_synchronised() -> bool | None:
    """What the system says of its clock; None when nothing here knows."""
    asks = (
        (["timedatectl", "show", "--property=NTPSynchronized", "--value"], "yes"),
        (["chronyc", "-n", "tracking"], "Normal"),
    )
    for line, sign in asks:
        program = shutil.which(line[0])
        if program is None:
            continue
        try:
            said = subprocess.run(  # noqa: S603 - fixed words, program found by name
                [program, *line[1:]], capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if said.returncode == 0:
            return sign in said.stdout
    return None


def _disk(shell: Shell, name: str) -> Finding:
    folder = shell.config.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free, reserve = shutil.disk_usage(folder).free, shell.config.disk_reserve_bytes
    said = _("{free} GB free where the data is").format(free=f"{free / 1e9:.1f}")
    if not os.access(folder, os.W_OK):
        return Finding(
            name, FAIL, _("{name} is not writable").format(name=folder), _("Change its owner.")
        )
    if free < reserve:
        return Finding(name, FAIL, said, _("Make room: crawling stops below the reserve."))
    if free < 3 * reserve:
        return Finding(name, WARN, said, _("Make room soon."))
    return Finding(name, OK, said)


def _database(shell: Shell, name: str) -> Finding:
    began = time.monotonic()
    info = shell.archive.info()
    said = _("{backend} {version}, {entries} leaves, answered in {seconds} s")
    return Finding(
        name, OK,
        said.format(backend=info.backend, version=info.server_version, entries=info.entries,
                    seconds=f"{time.monotonic() - began:.1f}"),
    )  # fmt: skip


def _browser(shell: Shell, name: str) -> Finding:
    from crawler.browser import find_chromium

    path = find_chromium(shell.config.chromium)
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            return Finding(
                name, FAIL, _("cannot be started safely by root"),
                _("Run as an ordinary user, or install setpriv."),
            )  # fmt: skip
        said = _("{path}, run as {user}").format(path=path, user=shell.config.browser_user)
        return Finding(name, OK, said)
    return Finding(name, OK, str(path))


def _network(shell: Shell, name: str) -> Finding:
    from crawler.egress import networks

    allowed = networks(shell.config.egress_allow)
    if allowed and not shell.config.sandbox:
        listed = ", ".join(str(n) for n in allowed)
        return Finding(
            name, WARN, _("non-public networks may be reached: {networks}").format(networks=listed),
            _("Empty egress_allow unless an account is served from there."),
        )  # fmt: skip
    proxies = [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.upper())]
    if proxies and not shell.config.sandbox:
        return Finding(
            name, WARN, _("a proxy is set here ({names}); visits do not go through it").format(
                names=", ".join(proxies)),
            _("Let this computer reach the platforms directly: a proxy could change what is kept."),
        )  # fmt: skip
    return Finding(name, OK, _("public addresses only") if not allowed else _("sandbox only"))


def _keys(shell: Shell, name: str) -> Finding:
    from cli.ledger import has_key, signer

    folder = shell.key_dir
    if not has_key(shell):
        return Finding(name, WARN, _("the log has no key yet"), _("Run jejak init."))
    loose = sorted(p.name for p in folder.iterdir() if _is_loose(p))
    if loose:
        return Finding(
            name, FAIL, _("others can read {names}").format(names=", ".join(loose)),
            _("Run chmod 600 on the files in {name}.").format(name=folder),
        )  # fmt: skip
    log = signer(shell)
    signed, there = log.head(), shell.archive.size()
    if signed is not None and there < signed.size:
        return Finding(
            name, FAIL, _("the log has {there} leaves, {signed} were signed").format(
                there=there, signed=signed.size),
            _("An older copy lies there: restore a newer one (docs/how-to/backup.md)"),
        )  # fmt: skip
    return Finding(name, OK, str(log.vkey))


def _anchors(shell: Shell, name: str) -> Finding:
    """Who stamps and cosigns: named, not asked; asking is for `jejak ledger anchor`."""
    from evidence.seal.authorities import read_authorities

    said = read_authorities(shell.config.data_dir)
    if said.tsas and shutil.which("openssl") is None:
        return Finding(
            name, FAIL, _("openssl is not installed"), _("Install the package `openssl`")
        )
    counted = _("{stamps} time stamp authorities, {witnesses} witnesses").format(
        stamps=len(said.tsas), witnesses=len(said.witnesses)
    )
    if len(said.tsas) < 2 or not said.witnesses:
        remedy = _("Name at least two time stamp authorities and a witness in anchors.toml.")
        return Finding(name, WARN, counted, remedy)
    return Finding(name, OK, counted)


def _schedule(shell: Shell, name: str) -> Finding:
    """Whether anything will ever be due: a list and a calendar that has not ended."""
    from evidence.query.watch import campaigns, find_watches

    try:
        watched = len(find_watches(shell.archive, None))
        known = campaigns(shell.archive)
    except StoreError as error:
        if not error.why.startswith(MAY_NOT):
            raise
        return Finding(name, OK, told(error.why))  # a database user who may not look at it
    said = ", ".join(c.id for c in known if not c.superseded_by and not has_ended(c, shell.now()))
    if not watched:
        remedy = _("Run jejak watchlist import.")
        return Finding(name, WARN, _("nobody is on the watchlist"), remedy)
    if not said:
        return Finding(
            name, WARN, _("no campaign is under way or to come: nothing will be due"),
            _("Run jejak campaign add."),
        )  # fmt: skip
    return Finding(name, OK, _("{n} accounts; {campaigns}").format(n=watched, campaigns=said))


def _is_loose(path: Path) -> bool:
    """Whether a private key file can be read by anyone but its owner."""
    return path.is_file() and path.suffix == ".key" and bool(path.stat().st_mode & 0o077)
