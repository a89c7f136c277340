"""Three MongoDB nodes of one replica set on loopback, whose primary can be killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from evidence.store.binary import find_mongod
from tests.servers.process import free_ports

READY_S = 60.0
SET = "uji"


class Nodes:
    """Three nodes with their data in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mongod = find_mongod()
        self.ports = free_ports(3)
        self._processes = {port: self._spawn(port) for port in self.ports}

    def initiate(self) -> None:
        """Make them one set that notices a dead primary within a second; a loaded machine makes
        living ones seem dead when less is asked."""
        members = [{"_id": n, "host": f"127.0.0.1:{p}"} for n, p in enumerate(self.ports)]
        settings = {"electionTimeoutMillis": 1_000, "heartbeatIntervalMillis": 300}
        for port in self.ports:
            self._ask(port, "ping")
        self._ask(
            self.ports[0],
            {"replSetInitiate": {"_id": SET, "members": members, "settings": settings}},
        )
        self.primary()

    def url(self, database: str) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"mongodb://{hosts}/{database}?replicaSet={SET}"

    def primary(self) -> int:
        """Port of the primary, awaited."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            for port in self.ports:
                try:
                    if self._once(port, "hello").get("isWritablePrimary"):
                        return port
                except PyMongoError:
                    continue
            time.sleep(0.05)
        raise AssertionError(f"no primary within {READY_S:.0f} s")

    def kill(self, port: int) -> None:
        self._processes[port].kill()
        self._processes[port].wait()

    def start(self, port: int) -> None:
        """Start a killed node again."""
        self._processes[port] = self._spawn(port)

    def await_back(self, port: int) -> None:
        """Wait until a node that was started again is one of the set."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            said = self._ask(port, "hello")
            if said.get("secondary") or said.get("isWritablePrimary"):
                return
            time.sleep(0.05)
        raise AssertionError(f"a killed node did not come back within {READY_S:.0f} s")

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        data = self._folder / str(port)
        data.mkdir(exist_ok=True)
        return subprocess.Popen(
            [str(self._mongod), "--dbpath", str(data), "--port", str(port),
             "--bind_ip", "127.0.0.1", "--replSet", SET, "--oplogSize", "64",
             "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--quiet",
             "--setParameter", "diagnosticDataCollectionEnabled=false"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def _ask(self, port: int, command: Any) -> dict[str, Any]:
        """An answer, awaited while the node starts."""
        deadline = time.monotonic() + READY_S
        while True:
            try:
                return self._once(port, command)
            except PyMongoError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _once(self, port: int, command: Any) -> dict[str, Any]:
        url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        with MongoClient[dict[str, Any]](
            url, serverSelectionTimeoutMS=500, connectTimeoutMS=500
        ) as c:
            return dict(c.admin.command(command))


@contextmanager
def three_nodes(folder: Path) -> Iterator[Nodes]:
    nodes = Nodes(folder)
    try:
        nodes.initiate()
        yield nodes
    finally:
        nodes.close()
