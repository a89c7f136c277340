"""An older backup of `keys`, restored: what it brings back is named, and erased again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymongo
import pytest

from evidence.erasure import confirm_erasure, repeat_erasures, request_erasure
from evidence.projection import rebuild
from evidence.query import fsck
from evidence.query.subject import find_subject
from evidence.store import open_archive
from tests.evidence.erasure.office import NOW, RECORDER, all_rows, furnish

pytestmark = pytest.mark.mongo
Rows = list[dict[str, Any]]


def merged(keys: Any, backup: Rows) -> None:
    """As `mongorestore` does without --drop: rows that are missing come back."""
    for row in backup:
        keys.replace_one({"_id": row["_id"]}, row, upsert=True)


def replaced(keys: Any, backup: Rows) -> None:
    """As `mongorestore --drop` does: the collection is the old one, without the erasure's marks."""
    keys.delete_many({})
    keys.insert_many(backup)


@pytest.mark.parametrize("restore", [merged, replaced])
def test_keys_that_a_restored_backup_brings_back_are_named_and_erased_again(
    mongo_url: str, tmp_path: Path, restore: Callable[[Any, Rows], None]
) -> None:
    archive = open_archive(mongo_url, tmp_path)
    office = furnish(archive)
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(mongo_url)
    keys = client.get_default_database()["keys"]
    backup = list(keys.find())
    asked, _ = request_erasure(
        archive, RECORDER, [find_subject(archive, "telegram|42")], NOW, basis="UU 27/2022",
        order="12/2026", officer="Budi", actor="budi",
    )  # fmt: skip
    done = confirm_erasure(archive, RECORDER, asked.statement.rec, NOW, officer="Ani", actor="ani")
    erased = {e.statement.rec for e in done.records}
    sound = fsck(archive).faults
    restore(keys, backup)
    # The backup is older than the request and the tombstones: their own keys are lost with it.
    named = [f for f in fsck(archive).faults if f.code == "ERASED_KEY_PRESENT"]

    again = repeat_erasures(archive, RECORDER, NOW)

    assert sound == []
    assert {f.place.split()[1].rstrip(",") for f in named} == erased == set(again)
    assert [f for f in fsck(archive).faults if f.code == "ERASED_KEY_PRESENT"] == []
    assert archive.row("posts", "telegram|42") is None
    assert archive.row("posts", "telegram|43") is not None
    folded = all_rows(archive)
    rebuild(archive)
    assert folded == all_rows(archive)
    assert office.siti
    client.close()
    archive.close()
