"""Where evidence is kept. `open_archive(url)` gives an Archive; ports.py says what it promises."""

from __future__ import annotations

from pathlib import Path

from evidence.errors import ConfigError
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive, Claim, Oddity, Row, StoreInfo

__all__ = ["Archive", "Claim", "MemoryArchive", "Oddity", "Row", "StoreInfo", "open_archive"]

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
