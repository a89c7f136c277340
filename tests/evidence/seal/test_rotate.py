"""A new key goes on with the same log; the old one is trusted for its own heads only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, IntegrityError
from evidence.ledger import (
    Tree,
    consistency_proof,
    parse_checkpoint,
    parse_note,
    verify_consistency,
    verify_note,
)
from evidence.model import Draft, StatementType
from evidence.package import select, write_package
from evidence.seal import Signer, check_ed25519
from evidence.seal import signer as signing
from evidence.seal.trust import Trust
from evidence.store.memory import MemoryArchive
from evidence.verify.verify import verify
from tests.packages.synthetic import END, NOW, START, WATCH, make_package, make_site
from tests.packages.synthetic import ORIGIN as SITE

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORIGIN = "jejak.test/log"


class Log:
    """An archive and the folder of its key."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.keys = MemoryArchive(), folder / "keys"
        self.signer = Signer(self.archive, self.keys, ORIGIN)
        self.signer.found(AT, "jejak test")

    def leaf(self) -> None:
        self.archive.record([
            Draft(StatementType.ALARM, new_record_id(), AT, "system", {"code": "T", "detail": "x"})
        ])  # fmt: skip

    def notes(self) -> list[bytes]:
        return [note for _size, note in self.archive.checkpoints()]

    def events(self) -> list[str]:
        kept = (e.statement for e in self.archive.entries())
        return [s.facts["event"] for s in kept if s.type is StatementType.KEY]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path)
    made.signer.seal(AT)
    return made


def test_the_handover_is_signed_by_both_keys_and_continues_the_log(log: Log) -> None:
    old = log.signer.vkey

    new = log.signer.rotate(AT)

    first, handover = (parse_checkpoint(note) for note in log.notes())
    tree = Tree(stored for _i, _d, stored in log.archive.raw_leaves(0, handover.size))
    proof = consistency_proof(tree, first.size, handover.size)
    for key in (old, new):
        verify_note(handover.note, [key], check_ed25519)
    assert verify_consistency(first.size, first.root, handover.size, handover.root, proof)
    assert log.events() == ["ROTATED"]


def test_after_the_handover_only_the_new_key_signs(log: Log) -> None:
    old = log.signer.vkey
    new = log.signer.rotate(AT)
    log.leaf()
    log.signer.seal(AT)

    names = {s.id for s in parse_note(log.notes()[-1]).signatures}
    assert names == {new.id}
    assert log.signer.keys == (old, new)
    assert log.signer.retired == {old.id: parse_checkpoint(log.notes()[1]).size}


def test_another_process_takes_up_the_new_key_at_its_next_seal(log: Log) -> None:
    other = Signer(log.archive, log.keys, ORIGIN)
    new = log.signer.rotate(AT)
    log.leaf()

    other.seal(AT)

    assert {s.id for s in parse_note(log.notes()[-1]).signatures} == {new.id}


def test_a_compromised_key_does_not_sign_its_successor(log: Log) -> None:
    old, before = log.signer.vkey, parse_checkpoint(log.notes()[-1]).size

    new = log.signer.rotate(AT, compromised=True)

    assert {s.id for s in parse_note(log.notes()[-1]).signatures} == {new.id}
    assert log.events() == ["COMPROMISED", "CREATED"]
    assert log.signer.retired == {old.id: before}


def test_the_old_secret_is_gone(log: Log) -> None:
    secret = (log.keys / "log.key").read_bytes()

    log.signer.rotate(AT)

    kept = [p.read_bytes() for p in log.keys.rglob("*") if p.is_file()]
    assert all(secret not in data for data in kept)


@pytest.mark.parametrize("step", ["retire", "write_head", "take_over", "cross_sign"])
def test_a_rotation_cut_short_goes_on(log: Log, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_arguments: object, **_values: object) -> None:
        raise ConfigError("disk", "is full")

    with monkeypatch.context() as broken:
        broken.setattr(signing, step, dies)
        with pytest.raises(ConfigError):
            log.signer.rotate(AT)

    again = Signer(log.archive, log.keys, ORIGIN)
    log.leaf()
    again.seal(AT)
    if len(again.keys) == 1:
        again.rotate(AT)
    log.leaf()
    again.seal(AT)

    assert len(again.keys) == 2
    for note in log.notes():
        verify_note(note, again.keys, check_ed25519)
    assert {s.id for s in parse_note(log.notes()[-1]).signatures} == {again.vkey.id}


def test_nothing_is_rotated_over_a_log_that_shrank(log: Log, tmp_path: Path) -> None:
    key = log.signer.vkey
    emptied = Signer(MemoryArchive(), log.keys, ORIGIN)

    with pytest.raises(IntegrityError):
        emptied.rotate(AT)

    assert Signer(log.archive, log.keys, ORIGIN).vkey == key


def test_packages_from_before_and_after_a_rotation_verify_with_one_trust_file(
    tmp_path: Path,
) -> None:
    site = make_site(tmp_path / "site")
    before = make_package(site, tmp_path / "before")
    site.signer.rotate(NOW)
    after = write_package(
        site.archive, select(site.archive, watches=[WATCH], period=(START, END)),
        tmp_path / "after", signer=site.signer, now=NOW, purpose="uji", order="ST-1",
        actor={"nama": "Petugas"}, organisation="Bawaslu Uji", software="jejak 0.1.0",
    )  # fmt: skip
    trust = Trust(SITE, site.signer.keys, site.signer.retired).text()

    reports = [verify(package, trust) for package in (before, after)]

    assert [r.integrity[0] for r in reports] == ["INTACT", "INTACT"]
    assert not verify(after, site.trust).ok
    newest = max(int(p.stem) for p in (after / "data/statements").iterdir())
    said = json.loads((after / f"data/objects/{newest}/package.json").read_bytes())
    kinds = [json.loads((after / f"data/statements/{r['index']}.json").read_bytes())["type"]
             for r in said["records"]]  # fmt: skip
    assert "key" in kinds


def test_a_thief_of_a_compromised_key_cannot_sign_a_longer_log(log: Log, tmp_path: Path) -> None:
    """What the thief signs is larger than what the key is trusted for."""
    site = make_site(tmp_path / "site")
    stolen = site.signer.vkey
    package = make_package(site, tmp_path / "forged")
    smallest = min(
        parse_checkpoint(p.read_bytes()).size for p in package.glob("data/checkpoints/*.txt")
    )

    report = verify(package, Trust(SITE, (stolen,), {stolen.id: smallest}).text())

    assert "NOTE_KEY_RETIRED" in {f.code for f in report.findings}
