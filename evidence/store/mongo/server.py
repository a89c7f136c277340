"""Talking to a mongod that we started ourselves: who it is, making it usable, stopping it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from evidence.errors import StoreError

HOST = "127.0.0.1"
SET_NAME = "jejak"
USER = "jejak"
AUTHENTICATION_FAILED = 18
ALREADY_INITIALIZED = 23
ELECTION_S = 60.0


def node_url(port: int, secret: str, database: str = "") -> str:
    """URL of the node on this port, with its login."""
    login = f"{USER}:{secret}@{HOST}:{port}/{database}"
    return f"mongodb://{login}?directConnection=true&authSource=admin"


def is_listening(port: int) -> bool:
    """True when a MongoDB answers on the port."""
    try:
        with _open(f"mongodb://{HOST}:{port}/?directConnection=true", 500) as client:
            client.admin.command("hello")
    except PyMongoError:
        return False
    return True


def node_pid(port: int, secret: str, data: Path) -> int | None:
    """Process id of the node on this port if it is ours and keeps its data in `data`, else None."""
    try:
        with _open(node_url(port, secret), 1_500) as client:
            options = client.admin.command("getCmdLineOpts")
            pid = client.admin.command("serverStatus")["pid"]
    except PyMongoError:
        return None
    stored = options.get("parsed", {}).get("storage", {}).get("dbPath")
    return int(pid) if stored == str(data) else None


def make_usable(port: int, secret: str) -> None:
    """Make the node the primary of its own one-node set, with our login.

    On its first start the node lets a local caller do just this; afterwards only the login may.
    Raises StoreError when it does not become primary.
    """
    host = f"{HOST}:{port}"
    try:
        if not _knows_login(port, secret):
            with _open(f"mongodb://{HOST}:{port}/?directConnection=true", 5_000) as client:
                _first_start(client, host, secret)
        with _open(node_url(port, secret), 5_000) as client:
            _follow_port(client, host)
            _wait_primary(client)
    except PyMongoError as error:
        raise StoreError(
            f"embedded MongoDB on port {port}",
            f"it could not be prepared ({type(error).__name__})",
            "See mongod.log in the data folder",
        ) from error


def shut_down(port: int, secret: str) -> None:
    """Ask the node to stop; it closes its files itself. Silent when it is already gone."""
    try:
        with _open(node_url(port, secret), 3_000) as client:
            client.admin.command("shutdown", 1, force=True, timeoutSecs=0)
    except ConnectionFailure:
        return  # the connection breaks as the node stops
    except PyMongoError as error:
        raise StoreError(
            f"embedded MongoDB on port {port}", f"it refused to stop ({type(error).__name__})"
        ) from error


def _open(url: str, patience_ms: int) -> MongoClient[dict[str, Any]]:
    return MongoClient(
        url,
        serverSelectionTimeoutMS=patience_ms,
        connectTimeoutMS=patience_ms,
        socketTimeoutMS=30_000,
        maxPoolSize=2,
        appname="jejak-embedded",
    )


def _knows_login(port: int, secret: str) -> bool:
    try:
        with _open(node_url(port, secret), 5_000) as client:
            client.admin.command("ping")
    except OperationFailure as error:
        if error.code != AUTHENTICATION_FAILED:
            raise
        return False
    return True


def _first_start(client: MongoClient[dict[str, Any]], host: str, secret: str) -> None:
    config = {"_id": SET_NAME, "members": [{"_id": 0, "host": host}]}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:  # a first start that was cut off here
            raise
    _wait_primary(client)
    client.admin.command(
        "createUser", USER, pwd=secret, roles=["root"], mechanisms=["SCRAM-SHA-256"]
    )


def _follow_port(client: MongoClient[dict[str, Any]], host: str) -> None:
    """A node that was moved to another port no longer finds itself in its set: write it anew."""
    config = client.local["system.replset"].find_one({"_id": SET_NAME})
    if config is None or config["members"][0]["host"] == host:
        return
    config["members"][0]["host"] = host
    config["version"] += 1
    deadline = time.monotonic() + ELECTION_S
    while True:
        try:
            client.admin.command("replSetReconfig", config, force=True)
            return
        except OperationFailure:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def _wait_primary(client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.monotonic() + ELECTION_S
    while not client.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() >= deadline:
            raise StoreError("embedded MongoDB", f"it did not become primary in {ELECTION_S:.0f} s")
        time.sleep(0.02)
