"""What guards the archive is shown by `status`, and what calls for a look by `health`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import Result

from crawler.config import Config
from crawler.guards import Guards

Run = Callable[..., Result]


def audited(folder: Path, ago: timedelta) -> None:
    """A scheduler that compared the log and was seen last so long ago."""
    guards = Guards(
        Config(data_dir=folder / "data", archive_url="memory:"), lambda: datetime.now(UTC) - ago
    )
    guards.audited(lambda now: 4711)
    guards.look()
    guards.stop()


def test_status_shows_when_the_log_was_compared_last(call: Run, tmp_path: Path) -> None:
    audited(tmp_path, timedelta(minutes=1))

    shown = call("status").output
    said = json.loads(call("status", "--json").output)["guards"]

    assert "4711" in shown
    assert (said["audit"]["leaves"], said["concerns"]) == (4711, [])


def test_a_scheduler_that_is_silent_is_a_finding_of_health(call: Run, tmp_path: Path) -> None:
    before = call("health").exit_code
    audited(tmp_path, timedelta(hours=1))

    done = call("health")

    assert (before, done.exit_code) == (0, 1)
    assert "SCHEDULER_SILENT" in done.output


def test_where_no_scheduler_ever_ran_nothing_is_said(call: Run, tmp_path: Path) -> None:
    said = json.loads(call("health", "--json").output)["guards"]

    assert (said["at"], said["concerns"]) == (None, [])
