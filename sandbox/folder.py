"""The demonstration's own folder: taken by one run at a time, and told by its marker file.

The marker is written twice: first, so that the folder is known as the demonstration's, and last,
with what the run left. A folder with the first alone holds a run that was broken off.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from evidence.errors import ConfigError
from evidence.store.attachment import is_alive, read_state
from evidence.store.embedded import EmbeddedServer

MARKER = "demo.json"
MADE_BY = "jejak demo"
IN_USE = (
    "another demonstration or command uses it now",
    "Wait for it, or give another folder with --data",
)


@dataclass(frozen=True, slots=True)
class Finished:
    """What a finished run left. package: its path from the folder; the others are counts."""

    package: str
    statements: int
    snapshots: int
    outcomes: int


@contextmanager
def taken(folder: Path) -> Iterator[Path]:
    """The folder, made if need be, held against other demonstrations while in use; absolute.

    Raises ConfigError when another run holds it or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ConfigError(
            f"data folder {folder}",
            f"it cannot be written ({error.strerror})",
            "Give another folder with --data",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder.resolve()
    except BlockingIOError as error:
        raise ConfigError(f"data folder {folder}", *IN_USE) from error
    finally:
        os.close(descriptor)  # lets go of the lock as well


def begin(folder: Path) -> None:
    """Mark an empty folder as the demonstration's."""
    _write(folder, None)


def finish(folder: Path, left: Finished) -> None:
    """Mark the run as finished; the last thing a run does."""
    _write(folder, left)


def standing(folder: Path) -> Finished | None:
    """What a finished run left in the folder; None when it is empty or its run was broken off.

    Raises ConfigError when the folder holds something that no demonstration put there.
    """
    try:
        value = json.loads((folder / MARKER).read_text("utf-8"))
        if value["made_by"] != MADE_BY:
            raise ValueError(MARKER)
        return Finished(**value["finished"]) if value["finished"] else None
    except FileNotFoundError:
        if is_empty(folder):
            return None
        why = "it holds something that is not a demonstration's"
    except (ValueError, KeyError, TypeError):
        why = f"its {MARKER} is not one of ours"
    raise ConfigError(
        f"data folder {folder}", why, "Nothing was touched. Give another folder with --data"
    )


def is_empty(folder: Path) -> bool:
    """Whether there is nothing in the folder."""
    return not any(folder.iterdir())


def clear(folder: Path) -> None:
    """Throw away all that a demonstration put into its folder, a server left running included.

    Raises ConfigError when the folder does not carry the marker or a process still uses it.
    """
    if is_empty(folder):
        return
    standing(folder)
    _stop_server(folder)
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name == MARKER)
    for entry in entries:  # the marker last: broken off here, the folder is still known as ours
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _stop_server(folder: Path) -> None:
    state = read_state(folder / "mongod.json")
    if state.server is None or not is_alive(state.server):
        return
    EmbeddedServer.open(folder).close()  # adopts what a killed run left; the last one out stops it
    left = read_state(folder / "mongod.json")
    if left.server is not None and is_alive(left.server):
        raise ConfigError(f"data folder {folder}", *IN_USE)


def _write(folder: Path, left: Finished | None) -> None:
    value = {"made_by": MADE_BY, "finished": asdict(left) if left else None}
    fresh = folder / f"{MARKER}.new"
    fresh.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    fresh.replace(folder / MARKER)
