"""Two persons erase: what goes, what stays, what stands in the way, what a cut leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.erasure import (
    add_hold,
    confirm_erasure,
    erased_records,
    holds,
    lift_hold,
    repeat_erasures,
    request_erasure,
    requests,
)
from evidence.erasure.minutes import minutes_of
from evidence.errors import ScopeError, StoreError
from evidence.model import Post, StatementType
from evidence.projection import rebuild
from evidence.query import fsck
from evidence.query.chain import chain
from evidence.query.subject import Subject, SubjectKind, find_subject, records_of
from evidence.store import Claim, MemoryArchive
from tests.evidence.erasure.office import NOW, RECORDER, T0, TIM, all_rows, furnish

WHO = {"officer": "Budi Santoso", "actor": "budi"}
OTHER = {"officer": "Ani Lestari", "actor": "ani"}


def ask(office, *names: str, **more) -> str:
    subjects = [find_subject(office.archive, name) for name in names]
    words = {"basis": "UU 27/2022 Pasal 43", "order": "12/2026", **WHO, **more}
    return request_erasure(office.archive, RECORDER, subjects, NOW, **words)[0].statement.rec


def confirm(office, request: str, **who):
    return confirm_erasure(office.archive, RECORDER, request, NOW, **{**OTHER, **who})


def unwatch_siti(office) -> None:
    office.watch(TIM, complete=True)


def opened(archive, recs) -> set[str]:
    entries = [archive.entry(rec) for rec in recs]
    return {
        e.statement.rec
        for e in entries
        for ref in e.statement.objects
        if archive.open_object(e.statement.rec, ref.role) is not None
    }


def test_an_erased_account_opens_nowhere_and_the_log_says_on_what_order(office):
    unwatch_siti(office)
    about = {
        e.statement.rec
        for e in records_of(office.archive, Subject(SubjectKind.ACCOUNT, office.siti))
    }
    with_objects = opened(office.archive, about)

    done = confirm(office, ask(office, office.siti))

    assert opened(office.archive, about) == set()
    assert {e.statement.rec for e in done.records} == with_objects
    said = erased_records(office.archive)
    assert {said[rec].statement.facts["order"] for rec in with_objects} == {"12/2026"}
    assert fsck(office.archive).faults == []


def test_every_page_that_shows_the_account_is_erased_also_one_kept_of_another_account(office):
    unwatch_siti(office)
    pages = [
        e.statement.rec for e in office.archive.entries()
        if e.statement.type is StatementType.CAPTURE and e.statement.facts["watch"] == office.tim
    ]  # fmt: skip

    confirm(office, ask(office, office.siti))

    liked_on, picture, later = pages
    assert opened(office.archive, pages) == {picture, later}
    assert liked_on not in opened(office.archive, pages)


def test_tombstones_stand_in_the_log_before_the_first_key_goes(office, monkeypatch):
    unwatch_siti(office)
    request = ask(office, office.siti)
    sizes = []
    erase = office.archive.erase
    monkeypatch.setattr(
        office.archive,
        "erase",
        lambda rec: (sizes.append(len(erased_records(office.archive))), erase(rec))[1],
    )

    done = confirm(office, request)

    assert sizes == [len(done.records)] * len(done.records)


@pytest.mark.parametrize("name", ["account", "post", "record"])
def test_projections_after_an_erasure_are_those_of_a_rebuild(office, name):
    unwatch_siti(office)
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    confirm(
        office, ask(office, {"account": office.siti, "post": "telegram|42", "record": rec}[name])
    )

    folded = all_rows(office.archive)
    rebuild(office.archive)

    assert folded == all_rows(office.archive)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_projections_after_erasing_any_records_are_those_of_a_rebuild(data):
    office = furnish(MemoryArchive())
    names = [e.statement.rec for e in office.archive.entries() if e.statement.objects]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=6, unique=True))
    confirm(office, ask(office, *chosen))

    folded = all_rows(office.archive)
    rebuild(office.archive)

    assert folded == all_rows(office.archive)


def test_an_erased_post_leaves_the_other_posts_words_and_the_account(office):
    confirm(office, ask(office, "telegram|42"))

    archive = office.archive
    assert archive.row("posts", "telegram|42") is None
    other = archive.row("posts", "telegram|43")
    assert archive.open_object(other["snapshot"], "post") is not None
    assert archive.row("watches", office.siti)["person"] == "Siti Contoh"
    words = b"".join(
        o.data for e in archive.entries() for r in e.statement.objects
        if (o := archive.open_object(e.statement.rec, r.role))
    )  # fmt: skip
    assert b"Ralat" not in words
    assert b"Ayo dukung" not in words


@pytest.mark.parametrize(
    "who",
    [
        {"officer": "budi  SANTOSO", "actor": "ani"},
        {"officer": "Ani Lestari", "actor": "Budi"},
        {"officer": " ", "actor": "ani"},
    ],
)
def test_the_one_who_asked_cannot_confirm(office, who):
    request = ask(office, "telegram|42")

    with pytest.raises(ScopeError):
        confirm(office, request, **who)

    assert erased_records(office.archive) == {}


def test_a_request_whose_officer_cannot_be_told_any_more_is_not_confirmed(office):
    request = ask(office, "telegram|42")
    office.archive.erase(request)

    with pytest.raises(ScopeError, match="can no longer be told"):
        confirm(office, request)


@pytest.mark.parametrize("words", [{"basis": ""}, {"order": " "}, {"officer": ""}])
def test_a_request_without_basis_order_or_officer_is_refused(office, words):
    size = office.archive.size()

    with pytest.raises(ScopeError):
        ask(office, "telegram|42", **words)

    assert office.archive.size() == size


def test_a_hold_blocks_every_erasure_that_touches_it_until_it_is_lifted(office):
    archive = office.archive
    post = find_subject(archive, "telegram|42")
    words = {"case": "03/TM/PW/2026", "order": "9/ST", "actor": "budi"}
    request = ask(office, "telegram|42")
    add_hold(archive, RECORDER, post, NOW, **words)

    for name in ("telegram|42", archive.row("posts", "telegram|42")["snapshot"]):
        with pytest.raises(ScopeError, match="03/TM/PW/2026"):
            ask(office, name)
    with pytest.raises(ScopeError, match="03/TM/PW/2026"):
        confirm(office, request)
    lift_hold(archive, RECORDER, post, NOW, **words)
    confirm(office, request)

    assert archive.row("posts", "telegram|42") is None
    assert holds(archive) == ()
    assert [h.case for h in holds(archive, lifted=True)] == ["03/TM/PW/2026"]


def test_a_hold_of_one_case_outlives_that_of_another(office):
    archive = office.archive
    post = find_subject(archive, "telegram|42")
    for case in ("1", "2"):
        add_hold(archive, RECORDER, post, NOW, case=case, order="9", actor="budi")
    lift_hold(archive, RECORDER, post, NOW, case="1", order="9", actor="budi")

    with pytest.raises(ScopeError, match="case 2"):
        ask(office, "telegram|42")
    with pytest.raises(ScopeError, match="there is none"):
        lift_hold(archive, RECORDER, post, NOW, case="1", order="9", actor="budi")


def test_an_account_that_is_still_watched_is_not_erased(office):
    request = ask(office, office.siti)

    with pytest.raises(ScopeError, match="still watched"):
        confirm(office, request)

    assert erased_records(office.archive) == {}


def test_nothing_is_erased_while_a_visit_is_under_way(office):
    request = ask(office, "telegram|42")
    slot = f"{office.siti}@2026-11-25T02:00:00Z"
    office.archive.claim(Claim(slot, "x", NOW, NOW + timedelta(minutes=5)), NOW)

    with pytest.raises(StoreError, match="under way"):
        confirm(office, request)

    assert erased_records(office.archive) == {}


def test_an_old_request_is_not_confirmed(office):
    request = ask(office, "telegram|42")

    with pytest.raises(ScopeError, match="older than 14 days"):
        confirm_erasure(office.archive, RECORDER, request, NOW + timedelta(days=15), **OTHER)


@pytest.mark.parametrize("after", range(0, 12, 3))
def test_an_erasure_cut_off_anywhere_is_finished_by_confirming_again(office, monkeypatch, after):
    request = ask(office, "telegram|42")
    archive = office.archive
    calls = iter(range(after))
    erase = archive.erase

    def cut(rec: str) -> int:
        if next(calls, None) is None:
            raise StoreError("cut off")
        return erase(rec)

    monkeypatch.setattr(archive, "erase", cut)
    try:
        confirm(office, request)
    except StoreError:
        assert "ERASED_KEY_PRESENT" in {f.code for f in fsck(archive).faults}
    monkeypatch.undo()
    done = confirm(office, request)

    assert fsck(archive).faults == []
    assert len(done.tombstones) == len(done.records) == len(erased_records(archive))
    folded = all_rows(archive)
    rebuild(archive)
    assert folded == all_rows(archive)


def test_what_is_recorded_after_an_erasure_began_is_not_taken_by_confirming_again(office):
    unwatch_siti(office)
    request = ask(office, office.siti)
    before = len(confirm(office, request).records)
    again = Post("42", "7", "siti_contoh", "Ralat", T0, url="https://t.me/siti_contoh/42")
    page = office.page(office.siti, NOW, "https://t.me/s/siti_contoh?9", [again])
    rec = office.post(office.siti, again, page, NOW)

    assert len(confirm(office, request).records) == before
    assert opened(office.archive, [page, rec]) == {page, rec}


def test_custody_campaigns_and_erasures_are_no_subjects_of_erasure(office):
    request = ask(office, "telegram|42")

    with pytest.raises(ScopeError, match="never erased"):
        ask(office, request)


def test_keys_that_came_back_are_named_erased_again_and_raise_an_alarm(office):
    archive = office.archive
    kept = dict(archive._uses), dict(archive._keys)
    done = confirm(office, ask(office, "telegram|42"))
    archive._uses.update(kept[0])
    archive._keys.update(kept[1])
    named = {f.place.split()[1].rstrip(",") for f in fsck(archive).faults}

    again = repeat_erasures(archive, RECORDER, NOW)

    assert named == {e.statement.rec for e in done.records} == set(again)
    assert fsck(archive).faults == []
    alarms = [e for e in archive.entries() if e.statement.type is StatementType.ALARM]
    assert [e.statement.facts["code"] for e in alarms] == ["ERASED_KEY_PRESENT"]
    assert repeat_erasures(archive, RECORDER, NOW) == ()


def test_the_chain_tells_collection_hold_request_and_erasure_in_order(office):
    archive = office.archive
    post = find_subject(archive, "telegram|42")
    words = {"case": "03/TM", "order": "9/ST", "actor": "budi"}
    add_hold(archive, RECORDER, post, NOW, **words)
    lift_hold(archive, RECORDER, post, NOW, **words)
    confirm(office, ask(office, "telegram|42"))

    links = chain(archive, post)

    assert [link.action for link in links if link.action != "COLLECTED"] == [
        "HOLD", "HOLD_LIFTED", "ERASE_REQUEST", "ERASED"
    ]  # fmt: skip
    assert links[0].action == "COLLECTED"
    assert links[-1].actor == "Budi Santoso (budi), Ani Lestari (ani)"
    assert (links[-1].order, links[-1].purpose) == ("12/2026", "UU 27/2022 Pasal 43")


def test_requests_say_who_asked_and_whether_it_began(office):
    first = ask(office, "telegram|42")
    confirm(office, first)
    ask(office, "telegram|43")

    found = requests(office.archive)

    assert [(r.officer, r.actor, r.began is None) for r in found] == [
        ("Budi Santoso", "budi", False), ("Budi Santoso", "budi", True)
    ]  # fmt: skip


HELD = {"case": "03/TM/PW/2026", "order": "9/ST", "actor": "citra"}


def hold_before_tombstones(office, monkeypatch, name: str, nth: int) -> None:
    """Somebody's hold gets its place in the log just before the nth batch of tombstones does."""
    archive, record = office.archive, office.archive.record
    subject = find_subject(archive, name)
    batches = iter(range(nth))

    def recorded(drafts):
        erasing = drafts and drafts[0].type is StatementType.ERASURE
        if erasing and next(batches, None) is None:
            monkeypatch.setattr(archive, "record", record)
            add_hold(archive, RECORDER, subject, NOW, **HELD)
        return record(drafts)

    monkeypatch.setattr(archive, "record", recorded)


@pytest.mark.parametrize("nth", [0, 1])
def test_a_hold_that_reaches_the_log_before_the_tombstones_keeps_what_it_covers(
    office, monkeypatch, nth
):
    archive = office.archive
    monkeypatch.setattr("evidence.erasure.carry.BATCH", 3)
    before = opened(archive, [e.statement.rec for e in archive.entries()])
    request = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|42", nth)

    with pytest.raises(ScopeError, match="03/TM/PW/2026 was placed meanwhile"):
        confirm(office, request)

    gone = before - opened(archive, before)
    tombstones = [e for e in archive.entries() if e.statement.type is StatementType.ERASURE]
    hold = next(e for e in archive.entries() if e.statement.rec == holds(archive)[0].rec)
    assert gone == {e.statement.facts["subject"] for e in tombstones if e.index < hold.index}
    assert len(gone) == 3 * nth
    assert set(erased_records(archive)) == gone
    assert [e.index > hold.index for e in tombstones] == [False] * 3 * nth + [True] * 3


def hold_after_first_batch(office, monkeypatch, name: str) -> None:
    """Tombstones go in threes; somebody's hold gets its place in the log after the first three."""
    archive, record = office.archive, office.archive.record
    monkeypatch.setattr("evidence.erasure.carry.BATCH", 3)

    def recorded(drafts):
        entries = record(drafts)
        if drafts[0].type is StatementType.ERASURE:
            monkeypatch.setattr(archive, "record", record)
            add_hold(archive, RECORDER, find_subject(archive, name), NOW, **HELD)
        return entries

    monkeypatch.setattr(archive, "record", recorded)


def test_a_hold_on_something_else_between_two_batches_does_not_stop_an_erasure(office, monkeypatch):
    request = ask(office, "telegram|42")
    hold_after_first_batch(office, monkeypatch, "telegram|99")

    done = confirm(office, request)

    assert len(done.records) > 3
    assert opened(office.archive, [e.statement.rec for e in done.records]) == set()


def test_a_hold_placed_between_two_batches_leaves_no_tombstone_after_it(office, monkeypatch):
    archive = office.archive
    request = ask(office, "telegram|42")
    hold_after_first_batch(office, monkeypatch, "telegram|42")

    with pytest.raises(ScopeError, match="3 records were erased before it"):
        confirm(office, request)

    assert len(erased_records(archive)) == 3
    assert fsck(archive).faults == []
    assert "ERASURE_HELD" not in {note.code for note in fsck(archive).notes}


def test_a_hold_on_something_else_does_not_stop_an_erasure(office, monkeypatch):
    request = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|99", 0)

    done = confirm(office, request)

    assert opened(office.archive, [e.statement.rec for e in done.records]) == set()


def test_an_erasure_that_a_hold_stopped_is_told_and_is_not_finished_by_repeating(
    office, monkeypatch
):
    archive = office.archive
    request = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|42", 0)
    with pytest.raises(ScopeError):
        confirm(office, request)
    size = archive.size()

    again = repeat_erasures(archive, RECORDER, NOW)

    told = fsck(archive)
    assert again == ()
    assert archive.size() == size
    assert told.faults == []
    assert {n.code for n in told.notes} >= {"ERASURE_HELD"}
    alarms = [e for e in archive.entries() if e.statement.type is StatementType.ALARM]
    assert [e.statement.facts["code"] for e in alarms] == ["ERASURE_HELD"]


def test_what_a_hold_kept_is_erased_on_a_new_request_once_it_is_lifted(office, monkeypatch):
    archive = office.archive
    first = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|42", 0)
    with pytest.raises(ScopeError):
        confirm(office, first)
    lift_hold(archive, RECORDER, find_subject(archive, "telegram|42"), NOW, **HELD)

    with pytest.raises(ScopeError, match="was placed meanwhile"):
        confirm(office, first)
    done = confirm(office, ask(office, "telegram|42"))

    assert opened(archive, [e.statement.rec for e in done.records]) == set()
    assert fsck(archive).faults == []
    assert archive.row("posts", "telegram|42") is None


def test_a_key_that_is_gone_in_spite_of_a_hold_is_named_by_the_full_check(office, monkeypatch):
    archive = office.archive
    request = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|42", 0)
    with pytest.raises(ScopeError):
        confirm(office, request)
    rec = archive.row("posts", "telegram|42")["snapshot"]
    archive.erase(rec)

    named = {f.place for f in fsck(archive).faults if f.code == "ERASED_IN_HOLD"}

    assert f"record {rec}" in named


def test_the_chain_tells_what_a_hold_stopped_apart_from_what_was_erased(office, monkeypatch):
    archive = office.archive
    monkeypatch.setattr("evidence.erasure.carry.BATCH", 3)
    request = ask(office, "telegram|42")
    hold_before_tombstones(office, monkeypatch, "telegram|42", 1)
    with pytest.raises(ScopeError):
        confirm(office, request)

    links = chain(archive, find_subject(archive, "telegram|42"))

    done = [(link.action, link.number) for link in links if link.action.startswith("ERAS")]
    assert [d for d in done if d[0] != "ERASE_REQUEST"] == [("ERASED", 3), ("ERASURE_HELD", 3)]


def test_each_of_two_requests_that_holds_stopped_is_told_as_stopped(office, monkeypatch):
    archive, post = office.archive, find_subject(office.archive, "telegram|42")
    stopped = []
    for _ in range(2):
        stopped.append(ask(office, "telegram|42"))
        hold_before_tombstones(office, monkeypatch, "telegram|42", 0)
        with pytest.raises(ScopeError, match="0 records were erased before it"):
            confirm(office, stopped[-1])
        lift_hold(archive, RECORDER, post, NOW, **HELD)
    confirm(office, ask(office, "telegram|42"))

    done = [link.action for link in chain(archive, post) if link.action.startswith("ERAS")]
    assert done == ["ERASE_REQUEST", "ERASURE_HELD"] * 2 + ["ERASE_REQUEST", "ERASED"]
    for request in stopped:
        with pytest.raises(ScopeError, match="nothing was erased on it"):
            minutes_of(archive, request, "Bawaslu Contoh")
    assert fsck(archive).faults == []


def test_a_hold_that_names_nothing_does_not_end_the_full_check(office):
    confirm(office, ask(office, "telegram|42"))
    facts = {"action": "HOLD", "subjects": [], "purpose": "1", "order": "1"}
    office.archive.record([RECORDER.draft(StatementType.CUSTODY, NOW, facts)])
    tombstone = {"subject": "f" * 32, "basis": "b", "order": "1", "request": "f" * 32}
    office.archive.record([RECORDER.draft(StatementType.ERASURE, NOW, tombstone)])

    check = fsck(office.archive)

    assert {fault.code for fault in check.faults} == {"ERASURE_ALONE"}
    assert "NOT_ASKED" in {note.code for note in check.notes}
