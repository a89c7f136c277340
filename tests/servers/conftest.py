"""Real servers on loopback for whole-path tests; what is not installed skips aloud."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.servers.atproto import AtprotoNetwork, network
from tests.servers.fediverse import Fediverse
from tests.servers.fediverse import fediverse as two_instances
from tests.servers.process import Unavailable

T = TypeVar("T")
REMEDY = "run `tests/servers/install`"


@pytest.fixture(scope="session")
def servers_directory() -> Iterator[Path]:
    """A folder for the servers' data, short enough for sockets and reachable for their users."""
    with tempfile.TemporaryDirectory(prefix="jejak-servers-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


@pytest.fixture(scope="session")
def atproto(servers_directory: Path) -> Iterator[AtprotoNetwork]:
    """A running AT Protocol network."""
    yield from _running(network(servers_directory))


@pytest.fixture(scope="session")
def fediverse(servers_directory: Path) -> Iterator[Fediverse]:
    """Two running, federated snac2 instances."""
    yield from _running(two_instances(servers_directory))


def _running(server: AbstractContextManager[T]) -> Iterator[T]:
    try:
        started = server.__enter__()
    except Unavailable as error:
        pytest.skip(f"{error}; {REMEDY}")
    try:
        yield started
    finally:
        server.__exit__(None, None, None)
