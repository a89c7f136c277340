"""Heartbeats of the store's watch are no part of a package; alarms are."""

from __future__ import annotations

from pathlib import Path

from evidence.canonical import new_record_id
from evidence.model import Draft, StatementType
from evidence.package import select
from tests.packages.synthetic import START, WATCH, make_site


def test_every_alarm_is_packed_and_no_heartbeat(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    beat, alarm = site.archive.record([
        Draft(StatementType.ALARM, new_record_id(), START, "system", {"code": code, "detail": "d"})
        for code in ("HEARTBEAT", "STORE_UPDATE")
    ])  # fmt: skip

    packed = select(site.archive, watches=[WATCH]).indices

    assert alarm.index in packed
    assert beat.index not in packed
