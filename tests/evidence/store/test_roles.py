"""Roles on a real server with logins: what each may do works, everything else is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
import pytest
from bson.binary import Binary
from pymongo.database import Database
from pymongo.errors import OperationFailure

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, StoreError
from evidence.model import Draft, Plain, StatementType
from evidence.projection import TABLES, rebuild
from evidence.query import fsck
from evidence.seal import Signer, check_ed25519
from evidence.seal.anchor import Anchors, Authority, Proof, standings
from evidence.seal.http import Unanchored
from evidence.store import Claim, open_archive
from evidence.store.mongo.exposure import CODES, is_fixed
from evidence.store.mongo.roles import RIGHTS, USERS, Secured, login_url, secure
from evidence.store.ports import Row

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
UNAUTHORIZED = 13
Db = Database[dict[str, Any]]
Act = Callable[[Db], Any]


@pytest.fixture(scope="module")
def secured(mongo_server: str) -> Iterator[Secured]:
    base, _, options = mongo_server.partition("?")
    url = f"{base.rstrip('/')}/roles_test?{options}"
    made = secure(url, TABLES)
    archive = open_archive(url_of(made, "archive"), Path())
    archive.record([draft(b"first"), draft(b"second")])
    archive.close()
    yield made
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        for command in ("dropAllUsersFromDatabase", "dropAllRolesFromDatabase"):
            client["roles_test"].command(command)
        client.drop_database("roles_test")


def url_of(made: Secured, user: str) -> str:
    return next(login.url for login in made.logins if login.user == user)


def draft(data: bytes) -> Draft:
    body = Plain("body", "text/plain", data)
    return Draft(StatementType.ALARM, new_record_id(), AT, "system", {}, (body,))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one log of this database has one key, whichever test signs first."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def databases(secured: Secured) -> Iterator[dict[str, Db]]:
    clients = {user: pymongo.MongoClient[dict[str, Any]](url_of(secured, user)) for user in USERS}
    yield {user: client["roles_test"] for user, client in clients.items()}
    for client in clients.values():
        client.close()


# --- what each may do ---


@pytest.mark.mongo
def test_the_whole_path_works_with_the_limited_users(
    secured: Secured, keys: Path, tmp_path: Path
) -> None:
    """Recording, sealing, projecting, claiming, erasing, checking: each by its own user."""
    eraser = url_of(secured, "eraser")
    archive = open_archive(url_of(secured, "archive"), tmp_path, eraser_url=eraser)
    signing, reading = (
        open_archive(url_of(secured, user), tmp_path) for user in ("signer", "reader")
    )
    signer = Signer(signing, keys, "roles.example/log")
    signer.found(AT, "test")
    entry = archive.record([draft(b"kept"), draft(b"gone")])[1]
    archive.claim(Claim("s", "p", AT, AT + timedelta(minutes=5)), AT)
    archive.release(["s"])
    erasure = Draft(StatementType.ERASURE, new_record_id(), AT, "system",
                    {"subject": entry.statement.rec, "basis": "b", "order": "o"})  # fmt: skip
    archive.record([erasure])
    erased = archive.erase(entry.statement.rec)
    sealed = signer.seal(AT)
    folded = rebuild(archive)
    check = fsck(archive, keys=[signer.vkey], check_signature=check_ed25519)
    quick = fsck(reading, objects=False)

    assert erased == 1
    assert sealed is not None
    assert sealed.size == folded == archive.size() == reading.size()
    assert archive.open_object(entry.statement.rec, "body") is None
    # The tombstone is written here by hand, without a request and a second officer.
    assert {fault.code for fault in (*check.faults, *quick.faults)} == {"ERASURE_ALONE"}
    assert quick.leaves == archive.size()
    for each in (archive, signing, reading):
        each.close()


@pytest.mark.mongo
def test_heads_are_anchored_with_the_limited_users(
    secured: Secured, keys: Path, tmp_path: Path
) -> None:
    """The signer signs; the archive's user records the anchor and reads how all stand."""
    with (
        closing(open_archive(url_of(secured, "archive"), tmp_path)) as archive,
        closing(open_archive(url_of(secured, "signer"), tmp_path)) as signing,
    ):
        signer = Signer(signing, keys, "roles.example/log")
        signer.found(AT, "test")
        archive.record([draft(b"to be stamped")])
        signer.seal(AT)
        head = signer.head()
        stamped = Authority("rfc3161", "Satu", lambda _: Proof((Plain("token", "a/b", b"t"),), AT))
        asked = (stamped, Authority("witness", "Mati", _away))

        first = Anchors(archive, tmp_path / "keys", asked, lambda: AT, "simulated").run(head)

        again = tuple(standings(archive, asked))
    assert [s.status for s in first] == ["anchored", "pending"]
    assert again == first


def _away(_head: object) -> Proof:
    raise Unanchored("Mati", "UNREACHABLE")


@pytest.mark.mongo
@pytest.mark.parametrize("user", ["signer", "eraser", "reader"])
def test_nobody_but_the_archive_s_user_records_an_anchor(
    secured: Secured, user: str, tmp_path: Path
) -> None:
    """None of them may write the table; a signer that records a statement leaves no row."""
    with (
        closing(open_archive(url_of(secured, user), tmp_path)) as other,
        pytest.raises(StoreError, match="may not do this"),
    ):
        other.project([Row("anchors", "a" * 32, {"status": "anchored"})])


@pytest.mark.mongo
@pytest.mark.parametrize("user", ["signer", "eraser", "reader"])
def test_nobody_but_the_archive_s_user_reads_content(
    secured: Secured, user: str, tmp_path: Path
) -> None:
    with closing(open_archive(url_of(secured, "archive"), tmp_path)) as archive:
        rec = archive.record([draft(b"secret")])[0].statement.rec
    with closing(open_archive(url_of(secured, user), tmp_path)) as other:
        with pytest.raises(StoreError, match="may not do this"):
            other.open_object(rec, "body")
        with pytest.raises(StoreError, match="may not do this"):
            list(other.rows("posts"))


# --- what nobody may do ---

ONE = {"_id": 0}
SET = {"$set": {"leaf_hash": b"x"}}


def pipeline(name: str, **how: object) -> Act:
    stage = {"$merge": {"into": name, **how}} if how else {"$out": name}
    return lambda db: list(db["statements"].aggregate([stage]))


def on(name: str, act: Callable[[Any], Any]) -> Act:
    return lambda db: act(db[name])


def run(command: dict[str, Any]) -> Act:
    return lambda db: db.command(command)


def admin(command: dict[str, Any]) -> Act:
    return lambda db: db.client.admin.command(command)


def evidence_acts(name: str) -> dict[str, Act]:
    """Changing, removing, reshaping a collection of evidence: refused to every user."""
    return {
        f"{name} update_one": on(name, lambda c: c.update_one({}, SET)),
        f"{name} update_many": on(name, lambda c: c.update_many({}, SET)),
        f"{name} replace": on(name, lambda c: c.replace_one({}, {"a": 1})),
        f"{name} upsert": on(name, lambda c: c.update_one({"_id": "new"}, SET, upsert=True)),
        f"{name} find and update": on(name, lambda c: c.find_one_and_update({}, SET)),
        f"{name} find and delete": on(name, lambda c: c.find_one_and_delete({"_id": "none"})),
        f"{name} drop": on(name, lambda c: c.drop()),
        f"{name} TTL index": on(
            name, lambda c: c.create_index("made", name="ttl", expireAfterSeconds=1)
        ),
        f"{name} drop index": on(name, lambda c: c.drop_indexes()),
        f"{name} collMod": run({"collMod": name, "validator": {}}),
        f"{name} capped": run({"convertToCapped": name, "size": 4096}),
        f"{name} rename": on(name, lambda c: c.rename("elsewhere")),
        f"{name} $out": pipeline(name),
        f"{name} $merge replace": pipeline(name, whenMatched="replace"),
    }


DELETES: dict[str, Act] = {
    f"{name} delete_{how}": on(name, lambda c, how=how: getattr(c, f"delete_{how}")(ONE))
    for name in ("statements", "blobs", "checkpoints", "keys")
    for how in ("one", "many")
}

SERVER_ACTS: dict[str, Act] = {
    "drop database": lambda db: db.client.drop_database(db.name),
    "create user": run({"createUser": "u", "pwd": "p", "roles": []}),
    "drop user": run({"dropUser": "reader"}),
    "own roles": run({"grantRolesToUser": "archive", "roles": ["dbOwner"]}),
    "own password": run({"updateUser": "archive", "pwd": "other"}),
    "widen a role": run({"updateRole": "reader", "privileges": [], "roles": ["dbOwner"]}),
    "create role": run({"createRole": "r", "privileges": [], "roles": []}),
    "validation off": run({"collMod": "statements", "validationLevel": "off"}),
    "profile": run({"profile": 2}),
    "applyOps": admin({"applyOps": []}),
    "shutdown": admin({"shutdown": 1}),
    "fsync": admin({"fsync": 1, "lock": True}),
    "set parameter": admin({"setParameter": 1, "ttlMonitorEnabled": True}),
    "reconfigure": admin({"replSetReconfig": {}, "force": True}),
    "step down": admin({"replSetStepDown": 1}),
    "kill others": admin({"killAllSessions": []}),
    "read oplog": lambda db: db.client["local"]["oplog.rs"].find_one(),
    "read users": lambda db: db.client["admin"]["system.users"].find_one(),
    "other database": lambda db: db.client["elsewhere"]["x"].insert_one({}),
    "new collection": lambda db: db.create_collection("elsewhere"),
    "scripts": lambda db: list(db["statements"].find({"$where": "true"})),
}

COMMON: dict[str, Act] = {
    **evidence_acts("statements"),
    **evidence_acts("checkpoints"),
    **evidence_acts("blobs"),
    **SERVER_ACTS,
}

PUT = {"_id": "x", "n": Binary(b"x")}
OWN: dict[str, dict[str, Act]] = {
    "archive": {
        **DELETES,
        "forge a head": on("checkpoints", lambda c: c.insert_one(dict(PUT))),
        **{f"keys: {name}": act for name, act in evidence_acts("keys").items()},
    },
    "signer": {
        **DELETES,
        "read keys": on("keys", lambda c: c.find_one()),
        "read posts": on("p_posts", lambda c: c.find_one()),
        "put a blob": on("blobs", lambda c: c.insert_one(dict(PUT))),
        "put a key": on("keys", lambda c: c.insert_one(dict(PUT))),
    },
    "eraser": {
        **{name: act for name, act in DELETES.items() if not name.startswith("keys")},
        **{
            f"keys: {name}": act
            for name, act in evidence_acts("keys").items()
            # Who may insert and remove may also put a whole new collection in place: the eraser's
            # reach is all of `keys`, and only that; the tripwire and the full check see it.
            if name not in ("keys $out", "keys find and delete")
        },
        "append": on("statements", lambda c: c.insert_one({"_id": 99, "rec": "x"})),
        "read blobs": on("blobs", lambda c: c.find_one()),
        "read posts": on("p_posts", lambda c: c.find_one()),
    },
    "reader": {
        **DELETES,
        "read keys": on("keys", lambda c: c.find_one()),
        "read posts": on("p_posts", lambda c: c.find_one()),
        "append": on("statements", lambda c: c.insert_one({"_id": 99, "rec": "x"})),
        "put a blob": on("blobs", lambda c: c.insert_one(dict(PUT))),
        "claim": on("claims", lambda c: c.insert_one(dict(PUT))),
    },
    "watcher": {
        **DELETES,
        "append": on("statements", lambda c: c.insert_one({"_id": 99, "rec": "x"})),
        "put a blob": on("blobs", lambda c: c.insert_one(dict(PUT))),
        "put a key": on("keys", lambda c: c.insert_one(dict(PUT))),
        "project": on("p_posts", lambda c: c.insert_one(dict(PUT))),
        "unproject": on("p_posts", lambda c: c.delete_many({})),
    },
}

SCRIPTLESS = (2, 6108304)
"""`$where` on a server without a script engine: said before any right is asked."""


@pytest.mark.mongo
@pytest.mark.parametrize("user", sorted(USERS))
def test_every_forbidden_operation_is_refused(databases: dict[str, Db], user: str) -> None:
    """At least forty operations each; what was let through is named, all of it."""
    acts = {**COMMON, **OWN[user]}
    allowed, oddly = [], {}
    for name, act in acts.items():
        try:
            act(databases[user])
        except OperationFailure as error:
            if error.code not in (UNAUTHORIZED, *(SCRIPTLESS if name == "scripts" else ())):
                oddly[name] = (error.code, str(error)[:120])
        else:
            allowed.append(name)

    assert len(acts) >= 40
    assert allowed == []
    assert oddly == {}


@pytest.mark.mongo
def test_a_login_that_was_refused_everything_left_the_log_as_it_was(
    databases: dict[str, Db],
) -> None:
    leaves = list(databases["archive"]["statements"].find().sort("_id", 1))

    assert [leaf["_id"] for leaf in leaves] == list(range(len(leaves)))
    assert len(leaves) >= 2
    assert (
        databases["archive"]["elsewhere"].name not in databases["archive"].list_collection_names()
    )


# --- making them ---


@pytest.mark.mongo
def test_securing_again_keeps_passwords_unless_new_ones_are_asked_for(
    mongo_server: str, secured: Secured
) -> None:
    base, _, options = mongo_server.partition("?")
    url = f"{base.rstrip('/')}/roles_again?{options}"
    first = secure(url, TABLES)
    again = secure(url, TABLES)
    renewed = secure(url, TABLES, new_passwords=True)

    assert {login.user for login in first.logins} == set(USERS)
    assert all(login.url for login in first.logins)
    assert [login.url for login in again.logins] == [""] * len(USERS)
    with pymongo.MongoClient[dict[str, Any]](url_of(renewed, "reader")) as client:
        assert client["roles_again"]["statements"].find_one() is None
    with (
        pymongo.MongoClient[dict[str, Any]](url_of(first, "reader")) as client,
        pytest.raises(OperationFailure, match="Authentication failed"),
    ):
        client["roles_again"]["statements"].find_one()
    with pymongo.MongoClient[dict[str, Any]](url) as client:
        for command in ("dropAllUsersFromDatabase", "dropAllRolesFromDatabase"):
            client["roles_again"].command(command)
        client.drop_database("roles_again")


@pytest.mark.mongo
def test_what_the_server_itself_leaves_open_is_said(secured: Secured) -> None:
    assert set(secured.exposures) <= set(CODES)
    assert "ONE_NODE" in secured.exposures
    assert "NO_TLS" in secured.exposures


@pytest.mark.parametrize(
    ("version", "fixed"),
    [((6, 0, 5), False), ((6, 0, 26), False), ((6, 0, 27), True), ((7, 0, 27), False),
     ((8, 2, 3), True), ((8, 1, 99), False), ((9, 0, 0), True), ((4, 2, 99), False)],
)  # fmt: skip
def test_a_version_counts_as_fixed_from_its_line_s_patch_on(
    version: tuple[int, ...], fixed: bool
) -> None:
    assert is_fixed(version) is fixed


def test_no_role_but_the_eraser_removes_evidence_and_none_updates_it() -> None:
    evidence = {"statements", "blobs", "keys", "checkpoints", ""}
    held = [
        (role, name, action)
        for role, rights in RIGHTS.items()
        for name, actions in rights.items()
        for action in actions
        if name in evidence and action not in {"find", "insert", "listIndexes", "listCollections"}
    ]

    assert held == [("eraser", "keys", "remove"), ("watcher", "", "changeStream")]


def test_a_login_keeps_hosts_and_options_and_nothing_of_the_administrator() -> None:
    admin_url = "mongodb://root:p%40ss@a:1,b:2/jejak?authSource=admin&tls=true&replicaSet=rs"

    assert login_url(admin_url, "signer", "s/e", "jejak") == (
        "mongodb://signer:s%2Fe@a:1,b:2/jejak"
        "?tls=true&replicaSet=rs&authSource=jejak&authMechanism=SCRAM-SHA-256"
    )


@pytest.mark.parametrize("url", ["mongodb://h", "mongodb://h/admin", "http://h/x", "mongodb://"])
def test_an_administrator_s_url_without_a_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError):
        secure(url, TABLES)
