"""Where evidence is kept. `open_archive(url)` gives an Archive; ports.py says what it promises."""

from __future__ import annotations

from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive, Claim, Row, StoreInfo

__all__ = ["Archive", "Claim", "MemoryArchive", "Row", "StoreInfo"]
