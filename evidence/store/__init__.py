"""Where evidence is kept. `open_archive(url)` gives an Archive; ports.py says what it promises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import ConfigError
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive, Claim, Later, Oddity, Row, Sighting, StoreInfo

if TYPE_CHECKING:
    from evidence.store.mongo.tripwire import Memory, Tripwire

__all__ = [
    "Archive",
    "Claim",
    "Later",
    "MemoryArchive",
    "Oddity",
    "Row",
    "Sighting",
    "StoreInfo",
    "open_archive",
    "open_tripwire",
]

MEMORY = "memory:"
EMBEDDED = ("", "embedded", "embedded:")


def open_archive(url: str, data_dir: Path, *, eraser_url: str = "") -> Archive:
    """The archive at a URL; close it when done.

    url: `mongodb://...` or `mongodb+srv://...` with the database's name as path; empty or
         `embedded:` for a mongod started from this package with its data in `data_dir`;
         `memory:` for an archive that is gone with the process.
    eraser_url: for a `mongodb:` archive, the same database by the user who may remove keys.

    Raises ConfigError when the URL or the data folder cannot be used, StoreError when the server
    does not answer.
    """
    if url == MEMORY:
        return MemoryArchive()
    # The servers' libraries are loaded only by those who use them.
    from evidence.store.mongo import open_mongo

    if url in EMBEDDED:
        from evidence.store.embedded import EmbeddedServer

        server = EmbeddedServer.open(data_dir)
        try:
            return open_mongo(server.url_of("jejak"), revive=server.revive, on_close=server.close)
        except BaseException:
            server.close()
            raise
    if url.startswith(("mongodb://", "mongodb+srv://")):
        return open_mongo(url, eraser_url=eraser_url)
    raise ConfigError("store URL", "its kind is unknown", "Write mongodb://host/name, or leave it")


def open_tripwire(url: str, data_dir: Path, memory: Memory) -> Tripwire:
    """The stream of changes of the archive at a URL; close it when done.

    url: as for `open_archive`, by a user who may watch.   memory: of the last run.
    Raises ConfigError for an archive that has no stream, StoreError when it does not start.
    """
    if url == MEMORY:
        raise ConfigError("store URL", "an archive in memory cannot be watched")
    from evidence.store.mongo.tripwire import Tripwire

    if url in EMBEDDED:
        from evidence.store.embedded import EmbeddedServer

        server = EmbeddedServer.open(data_dir)
        return Tripwire(server.url_of("jejak"), memory, on_close=server.close)
    return Tripwire(url, memory)
