"""Exports that were interrupted: how a folder shows that it is being written, and who clears it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.errors import PackageError

PATTERN = "jejak-*.partial"


@contextmanager
def being_written(folder: Path) -> Iterator[None]:
    """Hold a folder while it is written; the system lets go of it however the process ends.

    Raises PackageError when the folder is not there or another process holds it.
    """
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise PackageError(str(folder), f"{error.strerror}") from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise PackageError(str(folder), "is held by another process") from error
        yield
    finally:
        os.close(held)


def clear_unfinished(directory: Path) -> tuple[str, ...]:
    """Remove what interrupted exports left in a directory; names of the folders, in order.

    A folder that a running export still holds is left alone, and so is a link.
    Raises PackageError when one cannot be removed.
    """
    cleared = []
    for folder in sorted(directory.glob(PATTERN)):
        if folder.is_symlink() or not folder.is_dir() or not _abandoned(folder):
            continue
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise PackageError(str(folder), f"{error.strerror}") from error
        cleared.append(folder.name)
    return tuple(cleared)


def _abandoned(folder: Path) -> bool:
    try:
        with being_written(folder):
            return True
    except PackageError:
        return False
