"""One run of `jejak`: its configuration, clock, archive and who is asking. Opened when needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evidence.errors import ConfigError

if TYPE_CHECKING:
    from crawler.config import Config
    from evidence.record import Recorder
    from evidence.store.ports import Archive

F = TypeVar("F", bound=Callable[..., Any])


def require_installation(config: Config) -> None:
    """Refuse to begin an archive in a folder that nobody set up: most likely it is the wrong one.

    Raises ConfigError when no file and no variable says where the archive is, and there is none.
    """
    from crawler.config import ENVIRONMENT

    named = set(config.origin_of.values()) - set(ENVIRONMENT) - {"default"}
    if named or config.archive_url or config.origin_of.get("data_dir") != "default":
        return
    if not any((config.data_dir / part).exists() for part in ("keys", "mongo")):
        raise ConfigError(
            f"folder {Path.cwd()}",
            "holds no installation: neither jejak.toml nor data of one",
            "Go to its folder, name its jejak.toml with --config, or make one with `jejak init`",
        )


def _open(config: Config) -> Archive:
    from evidence.store import open_archive

    require_installation(config)
    return open_archive(config.archive_url, config.data_dir, eraser_url=config.eraser_url)


@dataclass(slots=True)
class Shell:
    """What commands share.

    config_file: the file named on the command line, None for the usual place.
    language, zone: as named on the command line, empty when not.
    opener:      gives the archive of a configuration; tests hand in their own.
    """

    config_file: Path | None = None
    language: str = ""
    zone: str = ""
    opener: Callable[[Config], Archive] = _open
    _config: Config | None = None
    _archive: Archive | None = None
    _signing: Archive | None = None
    _closing: list[Callable[[], None]] = field(default_factory=list)

    @property
    def config(self) -> Config:
        """The effective configuration. Raises ConfigError."""
        if self._config is None:
            from crawler.config import load

            self._config = load(self.config_file)
        return self._config

    def configure(self, file: Path) -> Config:
        """Use this file from now on, whatever was in force before it was made. Raises ConfigError."""
        self.config_file, self._config = file, None
        return self.config

    @property
    def archive(self) -> Archive:
        """The archive, open until the command ends. Raises StoreError or ConfigError."""
        if self._archive is None:
            self._archive = self.opener(self.config)
            self._closing.append(self._archive.close)
        return self._archive

    @property
    def signing(self) -> Archive:
        """The archive as the signer's database user sees it; the archive itself without one."""
        if not self.config.signer_url:
            return self.archive
        if self._signing is None:
            self._signing = self.opener(replace(self.config, archive_url=self.config.signer_url))
            self._closing.append(self._signing.close)
        return self._signing

    @property
    def key_dir(self) -> Path:
        """Where the log's key and the head signed last are kept, outside the store."""
        return self.config.data_dir / "keys"

    def now(self) -> datetime:
        """The time by the configured clock."""
        return self.config.clock().now()

    def recorder(self) -> Recorder:
        """Who records what a person does here."""
        from cli.version import tool
        from evidence.record import Recorder

        return Recorder(self.config.clock().source, tool(), self.config.digest())

    def shown_zone(self, zone: str = "") -> str:
        """Zone times are shown in: the one asked for, else that of the thing, else WIB."""
        return self.zone or zone or "Asia/Jakarta"

    def close(self) -> None:
        """Let go of everything that was opened, newest first."""
        while self._closing:
            self._closing.pop()()
        self._archive = None
        self._signing = None


def shell() -> Shell:
    """The Shell of the running command."""
    found = click.get_current_context().find_object(Shell)
    if found is None:
        raise RuntimeError("commands run below the root command")
    return found
