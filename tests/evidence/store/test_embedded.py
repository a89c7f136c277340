"""The embedded server: started once, shared, adopted, stopped by the last to leave."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, StoreError
from evidence.model import Draft, StatementType
from evidence.store import open_archive, open_tripwire
from evidence.store.attachment import (
    ServerState,
    folder_secret,
    is_alive,
    locked,
    read_state,
    write_state,
)
from evidence.store.embedded import EmbeddedServer
from evidence.store.mongo.tripwire import Memory
from tests.evidence.store.writing import AT

WRITING = Path(__file__).with_name("writing.py")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    from evidence.store.binary import find_mongod

    try:
        find_mongod()
    except ConfigError as error:
        pytest.skip(f"needs an embedded mongod: {error}")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose server runs, with an archive of this process attached."""
    folder = tmp_path_factory.mktemp("running")
    try:
        archive = open_archive("", folder)
    except ConfigError as error:
        pytest.skip(f"needs an embedded mongod: {error}")
    yield folder
    archive.close()


def state_of(data_dir: Path) -> ServerState:
    return read_state(data_dir / "mongod.json")


def alarm() -> Draft:
    return Draft(StatementType.ALARM, new_record_id(), AT, "system", {"code": "TEST"})


def other_process(data_dir: Path, how_many: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(WRITING), "", str(data_dir), str(how_many)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(WRITING.parents[3])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.mongo
def test_a_clean_stop_leaves_no_process_and_a_broken_state_file_does_not_stop_a_start(
    data_dir: Path,
) -> None:
    data_dir.mkdir()
    (data_dir / "mongod.json").write_text('{"port": 27', "utf-8")
    archive = open_archive("", data_dir)
    server = state_of(data_dir).server
    size = archive.size()
    archive.close()

    assert size == 0
    assert server is not None
    assert not is_alive(server)
    assert state_of(data_dir).server is None


@pytest.mark.mongo
def test_a_second_process_attaches_and_the_last_to_leave_stops_the_server(data_dir: Path) -> None:
    archive = open_archive("", data_dir)
    server = state_of(data_dir).server
    assert server is not None
    other = other_process(data_dir, 10**6)
    attached = len(state_of(data_dir).attached)

    archive.close()
    alive_between = is_alive(server)
    other.send_signal(signal.SIGINT)
    other.communicate(timeout=120)

    assert attached == 2
    assert alive_between
    assert not is_alive(server)


@pytest.mark.mongo
def test_the_server_of_a_killed_owner_is_adopted_and_then_stopped(data_dir: Path) -> None:
    owner = other_process(data_dir, 10**6)
    server = state_of(data_dir).server
    owner.kill()
    owner.communicate()

    archive = open_archive("", data_dir)
    assert server is not None
    assert state_of(data_dir).server == server
    assert len(state_of(data_dir).attached) == 1
    archive.close()
    assert not is_alive(server)


@pytest.mark.mongo
def test_a_port_taken_meanwhile_is_left_and_the_data_follow(data_dir: Path) -> None:
    archive = open_archive("", data_dir)
    archive.record([alarm()])
    archive.close()
    port = state_of(data_dir).port

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        threading.Thread(target=refuse_all, args=(taken,), daemon=True).start()
        again = open_archive("", data_dir)
        again.record([alarm()])

        assert state_of(data_dir).port != port
        assert again.size() == 2
        again.close()


def refuse_all(taken: socket.socket) -> None:
    """Another program on the port that hangs up on whoever calls, until it is closed."""
    with contextlib.suppress(OSError):
        while True:
            taken.accept()[0].close()


@pytest.mark.mongo
def test_a_second_archive_in_one_process_counts_for_itself(running: Path) -> None:
    one, two = open_archive("", running), open_archive("embedded:", running)
    size = two.size()
    one.record([alarm()])
    one.close()
    one.close()

    assert two.size() == size + 1
    two.close()
    assert len(state_of(running).attached) == 1


@pytest.mark.mongo
def test_the_embedded_server_is_watched_without_roles(running: Path) -> None:
    with contextlib.closing(open_tripwire("", running, Memory())) as tripwire:
        assert tripwire.look() == ()
    assert len(state_of(running).attached) == 1


@pytest.mark.mongo
def test_nobody_without_the_login_reads_the_archive(running: Path) -> None:
    import pymongo
    from pymongo.errors import OperationFailure

    url = f"mongodb://127.0.0.1:{state_of(running).port}/?directConnection=true"
    with (
        pymongo.MongoClient[dict[str, object]](url) as stranger,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        stranger["jejak"]["keys"].find_one()
    assert (running / "mongod.secret").stat().st_mode & 0o777 == 0o600


def test_without_a_mongod_the_message_says_how_to_give_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEJAK_MONGOD", str(tmp_path / "none"))

    with pytest.raises(ConfigError, match="mongodb://host/name"):
        EmbeddedServer.open(tmp_path)


def test_a_mongod_that_does_not_run_here_is_passed_over_with_its_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text("#!/bin/sh\necho 'libcurl.so.4: cannot open shared object' >&2; exit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("JEJAK_MONGOD", str(broken))

    with pytest.raises(ConfigError, match=r"libcurl\.so\.4"):
        EmbeddedServer.open(tmp_path)


def test_a_mongod_that_ends_at_once_is_said_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "mongod"
    broken.write_text('#!/bin/sh\n[ "$1" = --version ] && exit 0\nexit 14\n')
    broken.chmod(0o755)
    monkeypatch.setenv("JEJAK_MONGOD", str(broken))

    with pytest.raises(StoreError, match=r"exit code 14.*mongod\.log"):
        EmbeddedServer.open(tmp_path)


def test_a_nearly_full_disk_is_refused_before_the_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 999_999_999))

    with pytest.raises(StoreError, match="999 MB left"):
        EmbeddedServer.open(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be written"):
        EmbeddedServer.open(tmp_path / "file" / "data")


def test_a_state_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mongod.json"
    state = ServerState(port=4711)
    write_state(path, state)

    assert read_state(path) == state
    assert read_state(tmp_path / "absent.json") == ServerState()


def test_what_is_written_beside_the_server_is_its_owners_alone_whatever_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0)
    try:
        folder_secret(tmp_path / "mongod.secret")
        write_state(tmp_path / "mongod.json", ServerState(1))
        with locked(tmp_path / "mongod.lock"):
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert modes == {"mongod.secret": 0o600, "mongod.json": 0o600, "mongod.lock": 0o600}


def test_data_without_their_login_are_refused_and_no_other_is_made(tmp_path: Path) -> None:
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo/WiredTiger").touch()

    with pytest.raises(ConfigError, match=r"Put back the mongod\.secret"):
        EmbeddedServer.open(tmp_path)

    assert not (tmp_path / "mongod.secret").exists()


def test_a_login_that_others_may_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "mongod.secret"
    folder_secret(file)
    file.chmod(0o640)  # as a copy on a medium without modes comes back

    with pytest.raises(ConfigError, match=f"others may read the login. Run: chmod 600 {file}"):
        folder_secret(file)


def test_the_dead_and_their_successors_are_not_taken_for_alive() -> None:
    from evidence.store.attachment import Process, this_process

    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()

    assert is_alive(this_process())
    assert not is_alive(Process(child.pid, ""))
    assert not is_alive(Process(os.getpid(), "1"))
