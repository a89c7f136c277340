"""Which browser there is, and the launcher that starts it as nobody of importance."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from evidence.errors import ConfigError

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PREFIX = "jejak-browser-"


def find_chromium(configured: str) -> Path:
    """Path of the browser: the configured one, an installed one, or Playwright's own.

    Raises ConfigError when there is none.
    """
    if configured:
        if not Path(configured).is_file():
            raise ConfigError(f"chromium {configured!r}", "there is no such file")
        return Path(configured)
    for name in CANDIDATES:
        found = shutil.which(name)
        if found:
            return Path(found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser()
    downloaded = sorted(cache.glob("chromium*/chrome-linux*/chrome"))
    if downloaded:
        return downloaded[-1]
    raise ConfigError(
        "Chromium",
        "is not installed",
        "Install Debian's `chromium`, or run `.venv/bin/playwright install chromium`",
    )


def launcher(path: Path, user: str) -> Path:
    """A program that starts the browser; its folder is the caller's to remove.

    It notes the browser's process id in the file `pid` beside it, has the system kill the browser
    when the process that started it ends in any way, and, when we are root, gives the profile
    folder and the process to `user`: Chromium's sandbox refuses to run as root, and we refuse to
    run without the sandbox.

    Raises ConfigError when we are root and there is no such user or no `setpriv`.
    """
    setpriv = shutil.which("setpriv")
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    lines = ["#!/bin/sh\n", f"echo $$ > '{folder / 'pid'}'\n"]
    if os.geteuid() == 0:
        lines += _as_user(folder, user, setpriv)
    words = f"{setpriv} --pdeathsig KILL {path}" if setpriv else str(path)
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        identity = f"--reuid {account.pw_uid} --regid {account.pw_gid} --clear-groups"
        words = words.replace("--pdeathsig KILL", f"--pdeathsig KILL {identity}")
    program = folder / "chromium"
    program.write_text("".join([*lines, f'exec {words} "$@"\n']), "utf-8")
    program.chmod(stat.S_IRWXU)
    return program


def owner(user: str) -> int:
    """User id of the browser that `launcher` starts: of `user` when we are root, else our own."""
    return pwd.getpwnam(user).pw_uid if os.geteuid() == 0 else os.geteuid()


def sweep() -> None:
    """Remove what launchers of ours left whose browser runs no more: a killed crawler cannot."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            ours = folder.lstat().st_uid == os.geteuid() and not folder.is_symlink()
            pid = int((folder / "pid").read_text("ascii"))
        except (OSError, ValueError):
            continue  # gone meanwhile, or not started yet
        if ours and Path("/proc").is_dir() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _as_user(folder: Path, user: str, setpriv: str | None) -> list[str]:
    """The launcher's lines that give the browser a home of its own."""
    try:
        account = pwd.getpwnam(user)
    except KeyError as error:
        shutil.rmtree(folder)
        raise ConfigError(f"browser_user {user!r}", "there is no such user") from error
    if account.pw_uid == 0 or setpriv is None:
        shutil.rmtree(folder)
        raise ConfigError(
            "browser", "must not run as root", "Run Jejak as an ordinary user, or install setpriv"
        )
    home = folder / "home"
    home.mkdir()
    os.chown(home, account.pw_uid, account.pw_gid)
    owner = f"{account.pw_uid}:{account.pw_gid}"
    return [
        'for a in "$@"; do case "$a" in --user-data-dir=*)\n',
        f'  chown -R {owner} "${{a#--user-data-dir=}}";; esac; done\n',
        f"export HOME={home} XDG_CONFIG_HOME={home} XDG_CACHE_HOME={home} TMPDIR={home}\n",
    ]
