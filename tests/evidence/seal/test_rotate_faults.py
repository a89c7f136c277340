"""Whatever call of the database fails while a key is handed over, the next try ends it, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import StoreError
from evidence.ledger import verify_note
from evidence.model import StatementType
from evidence.query import fsck
from evidence.seal import Signer, check_ed25519
from evidence.store import Archive, open_archive
from tests.evidence.seal.test_rotate import AT, ORIGIN

pytestmark = pytest.mark.mongo
ENOUGH = 40


class Failing:
    """An archive whose k-th call of any kind fails: before it does anything, or after it was done.

    Work that fails afterwards is what a lost answer looks like: done, and not known to be.
    """

    def __init__(self, archive: Archive, at: int, *, afterwards: bool) -> None:
        self._archive, self._left, self._afterwards = archive, at, afterwards
        self.struck = ""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._archive, name)
        return self._counted(name, found) if callable(found) else found

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **values: Any) -> Any:
            self._left -= 1
            if self._left:
                return call(*arguments, **values)
            self.struck = name
            if self._afterwards:
                call(*arguments, **values)
            raise StoreError("the archive", "the server does not answer")

        return counted


@pytest.mark.parametrize("afterwards", [False, True], ids=["not-done", "done"])
@pytest.mark.parametrize("compromised", [False, True], ids=["rotated", "compromised"])
def test_a_rotation_that_the_database_cuts_short_is_ended_by_the_next(
    mongo_url: str, tmp_path: Path, compromised: bool, afterwards: bool
) -> None:
    """One log and one rotation for each call that can fail; each failure strikes the next rotation."""
    struck: list[str] = []
    with closing(open_archive(mongo_url, tmp_path)) as archive:
        signer = Signer(archive, tmp_path / "keys", ORIGIN)
        signer.found(AT, "jejak test")
        signer.seal(AT)
        for at in range(1, ENOUGH):
            rotations = len(signer.keys)
            failing = Failing(archive, at, afterwards=afterwards)
            cut = Signer(failing, tmp_path / "keys", ORIGIN)  # type: ignore[arg-type]
            try:
                cut.rotate(AT, compromised=compromised)
            except StoreError:
                struck.append(failing.struck)
            signer = Signer(archive, tmp_path / "keys", ORIGIN)
            if len(signer.keys) == rotations:
                signer.rotate(AT, compromised=compromised)
            signer.seal(AT)
            assert len(signer.keys) == rotations + 1, failing.struck
            if not failing.struck:
                break
        checked = fsck(
            archive, keys=signer.keys, check_signature=check_ed25519, signed=signer.head()
        )
        notes = [note for _size, note in archive.checkpoints()]
        events = [e.statement.facts for e in archive.entries()
                  if e.statement.type is StatementType.KEY]  # fmt: skip

    assert {"size", "record", "add_checkpoint", "raw_leaves"} <= set(struck)
    assert checked.faults == []
    for note in notes:
        verify_note(note, signer.keys, check_ed25519)
    told = {facts["vkey"] for facts in events if facts["event"] in ("CREATED", "ROTATED")}
    assert told == {
        str(key) for key in signer.keys[1:]
    }  # a handover that was cut short keeps its key
