"""What captures name is renewed while a crawl process runs."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime

import pytest

from crawler.desk import NAMED_FOR_S, Newest
from evidence.errors import StoreError
from evidence.seal.named import Named
from evidence.store.memory import MemoryArchive

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_what_captures_name_is_read_again_after_a_minute() -> None:
    archive, seconds = MemoryArchive(), [0.0]
    newest = Newest(archive, lambda: seconds[0])
    newest.renew()
    archive.add_checkpoint(1, b"note\n")

    seconds[0] = NAMED_FOR_S - 1
    newest.renew()
    before = newest.named
    seconds[0] = NAMED_FOR_S
    newest.renew()

    assert before == Named()
    assert newest.named == Named(hashlib.sha256(b"note\n").hexdigest())


def test_a_stamp_that_cannot_be_read_leaves_the_older_one_and_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    archive, seconds = MemoryArchive(), [0.0]
    archive.add_checkpoint(1, b"note\n")
    newest = Newest(archive, lambda: seconds[0])
    newest.renew()
    before = newest.named

    def broken(*_arguments: object, **_more: object) -> None:
        raise StoreError("table anchors", "cannot be read")

    monkeypatch.setattr(archive, "rows", broken)
    seconds[0] = NAMED_FOR_S
    with caplog.at_level(logging.WARNING, logger="crawler.desk"):
        newest.renew()

    assert newest.named == before
    assert "cannot be read" in caplog.text
