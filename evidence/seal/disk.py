"""Small files that must survive a power cut, and a lock between processes."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import ConfigError


def write_durably(path: Path, data: bytes, *, mode: int = 0o600, replace: bool = True) -> None:
    """Write a file so that after a crash it has the old or the new bytes, never others.

    replace: False keeps a file that is there already (the first writer wins).

    Raises ConfigError when it is not sure that the new bytes would outlast a power cut.
    """
    try:
        _write(path, data, mode, replace)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be written ({error.strerror})") from error


def _write(path: Path, data: bytes, mode: int, replace: bool) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            part.replace(path)
        else:
            _link_once(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(folder: Path) -> None:
    """Make a folder only its owner may enter. Raises ConfigError when it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(str(folder), f"cannot be made ({error.strerror})") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file while the block runs; freed when the process dies.

    Raises ConfigError when this file, or one that the block needs, cannot be used.
    """
    with file_faults(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@contextmanager
def file_faults(path: Path) -> Iterator[None]:
    """Say what the system refuses in the block as ConfigError: a file's name and why.

    path: the file or folder meant, when the system does not name one.
    """
    try:
        yield
    except OSError as error:
        named = error.filename if isinstance(error.filename, str) else str(path)
        raise ConfigError(named, f"cannot be used ({error.strerror})") from error


def _link_once(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
