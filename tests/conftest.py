"""One MongoDB for the whole session, an empty database for each test that asks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from evidence.errors import ConfigError

SERVERS = "tests/servers/"
# How long an example takes says how busy the machine is, not whether the example holds.
settings.register_profile("jejak", deadline=None)
settings.load_profile("jejak")


class ByFile(LoadScopeScheduling):
    """With `-n`: a file's tests stay together, and the real servers are started only once."""

    def _split_scope(self, nodeid: str) -> str:
        place: str = nodeid.partition("::")[0]
        return SERVERS if place.startswith(SERVERS) else place


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Every way of dividing the tests but this one would start servers and offices twice."""
    return ByFile(config, log)


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
def mongo_url(mongo_server: str, _mongo_name: str) -> Iterator[str]:
    """URL of an empty database; emptied afterwards, or dropped when its shape was changed.

    Making fifteen collections and their indexes costs far more than most tests do.
    """
    base, _, options = mongo_server.partition("?")
    yield f"{base.rstrip('/')}/{_mongo_name}" + (f"?{options}" if options else "")
    _empty(mongo_server, _mongo_name)


@pytest.fixture(scope="session")
def _mongo_name() -> str:
    return f"t_{secrets.token_hex(6)}"


def _empty(server: str, name: str) -> None:
    import pymongo

    with pymongo.MongoClient[dict[str, object]](server) as client:
        database = client[name]
        for each in list(database.list_collections()):
            made = database[each["name"]]
            if each["type"] != "collection" or each["options"] or not _known(each["name"], made):
                client.drop_database(name)
                return
            made.delete_many({})


def _known(name: str, made: Any) -> bool:
    """Whether a collection has the indexes an archive gives it, and no others."""
    from evidence.store.mongo.oddities import OWN
    from evidence.store.mongo.schema import INDEXES, PROJECTION, STATEMENTS, UNIQUE_REC

    if name not in OWN and not name.startswith(PROJECTION):
        return False
    wanted = {"_".join(fields) for fields in INDEXES.get(name, ())} | {"_id_"}
    if name == STATEMENTS:
        wanted.add(UNIQUE_REC)
    found = made.index_information()
    return set(found) == wanted and not any("expireAfterSeconds" in each for each in found.values())
