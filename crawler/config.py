"""One frozen Config, loaded once at the edge from jejak.toml and the environment."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from crawler.clock import Clock, simulated
from evidence.errors import ConfigError

ENVIRONMENT = {
    "JEJAK_DATA": "data_dir",
    "JEJAK_ARCHIVE_URL": "archive_url",
    "JEJAK_SIGNER_URL": "signer_url",
    "JEJAK_ERASER_URL": "eraser_url",
    "JEJAK_WATCHER_URL": "watcher_url",
    "JEJAK_LANGUAGE": "language",
    "JEJAK_CONTACT": "contact",
    "JEJAK_CHROMIUM": "chromium",
    "JEJAK_BROWSER_USER": "browser_user",
    "JEJAK_CLOCK": "clock_start",
}

URLS = ("archive_url", "signer_url", "eraser_url", "watcher_url")
"""Settings that may hold a password: never shown whole, never in a child's settings file."""
BEARING = (
    "organisation", "origin", "egress_allow", "robots_exempt", "official", "max_body_bytes",
    "timeout_s", "pages_per_visit", "media_per_post", "media_bytes", "media_visit_bytes", "sandbox",
    "browser_timeout_s", "browser_bytes", "browser_memory_bytes",
)  # fmt: skip
"""Settings that bear on evidence: on what is asked for, and on how much of it is kept."""


@dataclass(frozen=True, slots=True)
class Config:
    """Effective settings of one installation; `origin_of` says where each came from.

    data_dir:      everything this installation keeps on disk, keys included.
    archive_url:   `mongodb://...`, `memory:` (tests), or empty for the embedded MongoDB.
    signer_url, eraser_url, watcher_url: the same database by the users that `jejak store secure`
                   makes for sealing, erasing and watching; empty: archive_url serves for these too.
    language:      `id` or `en`.
    organisation:  named in the User-Agent, packages and the log's origin.
    contact:       e-mail or URL in the User-Agent, so that a platform can reach us.
    origin:        name of the log, C2SP origin line.
    chromium:      path of the browser, empty to look for one.
    browser_user:  unprivileged user the browser runs as when we are root.
    egress_allow:  non-public networks that may be reached (sandbox, intranet), CIDR.
    robots_exempt: hosts (`name` or `name:port`) whose operator has allowed us what their robots.txt
                   forbids everyone; robots.txt is obeyed everywhere else.
    official:      platforms whose official interface is used, where the environment has its key.
    max_body_bytes, timeout_s: limits of one response.
    media_bytes, media_visit_bytes: most of one file of a post, and of all files in one visit.
    browser_at_once, browser_looks: pages in the browser together, and before it is made anew.
    browser_timeout_s, browser_bytes: limits of one page in the browser with all it fetches.
    browser_memory_bytes: most that one page may add to the browser's memory; past it the largest
                   renderer is ended, and the page is a gap.
    store_watch:   whether the scheduler keeps `jejak store watch` at work beside itself.
    scrub_days:    how old a full check may grow before the scheduler starts one; 0: it starts none.
    sandbox:       True when the archive holds simulated evidence; packages say so.
    clock_start:   simulated time to start from; refused unless sandbox is True.
    """

    data_dir: Path = Path("data")
    archive_url: str = ""
    signer_url: str = ""
    eraser_url: str = ""
    watcher_url: str = ""
    language: str = ""
    organisation: str = "Jejak"
    contact: str = ""
    origin: str = "jejak.local/log"
    chromium: str = ""
    browser_user: str = "nobody"
    egress_allow: tuple[str, ...] = ()
    robots_exempt: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    max_body_bytes: int = 20_000_000
    timeout_s: int = 60
    pages_per_visit: int = 10
    media_per_post: int = 12
    media_bytes: int = 200_000_000
    media_visit_bytes: int = 1_000_000_000
    children: int = 2
    browser_at_once: int = 2
    browser_looks: int = 100
    browser_timeout_s: int = 60
    browser_bytes: int = 80_000_000
    browser_memory_bytes: int = 1_500_000_000
    disk_reserve_bytes: int = 2_000_000_000
    store_watch: bool = True
    scrub_days: int = 7
    sandbox: bool = False
    clock_start: str = ""
    origin_of: Mapping[str, str] = field(default_factory=dict, compare=False)

    def clock(self) -> Clock:
        """The clock this process shall use."""
        return simulated(self.clock_start) if self.clock_start else Clock()

    def digest(self) -> str:
        """SHA-256 hex of the settings that bear on evidence; named in every outcome."""
        said = "\n".join(f"{name}={getattr(self, name)!r}" for name in BEARING)
        return hashlib.sha256(said.encode()).hexdigest()


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """The effective Config: defaults, then jejak.toml, then the environment.

    path: the file; None takes `$JEJAK_CONFIG`, else `jejak.toml` here if it is there.
    Raises ConfigError naming file, key, reason and remedy.
    """
    environment = os.environ if environment is None else environment
    named = path or (Path(environment["JEJAK_CONFIG"]) if "JEJAK_CONFIG" in environment else None)
    file = named or Path("jejak.toml")
    values: dict[str, Any] = {}
    origin = {f.name: "default" for f in fields(Config) if f.name != "origin_of"}
    if _is_there(file, named=named is not None):
        _require_ours(file)
        for key, value in _read(file).items():
            values[key] = _typed(key, value, str(file))
            origin[key] = str(file)
        if "data_dir" in values and not values["data_dir"].is_absolute():
            values["data_dir"] = file.resolve().parent / values["data_dir"]
    elif named:
        raise ConfigError(str(named), "there is no such file", "Run `jejak init` to make one")
    for variable, key in ENVIRONMENT.items():
        if environment.get(variable):
            values[key] = _typed(key, environment[variable], variable)
            origin[key] = variable
    config = Config(**values, origin_of=origin)
    if config.clock_start and not config.sandbox:
        raise ConfigError(
            "clock_start", "a simulated clock is for a sandbox only", "Set sandbox = true, or unset"
        )
    return config


def _is_there(file: Path, *, named: bool) -> bool:
    """Whether there is such a file. Raises ConfigError when one that was named cannot be looked at.

    A current folder that is closed to us, as an officer's home to the user `jejak`, holds nothing.
    """
    try:
        return file.is_file()
    except OSError as error:
        if not named:
            return False
        raise ConfigError(str(file), f"cannot be read ({error.strerror})") from error


def _require_ours(file: Path) -> None:
    """Refuse settings that another user wrote or may write: they name programs we start.

    An officer who may run `jejak` as another user would otherwise run any program as that user.
    Raises ConfigError.
    """
    said = file.stat()
    if os.geteuid() not in (0, said.st_uid) and said.st_uid != 0:
        raise ConfigError(
            str(file), "belongs to another user, who could have any program started",
            "Run as its owner, or give the file to the user who runs this",
        )  # fmt: skip
    if said.st_mode & 0o002:
        raise ConfigError(str(file), "everybody may write it", f"Run: chmod 600 {file}")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), f"is not UTF-8 TOML ({error})") from error
    except OSError as error:
        raise ConfigError(str(file), f"cannot be read ({error.strerror})") from error


def _typed(key: str, value: Any, source: str) -> Any:
    defaults = Config()
    if key == "origin_of" or not hasattr(defaults, key):
        raise ConfigError(f"{source}: {key}", "is not a setting", "See `jejak config show`")
    wanted = type(getattr(defaults, key))
    if isinstance(getattr(defaults, key), Path) and isinstance(value, str):
        return Path(value)
    if wanted is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if type(value) is not wanted:
        raise ConfigError(f"{source}: {key}", f"must be a {wanted.__name__}")
    return value
