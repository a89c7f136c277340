"""An administrator of the database does what no role may: each act is found and named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from evidence.canonical import new_record_id
from evidence.ledger import leaf_hash
from evidence.model import Draft, Plain, StatementType
from evidence.projection import project_entries
from evidence.query import Check, custody_draft, fsck
from evidence.record import Recorder
from evidence.seal import Signer, check_ed25519
from evidence.store import open_archive

pytestmark = pytest.mark.mongo

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
Db = Database[dict[str, Any]]


@dataclass
class Site:
    """An archive of nine leaves, signed at five and at nine, as its administrator sees it."""

    url: str
    keys: Path
    db: Db
    recs: list[str] = field(default_factory=list)

    def check(self) -> Check:
        with closing(open_archive(self.url, Path())) as archive:
            signer = Signer(archive, self.keys, "attack.example/log")
            return fsck(
                archive,
                keys=[signer.vkey],
                check_signature=check_ed25519,
                signed=signer.head(),
                projections=True,
            )

    def leaf(self, index: int) -> dict[str, Any]:
        found = self.db.statements.find_one({"_id": index})
        assert found is not None
        return found


@pytest.fixture
def site(mongo_url: str, tmp_path: Path) -> Iterator[Site]:
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        made = Site(mongo_url, tmp_path / "keys", client.get_default_database())
        with closing(open_archive(mongo_url, tmp_path)) as archive:
            signer = Signer(archive, made.keys, "attack.example/log")
            for first, count in ((0, 5), (5, 4)):
                entries = archive.record([read(n) for n in range(first, first + count)])
                project_entries(archive, entries)
                made.recs += [entry.statement.rec for entry in entries]
                signer.seal(AT)
        yield made


def read(number: int) -> Draft:
    return custody_draft(
        Recorder("system", "t"), "READ", [f"{number:032x}"], AT,
        actor=f"actor {number}", purpose="p", order="o",
    )  # fmt: skip


def edit(site: Site, index: int, *, rehash: bool) -> None:
    data = bytes(site.leaf(index)["statement"]).replace(b'"READ"', b'"EDIT"')
    fresh = {"statement": data, **({"leaf_hash": leaf_hash(data)} if rehash else {})}
    site.db.statements.update_one({"_id": index}, {"$set": fresh})


def refile(site: Site, moves: dict[int, int]) -> None:
    """Put leaves under other indexes, as if they had come in another order."""
    docs = [site.leaf(old) | {"_id": new} for old, new in moves.items()]
    site.db.statements.delete_many({"_id": {"$in": list(moves)}})
    site.db.statements.insert_many(docs)


def insert_between(site: Site) -> None:
    """A backdated leaf: what follows moves up by one."""
    fifth = site.leaf(4)
    refile(site, {n: n + 1 for n in range(4, 9)})
    data = bytes(fifth["statement"]).replace(fifth["rec"].encode(), b"f" * 32)
    site.db.statements.insert_one(
        {"_id": 4, "statement": data, "leaf_hash": leaf_hash(data), "rec": "f" * 32}
    )


def chunk_of(site: Site, number: int) -> str:
    """Name of the one chunk of a record's object."""
    use = site.db["keys"].find_one({"_id": {"$regex": f"^{site.recs[number]}/"}})
    assert use is not None
    key = site.db["keys"].find_one({"_id": use["key"]})
    assert key is not None
    return f"{key['stored']}:0"


def swap_blobs(site: Site) -> None:
    other = site.db.blobs.find_one({"_id": chunk_of(site, 5)})
    assert other is not None
    change = {"$set": {"sealed": other["sealed"]}}
    site.db.blobs.update_one({"_id": chunk_of(site, 4)}, change)


def restore_backup(site: Site) -> None:
    """All of the store as it was at the first checkpoint."""
    site.db.statements.delete_many({"_id": {"$gte": 5}})
    site.db.checkpoints.delete_many({"_id": {"$gt": 5}})
    site.db["keys"].delete_many({"_id": {"$regex": "^(" + "|".join(site.recs[5:]) + ")/"}})


def change_note(site: Site) -> None:
    note = bytes(site.db.checkpoints.find_one({"_id": 5})["note"])  # type: ignore[index]
    site.db.checkpoints.update_one({"_id": 5}, {"$set": {"note": note.replace(b"\n5\n", b"\n4\n")}})


def drop_projection(site: Site) -> None:
    site.db["p_custody"].drop()


def key_back(site: Site) -> None:
    """An erasure, and then `keys` from an older backup."""
    rows = list(site.db["keys"].find())
    with closing(open_archive(site.url, Path())) as archive:
        erasure = Draft(StatementType.ERASURE, new_record_id(), AT, "system",
                        {"subject": site.recs[2], "basis": "b", "order": "o"},
                        (Plain("officer", "text/plain", b"x"),))  # fmt: skip
        archive.record([erasure])
        archive.erase(site.recs[2])
    for row in rows:
        site.db["keys"].replace_one({"_id": row["_id"]}, row, upsert=True)


def upd(name: str, where: dict[str, Any], change: dict[str, Any]) -> Callable[[Site], None]:
    def act(site: Site) -> None:
        assert site.db[name].update_one(where, {"$set": change}).modified_count == 1

    return act


def delete(*indexes: int) -> Callable[[Site], None]:
    return lambda site: site.db.statements.delete_many({"_id": {"$in": list(indexes)}}) and None


ATTACKS: dict[str, tuple[Callable[[Site], Any], str, str]] = {
    # name: (act, code that must be found, what its place must name; {n} is record n's id)
    "edit a statement": (lambda s: edit(s, 3, rehash=False), "LEAF_HASH", "leaf 3"),
    "edit a statement and its hash": (
        lambda s: edit(s, 3, rehash=True), "ROOT_DIFFERS", "checkpoint 5"
    ),
    "edit the newest leaf and its hash": (
        lambda s: edit(s, 8, rehash=True), "ROOT_DIFFERS", "signed head 9"
    ),
    "edit a hash alone": (upd("statements", {"_id": 6}, {"leaf_hash": b"\0" * 32}), "LEAF_HASH", "leaf 6"),
    "edit a row's record id": (upd("statements", {"_id": 6}, {"rec": "e" * 32}), "RECORD_MISFILED", "leaf 6"),
    "a statement of another type": (upd("statements", {"_id": 6}, {"statement": "x"}), "NOT_CANONICAL", "leaf 6"),
    "delete the newest": (delete(8), "HEAD_BEYOND_LOG", "signed head 9"),
    "delete the newest with their notes": (
        lambda s: (delete(5, 6, 7, 8)(s), s.db.checkpoints.delete_one({"_id": 9})),
        "CHECKPOINT_MISSING", "signed head 9",
    ),
    "delete from the middle": (delete(4), "GAP", "leaf 4"),
    "delete the oldest": (delete(0), "GAP", "leaf 0"),
    "delete all": (lambda s: s.db.statements.delete_many({}), "HEAD_BEYOND_LOG", "checkpoint 5"),
    "insert a backdated leaf": (insert_between, "ROOT_DIFFERS", "checkpoint 5"),
    "swap two leaves": (lambda s: refile(s, {2: 3, 3: 2}), "ROOT_DIFFERS", "checkpoint 5"),
    "a row between two leaves": (
        lambda s: s.db.statements.insert_one({"_id": 3.5, "rec": "x"}), "GAP", "leaf 4"
    ),
    "a row that is no leaf": (
        lambda s: s.db.statements.insert_one({"_id": "zzz", "rec": "x"}),
        "ROW_UNKNOWN", "collection statements",
    ),
    "swap a blob of equal length": (swap_blobs, "OBJECT_ALTERED", "{4}"),
    "remove a chunk": (
        lambda s: s.db.blobs.delete_one({"_id": chunk_of(s, 4)}), "OBJECT_ALTERED", "{4}"
    ),
    "add a chunk": (
        lambda s: s.db.blobs.insert_one(
            {"_id": s.db.blobs.find_one()["_id"].replace(":0", ":1"), "sealed": b"x"}  # type: ignore[index]
        ),
        "CHUNK_EXTRA", "chunk ",
    ),
    "remove a key": (
        lambda s: s.db["keys"].delete_one({"_id": {"$regex": f"^{s.recs[2]}/"}}),
        "OBJECT_ALTERED", "{2}",
    ),
    "remove a key and say it was erased": (
        lambda s: (
            s.db["keys"].delete_one({"_id": {"$regex": f"^{s.recs[2]}/"}}),
            s.db["keys"].insert_one({"_id": f"erased:{s.recs[2]}", "objects": 1}),
        ),
        "ERASED_WITHOUT_STATEMENT", "{2}",
    ),
    "an extra key of no known form": (
        lambda s: s.db["keys"].insert_one({"_id": "spare", "dek": b"x" * 32}),
        "ROW_UNKNOWN", "collection keys",
    ),
    "an extra key of a known form": (
        lambda s: s.db["keys"].insert_one({"_id": f"{'a' * 32}/body/{'b' * 64}", "key": "blob:x"}),
        "KEY_UNUSED", "record " + "a" * 32,
    ),
    "restore keys from before an erasure": (key_back, "ERASED_KEY_PRESENT", "{2}"),
    "restore an older backup": (restore_backup, "HEAD_BEYOND_LOG", "signed head 9"),
    "change a checkpoint's note": (change_note, "NOTE_UNREADABLE", "checkpoint 5"),
    "put another note in its place": (
        upd("checkpoints", {"_id": 5}, {"note": b"rubbish"}), "NOTE_UNREADABLE", "checkpoint 5"
    ),
    "remove the newest checkpoint": (
        lambda s: s.db.checkpoints.delete_one({"_id": 9}), "CHECKPOINT_MISSING", "signed head 9"
    ),
    "drop a projection": (drop_projection, "PROJECTION_MISSING", "{0}"),
    "rename the blobs": (
        lambda s: s.db.blobs.rename("old_blobs"), "COLLECTION_UNKNOWN", "collection old_blobs"
    ),
    "rename the log": (
        lambda s: s.db.statements.rename("old"), "HEAD_BEYOND_LOG", "signed head 9"
    ),
    "a TTL index": (
        lambda s: s.db["keys"].create_index("made", name="ttl", expireAfterSeconds=10**8),
        "INDEX_UNKNOWN", "collection keys, index ttl",
    ),
    "an index that expires in place of ours": (
        lambda s: (
            s.db["keys"].drop_index("gone"),
            s.db["keys"].create_index("gone", name="gone", sparse=True, expireAfterSeconds=10**8),
        ),
        "INDEX_ALTERED", "collection keys, index gone",
    ),
    "a validator that refuses all": (
        lambda s: s.db.command("collMod", "statements", validator={"never": True}),
        "COLLECTION_ALTERED", "collection statements",
    ),
    "another database's rows": (
        lambda s: s.db["notes"].insert_one({}), "COLLECTION_UNKNOWN", "collection notes"
    ),
}  # fmt: skip


def test_a_sound_archive_has_neither_fault_nor_note(site: Site) -> None:
    check = site.check()

    assert (check.faults, check.notes) == ([], [])
    assert (check.leaves, check.objects, check.checkpoints, check.signatures) == (9, 9, 2, 2)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_administrator_s_act_is_found_and_named(site: Site, name: str) -> None:
    act, code, place = ATTACKS[name]
    for n, rec in enumerate(site.recs):
        place = place.replace(f"{{{n}}}", rec)

    act(site)
    check = site.check()

    found = [f for f in (*check.faults, *check.notes) if f.code == code and place in f.place]
    assert found, [f"{f.code} {f.place}" for f in (*check.faults, *check.notes)]


def test_at_least_twelve_acts_are_tried_and_all_but_the_known_form_are_faults() -> None:
    assert len(ATTACKS) >= 12
    assert [name for name, each in ATTACKS.items() if each[1] == "KEY_UNUSED"] == [
        "an extra key of a known form"
    ]


def test_the_newest_unsigned_leaf_leaves_its_key_behind_when_it_is_removed(site: Site) -> None:
    """No head covers it, so the log shows nothing; the note about its key does."""
    with closing(open_archive(site.url, Path())) as archive:
        unsigned = archive.record([read(99)])[0]
    site.db.statements.delete_one({"_id": unsigned.index})

    check = site.check()

    assert [f.code for f in check.notes] == ["KEY_UNUSED"]
    assert unsigned.statement.rec in check.notes[0].place
