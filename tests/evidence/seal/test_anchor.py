"""Anchors are recorded, retried, renewed and told; a clock that is off stops the signer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from evidence.canonical import new_record_id
from evidence.errors import IntegrityError
from evidence.ledger import Checkpoint
from evidence.model import Draft, Plain, StatementType
from evidence.projection import rebuild
from evidence.seal import Signer
from evidence.seal.anchor import Anchors, Authority, Proof, newest_anchor, timestamping
from evidence.seal.http import Unanchored
from evidence.seal.wallclock import WallClock, read_clock, write_clock
from evidence.store import open_archive
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Archive
from tests.evidence.seal.tsa import LocalTsa, serving

ORIGIN = "bawaslu.test/jejak"


class Office:
    """An archive, its signer, and a clock that can be set."""

    def __init__(self, folder: Path) -> None:
        self.archive = MemoryArchive()
        self.keys = folder / "keys"
        self.signer = Signer(self.archive, self.keys, ORIGIN)
        self.shift = timedelta(0)
        self.signer.found(self.now(), "jejak test")

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.shift

    def head(self) -> Checkpoint:
        self.signer.seal(self.now())
        head = self.signer.head()
        assert head is not None
        return head

    def leaf(self) -> None:
        self.archive.record([
            Draft(StatementType.ALARM, new_record_id(), self.now(), "system",
                  {"code": "TEST", "detail": "one more leaf"})
        ])  # fmt: skip

    def anchors(self, *authorities: Authority) -> Anchors:
        return Anchors(self.archive, self.keys, authorities, self.now)

    def statements(self) -> list[tuple[str, str | None]]:
        return [
            (e.statement.facts["status"], e.statement.facts["reason"])
            for e in self.archive.entries()
            if e.statement.type is StatementType.ANCHOR
        ]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTsa]:
    with serving(LocalTsa(tmp_path_factory.mktemp("tsa") / "one", "satu", days=40)) as running:
        yield running


def failing(code: str) -> Authority:
    def ask(head: Checkpoint) -> Proof:
        raise Unanchored("mati", code)

    return Authority("rfc3161", "mati", ask)


def fingerprint(archive: Archive, authority: str) -> str | None:
    """Of the head that an authority has stamped last."""
    row = newest_anchor(archive, "rfc3161", authority)
    return row and str(row["note_sha256"])


def test_a_stamped_head_is_an_anchor_statement_with_token_and_chain(
    office: Office, tsa: LocalTsa
) -> None:
    tsa.lie = ""
    head = office.head()

    (standing,) = office.anchors(timestamping(tsa.authority)).run(head)

    entry = list(office.archive.entries())[-1]
    token = office.archive.open_object(entry.statement.rec, "token")
    assert (standing.status, standing.reason, standing.size) == ("anchored", None, head.size)
    assert entry.statement.facts["note_sha256"] == head.fingerprint()
    assert token is not None
    assert [o.role for o in entry.statement.objects] == ["token", "chain"]
    assert fingerprint(office.archive, tsa.name) == head.fingerprint()


def test_an_authority_that_is_down_is_pending_with_its_reason(office: Office) -> None:
    (standing,) = office.anchors(failing("HTTP_500")).run(office.head())

    assert (standing.status, standing.reason) == ("pending", "HTTP_500")
    assert office.statements() == [("pending", "HTTP_500")]
    assert fingerprint(office.archive, "mati") is None


def test_a_witness_that_saw_another_log_is_an_alarm_once_per_head(office: Office) -> None:
    def ask(head: Checkpoint) -> Proof:
        raise Unanchored("saksi", "FORK")

    anchors = office.anchors(Authority("witness", "saksi", ask))
    head = office.head()
    for _ in range(2):
        anchors.run(head, at_once=True)

    alarms = [e.statement.facts for e in office.archive.entries()
              if e.statement.type is StatementType.ALARM]  # fmt: skip
    assert [facts["code"] for facts in alarms] == ["WITNESS_FORK"]
    assert "saksi" in alarms[0]["detail"]
    assert office.statements() == [("pending", "FORK")]


def test_a_pending_anchor_is_retried_with_growing_pauses(office: Office) -> None:
    asked: list[datetime] = []

    def ask(head: Checkpoint) -> Proof:
        asked.append(office.now())
        raise Unanchored("mati", "TIMEOUT")

    anchors = office.anchors(Authority("rfc3161", "mati", ask))
    head = office.head()
    for _minute in range(20):
        anchors.run(head)
        office.shift += timedelta(minutes=1)

    gaps = [(b - a) // timedelta(minutes=1) for a, b in pairwise(asked)]
    assert gaps == [1, 2, 4, 8]
    assert office.statements() == [("pending", "TIMEOUT")]


def test_one_authority_down_does_not_keep_the_other_from_stamping(
    office: Office, tsa: LocalTsa
) -> None:
    tsa.lie = ""

    standings = office.anchors(failing("TIMEOUT"), timestamping(tsa.authority)).run(office.head())

    assert [s.status for s in standings] == ["pending", "anchored"]


def test_a_liar_that_comes_to_its_senses_is_anchored_at_the_next_try(
    office: Office, tsa: LocalTsa
) -> None:
    anchors = office.anchors(timestamping(tsa.authority))
    head = office.head()
    tsa.lie = "nonce"
    before = anchors.run(head)
    tsa.lie = ""

    after = anchors.run(head, at_once=True)

    assert [s.reason for s in before] == ["NONCE"]
    assert [s.status for s in after] == ["anchored"]


def test_a_head_is_stamped_once_and_the_next_head_a_day_later(
    office: Office, tsa: LocalTsa
) -> None:
    tsa.lie = ""
    kept = timestamping(tsa.authority).ask(office.head())
    asked = []

    def ask(head: Checkpoint) -> Proof:
        asked.append(head.size)
        return Proof(kept.objects, office.now(), office.now() + timedelta(days=3650))

    anchors = office.anchors(Authority("rfc3161", "satu", ask))
    anchors.run(office.head())
    office.leaf()
    anchors.run(office.head())
    office.shift += timedelta(days=1, seconds=1)
    anchors.run(office.head())
    anchors.run(office.head())

    assert len(asked) == 2
    assert asked[0] < asked[1]


def test_a_stamp_is_renewed_before_its_certificate_expires(office: Office) -> None:
    asked = []

    def ask(head: Checkpoint) -> Proof:
        asked.append(office.now())
        return Proof((), office.now(), office.now() + timedelta(days=35))

    anchors = office.anchors(Authority("rfc3161", "satu", ask))
    head = office.head()
    anchors.run(head)
    office.shift += timedelta(days=4)
    anchors.run(head)
    office.shift += timedelta(days=2)
    anchors.run(head)

    assert len(asked) == 2


def test_a_stamp_that_needs_no_renewal_is_asked_for_once(office: Office) -> None:
    asked = []

    def ask(head: Checkpoint) -> Proof:
        asked.append(head.size)
        return Proof((), office.now())

    anchors = office.anchors(Authority("ots", "satu", ask))
    head = office.head()
    for _ in range(3):
        anchors.run(head, at_once=True)
        office.shift += timedelta(days=4000)

    assert asked == [head.size]


def test_a_stamp_whose_renewal_is_due_is_asked_for_no_more_than_once_a_day(office: Office) -> None:
    asked = []

    def ask(head: Checkpoint) -> Proof:
        asked.append(office.shift)
        return Proof((), office.now(), office.now() + timedelta(days=2))

    anchors = office.anchors(Authority("rfc3161", "satu", ask))
    head = office.head()
    for _ in range(9):
        anchors.run(head)
        office.shift += timedelta(hours=6)

    assert len(asked) == 3


def test_a_token_whose_time_is_not_ours_is_pending_and_stops_the_signer(
    office: Office, tsa: LocalTsa
) -> None:
    tsa.lie = ""
    head = office.head()
    office.shift = timedelta(seconds=60)
    (standing,) = office.anchors(timestamping(tsa.authority)).run(head)

    with pytest.raises(IntegrityError, match=r"clock is -?[0-9]+ ms off"):
        office.signer.seal(office.now())

    assert standing.reason == "CLOCK"


def test_the_signer_starts_again_when_the_clock_is_right(office: Office, tsa: LocalTsa) -> None:
    tsa.lie = ""
    anchors = office.anchors(timestamping(tsa.authority))
    head = office.head()
    office.shift = timedelta(seconds=60)
    anchors.run(head)
    office.shift = timedelta(0)
    office.leaf()
    anchors.run(head, at_once=True)

    assert office.signer.seal(office.now()) is not None


def test_one_authority_with_a_wrong_clock_does_not_stop_the_signer() -> None:
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    known = WallClock().after("satu", at, at, at).after("dua", at, at, at + timedelta(hours=9))

    assert known.fault(at) is None
    assert not known.agrees("dua")
    assert known.newest == at


def test_a_clock_set_back_behind_a_stamp_stops_the_signer(office: Office) -> None:
    write_clock(office.keys, WallClock(office.now(), {"satu": 0}))
    office.shift = timedelta(seconds=-6)

    with pytest.raises(IntegrityError, match="stamped already"):
        office.signer.seal(office.now())

    assert read_clock(office.keys).newest is not None
    assert [e.statement.facts["code"] for e in office.archive.entries(1)] == ["CLOCK_BEHIND"]


def test_no_key_is_handed_over_while_the_clock_is_wrong(office: Office) -> None:
    write_clock(office.keys, WallClock(office.now(), {"satu": 0}))
    office.shift = timedelta(seconds=-6)
    key = office.signer.vkey

    with pytest.raises(IntegrityError, match="stamped already"):
        office.signer.rotate(office.now())

    assert office.signer.vkey == key
    assert StatementType.KEY not in {e.statement.type for e in office.archive.entries()}


def test_the_anchors_table_is_rebuilt_from_the_log(office: Office) -> None:
    office.anchors(failing("HTTP_500")).run(office.head())
    before = list(office.archive.rows("anchors"))

    rebuild(office.archive)

    assert list(office.archive.rows("anchors")) == before
    assert before[0]["reason"] == "HTTP_500"


@pytest.mark.mongo
def test_anchors_are_kept_and_found_again_in_mongodb(mongo_url: str, tmp_path: Path) -> None:
    with closing(open_archive(mongo_url, tmp_path)) as archive:
        signer = Signer(archive, tmp_path / "keys", ORIGIN)
        signer.found(datetime.now(UTC), "jejak test")
        head = signer.seal(datetime.now(UTC))
        assert head is not None

        def ask(head: Checkpoint) -> Proof:
            return Proof((Plain("token", "text/plain", b"t"),), datetime.now(UTC))

        asked = [Authority("rfc3161", "satu", ask), failing("TIMEOUT")]
        anchors = Anchors(archive, tmp_path / "keys", asked, lambda: datetime.now(UTC))
        standings = anchors.run(head)

        assert [s.reason for s in standings] == [None, "TIMEOUT"]
        assert fingerprint(archive, "satu") == head.fingerprint()
