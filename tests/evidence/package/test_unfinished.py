"""Exports that were interrupted, killed, or ran out of disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import PackageError
from evidence.model import StatementType
from evidence.package import clear_unfinished
from evidence.package.unfinished import being_written
from evidence.verify import verify
from tests.packages.synthetic import Site, make_package, make_site

HOLDER = """
import sys, time
from pathlib import Path
from evidence.package.unfinished import being_written
folder = Path(sys.argv[1])
with being_written(folder):
    (folder / "data").mkdir()
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A process that is writing a package folder."""
    folder = tmp_path / "out/jejak-20261122-00000000.partial"
    folder.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, stderr=None
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process, folder
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_folder_that_is_being_written_is_left_alone(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    _process, folder = running

    assert clear_unfinished(folder.parent) == ()
    assert (folder / "data").is_dir()


def test_what_a_killed_export_left_is_cleared_and_named(
    running: tuple[subprocess.Popen[bytes], Path],
) -> None:
    process, folder = running
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert clear_unfinished(folder.parent) == (folder.name,)
    assert list(folder.parent.iterdir()) == []


def test_finished_packages_other_folders_and_links_are_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "jejak-20261122-00000000").mkdir()
    (tmp_path / "mine.partial").mkdir()
    (tmp_path / "jejak-20261122-11111111.partial").symlink_to(tmp_path / "mine.partial")
    (tmp_path / "jejak-20261122-22222222.partial").write_text("a file")

    assert clear_unfinished(tmp_path) == ()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_directory_that_is_not_there_holds_nothing_unfinished(tmp_path: Path) -> None:
    assert clear_unfinished(tmp_path / "none") == ()


def test_two_writers_cannot_hold_one_folder(tmp_path: Path) -> None:
    with (
        being_written(tmp_path),
        pytest.raises(PackageError, match="another process"),
        being_written(tmp_path),
    ):
        pytest.fail("held twice")


@pytest.mark.parametrize("step", [1, 2, 7, 40, 55, 70])
def test_a_full_disk_at_any_file_leaves_nothing_that_looks_finished(
    step: int, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, count = Path.write_bytes, 0

    def full(self: Path, data: bytes) -> int:
        nonlocal count
        count += 1
        if count >= step:
            write(self, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PackageError, match="No space left"):
        make_package(site, tmp_path / "out")
    monkeypatch.undo()

    assert list((tmp_path / "out").iterdir()) == []
    again = make_package(site, tmp_path / "out")
    assert verify(again, site.trust).ok


def test_a_really_full_disk_is_a_package_error_and_leaves_nothing(
    site: Site, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("a small tmpfs cannot be mounted; run as root to try a full disk")
    try:
        with pytest.raises(PackageError, match="No space left"):
            make_package(site, small)
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_an_export_that_never_left_stays_on_record(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise PackageError("package", "No space left on device")

    size = site.archive.size()
    monkeypatch.setattr("evidence.package.write._prove", full)
    with pytest.raises(PackageError):
        make_package(site, tmp_path / "out")

    kinds = [e.statement.type for e in site.archive.entries(size)]
    assert StatementType.CUSTODY in kinds
