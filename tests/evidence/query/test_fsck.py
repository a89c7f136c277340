"""The full check: each fault of a store is found under its own code, and the rest is still read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.canonical import encode, new_record_id, record_id
from evidence.errors import IntegrityError, StoreError
from evidence.model import Draft, Plain, StatementType
from evidence.projection import rebuild
from evidence.query import Check, custody_draft, fsck
from evidence.query.chain import subjects_of
from evidence.query.custody import record_custody
from evidence.record import Recorder
from evidence.seal import Signer, check_ed25519
from evidence.store import MemoryArchive

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
SIZE = 9


@pytest.fixture
def archive(tmp_path: Path) -> MemoryArchive:
    """Nine leaves with an object each, signed at five and at nine."""
    archive = MemoryArchive()
    signer = Signer(archive, tmp_path / "keys", "uji.example/log")
    for count in (5, 4):
        archive.record([_draft(number) for number in range(count)])
        signer.seal(NOW)
    return archive


@pytest.fixture
def check(archive: MemoryArchive, tmp_path: Path) -> Callable[[], Check]:
    signer = Signer(archive, tmp_path / "keys", "uji.example/log")
    return lambda: fsck(archive, keys=[signer.vkey], check_signature=check_ed25519)


def _draft(number: int) -> Draft:
    body = Plain("actor", "application/json", b'{"n":%d}' % number)
    return Draft(
        StatementType.CUSTODY, new_record_id(), NOW + timedelta(seconds=number), "system",
        {"action": "READ", "subjects": [], "purpose": "", "order": ""}, (body,),
    )  # fmt: skip


def _leaves(archive, monkeypatch, change: Callable[[int, bytes, bytes], tuple | None]) -> None:
    sound = archive.raw_leaves

    def raw(start: int, stop: int):
        for leaf in sound(start, stop):
            altered = change(*leaf)
            if altered is not None:
                yield altered

    monkeypatch.setattr(archive, "raw_leaves", raw)


def codes(check: Check) -> set[str]:
    return {fault.code for fault in check.faults}


def test_a_sound_archive_has_no_fault_and_all_of_it_is_counted(check):
    found = check()

    assert found.faults == []
    assert (found.leaves, found.objects, found.checkpoints, found.signatures) == (SIZE, SIZE, 2, 2)


def test_a_missing_leaf_is_a_gap_and_no_root_after_it_holds(check, archive, monkeypatch):
    _leaves(archive, monkeypatch, lambda i, d, h: None if i == 3 else (i, d, h))

    found = check()

    assert codes(found) == {"GAP", "ROOT_DIFFERS"}
    assert found.faults[0].place == "leaf 3"
    assert found.leaves == SIZE - 1


def test_a_missing_last_leaf_is_a_gap(check, archive, monkeypatch):
    _leaves(archive, monkeypatch, lambda i, d, h: None if i == SIZE - 1 else (i, d, h))

    assert "GAP" in codes(check())


@pytest.mark.parametrize("place", range(SIZE))
def test_one_changed_bit_in_a_leaf_is_found(check, archive, monkeypatch, place):
    def flip(index: int, data: bytes, stored: bytes):
        return (index, bytes([data[0] ^ 1]) + data[1:] if index == place else data, stored)

    _leaves(archive, monkeypatch, flip)

    assert codes(check()) >= {"LEAF_HASH", "NOT_CANONICAL", "ROOT_DIFFERS"}


def test_a_changed_leaf_whose_hash_was_changed_too_differs_from_the_signed_root(
    check, archive, monkeypatch
):
    from evidence.ledger import leaf_hash

    def forge(index: int, data: bytes, stored: bytes):
        altered = data.replace(b'"READ"', b'"EDIT"') if index == 2 else data
        return index, altered, leaf_hash(altered)

    _leaves(archive, monkeypatch, forge)

    assert codes(check()) == {"ROOT_DIFFERS"}


def test_a_record_that_is_there_twice_is_found(check, archive, monkeypatch):
    first = next(iter(archive.raw_leaves(0, 1)))

    _leaves(archive, monkeypatch, lambda i, d, h: (i, *first[1:]) if i == 1 else (i, d, h))

    assert "DOUBLE_RECORD" in codes(check())


def test_an_altered_object_and_a_lost_one_are_told_apart(check, archive, monkeypatch):
    recs = [entry.statement.rec for entry in archive.entries()]
    sound = archive.open_object

    def spoilt(rec: str, role: str):
        if rec == recs[1]:
            raise IntegrityError("object", "the stored bytes are not those the log committed to")
        if rec == recs[2]:
            raise StoreError("object", "its blob is gone")
        return sound(rec, role)

    monkeypatch.setattr(archive, "open_object", spoilt)
    found = check()

    assert codes(found) == {"OBJECT_ALTERED", "OBJECT_MISSING"}
    assert found.objects == SIZE - 2


TWO = (("Budi", "budi"), ("Ani", "ani"))


def erasure_of(rec: str, persons=TWO, *, asked: bool = True, told: bool = True) -> list[Draft]:
    """A request and the erasure on it; the officers and their accounts as given."""
    request = new_record_id()
    sides = zip(("requested_by", "confirmed_by"), persons, strict=True)
    said = {side: {"officer": name, "actor": account} for side, (name, account) in sides}
    officer = Plain("officer", "application/json", encode({"request": request, **said}))
    facts = {"subject": rec, "basis": "UU 27/2022", "order": "1", "request": request}
    drafts = [
        Draft(StatementType.CUSTODY, request, NOW, "system",
              {"action": "ERASE_REQUEST", "subjects": [rec], "purpose": "UU", "order": "1"}),
        Draft(StatementType.ERASURE, new_record_id(), NOW, "system", facts,
              (officer,) if told else ()),
    ]  # fmt: skip
    return drafts if asked else drafts[1:]


@pytest.mark.parametrize(
    "how",
    [{"asked": False}, {"told": False}, {"persons": (("Budi", "budi"), ("Ani", "budi"))},
     {"persons": (("Budi Santoso", "budi"), ("budi  SANTOSO ", "ani"))},
     {"persons": (("Budi", "budi"), ("", "ani"))}],
    ids=["no request", "no officers", "one account", "one name", "no name"],
)  # fmt: skip
def test_an_erasure_that_is_not_two_persons_act_is_a_fault(check, archive, how):
    """Whoever holds the passwords can write one; the full check names it."""
    rec = next(iter(archive.entries())).statement.rec
    archive.record(erasure_of(rec, **how))
    archive.erase(rec)

    assert codes(check()) == {"ERASURE_ALONE"}


def test_an_erasure_without_its_statement_is_a_fault_and_with_it_is_none(check, archive):
    rec = next(iter(archive.entries())).statement.rec
    archive.erase(rec)
    silent = codes(check())
    archive.record(erasure_of(rec))

    said = check()

    assert silent == {"ERASED_WITHOUT_STATEMENT"}
    assert said.faults == []
    assert said.erased == 1


@pytest.mark.parametrize("whole", [True, False])
def test_a_key_that_is_there_although_the_log_tells_of_its_erasure_is_named(
    check, archive, tmp_path, whole
):
    """An erasure that was cut off, or `keys` restored from an older backup."""
    rec = next(iter(archive.entries())).statement.rec
    archive.record(erasure_of(rec))

    found = fsck(archive, objects=whole)

    assert [(f.code, f.place) for f in found.faults] == [
        ("ERASED_KEY_PRESENT", f"record {rec}, role actor")
    ]


def test_a_head_beyond_the_log_is_a_fault(check, archive, monkeypatch):
    monkeypatch.setattr(archive, "size", lambda: SIZE - 2)

    assert "HEAD_BEYOND_LOG" in codes(check())


def test_a_note_signed_by_another_key_is_a_fault(archive, tmp_path):
    other = Signer(MemoryArchive(), tmp_path / "other", "uji.example/log")

    found = fsck(archive, keys=[other.vkey], check_signature=check_ed25519)

    assert codes(found) == {"SIGNATURE"}


def test_a_note_that_cannot_be_read_is_a_fault(check, archive):
    archive.add_checkpoint(7, b"rubbish\n")

    assert codes(check()) == {"NOTE_UNREADABLE"}


def test_custody_of_many_subjects_gives_their_number():
    draft = custody_draft(
        Recorder("system", "t"), "READ", [f"{n:032x}" for n in range(101)], NOW,
        actor="a", purpose="p", order="o",
    )  # fmt: skip

    assert draft.facts["subjects"] == 101
    archive = MemoryArchive()
    assert subjects_of(archive, record_custody(archive, draft)) == {f"{n:032x}" for n in range(101)}


def test_custody_of_a_hundred_subjects_names_them_in_the_log():
    named = [f"{n:032x}" for n in range(100)]
    draft = custody_draft(
        Recorder("system", "t"), "READ", [*named, *named], NOW, actor="a", purpose="p", order="o"
    )

    assert draft.facts["subjects"] == named
    assert [each.role for each in draft.objects] == ["actor"]


def _beat(minutes: int) -> Draft:
    facts = {"code": "HEARTBEAT", "detail": "the store is watched", "every_s": 3600}
    at = NOW + timedelta(minutes=minutes)
    return Draft(StatementType.ALARM, new_record_id(), at, "system", facts)


@pytest.mark.parametrize(
    ("minutes", "places"),
    [
        ([0, 60, 120, 180], []),
        ([0, 60, 300, 360], ["from 2026-11-22T03:00:00.000Z to 2026-11-22T07:00:00.000Z"]),
        ([], []),
    ],
)
def test_two_pauses_without_a_heartbeat_are_noted(archive, minutes, places):
    archive.record([_beat(each) for each in minutes])

    check = fsck(archive)

    assert [(note.code, note.place) for note in check.notes] == [
        ("WATCH_SILENT", place) for place in places
    ]


def test_a_heart_that_stopped_is_noted_when_the_log_goes_on(archive):
    archive.record([_beat(0)])
    archive.record([_draft(10_000)])

    assert [note.code for note in fsck(archive).notes] == ["WATCH_SILENT"]


def _ended(rec: str, slot: str) -> Draft:
    return Draft(StatementType.OUTCOME, rec, NOW, "system", {"slot": slot})


def test_two_outcomes_of_one_slot_are_found_and_so_is_one_under_another_id(archive):
    slot = "w-000000000000@2026-11-22T02:00:00Z"
    right, other = record_id("outcome", slot), new_record_id()
    archive.record([_ended(right, slot), _ended(other, slot)])
    archive.record([_ended("c" * 32, "w-000000000001@2026-11-22T02:00:00Z")])

    found = [(fault.code, fault.place) for fault in fsck(archive).faults]

    assert found == [
        ("DOUBLE_OUTCOME", f"record {other}"),
        ("OUTCOME_RECORD", f"record {'c' * 32}"),
    ]


def test_captures_of_a_slot_without_an_outcome_are_noted(archive):
    slot = "w-000000000000@2026-11-22T02:00:00Z"
    rec = new_record_id()
    archive.record([Draft(StatementType.CAPTURE, rec, NOW, "system", {"slot": slot})])

    assert [(n.code, n.place) for n in fsck(archive).notes] == [("VISIT_UNENDED", f"record {rec}")]


def test_the_head_kept_outside_finds_a_cut_log_and_a_note_put_in_its_place(archive, tmp_path):
    signer = Signer(archive, tmp_path / "keys", "uji.example/log")
    head = signer.head()
    cut = MemoryArchive()
    assert head is not None
    assert fsck(archive, signed=head).faults == []

    assert codes(fsck(cut, signed=head)) == {"CHECKPOINT_MISSING", "HEAD_BEYOND_LOG"}


def test_rows_are_looked_for_only_when_asked_and_an_erased_entry_has_none(archive):
    silent = fsck(archive)
    asked = fsck(archive, projections=True)
    rebuild(archive)
    rebuilt = fsck(archive, projections=True)

    assert silent.faults == []
    assert codes(asked) == {"PROJECTION_MISSING"}
    assert len(asked.faults) == SIZE
    assert rebuilt.faults == []


def test_every_code_of_the_full_check_and_of_the_watch_is_explained():
    root = Path(__file__).parents[3]
    names = [
        "evidence/query/fsck.py",
        "evidence/query/persons.py",
        "evidence/query/derived.py",
        "evidence/query/version.py",
        "evidence/store/mongo/oddities.py",
    ]
    found = {
        code
        for name in names
        for code in re.findall(
            r'"([A-Z]{2,}(?:_[A-Z]+)+|GAP|SIGNATURE)"', (root / name).read_text()
        )
    }
    alarms = re.findall(
        r'"((?:STORE|WATCH)_[A-Z]+)"', (root / "evidence/store/mongo/tripwire.py").read_text()
    )

    explained = (root / "docs/how-to/fsck.md").read_text("utf-8")
    assert len(found) > 20
    assert [code for code in sorted(found) if f"`{code}`" not in explained] == []
    told = (root / "docs/how-to/production.md").read_text("utf-8")
    assert [code for code in sorted(set(alarms)) if f"`{code}`" not in told] == []
