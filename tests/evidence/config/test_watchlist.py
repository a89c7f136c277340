"""Watchlist files: what is taken, what is refused and with which words."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import from_value
from evidence.config import WatchlistErrors, parse_watchlist, watch_drafts
from evidence.model import Confidence, Side, StatusClass, WatchEntry, Watchlist

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
PLATFORMS = frozenset({"mastodon", "bluesky", "telegram", "feed"})
ROW = {
    "platform": "mastodon",
    "account": "@siti@contoh.social",
    "side": "WATCHED",
    "person": "Siti Contoh",
    "status_class": "PNS",
    "region_code": "64.71",
    "tier": "A",
    "assignment_order": "001/ST/2026",
    "legal_basis": "UU 7/2017 pasal 93",
    "basis": "foto profil dan jabatan",
    "confidence": "HIGH",
    "attributed_by": "Budi Contoh",
}


def csv_of(*rows: dict[str, str], separator: str = ",", bom: bool = False) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, sorted({k for row in rows for k in row}), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode("utf-8", "replace")


def xlsx_of(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parse(data: bytes, name: str = "w.csv", existing: tuple[WatchEntry, ...] = (), **more):
    more.setdefault("now", NOW)
    return parse_watchlist(
        data, name, existing=Watchlist(existing), platforms=PLATFORMS,
        imported_by="operator", **more,
    )  # fmt: skip


def refusals(data: bytes, name: str = "w.csv", existing: tuple[WatchEntry, ...] = ()) -> list[str]:
    with pytest.raises(WatchlistErrors) as caught:
        parse(data, name, existing)
    return [str(p) for p in caught.value.problems]


def row(**changes: str) -> dict[str, str]:
    return ROW | changes


def test_a_row_becomes_an_entry_with_its_attribution():
    entry = parse(csv_of(ROW)).added[0]

    assert entry.account.handle == "siti@contoh.social"
    assert entry.base_url == "https://contoh.social"
    assert entry.side is Side.WATCHED
    assert entry.zone == "Asia/Makassar"
    assert entry.attribution.status_class is StatusClass.PNS
    assert entry.attribution.confidence is Confidence.HIGH
    assert entry.attribution.attributed_at == NOW
    assert entry.watched_from == NOW
    assert entry.watch.startswith("w-")
    assert len(entry.watch) == 14


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("bom", [True, False])
def test_csv_is_read_with_either_separator_with_or_without_a_byte_order_mark(separator, bom):
    assert len(parse(csv_of(ROW, separator=separator, bom=bom)).added) == 1


def test_indonesian_column_names_and_words_are_taken():
    data = csv_of(
        {
            "Platform": "telegram",
            "Akun": "https://t.me/s/kanal_contoh",
            "Sisi": "Kampanye",
            "Nama": "Tim Contoh",
            "Kode Wilayah": "91.71",
            "Tingkat": "b",
            "Surat Tugas": "1/ST",
            "Dasar Hukum": "UU 10/2016",
            "Dasar": "daftar KPU",
            "Keyakinan": "tinggi",
            "Ditetapkan oleh": "Ani",
            "Rekam tampilan": "ya",
        }
    )

    entry = parse(data).added[0]

    assert entry.side is Side.CAMPAIGN
    assert entry.account.handle == "kanal_contoh"
    assert entry.zone == "Asia/Jayapura"
    assert entry.tier == "B"
    assert entry.render is True


def test_xlsx_is_read_like_csv():
    data = xlsx_of(list(ROW), list(ROW.values()))

    assert parse(data, "w.xlsx").added[0].attribution.person == "Siti Contoh"


def test_every_problem_of_every_row_is_listed_with_row_and_column():
    data = csv_of(
        row(platform="frendster", tier="AA"),
        row(account="", region_code="99.01"),
        row(confidence="sure", assignment_order=""),
    )

    assert refusals(data) == [
        (
            "row 2, platform: is not a known platform. "
            "Known platforms: bluesky, feed, mastodon, telegram."
        ),
        "row 2, tier: is not one capital letter. Write A, B, C, ...",
        "row 3, account: is empty. Fill it in.",
        "row 3, region_code: no province has the code 99. Use the Kemendagri code.",
        "row 4, assignment_order: is empty. Fill it in.",
        (
            "row 4, confidence: is not one of the words for this column. "
            "Use one of: HIGH, TINGGI, MEDIUM, SEDANG, LOW, RENDAH."
        ),
    ]


def test_two_rows_of_one_account_are_named_with_both_rows():
    data = csv_of(ROW, row(account="https://contoh.social/@SITI"))

    assert refusals(data) == [
        "row 3, account: is the same account as row 2. Keep one of the two rows."
    ]


def test_a_cyrillic_letter_in_a_handle_is_named_by_its_code_point():
    said = refusals(csv_of(row(account="@s\u0456ti@contoh.social")))

    assert "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I" in said[0]


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u0007", "\u2066", "\ufeff", "\u2028"])
def test_a_character_nobody_can_see_is_refused_with_its_code_point(character):
    said = refusals(csv_of(row(account=f"@si{character}ti@contoh.social")))

    assert f"U+{ord(character):04X}" in said[0]
    assert "row 2, account: character 4" in said[0]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"account": "siti"}, "which server"),
        ({"account": "si ti@contoh.social"}, "it holds a blank"),
        ({"account": "http://contoh.social/@siti"}, "not https"),
        ({"account": "file:///etc/passwd"}, "not https"),
        ({"account": "https://contoh.social@127.0.0.1/@siti"}, "user name before the host"),
        ({"account": "https://2130706433/@siti"}, "its host is not"),
        ({"platform": "bluesky", "account": "siti"}, "cannot be an account of bluesky"),
        ({"platform": "telegram", "account": "https://evil.example/siti"}, "not a host of"),
        ({"platform": "telegram", "account": "1siti"}, "cannot be an account of telegram"),
        ({"platform": "feed", "account": "siti"}, "not https"),
        ({"base_url": "http://contoh.social"}, "not https"),
        ({"base_url": "https://contoh.social/?a=1"}, "query or fragment"),
    ],
)
def test_an_account_that_cannot_be_is_refused(changes, why):
    assert why in refusals(csv_of(row(**changes)))[0]


@pytest.mark.parametrize(
    ("changes", "handle", "base_url"),
    [
        ({"account": "siti", "base_url": "http://localhost:8701"}, "siti", "http://localhost:8701"),
        ({"account": "http://127.0.0.1:8701/siti"}, "siti", "http://127.0.0.1:8701"),
        ({"account": "https://contoh.social/users/siti/"}, "siti", "https://contoh.social"),
        ({"platform": "bluesky", "account": "https://bsky.app/profile/Siti.bsky.social"},
         "siti.bsky.social", ""),
        ({"platform": "bluesky", "account": "siti.test",
          "base_url": "http://localhost:2584;pds=http://localhost:2583"},
         "siti.test", "http://localhost:2584;pds=http://localhost:2583"),
        ({"platform": "telegram", "account": "@kanal_contoh"}, "kanal_contoh", ""),
        ({"platform": "feed", "account": "https://contoh.go.id/rss"},
         "https://contoh.go.id/rss", ""),
    ],
)  # fmt: skip
def test_an_account_is_read_from_handle_or_address(changes, handle, base_url):
    entry = parse(csv_of(row(**changes))).added[0]

    assert (entry.account.handle, entry.base_url) == (handle, base_url)


def test_a_did_is_the_native_id_itself():
    did = "did:plc:" + "a" * 24

    assert parse(csv_of(row(platform="bluesky", account=did))).added[0].account.native_id == did


def test_a_nip_is_masked_in_the_entry_and_kept_as_an_object_of_its_own():
    imported = parse(csv_of(row(nip="19860926 201505 1 001")))

    draft = watch_drafts(imported, NOW, "system")[0]

    roles = {o.role: o.data for o in draft.objects}
    assert imported.added[0].attribution.identity_masked == "*" * 14 + "1001"
    assert roles["identity"] == b"NIP 198609262015051001"
    assert b"198609262015051001" not in roles["entry"]
    assert "198609262015051001" not in str(draft.facts)
    assert "198609262015051001" not in repr(imported)


@pytest.mark.parametrize(
    ("nip", "reason"),
    [
        ("19861326201505100", "it does not have exactly 18 digits"),
        ("198613262015051001", "digits 1 to 8 are not a date of birth"),
        ("198609262015131001", "digits 13 to 14 are not a month"),
        ("198609262015053001", "digit 15 is neither 1 nor 2"),
        ("198609262015051000", "digits 16 to 18 are 000"),
        ("198609261990051001", "the year of appointment does not fit the year of birth"),
    ],
)
def test_a_nip_that_is_not_well_formed_is_refused_without_showing_it(nip, reason):
    said = refusals(csv_of(row(nip=nip)))

    assert said == [f"row 2, nip: is not a well-formed NIP: {reason}. Check it against the source."]
    assert nip not in said[0]


def test_a_ni_pppk_has_its_own_form():
    data = csv_of(row(status_class="PPPK", nip="198609262022211001"))

    assert watch_drafts(parse(data), NOW, "system")[0].objects[1].data.startswith(b"NI PPPK ")


def test_a_nik_of_a_woman_has_forty_added_to_its_day():
    entry = parse(csv_of(row(nik="6471016609860001"))).added[0]

    assert entry.attribution.identity_masked == "*" * 12 + "0001"


def test_a_number_that_the_spreadsheet_rounded_is_refused():
    data = xlsx_of([*ROW, "nip"], [*ROW.values(), 198609262015051001])

    assert refusals(data, "w.xlsx") == [
        (
            "row 2, nip: the spreadsheet turned this number into 1...E+17 and its last digits are "
            "lost. Format the column as Text and enter the number again."
        )
    ]


def test_a_number_shown_with_an_exponent_in_csv_is_refused_without_showing_it():
    said = refusals(csv_of(row(nip="1,98609E+17"), separator=";"))

    assert "turned this number into 1...E+17" in said[0]


def test_a_formula_cell_is_refused():
    data = xlsx_of(list(ROW), [*list(ROW.values())[:-1], '=HYPERLINK("http://e/"&A1)'])

    assert refusals(data, "w.xlsx") == [
        "row 2, attributed_by: the cell is a formula. Replace it by its value."
    ]


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (csv_of(ROW).decode().encode("utf-16"), "w.csv", "UTF-16"),
        (csv_of(row(person="Andr\u00e9")).decode().encode("latin-1"), "w.csv", "(line 2)"),
        (b"", "w.csv", "has no rows"),
        (b"\n\n", "w.csv", "has no rows"),
        (b"platform,platform\n", "w.csv", "there twice"),
        (b'a,"b\nc', "w.csv", "cannot be read as CSV"),
        (b"PK\x03\x04 not a zip", "w.xlsx", "cannot be opened as a workbook"),
        (csv_of(ROW), "w.pdf", "does not end in .csv or .xlsx"),
        (b"x" * 20_000_001, "w.csv", "more than 20000000"),
        (b"a\n" + b"1\n" * 200_001, "w.csv", "more than 200000 rows"),
        (csv_of(ROW | {"warna": "biru"}), "w.csv", "row 1, warna: is not a column"),
    ],
)
def test_a_file_that_is_no_watchlist_is_refused_as_a_whole(data, name, why):
    assert any(why in said for said in refusals(data, name))


def edited(edit) -> bytes:
    """A workbook of one row whose first sheet was edited as in a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(list(ROW), list(ROW.values()))))
    edit(book, book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_row_that_a_filter_hides_puts_nobody_on_the_list():
    def filtered(_book, sheet):
        sheet.append(list((ROW | {"account": "@tersaring@contoh.social"}).values()))
        sheet.row_dimensions[3].hidden = True

    (said,) = refusals(edited(filtered), "w.xlsx")

    assert said.startswith("row 3: the row is hidden")


def test_a_hidden_row_without_anything_in_it_does_not_matter():
    def empty(_book, sheet):
        sheet.row_dimensions[3].hidden = True

    assert len(parse(edited(empty), "w.xlsx").added) == 1


def test_a_hidden_column_and_a_hidden_first_sheet_are_refused():
    def column(_book, sheet):
        sheet.column_dimensions["D"].hidden = True

    def first(book, sheet):
        sheet.sheet_state = "hidden"
        book.active = book.create_sheet("Daftar")

    (of_column,) = refusals(edited(column), "w.xlsx")
    (of_sheet,) = refusals(edited(first), "w.xlsx")

    assert of_column.startswith("row 1, person: the column is hidden")
    assert of_sheet.startswith("the first sheet is hidden")


@pytest.mark.parametrize("cell", ["H2", "C2", "D2"])
def test_a_cell_that_the_spreadsheet_made_a_date_is_refused_outside_the_columns_of_times(cell):
    def typed(_book, sheet):
        sheet[cell] = datetime(2026, 5, 12)  # noqa: DTZ001 (a spreadsheet knows no zone)

    assert any("has made a date" in said for said in refusals(edited(typed), "w.xlsx"))


def test_an_account_that_the_spreadsheet_made_a_truth_value_is_refused():
    def typed(_book, sheet):
        sheet["B2"] = True

    assert any("the cell is not text" in said for said in refusals(edited(typed), "w.xlsx"))


@pytest.mark.parametrize(
    "number", ["198503302010011001", "19850330 201001 1 001", "6471014503900002"]
)
@pytest.mark.parametrize("column", ["person", "basis", "assignment_order", "attributed_by"])
def test_a_persons_number_among_free_words_is_refused_without_showing_it(column, number):
    (said,) = refusals(csv_of(row(**{column: f"Contoh NIP {number}"})))

    assert f"row 2, {column}: holds a number as long as a NIP or NIK" in said
    assert number not in said


@pytest.mark.parametrize(
    "text", ["UU 7/2017 pasal 93, 280 dan 282", "0812 3456 7890", "2026-11-22"]
)
def test_other_numbers_among_free_words_are_taken(text):
    assert parse(csv_of(row(basis=text))).added[0].attribution.basis == text


def test_a_first_row_that_is_no_header_shows_nobodys_number():
    said = " ".join(refusals(b"mastodon,198503302010011001,Siti 6471014503900002\n"))

    assert "is not a column" in said
    assert "1985" not in said
    assert "6471" not in said


def test_a_csv_with_tabs_or_a_named_separator_is_read_and_its_rows_counted_as_shown():
    tabs = parse(csv_of(ROW, separator="\t"))
    named = b"sep=;\r\n" + csv_of(ROW, separator=";")
    (said,) = refusals(b"sep=;\r\n" + csv_of(row(tier="9"), separator=";"))

    assert len(tabs.added) == len(parse(named).added) == 1
    assert said.startswith("row 2, tier")


def test_a_missing_column_is_named():
    data = csv_of({k: v for k, v in ROW.items() if k != "legal_basis"})

    assert refusals(data) == ["row 1, legal_basis: the column is missing. Add it to the first row."]


def test_a_row_with_one_cell_too_many_is_refused():
    data = csv_of(ROW).rstrip() + b",one more\r\n"

    assert refusals(data) == [
        "row 2: the row has more cells than the first row. Check separators and quotes."
    ]


def test_an_account_that_is_there_keeps_its_watch_id():
    before = parse(csv_of(ROW)).added[0]

    imported = parse(csv_of(row(tier="B")), existing=(before,))

    assert imported.added == ()
    assert imported.changed[0].watch == before.watch
    assert imported.changed[0].tier == "B"
    assert imported.changed[0].watched_from == before.watched_from


def test_importing_the_same_file_twice_changes_nothing():
    data = csv_of(row(nip="198609262015051001"), row(account="@b@contoh.social"))
    first = parse(data)

    again = parse(data, existing=first.added)

    assert (again.added, again.changed, again.removed) == ((), (), ())
    assert len(again.unchanged) == 2
    assert watch_drafts(again, NOW, "system") == []


def test_a_renamed_account_is_found_by_its_native_id():
    before = parse(csv_of(row(native_id="109"))).added[0]

    imported = parse(
        csv_of(row(native_id="109", account="@baru@contoh.social")), existing=(before,)
    )

    assert imported.changed[0].watch == before.watch
    assert imported.changed[0].account.handle == "baru@contoh.social"


def test_rows_left_out_stay_unless_the_file_is_the_complete_list():
    before = parse(csv_of(ROW, row(account="@b@contoh.social"))).added

    partial = parse(csv_of(ROW), existing=before)
    complete = parse(csv_of(ROW), existing=before, complete=True)

    assert (len(partial.absent), len(partial.removed)) == (1, 0)
    assert complete.removed[0].watched_until == NOW
    assert watch_drafts(complete, NOW, "system")[0].facts["change"] == "REMOVED"


def test_an_account_that_comes_back_keeps_its_id_and_starts_anew():
    before = parse(csv_of(ROW, row(account="@b@contoh.social"))).added
    later = NOW + timedelta(days=3)
    ended = parse(csv_of(ROW), existing=before, complete=True).removed[0]

    imported = parse(csv_of(row(account="@b@contoh.social")), existing=(ended,), now=later)

    assert imported.changed[0].watch == ended.watch
    assert imported.changed[0].watched_from == later
    assert imported.changed[0].watched_until is None


def test_a_bare_date_means_local_midnight_and_until_includes_its_day():
    data = csv_of(row(**{"from": "2024-09-25", "until": "2024-11-23", "zone": "WIT"}))

    entry = parse(data).added[0]

    assert entry.watched_from == datetime(2024, 9, 24, 15, tzinfo=UTC)
    assert entry.watched_until == datetime(2024, 11, 23, 15, tzinfo=UTC)


def test_a_watch_that_ends_before_it_starts_is_refused():
    data = csv_of(row(**{"from": "2024-11-23", "until": "2024-11-22"}))

    assert "row 2, until: the watch would end before it starts" in refusals(data)[0]


def test_a_row_without_region_and_zone_is_refused():
    assert "neither zone nor region_code" in refusals(csv_of(row(region_code="")))[0]


def test_the_entry_object_says_the_entry_again():
    imported = parse(csv_of(ROW))

    draft = watch_drafts(imported, NOW, "simulated")[0]

    assert from_value(json.loads(draft.objects[0].data), WatchEntry) == imported.added[0]
    assert draft.clock == "simulated"
    assert draft.facts["watch"] == imported.added[0].watch


def test_one_wrong_row_keeps_all_others_out():
    with pytest.raises(WatchlistErrors) as caught:
        parse(csv_of(ROW, row(account="@b@contoh.social", tier="7")))

    assert len(caught.value.problems) == 1
    assert "Nothing was imported" in str(caught.value)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(data):
    for name in ("w.csv", "w.xlsx"):
        with pytest.raises(WatchlistErrors):
            parse(data, name)


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.text(max_size=30), max_size=4))
def test_a_row_is_taken_whole_or_refused_with_a_place(changes):
    problems: tuple[object, ...] = ()
    taken = 0
    try:
        taken = len(parse(csv_of(ROW | changes)).added)
    except WatchlistErrors as error:
        problems = error.problems

    assert (taken == 1) != bool(problems)
    assert all(str(p).startswith("row ") for p in problems)


def _repacked(data: bytes, part: str, change) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body) if name == part else body)
    return out.getvalue()


def test_a_workbook_that_declares_entities_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    data = _repacked(
        xlsx_of(list(ROW), list(ROW.values())), "xl/worksheets/sheet1.xml", lambda b: bomb + b
    )

    assert refusals(data, "w.xlsx") == [
        (
            "cannot be opened as a workbook (a part declares entities). "
            "Save it again as .xlsx, or as CSV."
        )
    ]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr("evidence.config.table.MAX_UNPACKED_BYTES", 1_000)

    said = refusals(xlsx_of(list(ROW), list(ROW.values())), "w.xlsx")

    assert "unpacks to too many bytes" in said[0]


@pytest.mark.parametrize("broken", [b"", b"<worksheet", b"\x00" * 50, b"<a/>"])
def test_a_workbook_with_a_broken_sheet_is_refused_and_not_a_crash(broken):
    data = _repacked(
        xlsx_of(list(ROW), list(ROW.values())), "xl/worksheets/sheet1.xml", lambda _b: broken
    )

    assert len(refusals(data, "w.xlsx")) == 1


def test_a_region_code_that_lost_its_zero_is_refused():
    data = xlsx_of(list(ROW), [*[v if k != "region_code" else 64.7 for k, v in ROW.items()]])

    assert "is not a region code such as 64.71" in refusals(data, "w.xlsx")[0]
