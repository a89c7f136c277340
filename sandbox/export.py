"""Exporting the demonstration's package and checking it with the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidence.package import select, write_package
from evidence.seal import Signer
from evidence.store import Archive

ORDER = "ST-PERAGAAN/01/2026"
VERIFY_S = 120


@dataclass(frozen=True, slots=True)
class Exported:
    """A package, the trust file to check it with, and what the offline verifier said.

    verified: the verifier found nothing wrong.   report: all that it printed.
    """

    package: Path
    trust: Path
    verified: bool
    report: str


def export(
    archive: Archive,
    signer: Signer,
    folder: Path,
    watches: Sequence[str],
    period: tuple[datetime, datetime],
    now: datetime,
) -> Path:
    """A package about some accounts in a period, written into `folder`; returns its path.

    Raises PackageError, ScopeError or IntegrityError.
    """
    return write_package(
        archive,
        select(archive, watches=watches, period=period),
        folder,
        signer=signer,
        now=now,
        purpose="Peragaan",
        order=ORDER,
        actor={"name": "Petugas Peragaan", "office": "Kantor rekaan"},
        organisation="Jejak, peragaan",
        software="jejak demo",
        clock="simulated",
    )


def check(package: Path, trust: Path, language: str = "id") -> Exported:
    """What `python3 -I -S <package>/verify/verify.py` says: no library, no network, no archive."""
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-S", str(package / "verify" / "verify.py")),
            *(str(package), "--trust", str(trust), "--lang", language),
        ],
        capture_output=True,
        text=True,
        timeout=VERIFY_S,
        check=False,
        env={},
    )
    return Exported(package, trust, done.returncode == 0, done.stdout + done.stderr)
