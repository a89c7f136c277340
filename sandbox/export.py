"""Exporting the demonstration's package and checking it with the standard library alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cli.technical import technical_facts
from crawler.config import Config
from evidence.package import select, write_package
from evidence.package.brief import Brief
from evidence.package.case import read_case
from evidence.package.profile import find_profile
from evidence.seal import Signer
from evidence.store import Archive

ORDER = "ST-PERAGAAN/01/2026"
VERIFY_S = 120
CASE = Path(__file__).parent / "example" / "case.toml"


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
    brief: Brief,
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
        brief=brief,
    )


def briefed(config: Config, platforms: Iterable[str]) -> Brief:
    """The made-up case for the plenary, with the technical annex, and as PDF where Pango is there."""
    return Brief(
        profile=find_profile("TEMUAN"),
        case=read_case(CASE),
        technical=technical_facts(config, platforms),
        printed=find_library("pango-1.0") is not None,
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
