"""The destruction minutes say what was done by whom, and name nobody it was about."""

from __future__ import annotations

import pytest

from evidence.erasure import add_hold, confirm_erasure, request_erasure
from evidence.erasure.minutes import NAMES, minutes_html, minutes_of, minutes_text, spelled
from evidence.erasure.plan import ERASABLE
from evidence.errors import ScopeError
from evidence.model import StatementType
from evidence.query.custody import custody_draft, record_custody
from evidence.query.subject import find_subject
from evidence.record import Recorder
from evidence.seal import Signer
from tests.evidence.erasure.office import NOW, RECORDER, T0

WORDS = {"basis": "UU 27/2022 Pasal 43", "order": "12/2026"}


@pytest.fixture
def request_id(office) -> str:
    subjects = [find_subject(office.archive, "telegram|42")]
    export = custody_draft(
        RECORDER, "EXPORT", [office.archive.row("posts", "telegram|42")["snapshot"]], T0,
        actor="budi", purpose="klarifikasi", order="1",
    )  # fmt: skip
    record_custody(office.archive, export)
    asked, _plan = request_erasure(
        office.archive,
        RECORDER,
        subjects,
        NOW,
        officer="Budi <b>Santoso</b>",
        actor="budi",
        **WORDS,
    )
    return asked.statement.rec


def carried_out(office, request_id: str):
    return confirm_erasure(
        office.archive, RECORDER, request_id, NOW, officer="Ani Lestari", actor="ani"
    )


def test_nothing_is_said_of_an_erasure_that_was_not_carried_out(office, request_id):
    with pytest.raises(ScopeError, match="nothing was erased"):
        minutes_of(office.archive, request_id, "Bawaslu Contoh")


def test_minutes_name_order_officers_records_and_earlier_exports(office, request_id, tmp_path):
    done = carried_out(office, request_id)
    head = Signer(office.archive, tmp_path, "uji.example/log").seal(NOW)

    minutes = minutes_of(office.archive, request_id, "Bawaslu Contoh")
    text = minutes_text(minutes, "Asia/Jakarta")

    assert [line.rec for line in minutes.lines] == [e.statement.rec for e in done.records]
    assert minutes.objects == minutes.unopened == done.objects
    assert len(minutes.exports) == 1
    for words in ("12/2026", "Ani Lestari", "Rabu, 25 November 2026 pukul 09.00.00 WIB (+07:00)",
                  head.fingerprint(), *(line.leaf_hash for line in minutes.lines)):  # fmt: skip
        assert words in text


def test_minutes_tell_what_was_handed_out_and_not_what_was_only_read(office, request_id):
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    said = {
        action: custody_draft(RECORDER, action, [rec], T0, actor="b", purpose="p", order="1")
        for action in ("READ", "VERIFY", "SUBJECT_EXPORT")
    }
    for draft in said.values():
        record_custody(office.archive, draft)
    carried_out(office, request_id)

    minutes = minutes_of(office.archive, request_id, "Bawaslu Contoh")

    assert len(minutes.exports) == 2
    assert minutes.exports[1] == (said["SUBJECT_EXPORT"].rec, T0)


def test_minutes_by_a_simulated_clock_say_so(office, request_id):
    carried_out(office, request_id)
    assert not minutes_of(office.archive, request_id, "Bawaslu Contoh").simulated
    rec = office.archive.row("posts", "telegram|43")["snapshot"]
    asked, _ = request_erasure(
        office.archive, RECORDER, [find_subject(office.archive, rec)], NOW, officer="Budi",
        actor="budi", **WORDS,
    )  # fmt: skip
    confirm_erasure(
        office.archive, Recorder("simulated", "jejak test"), asked.statement.rec, NOW,
        officer="Ani", actor="ani",
    )  # fmt: skip

    assert minutes_of(office.archive, asked.statement.rec, "Bawaslu Contoh").simulated


def test_the_printed_text_gives_a_name_as_it_is_written(office, request_id):
    carried_out(office, request_id)
    text = minutes_text(minutes_of(office.archive, request_id, "Bawaslu Contoh"), "Asia/Jakarta")

    assert "Budi <b>Santoso</b>" in text


def test_minutes_hold_no_word_of_what_was_erased(office, request_id):
    carried_out(office, request_id)
    minutes = minutes_of(office.archive, request_id, "Bawaslu Contoh")

    for said in (minutes_text(minutes, "Asia/Jakarta"), minutes_html(minutes, "Asia/Jakarta")):
        assert not [w for w in ("Siti", "siti_contoh", "Ralat", "t.me") if w in said]


def test_every_type_that_can_be_erased_has_its_word():
    assert set(NAMES) == {kind.value for kind in ERASABLE}


def test_an_officers_name_is_no_markup(office, request_id):
    carried_out(office, request_id)
    page = minutes_html(minutes_of(office.archive, request_id, "Bawaslu Contoh"), "Asia/Jakarta")

    assert "<b>" not in page
    assert "Budi &lt;b&gt;Santoso&lt;/b&gt;" in page


def test_minutes_are_refused_while_an_object_can_be_opened(office, request_id):
    kept = dict(office.archive._uses), dict(office.archive._keys)
    carried_out(office, request_id)
    office.archive._uses.update(kept[0])
    office.archive._keys.update(kept[1])

    with pytest.raises(ScopeError, match="can still be opened"):
        minutes_of(office.archive, request_id, "Bawaslu Contoh")


def test_times_are_spelled_in_the_zone_of_the_place():
    assert spelled(T0, "Asia/Jayapura") == "Jumat, 20 November 2026 pukul 11.00.00 WIT (+09:00)"


def test_minutes_of_an_erasure_that_a_hold_stopped_on_the_way_say_what_is_kept(
    office, request_id, monkeypatch
):
    monkeypatch.setattr("evidence.erasure.carry.BATCH", 2)
    archive, record = office.archive, office.archive.record
    batches = iter(range(1))

    def recorded(drafts):
        if drafts[0].type is StatementType.ERASURE and next(batches, None) is None:
            monkeypatch.setattr(archive, "record", record)
            subject = find_subject(archive, "telegram|42")
            add_hold(archive, RECORDER, subject, NOW, case="3", order="9", actor="c")
        return record(drafts)

    monkeypatch.setattr(archive, "record", recorded)
    with pytest.raises(ScopeError, match="was placed meanwhile"):
        carried_out(office, request_id)

    minutes = minutes_of(archive, request_id, "Bawaslu Contoh")

    assert (len(minutes.lines), minutes.held) == (2, 2)
    for said in (minutes_text(minutes, "Asia/Jakarta"), minutes_html(minutes, "Asia/Jakarta")):
        assert "2 catatan, karena penahanan (hold) ditempatkan sebelum" in said
