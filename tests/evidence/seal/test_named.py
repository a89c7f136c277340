"""Captures name the newest stamp of each authority, by the bytes it gave."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from evidence.model import Draft, Plain, StatementType
from evidence.projection import project_entries
from evidence.seal.named import Named, newest_named
from evidence.store.memory import MemoryArchive

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stamped(archive: MemoryArchive, authority: str, token: bytes, at: datetime) -> str:
    """An anchor statement of an authority; its record id."""
    said = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts = {
        "authority": authority, "kind": "rfc3161", "note_sha256": sha(b"note " + token),
        "reason": None, "size": archive.size() + 1, "status": "anchored", "time": said,
        "until": None,
    }  # fmt: skip
    plain = Plain("token", "application/timestamp-reply", token)
    draft = Draft(
        StatementType.ANCHOR, f"{archive.size():032x}", at, "system", facts, (plain,)
    )  # fmt: skip
    project_entries(archive, archive.record([draft]))
    return draft.rec


def test_without_a_stamp_the_newest_note_is_named_and_no_token() -> None:
    archive = MemoryArchive()
    nothing = newest_named(archive)
    archive.add_checkpoint(1, b"note\n")

    assert nothing == Named(None, ())
    assert newest_named(archive) == Named(sha(b"note\n"), ())


def test_the_newest_stamp_of_each_authority_is_named() -> None:
    archive = MemoryArchive()
    for authority, token in (("satu", b"a"), ("dua", b"b"), ("satu", b"c")):
        stamped(archive, authority, token, NOW)

    assert newest_named(archive) == Named(sha(b"note c"), tuple(sorted((sha(b"b"), sha(b"c")))))


def test_an_authority_long_silent_is_named_no_more() -> None:
    archive = MemoryArchive()
    stamped(archive, "satu", b"a", NOW)
    stamped(archive, "dua", b"b", NOW + 8 * DAY)

    assert newest_named(archive).tokens == (sha(b"b"),)


def test_an_erased_token_is_not_named() -> None:
    archive = MemoryArchive()
    archive.erase(stamped(archive, "satu", b"a", NOW))

    assert newest_named(archive).tokens == ()
