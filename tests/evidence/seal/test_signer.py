from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from evidence.canonical import decode, encode
from evidence.errors import ConfigError, IntegrityError, ParseError
from evidence.ledger import (
    Checkpoint,
    Tree,
    consistency_proof,
    leaf_hash,
    parse_checkpoint,
    verifier_key,
    verify_consistency,
    verify_note,
)
from evidence.model import Draft, StatementType
from evidence.seal import Signer, check_ed25519, open_key, parse_trust, trust_text
from evidence.seal.cosign import witness_key
from evidence.seal.head import read_head
from evidence.seal.restore import restore_head
from evidence.seal.trust import Trust
from evidence.store.memory import MemoryArchive
from evidence.verify.verify import TrustError
from evidence.verify.verify import parse_trust as verifier_trust

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORIGIN = "jejak.test/log"


class Tampered(MemoryArchive):
    """An archive whose server lies: some leaves are replaced, dropped or cut off on reading."""

    def __init__(self) -> None:
        super().__init__()
        self.replaced: dict[int, tuple[bytes, bytes]] = {}
        self.dropped: set[int] = set()
        self.cut: int | None = None

    def size(self) -> int:
        return super().size() if self.cut is None else self.cut

    def raw_leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        for index, data, stored in super().raw_leaves(start, stop):
            if index not in self.dropped:
                yield (index, *self.replaced.get(index, (data, stored)))


def add(archive: MemoryArchive, count: int, first: int = 0) -> None:
    archive.record([
        Draft(StatementType.KEY, f"{first + n:032x}", NOW, "simulated", {"event": "X", "vkey": ""})
        for n in range(count)
    ])  # fmt: skip


def alarms(archive: MemoryArchive) -> list[str]:
    return [
        e.statement.facts["code"]
        for e in MemoryArchive.entries(archive)
        if e.statement.type is StatementType.ALARM
    ]


@pytest.fixture
def archive() -> Tampered:
    return Tampered()


@pytest.fixture
def signer(archive: Tampered, tmp_path: Path) -> Signer:
    return Signer(archive, tmp_path / "keys", ORIGIN, clock="simulated")


def test_a_seal_signs_the_root_of_all_leaves(archive: Tampered, signer: Signer) -> None:
    add(archive, 5)

    head = signer.seal(NOW)

    assert head is not None
    assert head.size == 5
    assert head.root == Tree(leaf_hash(d) for _, d, _ in archive.raw_leaves(0, 5)).root()
    assert verify_note(head.note, [signer.vkey], check_ed25519)
    assert archive.checkpoints() == ((5, head.note),)


def test_nothing_new_means_no_new_checkpoint(archive: Tampered, signer: Signer) -> None:
    assert signer.seal(NOW) is None
    add(archive, 1)
    first = signer.seal(NOW)

    assert signer.seal(NOW) is None
    assert signer.head() == first


def test_each_head_is_a_prefix_of_the_next(archive: Tampered, signer: Signer) -> None:
    heads = []
    for n in range(9):
        add(archive, n + 1, first=100 * n)
        heads.append(signer.seal(NOW))
    tree = Tree(leaf_hash(d) for _, d, _ in archive.raw_leaves(0, archive.size()))

    for older, newer in pairwise(heads):
        assert older is not None
        assert newer is not None
        proof = consistency_proof(tree, older.size, newer.size)
        assert verify_consistency(older.size, older.root, newer.size, newer.root, proof)


def test_a_new_process_goes_on_from_the_head_on_disk(archive: Tampered, tmp_path: Path) -> None:
    add(archive, 3)
    first = Signer(archive, tmp_path, ORIGIN).seal(NOW)
    add(archive, 3, first=50)

    second = Signer(archive, tmp_path, ORIGIN).seal(NOW)

    assert first is not None
    assert second is not None
    assert second.size == 6
    assert read_head(tmp_path, ORIGIN).note == second.note


def test_a_seal_reads_the_new_leaves_only(archive: Tampered, signer: Signer) -> None:
    add(archive, 50)
    signer.seal(NOW)
    add(archive, 2, first=500)
    archive.dropped = set(range(49))

    head = signer.seal(NOW)

    assert head is not None
    assert head.size == 52


def test_a_crash_after_signing_publishes_the_same_note_later(
    archive: Tampered, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, 2)

    def crash(size: int, note: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archive, "add_checkpoint", crash)
        with pytest.raises(KeyboardInterrupt):
            signer.seal(NOW)
    assert archive.checkpoints() == ()

    assert signer.seal(NOW) is None
    head = signer.head()
    assert head is not None
    assert archive.checkpoints() == ((2, head.note),)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("statement edited", "LEAF_HASH"),
        ("leaf dropped", "LEAF_MISSING"),
        ("newest dropped", "LEAF_MISSING"),
        ("signed leaf rewritten", "SIGNED_LEAF_CHANGED"),
        ("backup restored", "LOG_SHRANK"),
    ],
)
def test_a_changed_log_is_refused_and_alarmed(
    archive: Tampered, signer: Signer, fault: str, code: str
) -> None:
    add(archive, 4)
    before = signer.seal(NOW)
    add(archive, 4, first=90)
    forged = b'{"forged":1}'
    match fault:
        case "statement edited":
            archive.replaced = {5: (forged, next(archive.raw_leaves(5, 6))[2])}
        case "leaf dropped":
            archive.dropped = {5}
        case "newest dropped":
            archive.dropped = {7}
        case "signed leaf rewritten":
            archive.replaced = {3: (forged, leaf_hash(forged))}
        case "backup restored":
            archive.cut = 2

    with pytest.raises(IntegrityError, match=ORIGIN):
        signer.seal(NOW)
    with pytest.raises(IntegrityError):
        signer.seal(NOW)

    archive.cut, archive.dropped, archive.replaced = None, set(), {}
    assert alarms(archive) == [code]
    assert signer.head() == before


def test_an_old_leaf_rewritten_with_its_hash_is_found_by_the_audit(
    archive: Tampered, signer: Signer
) -> None:
    add(archive, 6)
    signer.seal(NOW)
    assert signer.audit(NOW) == 6
    forged = b'{"forged":1}'
    archive.replaced = {1: (forged, leaf_hash(forged))}

    with pytest.raises(IntegrityError, match="leaves under the signed head"):
        signer.audit(NOW)
    archive.replaced = {}
    assert alarms(archive) == ["ROOT_CHANGED"]


def test_two_signers_on_one_key_folder_never_disagree(archive: Tampered, tmp_path: Path) -> None:
    signers = [Signer(archive, tmp_path, ORIGIN) for _ in range(4)]
    done = threading.Event()

    def work(signer: Signer) -> None:
        while not done.is_set():
            signer.seal(NOW)

    threads = [threading.Thread(target=work, args=(s,)) for s in signers]
    for thread in threads:
        thread.start()
    for n in range(20):
        add(archive, 3, first=1000 * n)
    done.set()
    for thread in threads:
        thread.join()
    signers[0].seal(NOW)

    tree = Tree(leaf_hash(d) for _, d, _ in archive.raw_leaves(0, archive.size()))
    heads = [parse_checkpoint(note) for _, note in archive.checkpoints()]
    assert heads[-1].size == 60
    assert all(head.root == tree.root(head.size) for head in heads)


def test_the_genesis_statement_is_recorded_once(archive: Tampered, signer: Signer) -> None:
    signer.found(NOW, "jejak 0.1.0")
    signer.found(NOW, "jejak 0.1.0")

    [entry] = archive.entries()
    assert entry.statement.facts["log_key"] == str(signer.vkey)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = open_key(tmp_path, ORIGIN), open_key(tmp_path, ORIGIN)

    assert first.public == second.public
    assert stat.S_IMODE((tmp_path / "log.key").stat().st_mode) == 0o600
    assert "PRIVATE" not in repr(first)


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    open_key(tmp_path, ORIGIN)
    (tmp_path / "log.key").chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        open_key(tmp_path, ORIGIN)


def test_a_key_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.key").write_text("nothing")
    (tmp_path / "log.key").chmod(0o600)

    with pytest.raises(ConfigError, match="no readable PEM key"):
        open_key(tmp_path, ORIGIN)


@pytest.mark.parametrize("edit", [b"", b"{}", b"size 3", b"cut"])
def test_a_damaged_head_file_stops_the_signer(
    archive: Tampered, signer: Signer, tmp_path: Path, edit: bytes
) -> None:
    add(archive, 3)
    signer.seal(NOW)
    path = tmp_path / "keys" / "head.json"
    whole = path.read_bytes()
    path.write_bytes(
        {b"size 3": whole.replace(b'"size":3', b'"size":2'), b"cut": whole[:-5]}.get(edit, edit)
    )

    with pytest.raises(IntegrityError, match=r"head\.json"):
        signer.seal(NOW)
    assert alarms(archive) == ["HEAD_LOST"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda now, before: {**now, "note": before["note"]},
        lambda now, before: {**now, "frontier": before["frontier"], "size": before["size"]},
        lambda now, before: {**now, "frontier": ["00" * 32] * len(now["frontier"])},
        lambda now, before: {**now, "note": ""},
        lambda now, before: {**now, "v": 2},
        lambda now, before: {**now, "more": 1},
        lambda now, before: {name: now[name] for name in now if name != "v"},
    ],
    ids=["older note", "older frontier", "other frontier", "no note", "version", "more", "less"],
)
def test_a_head_file_that_contradicts_itself_or_says_more_stops_the_signer(
    archive: Tampered,
    signer: Signer,
    tmp_path: Path,
    edit: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
) -> None:
    path = tmp_path / "keys" / "head.json"
    kept = []
    for first in (0, 3):
        add(archive, 3, first)
        signer.seal(NOW)
        kept.append(decode(path.read_bytes()))
    path.write_bytes(encode(edit(kept[1], kept[0])))
    add(archive, 1, 6)

    with pytest.raises(IntegrityError, match="not a signed head that this program wrote"):
        signer.seal(NOW)

    assert alarms(archive) == ["HEAD_LOST"]
    assert [size for size, _ in archive.checkpoints()] == [3, 6]


def test_a_head_that_was_removed_stops_the_signer_whatever_the_log_is_now(
    archive: Tampered, signer: Signer, tmp_path: Path
) -> None:
    """Without the head it signed last it would sign any log it is shown, a shorter one too."""
    add(archive, 3)
    signer.seal(NOW)
    (tmp_path / "keys" / "head.json").unlink()
    other = Tampered()
    add(other, 2)

    for shown in (archive, other):
        with pytest.raises(IntegrityError, match="is gone though the log's key is there"):
            Signer(shown, tmp_path / "keys", ORIGIN).seal(NOW)

    assert alarms(archive) == alarms(other) == ["HEAD_LOST"]
    assert len(archive.checkpoints()) == 1
    assert other.checkpoints() == ()


def test_a_lost_head_is_restored_from_the_largest_note_only(
    archive: Tampered, signer: Signer, tmp_path: Path
) -> None:
    notes = []
    for first in (0, 3):
        add(archive, 3, first)
        sealed = signer.seal(NOW)
        assert sealed
        notes.append(sealed.note)
    keys = tmp_path / "keys"

    def restore(note: bytes, shown: Tampered = archive) -> Checkpoint:
        return restore_head(shown, keys, note, keys=signer.keys, retired=signer.retired)

    with pytest.raises(IntegrityError, match="is not needed"):
        restore(notes[1])
    (keys / "head.json").write_bytes(b"{}")
    rewritten = Tampered()
    add(rewritten, 9, first=50)
    foreign = Signer(Tampered(), tmp_path / "thief", ORIGIN)
    with pytest.raises(IntegrityError, match="is smaller than one that was signed over 6"):
        restore(notes[0])
    with pytest.raises(IntegrityError, match="not the head of what the archive holds"):
        restore(notes[1], rewritten)
    with pytest.raises(IntegrityError, match="no trusted key"):
        restore_head(archive, keys, notes[1], keys=foreign.keys, retired={})
    add(archive, 1, first=6)

    assert restore(notes[1]).size == 6
    sealed = signer.seal(NOW)
    assert sealed
    assert sealed.size == 7
    assert Tree(leaf_hash(d) for _, d, _ in archive.raw_leaves(0, 7)).root() == sealed.root


def test_a_head_of_another_log_stops_the_signer(
    archive: Tampered, signer: Signer, tmp_path: Path
) -> None:
    add(archive, 1)
    signer.seal(NOW)

    with pytest.raises(IntegrityError, match="other"):
        Signer(archive, tmp_path / "keys", "other.test/log").seal(NOW)
    assert alarms(archive) == ["ORIGIN_CHANGED"]


def test_a_trust_file_round_trips(signer: Signer) -> None:
    text = trust_text(ORIGIN, [signer.vkey], "Kantor Bawaslu\nhanded over in person")

    trust = parse_trust(text)

    assert trust.origin == ORIGIN
    assert trust.keys == (signer.vkey,)


@pytest.mark.parametrize(
    "text",
    ["", "jejak-trust v2\n", "jejak-trust v1\norigin a\n", "jejak-trust v1\norigin a\nkey b\n",
     "jejak-trust v1\norigin a\nvkey b+0+c\n"],
)  # fmt: skip
def test_a_malformed_trust_file_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_trust(text)


def test_a_trust_file_whose_key_has_another_name_is_refused(signer: Signer) -> None:
    with pytest.raises(ParseError, match="not named as the origin"):
        parse_trust(trust_text("other.test/log", [signer.vkey]))


def test_a_key_folder_that_is_gone_stops_the_signer_and_publishes_nothing(
    archive: Tampered, signer: Signer, tmp_path: Path
) -> None:
    add(archive, 1)
    (tmp_path / "keys").rename(tmp_path / "moved")

    with pytest.raises(ConfigError, match="keys"):
        signer.seal(NOW)
    assert archive.checkpoints() == ()


def test_a_head_that_cannot_be_kept_is_not_published(
    archive: Tampered, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evidence.seal.disk.os.fsync", full)
    with pytest.raises(ConfigError, match="No space left"):
        signer.seal(NOW)
    assert archive.checkpoints() == ()


def test_a_trust_file_with_witnesses_and_authorities_round_trips(signer: Signer) -> None:
    old = verifier_key(ORIGIN, bytes(32))
    pem = "words before\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\nafter\n"
    given = Trust(
        ORIGIN, (old, signer.vkey), {old.id: 12}, (witness_key("saksi.test", bytes(32)),), 1,
        (("TSA Satu", pem), ("TSA Dua", pem * 2)), {840_000: bytes(range(80))},
    )  # fmt: skip

    trust = parse_trust(given.text("diserahkan terpisah"))

    assert (trust.keys, trust.retired) == (given.keys, {old.id: 12})
    assert (trust.witnesses, trust.quorum) == (given.witnesses, 1)
    assert [name for name, _pem in trust.tsas] == ["TSA Satu", "TSA Dua"]
    assert trust.tsas[1][1].count("BEGIN CERTIFICATE") == 2
    assert verifier_trust(given.text()).tsas == trust.tsas
    assert verifier_trust(given.text()).blocks == trust.blocks == given.blocks


@pytest.mark.parametrize(
    "more",
    ["witness x\n", "quorum 1\n", "tsa x\n", "tsa x\n-----BEGIN CERTIFICATE-----\nAAAA\n",
     "quorum 0\nquorum 0\n", "AAAA\n", "retired x\n", "block 1 00\n", "block x " + "0" * 160 + "\n"],
)  # fmt: skip
def test_a_trust_file_with_a_broken_end_is_refused_by_both(signer: Signer, more: str) -> None:
    text = trust_text(ORIGIN, [signer.vkey]) + more

    with pytest.raises(ParseError):
        parse_trust(text)
    with pytest.raises(TrustError):
        verifier_trust(text)
