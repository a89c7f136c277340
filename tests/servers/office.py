"""A supervisor's office: an installation of its own that watches accounts on the test servers."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import scheduler
from crawler import config as configuration
from crawler.config import Config
from crawler.registry import PLATFORMS
from evidence.config import campaign_drafts, parse_campaign, parse_watchlist, watch_drafts
from evidence.model import Watchlist
from evidence.package import select, write_package
from evidence.projection import TABLES, project_entries, rebuild
from evidence.seal import Signer, trust_text
from evidence.store import Archive, open_archive
from tests.servers.process import PATIENCE_S

ORIGIN = "servers.test/log"
LOOPBACK = ("127.0.0.0/8", "::1/128")
FIXED = {
    "tier": "A",
    "zone": "WIB",
    "assignment_order": "ST-UJI/1",
    "legal_basis": "uji",
    "basis": "akun uji milik sendiri",
    "confidence": "HIGH",
    "attributed_by": "Penguji",
}
CAMPAIGN = """
id = "uji-server"
name = "Pemilihan uji"
kind = "PILKADA"
legal_source = "uji"
legal_basis = "uji"
purpose = "uji"

[[phase]]
name = "CAMPAIGN"
starts = {starts}
ends = {ends}
cadence = {{ A = "1h" }}
"""


@dataclass(slots=True)
class Office:
    """An installation with its archive, on a clock that stands at `now` between slots."""

    folder: Path
    config: Config
    archive: Archive
    signer: Signer
    begun_at: datetime
    now: datetime

    def watch(self, *rows: dict[str, str]) -> dict[str, str]:
        """Import a watchlist file; watch ids by account."""
        fixed = {**FIXED, "from": self.begun_at.isoformat()}
        text = io.StringIO()
        writer = csv.DictWriter(text, sorted(fixed.keys() | {k for row in rows for k in row}))
        writer.writeheader()
        writer.writerows({**fixed, **row} for row in rows)
        imported = parse_watchlist(
            text.getvalue().encode(),
            "daftar.csv",
            existing=Watchlist(),
            platforms=set(PLATFORMS),
            now=self.now,
            imported_by="Penguji",
        )
        self._record(watch_drafts(imported, self.now, "simulated"))
        return {entry.attribution.person: entry.watch for entry in imported.added}

    def visit(self) -> None:
        """Run what is due now, seal it, and let an hour pass."""
        config = dataclasses.replace(self.config, clock_start=self.now.isoformat())
        with mock.patch.dict(os.environ, {"JEJAK_CONFIG": str(self.folder / "jejak.toml")}):
            scheduler.run_due(config, self.archive, self.now)
        self.now += timedelta(minutes=30)
        self.signer.seal(self.now)
        self.now += timedelta(minutes=30)

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """Rows of a projection, in the order of the log where they have one."""
        found = list(self.archive.rows(table, where))
        return sorted(found, key=lambda row: row.get("index") or 0)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Every projection as it is now."""
        return {table: list(self.archive.rows(table)) for table in TABLES}

    def body(self, capture: str, role: str = "body") -> bytes:
        """An object of a statement, opened."""
        opening = self.archive.open_object(capture, role)
        assert opening is not None
        return opening.data

    def post(self, native_id: str) -> dict[str, Any]:
        """What the archive knows of a post."""
        (row,) = self.rows("posts", native_id=native_id)
        return row

    def texts(self, native_id: str) -> list[str]:
        """The texts of a post's snapshots, oldest first."""
        found = self.rows("snapshots", native_id=native_id)
        return [json.loads(self.body(row["id"], "post"))["post"]["text"].strip() for row in found]

    def jejak(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of the program, as its user types it."""
        environment = {
            **os.environ,
            "JEJAK_CONFIG": str(self.folder / "jejak.toml"),
            "JEJAK_CLOCK": self.now.isoformat(),
        }
        return subprocess.run(
            [sys.executable, "-c", "import cli.main; cli.main.main()", *words],
            env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip

    def package(self) -> tuple[Path, Path]:
        """Everything as a package, and the trust file that goes by another way."""
        trust = self.folder / "trust.txt"
        trust.write_text(trust_text(ORIGIN, [self.signer.vkey]), "utf-8")
        watches = [row["id"] for row in self.rows("watches")]
        period = (self.begun_at, self.now)
        before = self.archive.size()
        written = write_package(
            self.archive,
            select(self.archive, watches=watches, period=period),
            self.folder / "packages",
            signer=self.signer,
            now=self.now,
            purpose="uji",
            order="ST-UJI/1",
            actor={"name": "Penguji"},
            organisation="Uji",
            software="jejak test",
            clock="simulated",
        )
        project_entries(self.archive, list(self.archive.entries(before)))
        return written, trust

    def rebuild(self) -> None:
        """Make every projection anew from the log."""
        rebuild(self.archive)

    def _record(self, drafts: list[Any]) -> None:
        project_entries(self.archive, self.archive.record(drafts))


def database(server: str, name: str) -> str:
    """The URL of one database of a MongoDB server."""
    base, _, options = server.partition("?")
    return f"{base.rstrip('/')}/{name}" + (f"?{options}" if options else "")


@contextmanager
def office(folder: Path, url: str) -> Iterator[Office]:
    """Open one with an hourly cadence that began on the last full hour.

    url: of an empty archive that other processes can open too.
    """
    begun_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    file = folder / "jejak.toml"
    allowed = json.dumps(LOOPBACK)
    file.write_text(
        f'data_dir = "{folder / "data"}"\narchive_url = "{url}"\norigin = "{ORIGIN}"\n'
        f'contact = "https://example.org/uji"\negress_allow = {allowed}\nsandbox = true\n'
        f"timeout_s = {PATIENCE_S:g}\nbrowser_timeout_s = {PATIENCE_S:g}\n"
    )
    config = configuration.load(file, {})
    archive = open_archive(config.archive_url, config.data_dir)
    try:
        signer = Signer(archive, config.data_dir / "keys", ORIGIN, clock="simulated")
        signer.found(begun_at, "jejak test")
        opened = Office(folder, config, archive, signer, begun_at, begun_at)
        local = begun_at.replace(tzinfo=None) + timedelta(hours=7)  # wall-clock in WIB
        text = CAMPAIGN.format(
            starts=local.isoformat(), ends=(local + timedelta(days=2)).isoformat()
        )
        campaign = parse_campaign(text.encode(), "uji.toml")
        opened._record(campaign_drafts(campaign, begun_at, "simulated"))
        yield opened
    finally:
        archive.close()


def verify(package: Path, trust: Path) -> subprocess.CompletedProcess[str]:
    """Run the package's own verifier as a stranger would."""
    command = [sys.executable, "-I", "-S", package / "verify/verify.py", package, "--trust", trust]
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
