"""A copy for the person concerned holds what is theirs, and nothing of others."""

from __future__ import annotations

import json

import pytest

from evidence.canonical import encode
from evidence.erasure import confirm_erasure, request_erasure
from evidence.query.copy import subject_copy, subject_files, subject_records
from evidence.query.custody import custody_draft, record_custody
from evidence.query.subject import find_subject
from evidence.store import MemoryArchive
from tests.evidence.erasure.office import NOW, RECORDER, SITI, Office, furnish


@pytest.fixture
def office() -> Office:
    return furnish(MemoryArchive())


def copy_of(office: Office, watch: str) -> dict:
    return subject_copy(office.archive, watch, subject_records(office.archive, watch))


def test_a_copy_holds_words_acts_visits_and_what_was_done_with_them(office):
    rec = office.archive.row("posts", "telegram|42")["snapshot"]
    read = custody_draft(
        RECORDER, "READ", [rec], NOW, actor="penyidik", purpose="klarifikasi", order="7/ST"
    )
    record_custody(office.archive, read)

    said = copy_of(office, office.siti)

    texts = {r["content"]["post"]["text"] for r in said["records"] if r["type"] == "snapshot"}
    assert texts == {"Ayo dukung", "Ralat", "Selamat pagi"}
    assert [a["content"]["actor_handle"] for a in said["acts"]] == ["siti_contoh"]
    assert said["watchlist"][0]["entry"]["attribution"]["person"] == "Siti Contoh"
    assert [v["outcome"] for v in said["visits"]] == ["COMPLETE"]
    reads = [p for p in said["processing"] if p["event"] == "READ"]
    assert [(p["purpose"], p["order"]) for p in reads] == [("klarifikasi", "7/ST")]


def test_a_copy_names_no_officer_no_other_account_and_shows_no_raw_page(office):
    record_custody(
        office.archive,
        custody_draft(
            RECORDER, "READ", [office.siti], NOW, actor="penyidik", purpose="x", order="7"
        ),
    )

    ours = encode(copy_of(office, office.siti)).decode()
    theirs = encode(copy_of(office, office.tim)).decode()

    assert not [w for w in ("Budi", "penyidik", "Tim Contoh", "Pilih kami") if w in ours]
    assert not [w for w in ("siti_contoh", "Siti Contoh", "Ralat") if w in theirs]
    assert office.siti in theirs


def test_files_of_a_copy_are_the_accounts_own_pictures(office):
    entries = subject_records(office.archive, office.siti)

    files = dict(subject_files(office.archive, entries))
    named = [c["file"] for c in copy_of(office, office.siti)["captures"] if c["file"]]

    assert list(files.values()) == [b"gambar"]
    assert sorted(files) == named
    assert all(name.endswith(".jpg") for name in files)


def test_what_was_erased_is_named_as_erased(office):
    asked, _ = request_erasure(
        office.archive, RECORDER, [find_subject(office.archive, "telegram|42")], NOW,
        basis="UU 27/2022", order="1", officer="A", actor="a",
    )  # fmt: skip
    confirm_erasure(office.archive, RECORDER, asked.statement.rec, NOW, officer="B", actor="b")

    said = copy_of(office, office.siti)

    assert "Ralat" not in json.dumps(said)
    assert [r["erased"] for r in said["records"]].count(True) == 2
    assert [p["order"] for p in said["processing"] if p["event"] == "ERASED"] == ["1"]


def test_a_copy_gives_the_person_their_own_number(office):
    row = SITI.rstrip("\n").removesuffix(",").replace("siti_contoh", "siti_dua")
    office.watch(f"{row},199003152015032001\n")
    (watch,) = (r["id"] for r in office.archive.rows("watches") if r["handle"] == "siti_dua")

    numbers = [listed["identity"] for listed in copy_of(office, watch)["watchlist"]]
    others = [listed["identity"] for listed in copy_of(office, office.siti)["watchlist"]]

    assert numbers == ["NIP 199003152015032001"]
    assert others == [None]
