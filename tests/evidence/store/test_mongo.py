"""What only MongoDB can get wrong: altered rows, leftovers of crashes, erasers and writers meeting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
import pytest
from bson.objectid import ObjectId
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, IntegrityError, StoreError
from evidence.model import Draft, Plain, StatementType
from evidence.store import Archive, Row, open_archive
from evidence.store.mongo import MongoArchive, open_mongo
from evidence.store.mongo.edge import Edge
from evidence.store.objects import CHUNK_BYTES

pytestmark = pytest.mark.mongo

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
Db = Database[dict[str, Any]]


@pytest.fixture
def archive(mongo_url: str) -> Iterator[MongoArchive]:
    opened = open_mongo(mongo_url, retry_s=5)
    yield opened
    opened.close()


@pytest.fixture
def db(mongo_url: str) -> Iterator[Db]:
    """The database as its administrator sees it."""
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        yield client.get_default_database()


def draft(*objects: tuple[str, bytes], rec: str = "") -> Draft:
    plain = tuple(Plain(role, "application/octet-stream", data) for role, data in objects)
    return Draft(StatementType.CAPTURE, rec or new_record_id(), AT, "system", {}, plain)


def put(archive: Archive, data: bytes) -> str:
    return archive.record([draft(("body", data))])[0].statement.rec


# --- altered rows ---


def test_a_chunk_with_one_flipped_bit_is_found(archive: MongoArchive, db: Db) -> None:
    rec = put(archive, b"evidence" * 100)
    chunk = db.blobs.find_one({})
    assert chunk is not None
    sealed = bytearray(chunk["sealed"])
    sealed[17] ^= 1
    db.blobs.update_one({"_id": chunk["_id"]}, {"$set": {"sealed": bytes(sealed)}})

    with pytest.raises(IntegrityError, match="altered"):
        archive.open_object(rec, "body")


def test_chunks_that_changed_places_are_found(archive: MongoArchive, db: Db) -> None:
    rec = put(archive, b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES)
    one, two = db.blobs.find({}).sort("_id", 1)
    db.blobs.update_one({"_id": one["_id"]}, {"$set": {"sealed": two["sealed"]}})
    db.blobs.update_one({"_id": two["_id"]}, {"$set": {"sealed": one["sealed"]}})

    with pytest.raises(IntegrityError, match="altered"):
        archive.open_object(rec, "body")


def test_a_missing_chunk_is_found(archive: MongoArchive, db: Db) -> None:
    rec = put(archive, b"x" * (CHUNK_BYTES + 1))
    db.blobs.delete_one({"_id": {"$regex": ":1$"}})

    with pytest.raises(IntegrityError, match=r"chunk 1 .* missing"):
        archive.open_object(rec, "body")


def test_an_extra_chunk_harms_nothing(archive: MongoArchive, db: Db) -> None:
    rec = put(archive, b"whole")
    chunk = db.blobs.find_one({})
    assert chunk is not None
    stored = chunk["_id"].rpartition(":")[0]
    for n in ("1", "-1", "00", "x"):
        db.blobs.insert_one({"_id": f"{stored}:{n}", "sealed": b"junk"})

    opened = archive.open_object(rec, "body")

    assert opened is not None
    assert opened.data == b"whole"


def test_another_record_s_blob_in_place_of_ours_is_found(archive: MongoArchive, db: Db) -> None:
    one, two = put(archive, b"mine"), put(archive, b"else")
    other = db["keys"].find_one({"_id": {"$regex": f"^{two}/"}})
    assert other is not None
    db["keys"].update_one({"_id": {"$regex": f"^{one}/"}}, {"$set": {"key": other["key"]}})

    with pytest.raises(IntegrityError, match="committed"):
        archive.open_object(one, "body")


@pytest.mark.parametrize(
    "change", [{"dek": b"short"}, {"size": 10**15}, {"size": "x"}, {"stored": 1}]
)
def test_an_altered_key_row_is_found(
    archive: MongoArchive, db: Db, change: dict[str, object]
) -> None:
    rec = put(archive, b"x")
    db["keys"].update_one({"_id": {"$regex": "^blob:"}}, {"$set": change})

    with pytest.raises(IntegrityError):
        archive.open_object(rec, "body")


def test_keys_that_went_without_an_erasure_are_a_fault_not_an_erasure(
    archive: MongoArchive, db: Db
) -> None:
    rec = put(archive, b"x")
    db["keys"].delete_many({"_id": {"$regex": f"^{rec}/"}})

    with pytest.raises(IntegrityError, match="no erasure took it"):
        archive.open_object(rec, "body")


@pytest.mark.parametrize(
    "change",
    [{"statement": b"{}"}, {"leaf_hash": b"\0" * 32}, {"statement": None}, {"rec": "f" * 32}],
    ids=["statement", "hash", "type", "rec"],
)
def test_an_altered_leaf_is_named_by_its_index(
    archive: MongoArchive, db: Db, change: dict[str, object]
) -> None:
    archive.record([draft(), draft(), draft()])
    db.statements.update_one({"_id": 1}, {"$set": change})

    with pytest.raises(IntegrityError, match="log entry 1"):
        list(archive.entries())
    assert [leaf[0] for leaf in archive.raw_leaves(0, 3)] == [0, 1, 2]


def test_a_removed_leaf_is_named_by_its_index(archive: MongoArchive, db: Db) -> None:
    archive.record([draft(), draft(), draft()])
    db.statements.delete_one({"_id": 1})

    with pytest.raises(IntegrityError, match="log entry 1"):
        list(archive.entries())


def test_a_row_between_two_leaves_is_found(archive: MongoArchive, db: Db) -> None:
    archive.record([draft(), draft()])
    db.statements.insert_one({"_id": 0.5, "statement": b"", "leaf_hash": b"", "rec": "x"})
    db.statements.insert_one({"_id": "zzz", "rec": "y"})

    assert archive.size() == 2
    with pytest.raises(IntegrityError, match="log entry 1"):
        list(archive.entries())


def test_the_log_reads_on_over_many_pages(archive: MongoArchive) -> None:
    drafts = [draft() for _ in range(2_500)]
    archive.record(drafts)

    assert [e.statement.rec for e in archive.entries()] == [d.rec for d in drafts]
    assert [leaf[0] for leaf in archive.raw_leaves(990, 2_010)] == list(range(990, 2_010))


# --- leftovers of crashes ---


class Crash(Exception):
    """Stands for the process ending between two writes."""


@pytest.mark.parametrize("point", ["blobs", "keys", "statements"])
def test_a_crash_between_two_writes_never_blocks_the_retry(
    archive: MongoArchive, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    from pymongo.collection import Collection

    whole = Collection.insert_many
    made = draft(("body", b"again"), ("exchange", b"and again"))

    def crashing(self: Any, *args: Any, **kw: Any) -> Any:
        done = whole(self, *args, **kw) if point != "statements" or self.name != point else None
        if self.name == point:
            raise Crash
        return done

    monkeypatch.setattr(Collection, "insert_many", crashing)
    with pytest.raises(Crash):
        archive.record([made])
    monkeypatch.undo()

    assert archive.size() == 0
    archive.record([made])
    opened = archive.open_object(made.rec, "body")
    assert opened is not None
    assert opened.data == b"again"
    assert archive.erase(made.rec) == 2
    assert archive.info().blobs == 0
    assert archive.info().objects == 0


def test_an_answer_that_is_lost_does_not_double_the_leaf(
    archive: MongoArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymongo.collection import Collection

    whole = Collection.insert_many
    lost: list[str] = []

    def losing(self: Any, *args: Any, **kw: Any) -> Any:
        done = whole(self, *args, **kw)
        if self.name not in lost:
            lost.append(self.name)
            raise AutoReconnect("the answer was lost")
        return done

    monkeypatch.setattr(Collection, "insert_many", losing)
    made = draft(("body", b"once"))
    entry = archive.record([made])[0]

    assert lost == ["blobs", "keys", "statements"]
    assert (archive.size(), entry.index) == (1, 0)
    opened = archive.open_object(made.rec, "body")
    assert opened is not None
    assert opened.data == b"once"


def test_a_picture_that_a_record_of_long_ago_holds_too_outlives_the_erasure_of_another(
    archive: MongoArchive, db: Db
) -> None:
    kept, rec = put(archive, b"shared"), put(archive, b"shared")
    db.keys.update_many({"made": {"$exists": True}}, {"$set": {"made": ObjectId("5f" + "0" * 22)}})

    archive.erase(rec)

    opened = archive.open_object(kept, "body")
    assert opened is not None
    assert opened.data == b"shared"
    assert archive.open_object(rec, "body") is None


def test_a_use_that_a_crash_left_does_not_keep_an_erased_blob_readable(
    archive: MongoArchive, db: Db
) -> None:
    rec = put(archive, b"gone")
    key = db["keys"].find_one({"_id": {"$regex": "^blob:"}})
    assert key is not None
    old = ObjectId.from_datetime(datetime.now(UTC) - timedelta(hours=1))
    db["keys"].insert_one({"_id": f"{'e' * 32}/body/00", "key": key["_id"], "made": old})

    archive.erase(rec)

    assert db["keys"].find_one({"_id": {"$regex": "^blob:"}}) is None


def test_a_use_of_a_writer_at_work_keeps_its_blob(archive: MongoArchive, db: Db) -> None:
    rec = put(archive, b"kept")
    key = db["keys"].find_one({"_id": {"$regex": "^blob:"}})
    assert key is not None
    db["keys"].insert_one({"_id": f"{'e' * 32}/body/00", "key": key["_id"], "made": ObjectId()})

    archive.erase(rec)

    assert db["keys"].find_one({"_id": key["_id"]}) is not None


@pytest.mark.parametrize("step", range(6))
def test_an_erasure_cut_off_at_any_step_is_finished_by_asking_again(
    archive: MongoArchive, db: Db, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    from pymongo.collection import Collection

    rec = put(archive, b"secret")
    steps = 0

    def cut(method: Any) -> Any:
        def call(self: Any, *args: Any, **kw: Any) -> Any:
            nonlocal steps
            if steps == step:
                raise Crash
            steps += 1
            return method(self, *args, **kw)

        return call

    monkeypatch.setattr(Collection, "insert_one", cut(Collection.insert_one))
    monkeypatch.setattr(Collection, "delete_many", cut(Collection.delete_many))
    with pytest.raises(Crash):
        archive.erase(rec)
    monkeypatch.undo()
    between = archive.open_object(rec, "body")
    archive.erase(rec)

    assert between is None or between.data == b"secret"
    assert archive.open_object(rec, "body") is None
    assert db["keys"].count_documents({"_id": {"$regex": "^(blob|erasing):"}}) == 0
    assert archive.info().erased == 1


def test_writers_and_erasers_of_one_picture_never_lose_a_recorded_one(
    archive: MongoArchive,
) -> None:
    stop = threading.Event()
    kept: list[str] = []

    def write() -> None:
        while not stop.is_set():
            kept.append(put(archive, b"the same picture"))

    def erase() -> None:
        for _ in range(60):
            if len(kept) > 1:
                archive.erase(kept.pop(0))
        stop.set()

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(write), pool.submit(write), pool.submit(erase), pool.submit(erase)]
        for job in jobs:
            job.result(60)

    for rec in kept:
        opened = archive.open_object(rec, "body")
        assert opened is not None
        assert opened.data == b"the same picture"


def test_nothing_stored_shows_the_plain_bytes(archive: MongoArchive, db: Db) -> None:
    put(archive, b"canary-3171234567890001")

    for name in db.list_collection_names():
        for doc in db[name].find({}):
            assert b"canary" not in b"".join(v for v in doc.values() if isinstance(v, bytes))
            assert "canary" not in repr({k: v for k, v in doc.items() if k != "_id"})


# --- the server's edges ---


def test_a_server_that_is_down_is_said_soon_and_without_its_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evidence.store.mongo.archive.SELECT_MS", 300)
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9") as caught:
        open_archive("mongodb://someone:very-secret@127.0.0.1:9/x?directConnection=true", Path())

    assert "very-secret" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "url", ["mongodb://", "mongodb://a:b:c@/x", "http://x", "mongodb://h/?w=x&j"]
)
def test_a_url_that_cannot_be_used_is_a_configuration_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        open_archive(url, tmp_path)


def test_a_weaker_concern_in_the_url_is_overruled(mongo_url: str) -> None:
    archive = open_mongo(f"{mongo_url}&w=1&journal=false&readConcernLevel=local")

    written = archive._database.write_concern.document
    assert (written["w"], written["j"]) == ("majority", True)
    assert archive._database.read_concern.level == "majority"
    archive.close()


def test_a_call_is_tried_again_until_its_budget_is_spent() -> None:
    calls = 0

    def failing() -> None:
        nonlocal calls
        calls += 1
        raise AutoReconnect("away")

    with pytest.raises(StoreError, match="does not answer"):
        Edge("h:1", 0.2).run("trying", failing)
    assert calls > 2


def test_a_server_of_ours_that_is_killed_as_it_starts_is_started_once_more() -> None:
    starts = 0

    def revive() -> None:
        nonlocal starts
        starts += 1
        if starts == 1:
            raise StoreError("embedded MongoDB", "it ended at once (exit code -9)")

    def call() -> int:
        if starts < 2:
            raise AutoReconnect("away")
        return starts

    assert Edge("h:1", 30, revive).run("trying", call) == 2


def test_why_a_server_of_ours_does_not_start_is_said_when_the_budget_is_spent() -> None:
    def revive() -> None:
        raise StoreError("data folder", "its disk has 1 MB left")

    def failing() -> None:
        raise AutoReconnect("away")

    with pytest.raises(StoreError, match="its disk has 1 MB left"):
        Edge("h:1", 0.04, revive).run("trying", failing)


def test_a_row_of_more_than_a_document_holds_is_refused(archive: MongoArchive) -> None:
    with pytest.raises(StoreError):
        archive.project([Row("posts", "big", {"text": "x" * (17 * 2**20)})])


def test_a_blob_message_never_quotes_what_was_stored(archive: MongoArchive) -> None:
    with pytest.raises(StoreError) as caught:
        archive.project([Row("posts", "big", {"text": "canary" * (3 * 2**20)})])

    assert "canary" not in str(caught.value)


def test_an_index_that_is_missing_is_made_at_the_next_opening(mongo_url: str, db: Db) -> None:
    open_mongo(mongo_url).close()
    db["p_posts"].drop_index("post")

    open_mongo(mongo_url).close()

    assert "post" in db["p_posts"].index_information()


def test_a_role_that_may_only_insert_and_find_can_record_and_may_not_remove(
    mongo_url: str, db: Db
) -> None:
    """Roles need a server with logins; the embedded one has them."""
    name = db.name
    open_mongo(mongo_url).close()
    evidence = ["statements", "blobs", "keys", "checkpoints"]
    rights = [({"db": name, "collection": c}, ["find", "insert", "listIndexes"]) for c in evidence]
    db.command(
        "createRole",
        "writer",
        privileges=[
            *({"resource": where, "actions": actions} for where, actions in rights),
            {"resource": {"db": name, "collection": ""}, "actions": ["listCollections"]},
            *(
                {"resource": {"db": name, "collection": c}, "actions": ["find", "listIndexes"]}
                for c in db.list_collection_names()
                if c.startswith("p_")
            ),
        ],
        roles=[],
    )
    db.command("createUser", "writer", pwd="w", roles=["writer"])
    address = mongo_url.rpartition("@")[2].partition("/")[0]
    writer = open_mongo(
        f"mongodb://writer:w@{address}/{name}?directConnection=true&authSource={name}"
    )

    rec = put(writer, b"insert and find suffice")

    opened = writer.open_object(rec, "body")
    assert opened is not None
    with pytest.raises(StoreError, match="may not do this"):
        writer.erase(rec)
    writer.close()
    db.command("dropUser", "writer")
    db.command("dropRole", "writer")


def test_a_server_that_goes_away_in_the_middle_is_a_store_error_not_a_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is stopped under an archive that does not own it, so nobody revives it."""
    from evidence.store.embedded import EmbeddedServer

    try:
        server = EmbeddedServer.open(tmp_path)
    except ConfigError as error:
        pytest.skip(f"needs an embedded mongod: {error}")
    monkeypatch.setattr("evidence.store.mongo.archive.SELECT_MS", 300)
    archive = open_mongo(server.url_of("jejak"), retry_s=0.5)
    put(archive, b"before")
    server.close()

    with pytest.raises(StoreError, match="does not answer") as caught:
        put(archive, b"after")
    archive.close()
    assert caught.value.remedy
