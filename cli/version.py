"""Name and version of this program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def tool() -> str:
    """`jejak 0.1.0`, as statements and help say it."""
    try:
        return f"jejak {version('jejak')}"
    except PackageNotFoundError:
        return "jejak (not installed)"
