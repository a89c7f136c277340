"""One MongoDB for the whole session, a fresh database for each test that asks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import ConfigError


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a running MongoDB without a database name; JEJAK_TEST_MONGO points to another one."""
    given = os.environ.get("JEJAK_TEST_MONGO")
    if given:
        yield given
        return
    from evidence.store.embedded import EmbeddedServer

    data_dir: Path = tmp_path_factory.mktemp("mongo")
    try:
        server = EmbeddedServer.open(data_dir)
    except ConfigError as error:
        pytest.skip(f"MongoDB tests need an embedded mongod: {error}")
    yield server.url
    server.close()


@pytest.fixture
def mongo_url(mongo_server: str) -> Iterator[str]:
    """URL of a fresh, empty database, dropped afterwards."""
    import pymongo

    name = f"t_{secrets.token_hex(6)}"
    base, _, options = mongo_server.partition("?")
    yield f"{base.rstrip('/')}/{name}" + (f"?{options}" if options else "")
    with pymongo.MongoClient[dict[str, object]](mongo_server) as client:
        client.drop_database(name)
