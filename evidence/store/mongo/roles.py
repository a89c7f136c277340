"""Database roles: who may do what, and to which collection. Data first, then how they are made.

No role may update or remove evidence; the eraser alone removes, and only keys. No role may make or
drop an index (a TTL index would delete), change options, rename, drop, or grant.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote, urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure
from pymongo.uri_parser import parse_uri

from evidence.errors import ConfigError
from evidence.store.mongo.edge import Edge
from evidence.store.mongo.exposure import exposures
from evidence.store.mongo.schema import (
    BLOBS,
    CHECKPOINTS,
    CLAIMS,
    INDEXES,
    KEYS,
    PROJECTION,
    STATEMENTS,
    Doc,
    ensure_indexes,
    evidence_database,
)

PATIENCE_MS = 5_000
ROLE_EXISTS = 51002
USER_EXISTS = 51003
PASSWORD_BYTES = 32

WHOLE = ""
"""The resource that stands for all collections of the database."""
_KEEP = ("find", "insert", "listIndexes")
_LOOK = ("find", "listIndexes")
_WORK = ("find", "insert", "update", "remove", "listIndexes")
_NAMES = {WHOLE: ("listCollections",)}

RIGHTS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "writer": {
            **_NAMES,
            **{name: _KEEP for name in (STATEMENTS, BLOBS, KEYS)},
            CHECKPOINTS: _LOOK,
        },
        "signer": {**_NAMES, STATEMENTS: _KEEP, CHECKPOINTS: _KEEP},
        "reader": {**_NAMES, STATEMENTS: _LOOK, BLOBS: _LOOK, CHECKPOINTS: _LOOK},
        "eraser": {**_NAMES, STATEMENTS: _LOOK, KEYS: ("find", "insert", "remove", "listIndexes")},
        "watcher": {WHOLE: ("find", "changeStream", "listCollections")},
        "projector": {**_NAMES, CLAIMS: _WORK},
    }
)
"""Role -> collection -> actions. The projector has _WORK on each projection table as well."""

USERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "archive": ("writer", "projector"),
        "signer": ("signer",),
        "eraser": ("eraser",),
        "watcher": ("watcher",),
        "reader": ("reader",),
    }
)
"""User -> roles. `archive` is who crawls, asks and exports; `reader` is for an outside auditor."""


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """A user made or kept by `secure`. url: with its password; empty when the user was kept."""

    user: str
    url: str


@dataclass(frozen=True, slots=True)
class Secured:
    """What `secure` did. exposures: codes of exposure.py that the server's own settings leave."""

    database: str
    logins: tuple[Login, ...]
    exposures: tuple[str, ...]


def secure(admin_url: str, tables: Sequence[str], *, new_passwords: bool = False) -> Secured:
    """Make collections, indexes, roles and users of an archive; safe to repeat.

    admin_url:     `mongodb://` URL of an administrator, with the archive's database as path.
    tables:        projection tables, `evidence.projection.TABLES`.
    new_passwords: give users that exist already a new password instead of leaving them.

    Raises ConfigError for a URL that cannot be used, StoreError when the server refuses.
    """
    name, address = _target(admin_url)
    client: MongoClient[Doc] = MongoClient(
        admin_url, serverSelectionTimeoutMS=PATIENCE_MS, appname="jejak-secure"
    )
    with client:
        edge = Edge(address, 0)

        def make() -> Secured:
            database = evidence_database(client, name)
            _prepare(database, tables)
            for role, rights in RIGHTS.items():
                _make_role(database, role, rights, tables)
            logins = tuple(
                _make_user(database, user, roles, admin_url, new_passwords)
                for user, roles in USERS.items()
            )
            return Secured(name, logins, exposures(client))

        return edge.run(f"securing database {name}", make)


def privileges(role: str, database: str, tables: Sequence[str]) -> list[Doc]:
    """The privileges of a role as the server takes them."""
    rights = dict(RIGHTS[role])
    if role == "projector":
        rights |= {name: _WORK for name in _projections(tables)}
    return [
        {"resource": {"db": database, "collection": name}, "actions": list(actions)}
        for name, actions in rights.items()
    ]


def login_url(admin_url: str, user: str, password: str, database: str) -> str:
    """The administrator's URL with another login: same hosts and options."""
    parts = urlsplit(admin_url)
    hosts = parts.netloc.rpartition("@")[2]
    options = [o for o in parts.query.split("&") if o and not o.lower().startswith("auth")]
    query = "&".join([*options, f"authSource={database}", "authMechanism=SCRAM-SHA-256"])
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{hosts}"
    return urlunsplit((parts.scheme, netloc, f"/{database}", query, ""))


def _target(admin_url: str) -> tuple[str, str]:
    try:
        parsed = parse_uri(admin_url, warn=False)
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise ConfigError(
            "administrator's URL", f"cannot be used ({type(error).__name__})"
        ) from error
    if not parsed["database"] or parsed["database"] in ("admin", "local", "config"):
        raise ConfigError(
            "administrator's URL",
            "it does not name the archive's database",
            "Write mongodb://user:password@host/jejak?authSource=admin",
        )
    hosts = ",".join(f"{host}:{port}" for host, port in parsed["nodelist"])
    return str(parsed["database"]), hosts


def _projections(tables: Sequence[str]) -> Iterator[str]:
    known = {name for name in INDEXES if name.startswith(PROJECTION)}
    yield from sorted(known | {PROJECTION + table for table in tables})


def _prepare(database: Database[Doc], tables: Sequence[str]) -> None:
    """Make what the roles themselves may not make: collections and indexes."""
    have = set(database.list_collection_names())
    wanted = {STATEMENTS, BLOBS, KEYS, CHECKPOINTS, CLAIMS, *_projections(tables)}
    for name in sorted(wanted - have):
        database.create_collection(name)
    ensure_indexes(database)


def _make_role(
    database: Database[Doc], role: str, rights: Mapping[str, Sequence[str]], tables: Sequence[str]
) -> None:
    said = {"privileges": privileges(role, database.name, tables), "roles": []}
    try:
        database.command({"createRole": role, **said})
    except OperationFailure as error:
        if error.code != ROLE_EXISTS:
            raise
        database.command({"updateRole": role, **said})


def _make_user(
    database: Database[Doc],
    user: str,
    roles: Sequence[str],
    admin_url: str,
    new_passwords: bool,
) -> Login:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    granted = [{"role": role, "db": database.name} for role in roles]
    fresh = {"pwd": password, "mechanisms": ["SCRAM-SHA-256"]}
    url = login_url(admin_url, user, password, database.name)
    try:
        database.command({"createUser": user, **fresh, "roles": granted})
    except OperationFailure as error:
        if error.code != USER_EXISTS:
            raise
        database.command({"updateUser": user, "roles": granted, **(fresh if new_passwords else {})})
        return Login(user, url if new_passwords else "")
    return Login(user, url)
