"""A real MongoDB started from the package, for installations that run none of their own.

One mongod per data folder, on a loopback port with a login only this folder holds. The first
process that opens the folder starts it, later ones attach; the last one to leave stops it. When all
were killed it lives on, and the next to open adopts it.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from evidence.errors import ConfigError, StoreError
from evidence.store.attachment import (
    Attached,
    Process,
    ServerState,
    folder_secret,
    is_alive,
    locked,
    process_of,
    read_state,
    this_process,
    without_dead,
    write_state,
)
from evidence.store.binary import find_mongod
from evidence.store.mongo.server import is_listening, make_usable, node_pid, node_url, shut_down

MIN_FREE_BYTES = 10**9
START_S = 120.0
STOP_S = 60.0
PORT_IN_USE = 48
TRIES = 5
OPLOG_MB = 512
"""Kept small: until it rolls over, an oplog also holds keys that were erased since."""
CACHE_GB = "1"


class EmbeddedServer:
    """An attachment to the mongod of one data folder. `open` it, use `url`, `close` it."""

    def __init__(self, data_dir: Path, secret: str) -> None:
        self._folder = data_dir
        self._secret = secret
        self._token = secrets.token_hex(8)
        self._process = this_process()
        self._started: subprocess.Popen[bytes] | None = None
        self.port = 0

    @classmethod
    def open(cls, data_dir: Path) -> EmbeddedServer:
        """Attach to the folder's server, starting it when none runs.

        Raises ConfigError when the system or the folder is unfit, StoreError when the server does
        not start or its disk has less than 1 GB left.
        """
        folder = _usable_folder(data_dir)
        try:
            with locked(folder / "mongod.lock"):
                _require_login(folder)
                server = cls(folder, folder_secret(folder / "mongod.secret"))
                server._attach()
        except OSError as error:
            raise ConfigError(
                f"data folder {folder}",
                f"its server's files cannot be used ({error.strerror})",
                "Run as the user who made the folder",
            ) from error
        atexit.register(server.close)
        return server

    def _attach(self) -> None:
        state = self._running_or_started(without_dead(read_state(self._state_file)))
        me = Attached(self._process, self._token)
        write_state(self._state_file, replace(state, attached=(*state.attached, me)))
        self.port = state.port

    @property
    def url(self) -> str:
        """URL of the server, with its login. Not for logs."""
        return node_url(self.port, self._secret)

    def url_of(self, database: str) -> str:
        """URL of a database of the server, with its login. Not for logs."""
        return node_url(self.port, self._secret, database)

    def revive(self) -> None:
        """Start the server again, on its port, when it is gone; else do nothing.

        Raises StoreError when it does not start or its port was taken meanwhile.
        """
        with locked(self._folder / "mongod.lock"):
            state = read_state(self._state_file)
            if state.server is not None and is_alive(state.server):
                return
            state = self._running_or_started(state)
            write_state(self._state_file, state)
        if state.port != self.port:
            raise StoreError("embedded MongoDB", "its port was taken by another program")

    def close(self) -> None:
        """Leave; the last one out stops the server and waits until it is gone.

        Raises StoreError when it does not stop.
        """
        if self._process != this_process():
            return  # a forked child does not own what its parent opened
        atexit.unregister(self.close)
        with locked(self._folder / "mongod.lock"):
            state = without_dead(read_state(self._state_file))
            others = tuple(a for a in state.attached if a.token != self._token)
            if len(others) == len(state.attached):
                return
            write_state(self._state_file, replace(state, attached=others))
            if not others and state.server is not None:
                self._stop(state.port, state.server)
                write_state(self._state_file, ServerState(state.port))

    @property
    def _state_file(self) -> Path:
        return self._folder / "mongod.json"

    @property
    def _data(self) -> Path:
        return self._folder / "mongo"

    def _running_or_started(self, state: ServerState) -> ServerState:
        if state.server is not None and is_alive(state.server):
            # A process that was killed while starting it left it before it was made usable.
            if _wait_listening(state.port, state.server):
                make_usable(state.port, self._secret)
            if node_pid(state.port, self._secret, self._data) == state.server.pid:
                return state
            raise StoreError(
                "embedded MongoDB",
                f"process {state.server.pid} holds the data folder but does not answer as ours",
                "Stop it, then try again",
            )
        return self._start(state)

    def _start(self, state: ServerState) -> ServerState:
        _require_space(self._folder)
        mongod = find_mongod()
        self._data.mkdir(mode=0o700, exist_ok=True)
        port = state.port if state.port and _is_free(state.port) else _free_port()
        for _ in range(TRIES):
            started = self._spawn(mongod, port)
            fresh = replace(state, port=port, server=process_of(started.pid))
            try:
                write_state(self._state_file, fresh)  # so that a crash here leaves it findable
                if self._came_up(started, port):
                    make_usable(port, self._secret)
                    return fresh
            except BaseException:
                started.terminate()  # nobody would own it
                started.wait(STOP_S)
                raise
            port = _free_port()
        raise StoreError("embedded MongoDB", f"every port tried was taken ({TRIES} tries)")

    def _spawn(self, mongod: Path, port: int) -> subprocess.Popen[bytes]:
        self._started = subprocess.Popen(  # noqa: S603 -- see binary.find_mongod
            [str(mongod), *_options(self._folder, self._data, port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the terminal is ours to handle, not mongod's
        )
        return self._started

    def _came_up(self, started: subprocess.Popen[bytes], port: int) -> bool:
        """True when it listens, False when the port was taken. Raises StoreError otherwise."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            code = started.poll()
            if code == PORT_IN_USE:
                return False
            if code is not None:
                raise StoreError(
                    "embedded MongoDB",
                    f"it ended at once (exit code {code})",
                    f"See {self._folder / 'mongod.log'}",
                )
            if is_listening(port):
                return True
            time.sleep(0.02)
        raise StoreError("embedded MongoDB", f"it did not answer within {START_S:.0f} s")

    def _stop(self, port: int, server: Process) -> None:
        if node_pid(port, self._secret, self._data) == server.pid:
            shut_down(port, self._secret)
        elif is_alive(server):
            os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while is_alive(server):
            if time.monotonic() >= deadline:
                raise StoreError(f"embedded MongoDB, process {server.pid}", "it does not stop")
            time.sleep(0.01)
        if self._started is not None:
            self._started.wait(STOP_S)


def _wait_listening(port: int, server: Process) -> bool:
    deadline = time.monotonic() + START_S
    while not is_listening(port):
        if not is_alive(server) or time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def _options(folder: Path, data: Path, port: int) -> list[str]:
    return [
        *("--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1"),
        *("--replSet", "jejak", "--oplogSize", str(OPLOG_MB)),
        *("--keyFile", str(folder / "mongod.secret")),
        *("--wiredTigerCacheSizeGB", CACHE_GB),
        *("--logpath", str(folder / "mongod.log"), "--logappend"),
        # mongod logs slow commands with their values, which may be handles: never slow, never said
        *("--slowms", "2000000000", "--quiet"),
        *("--networkMessageCompressors", "disabled", "--noscripting", "--nounixsocket"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    ]


def _usable_folder(data_dir: Path) -> Path:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = data_dir.resolve()
        probe = folder / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"data folder {data_dir}",
            f"it cannot be written ({error.strerror})",
            "Name a folder of your own as data_dir in jejak.toml, or the archive_url of a MongoDB",
        ) from error
    return folder


def _require_login(folder: Path) -> None:
    """Refuse data whose login was left behind, as a copy without it: a new one opens nothing."""
    secret = folder / "mongod.secret"
    if (folder / "mongo" / "WiredTiger").exists() and not secret.exists():
        raise ConfigError(
            str(secret),
            "it is missing, and no other login opens the data beside it",
            "Put back the mongod.secret that these data were made with",
        )


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise StoreError(
            f"data folder {folder}",
            f"its disk has {free // 10**6} MB left",
            "Free at least 1 GB: a database on a full disk stops and does not start again",
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
