"""The tripwire on a real server, by the watcher's own user: acts are alarms, work is silence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, IntegrityError
from evidence.model import Draft, Plain, StatementType
from evidence.projection import TABLES
from evidence.seal.storewatch import Kept, StoreWatch, alarm_drafts, read_kept, write_kept
from evidence.store import Claim, MemoryArchive, Row, Sighting, open_tripwire
from evidence.store.mongo import MongoArchive, open_mongo
from evidence.store.mongo.roles import secure
from evidence.store.mongo.tripwire import Memory, Tripwire, erased_subject

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
Db = Database[dict[str, Any]]


@dataclass
class Site:
    archive: MongoArchive
    db: Db
    watcher_url: str
    tripwire: Tripwire

    def seen(self) -> list[tuple[str, str]]:
        """What the tripwire saw since the last call, up to a mark that is put now."""
        mark = new_record_id()
        self.db["keys"].insert_one({"_id": f"gone:{mark}", "gone": mark})
        found: list[tuple[str, str]] = []
        deadline = time.monotonic() + 30
        while mark not in self.tripwire.memory.going and time.monotonic() < deadline:
            found += [(each.code, each.place) for each in self.tripwire.look()]
            if any(code == "WATCH_BLIND" for code, _place in found):
                break
        return found


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.store.mongo.tripwire.WAIT_MS", 50)


def watching(url: str, watcher_url: str) -> Iterator[Site]:
    archive = open_mongo(url)
    archive.record([draft(b"one"), draft(b"two")])
    tripwire = open_tripwire(watcher_url, Path(), Memory())
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        site = Site(archive, client.get_default_database(), watcher_url, tripwire)
        tripwire.look()
        yield site
        tripwire.close()
        archive.close()


@pytest.fixture
def site(mongo_url: str) -> Iterator[Site]:
    yield from watching(mongo_url, mongo_url)


@pytest.fixture
def limited(mongo_server: str) -> Iterator[Site]:
    """The same, watched by the watcher's own user."""
    base, _, options = mongo_server.partition("?")
    url = f"{base.rstrip('/')}/watch_{new_record_id()[:8]}?{options}"
    made = secure(url, TABLES)
    yield from watching(url, next(each.url for each in made.logins if each.user == "watcher"))
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        database = client.get_default_database()
        for command in ("dropAllUsersFromDatabase", "dropAllRolesFromDatabase"):
            database.command(command)
        client.drop_database(database.name)


def draft(data: bytes, kind: StatementType = StatementType.ALARM, **facts: str) -> Draft:
    body = Plain("body", "text/plain", data)
    return Draft(kind, new_record_id(), AT, "system", facts, (body,))


def erase(site: Site, rec: str) -> None:
    site.archive.record([draft(b"", StatementType.ERASURE, subject=rec, basis="b", order="o")])
    site.archive.erase(rec)


@pytest.mark.mongo
def test_the_program_s_own_work_trips_nothing_and_the_watcher_s_role_suffices(
    limited: Site,
) -> None:
    site = limited
    rec = site.archive.record([draft(b"three"), draft(b"shared")])[0].statement.rec
    site.archive.record([draft(b"shared")])
    site.archive.add_checkpoint(3, b"note")
    site.archive.claim(Claim("s", "p", AT, AT), AT)
    site.archive.claim(Claim("s", "q", AT, AT), AT + timedelta(1))
    site.archive.release(["s"])
    site.archive.project([Row("posts", "a", {"n": 1})])
    site.archive.project([Row("posts", "a", {"n": 2})])
    site.archive.clear_projections()
    site.archive.project([Row("fresh", "a", {"n": 2})])
    erase(site, rec)

    assert site.seen() == []
    site.db.statements.delete_one({"_id": 0})
    assert site.seen() == [("STORE_DELETE", "collection statements, leaf 0")]


ACTS: dict[str, tuple[Callable[[Db], Any], str, str]] = {
    "edit a leaf": (
        lambda db: db.statements.update_one({"_id": 1}, {"$set": {"rec": "x"}}),
        "STORE_UPDATE", "collection statements, leaf 1",
    ),
    "replace a leaf": (
        lambda db: db.statements.replace_one({"_id": 1}, {"rec": "y"}),
        "STORE_UPDATE", "collection statements, leaf 1",
    ),
    "delete the newest leaf": (
        lambda db: db.statements.delete_one({"_id": 1}),
        "STORE_DELETE", "collection statements, leaf 1",
    ),
    "swap a chunk": (
        lambda db: db.blobs.update_one({}, {"$set": {"sealed": b"x"}}),
        "STORE_UPDATE", "collection blobs, a row of type str",
    ),
    "remove a chunk": (lambda db: db.blobs.delete_one({}), "STORE_DELETE", "collection blobs"),
    "remove a use": (
        lambda db: db["keys"].delete_one({"_id": {"$regex": "/body/"}}),
        "STORE_DELETE", "collection keys, record ",
    ),
    "remove a blob's key": (
        lambda db: db["keys"].delete_one({"_id": {"$regex": "^blob:"}}),
        "STORE_DELETE", "collection keys",
    ),
    "remove the naming key": (
        lambda db: db["keys"].delete_one({"_id": "naming"}), "STORE_DELETE", "collection keys"
    ),
    "change a note": (
        lambda db: (db.checkpoints.insert_one({"_id": 7, "note": b"x"}),
                    db.checkpoints.update_one({"_id": 7}, {"$set": {"note": b"y"}})),
        "STORE_UPDATE", "collection checkpoints, row 7",
    ),
    "drop a projection": (lambda db: db["p_posts"].drop(), "STORE_DROP", "collection p_posts"),
    "drop the log": (lambda db: db.statements.drop(), "STORE_DROP", "collection statements"),
    "rename the blobs": (
        lambda db: db.blobs.rename("old"), "STORE_RENAME", "collection blobs"
    ),
    "a TTL index": (
        lambda db: db["keys"].create_index("made", name="ttl", expireAfterSeconds=10**8),
        "STORE_INDEX", "collection keys",
    ),
    "drop an index": (
        lambda db: db.statements.drop_index("rec_1"), "STORE_INDEX", "collection statements"
    ),
    "a validator": (
        lambda db: db.command("collMod", "statements", validator={"never": True}),
        "STORE_OPTIONS", "collection statements",
    ),
    "another collection": (
        lambda db: db["notes"].insert_one({}), "STORE_CREATE", "collection notes"
    ),
    "drop all": (lambda db: db.client.drop_database(db.name), "STORE_DROP", "database t_"),
}  # fmt: skip


@pytest.mark.mongo
@pytest.mark.parametrize("name", ACTS)
def test_an_administrator_s_act_trips_and_is_named(site: Site, name: str) -> None:
    act, code, place = ACTS[name]

    act(site.db)
    seen = site.seen()

    assert any(each == code and where.startswith(place) for each, where in seen), seen


@pytest.mark.mongo
def test_what_happened_while_nobody_looked_is_seen_after_a_restart(site: Site) -> None:
    rec = site.archive.record([draft(b"going")])[0].statement.rec
    site.seen()
    memory = site.tripwire.memory
    site.tripwire.close()
    erase(site, rec)
    site.db.statements.delete_one({"_id": 0})
    with closing(open_tripwire(site.watcher_url, Path(), memory)) as again:
        seen = Site(site.archive, site.db, site.watcher_url, again).seen()

    assert seen == [("STORE_DELETE", "collection statements, leaf 0")]


@pytest.mark.mongo
@pytest.mark.parametrize("flaw", ["of another event", "cut off"])
def test_a_place_in_the_stream_that_is_gone_is_said_and_watching_goes_on(
    site: Site, flaw: str
) -> None:
    site.db.statements.delete_one({"_id": 0})
    deadline = time.monotonic() + 30
    seen = site.tripwire.look()
    while not seen and time.monotonic() < deadline:
        seen = site.tripwire.look()
    token = seen[0].token
    digit = "0" if token[50] != "0" else "1"  # within the collection's id
    broken = token[:50] + digit + token[51:] if flaw == "of another event" else token[:12]
    with closing(open_tripwire(site.watcher_url, Path(), Memory(token=broken))) as again:
        first = again.look()
        again.look()
        other = Site(site.archive, site.db, site.watcher_url, again)
        site.db.blobs.delete_one({})
        second = other.seen()

    assert [each.code for each in first] == ["WATCH_BLIND"]
    assert [code for code, _place in second] == ["STORE_DELETE"]


@pytest.mark.mongo
def test_alarms_and_heartbeats_are_statements_and_an_act_is_recorded_once(site: Site) -> None:
    watch = StoreWatch(site.archive, site.tripwire, clock="system", every=timedelta(hours=1))
    size = site.archive.size()
    watch.step(AT)
    token = site.tripwire.memory.token
    site.db.statements.update_one({"_id": 0}, {"$set": {"note": 1}})
    minutes = 1
    while not (first := watch.step(AT + timedelta(minutes=minutes))) and minutes < 59:
        minutes += 1
    site.tripwire._drop_stream()
    site.tripwire.memory.token = token
    again = watch.step(AT + timedelta(minutes=59))
    watch.step(AT + timedelta(minutes=60))

    said = [e.statement.facts for e in site.archive.entries(size)]
    assert [facts["code"] for facts in said] == ["HEARTBEAT", "STORE_UPDATE", "HEARTBEAT"]
    assert said[0]["detail"] == "the store is watched, it begins anew; alarms: 0"
    assert said[1]["detail"] == "collection statements, leaf 0: a row was updated (acts: 1)"
    assert said[2]["every_s"] == 3600
    assert first == again


def test_many_acts_of_one_kind_are_one_alarm_that_counts_them() -> None:
    seen = [
        Sighting("STORE_DELETE", f"collection statements, leaf {n}", "a row was deleted", str(n))
        for n in range(10_000)
    ]

    (alarm,) = alarm_drafts(seen, AT, "system")

    assert alarm.facts["detail"] == (
        "collection statements, leaf 0: a row was deleted (acts: 10000)"
    )


def test_what_the_watch_keeps_survives_and_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    assert read_kept(path) == Kept()
    write_kept(path, Kept("82ab", ("blob:b", "blob:a")))

    assert read_kept(path) == Kept("82ab", ("blob:a", "blob:b"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("{}")
    with pytest.raises(IntegrityError, match="not what the watch wrote"):
        read_kept(path)


def test_only_a_statement_of_an_erasure_announces_one() -> None:
    archive = MemoryArchive()
    erasure = draft(b"", StatementType.ERASURE, subject="a" * 32, basis="b", order="o")
    other = draft(b"", StatementType.ALARM, detail='"type":"erasure"', subject="b" * 32)
    one, two = (e.statement_bytes for e in archive.record([erasure, other]))

    assert erased_subject(one) == "a" * 32
    assert erased_subject(two) is None
    assert erased_subject(b'{"type":"erasure"') is None


@pytest.mark.parametrize("url", ["memory:", "mongodb://", "mongodb://a:b:c@/x"])
def test_what_has_no_stream_is_a_configuration_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        open_tripwire(url, tmp_path, Memory())
