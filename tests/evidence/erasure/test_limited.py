"""The two-person erasure with the limited users of `jejak store secure`."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.erasure import confirm_erasure, request_erasure
from evidence.projection import rebuild
from evidence.query import fsck
from evidence.query.subject import find_subject
from evidence.store import open_archive
from tests.evidence.erasure.office import NOW, RECORDER, all_rows, furnish
from tests.evidence.store.test_roles import secured, url_of

pytestmark = pytest.mark.mongo
__all__ = ["secured"]


def test_an_erasure_needs_no_more_than_the_archive_s_and_the_eraser_s_rights(
    secured, tmp_path: Path
) -> None:
    archive = open_archive(
        url_of(secured, "archive"), tmp_path, eraser_url=url_of(secured, "eraser")
    )
    furnish(archive)
    asked, _ = request_erasure(
        archive, RECORDER, [find_subject(archive, "telegram|42")], NOW, basis="UU 27/2022",
        order="12/2026", officer="Budi", actor="budi",
    )  # fmt: skip

    done = confirm_erasure(archive, RECORDER, asked.statement.rec, NOW, officer="Ani", actor="ani")

    assert done.objects > 5
    # What the fixture recorded before is of a later day than the office.
    assert {fault.code for fault in fsck(archive).faults} == {"TIME_ORDER"}
    folded = all_rows(archive)
    rebuild(archive)
    assert folded == all_rows(archive)
    archive.close()
