"""Profiles: what each addressee is told and shown, and what is refused."""

from __future__ import annotations

import re
import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.canonical import decode, encode
from evidence.errors import ConfigError, PackageError, ScopeError
from evidence.model import Act, Entry, Interaction, Plain, Statement, StatementType
from evidence.package import select, write_package
from evidence.package.brief import Brief
from evidence.package.case import Case, parse_case, read_case
from evidence.package.completeness import LOOKS, Contents
from evidence.package.exhibit import EXHIBITS
from evidence.package.profile import KINDS, Profile, find_profile, profiles
from evidence.query.version import newest_versions
from evidence.verify import verify
from tests.packages.synthetic import (
    END,
    HOUR,
    NIP,
    NOW,
    OTHER,
    START,
    WATCH,
    Site,
    Visitor,
    make_site,
    watch_draft,
)

CASE = Path(__file__).with_name("full-case.toml")
STATUS = {"DKPP": "ORGANISER", "RUJUKAN_TNI_POLRI": "POLRI"}
STRANGER = "tetangga@contoh.test"


def with_status(site: Site, status: str) -> Site:
    """The site, its first account attributed to a person of this status by a later statement."""
    visitor = Visitor(site.archive, "system")
    first = newest_versions(site.archive)[WATCH]
    draft = watch_draft(visitor.recorder, WATCH, END, change="CHANGED", previous=first)
    entry = decode(draft.objects[0].data)
    entry["attribution"]["status_class"] = status
    objects = [
        Plain("entry", "application/json", encode(entry)),
        Plain("identity", "text/plain", NIP.encode()),
    ]
    visitor.put(visitor.recorder.draft(StatementType.WATCH, END, draft.facts, objects))
    return site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return with_status(make_site(tmp_path), "PNS")


def values() -> dict[str, Any]:
    return tomllib.loads(CASE.read_text("utf-8"))


def export(
    site: Site, folder: Path, profile: str | None, *, case: Case | None = None,
    draft: bool = False, watches: tuple[str, ...] = (WATCH,), period: Any = (START, END),
) -> Path:  # fmt: skip
    chosen = select(site.archive, watches=watches, period=period)
    brief = Brief(find_profile(profile) if profile else None, case or read_case(CASE), draft)
    return write_package(
        site.archive, chosen, folder, signer=site.signer, now=NOW, purpose="uji", order="ST-1",
        actor={"nama": "Petugas Uji"}, organisation="Bawaslu Uji", software="jejak 0.1.0",
        brief=brief,
    )  # fmt: skip


def page(package: Path) -> str:
    return (package / "data/report/laporan.html").read_text("utf-8")


def numbers(package: Path) -> dict[str, int]:
    """{record id: number} of the newest register in a package."""
    path = max(package.glob("data/objects/*/case.json"), key=lambda p: int(p.parent.name))
    return {row["rec"]: row["number"] for row in decode(path.read_bytes())["exhibits"]}


def holds(package: Path, words: bytes) -> list[str]:
    return [
        str(p.relative_to(package)) for p in package.rglob("*")
        if p.is_file() and words in p.read_bytes()
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(profiles()))
def test_a_package_of_each_profile_is_complete_and_verifies(name: str, tmp_path: Path) -> None:
    site = with_status(make_site(tmp_path), STATUS.get(name, "PNS"))

    package = export(site, tmp_path / "out", name)

    found = verify(package, site.trust)
    assert [f for f in found.findings if f.severity == "error"] == []
    assert f"bentuk {name}" in page(package)
    assert "RANCANGAN" not in page(package)


@pytest.mark.parametrize("name", sorted(profiles()))
def test_the_page_of_each_profile_gives_no_verdict(name: str, tmp_path: Path) -> None:
    site = with_status(make_site(tmp_path), STATUS.get(name, "PNS"))
    case = {k: v for k, v in values().items() if k == "number"}

    said = page(export(site, tmp_path / "out", name, case=parse_case(case, ""), draft=True)).lower()

    for word in ("pelanggaran", "terbukti", "bersalah karena", "melanggar aturan tertentu"):
        assert word not in said
    assert "tidak menyatakan siapa yang bersalah" in said


def test_every_requirement_has_a_kind_a_label_and_a_source() -> None:
    for profile in profiles().values():
        for requirement in profile.requires:
            assert requirement.kind in KINDS
            assert requirement.label
            assert requirement.source
        assert profile.legal
        assert {r.kind for r in profile.requires} >= {"formal", "material"}


@pytest.mark.parametrize("name", sorted(profiles()))
def test_each_field_a_profile_requires_is_named_when_it_is_missing(
    name: str, tmp_path: Path
) -> None:
    from evidence.package.completeness import check_complete

    contents = Contents((), {}, (), frozenset())
    for requirement in find_profile(name).requires:
        if requirement.key.startswith("@"):
            continue
        whole = values()
        table, _, column = requirement.key.replace("[]", "").partition(".")
        if not column:
            del whole[table]
        elif isinstance(whole[table], list):
            whole[table][-1].pop(column)
        else:
            del whole[table][column]

        checks = check_complete(find_profile(name), parse_case(whole, ""), contents)

        lacking = {c.requirement.key for c in checks if not c.met}
        assert {k for k in lacking if not k.startswith("@")} == {requirement.key}


def test_an_incomplete_package_is_refused_and_leaves_neither_folder_nor_record(
    site: Site, tmp_path: Path
) -> None:
    whole = values()
    del whole["event"]["place"]
    size = site.archive.size()

    with pytest.raises(PackageError, match=r"event\.place: Tempat kejadian"):
        export(site, tmp_path / "out", "TEMUAN", case=parse_case(whole, ""))

    assert list((tmp_path / "out").iterdir()) == []
    assert not [e for e in site.archive.entries(size) if e.statement.type is StatementType.CUSTODY]


def test_a_draft_says_on_its_first_page_that_it_is_one(site: Site, tmp_path: Path) -> None:
    said = page(export(site, tmp_path / "out", "TEMUAN", case=Case({}, {}), draft=True))

    assert "RANCANGAN: " in said
    assert "Tempat kejadian" in said


def test_a_dkpp_package_is_only_for_organisers(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ScopeError, match="only for persons of status ORGANISER"):
        export(site, tmp_path / "out", "DKPP", draft=True)


def test_a_referral_to_bkn_is_refused_for_a_police_member(tmp_path: Path) -> None:
    site = with_status(make_site(tmp_path), "POLRI")

    with pytest.raises(ScopeError, match="RUJUKAN_BKN"):
        export(site, tmp_path / "out", "RUJUKAN_BKN")


def test_a_referral_to_bkn_discloses_the_identity_of_its_person_alone(
    site: Site, tmp_path: Path
) -> None:
    package = export(site, tmp_path / "out", "RUJUKAN_BKN")

    assert all("/identity" in path for path in holds(package, NIP.encode()))
    assert holds(package, NIP.encode())


def test_only_a_referral_to_bkn_discloses_an_identity(site: Site, tmp_path: Path) -> None:
    for name in ("TEMUAN", "GAKKUMDU", "KLARIFIKASI", "KESBANGPOL", "PLENO"):
        assert holds(export(site, tmp_path / name, name), NIP.encode()) == []


def test_a_clarification_shows_nothing_of_other_people(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    body = f'{{"likes":["{STRANGER}"]}}'.encode()
    capture = visitor.capture(WATCH, None, "https://contoh.test/likes", body, START + HOUR)
    edge = Interaction(Act.LIKE, "333", STRANGER, "901")
    visitor.put(
        visitor.recorder.interaction(edge, platform="mastodon", actor_watch=OTHER,
                                     target_watch=WATCH, capture=capture, at=START + HOUR)
    )  # fmt: skip
    package = export(site, tmp_path / "out", "KLARIFIKASI")
    full = export(site, tmp_path / "full", "TEMUAN")

    private = ("Jalan Contoh 1", "belum terbukti", "Saksi melihat unggahan")
    for words in (STRANGER, "Pihak Lain Contoh", "Saksi Contoh", *private):
        assert holds(full, words.encode()), words
        assert holds(package, words.encode()) == [], words


def test_a_clarification_keeps_bodies_closed_in_which_others_act(
    site: Site, tmp_path: Path
) -> None:
    package = export(site, tmp_path / "out", "KLARIFIKASI")

    said = {p.parent.name for p in package.glob("data/objects/*/body.*")}
    for entry in site.archive.entries():
        facts = entry.statement.facts
        if entry.statement.type is StatementType.INTERACTION:
            closed = site.archive.entry(str(facts["capture"]))
            assert closed is not None
            assert str(closed.index) not in said


@pytest.mark.parametrize("withheld", [0, 2])
def test_a_clarification_closes_the_picture_of_a_page_in_which_others_act(
    site: Site, tmp_path: Path, withheld: int
) -> None:
    """What is closed as data would else be read off its screenshot."""
    recs = site.recs or {}
    second = site.archive.entry(recs[f"{WATCH} second"])
    shot = site.archive.entry(recs[f"{WATCH} shot"])
    assert second is not None
    assert shot is not None
    facts = {"capture": second.statement.facts["capture"], "watch": WATCH, "read_by": "uji@1",
             "counts": {}, "withheld": withheld, "proofs": []}  # fmt: skip
    visitor = Visitor(site.archive, "system")
    visitor.put(visitor.recorder.draft(StatementType.READING, END - HOUR, facts, []))

    package = export(site, tmp_path / "out", "KLARIFIKASI")

    shown = bool(list(package.glob(f"data/objects/{shot.index}/body.*")))
    assert shown is (withheld == 0)


def test_objects_about_an_account_that_was_not_asked_for_stay_closed(
    site: Site, tmp_path: Path
) -> None:
    visitor = Visitor(site.archive, "system")
    capture = visitor.capture(OTHER, None, "https://contoh.test/9", b'{"x":1}', START + HOUR)
    edge = Interaction(Act.COMMENT, "111", f"{WATCH}@contoh.test", "901", text="setuju")
    visitor.put(
        visitor.recorder.interaction(edge, platform="mastodon", actor_watch=WATCH,
                                     target_watch=OTHER, capture=capture, at=START + HOUR)
    )  # fmt: skip
    package = export(site, tmp_path / "out", "KLARIFIKASI")
    described = next(package.glob("data/objects/*/package.json"))

    index = site.archive.entry(capture).index
    record = next(r for r in decode(described.read_bytes())["records"] if r["index"] == index)
    assert set(record["withheld"]) >= {"body", "exchange"}
    assert "setuju" in page(package)


def test_exhibit_numbers_stay_when_a_case_is_exported_again_with_more(
    site: Site, tmp_path: Path
) -> None:
    late = export(site, tmp_path / "a", "TEMUAN", period=(START + HOUR, END))
    whole = export(site, tmp_path / "b", "TEMUAN")

    before, after = numbers(late), numbers(whole)
    assert before
    assert before.items() <= after.items()
    assert sorted(after.values()) == list(range(1, len(after) + 1))


def test_of_two_exports_at_one_moment_one_gives_the_numbers(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other export is recorded after ours numbered its exhibits and before it is recorded."""
    from evidence.package import write

    made: list[Path] = []

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        made.append(export(site, tmp_path / "theirs", "PLENO", watches=(OTHER,)))
        return write.write_view(*arguments)

    monkeypatch.setattr(write, "write_view", meanwhile)
    with pytest.raises(PackageError, match="at the same time"):
        export(site, tmp_path / "ours", "PLENO")
    again = numbers(export(site, tmp_path / "ours", "PLENO"))

    theirs = numbers(made[0])
    assert theirs
    assert {rec: again[rec] for rec in theirs} == theirs
    assert len(set(again.values())) == len(again) > len(theirs)
    assert len(list((tmp_path / "ours").iterdir())) == 1


def test_exhibit_numbers_of_another_case_start_anew(site: Site, tmp_path: Path) -> None:
    export(site, tmp_path / "a", "TEMUAN", period=(START + HOUR, END))
    other = {**values(), "number": "099/LHP"}

    package = export(site, tmp_path / "b", "TEMUAN", case=parse_case(other, ""))

    register = max(package.glob("data/objects/*/case.json"), key=lambda p: int(p.parent.name))
    said = decode(register.read_bytes())
    firsts = [e.statement.rec for e in site.archive.entries() if e.statement.type == "snapshot"]
    assert said["case"] == "099/LHP"
    assert numbers(package)[firsts[0]] == 1


def test_the_page_shows_the_numbers_of_the_register(site: Site, tmp_path: Path) -> None:
    package = export(site, tmp_path / "out", "TEMUAN")

    shown = re.findall(r"P-(\d+)", page(package).split("<h2>Bukti</h2>")[1].split("Keutuhan")[0])
    assert {int(n) for n in shown} == set(numbers(package).values())


def test_a_case_file_with_unknown_keys_is_refused_by_name_and_shows_no_value() -> None:
    with pytest.raises(ConfigError, match=r"evnt, supervisor\.nik, parties\[1\]\.ktp") as caught:
        parse_case(
            {"evnt": {"what": "rahasia"}, "supervisor": {"nik": "rahasia"},
             "parties": [{"ktp": "rahasia"}]}, "case.toml",
        )  # fmt: skip
    assert "rahasia" not in str(caught.value)


def test_a_time_without_its_offset_is_refused() -> None:
    with pytest.raises(ConfigError, match="known_at"):
        parse_case(tomllib.loads("known_at = 2026-11-23T09:00:00"), "case.toml")


def test_a_broken_case_file_is_refused_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text('number = "rahasia', "utf-8")

    with pytest.raises(ConfigError) as caught:
        read_case(tmp_path / "case.toml")
    assert "rahasia" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Pegawai terbukti mendukung",
        "ia melanggar SKB",
        "Pelanggaran oleh pegawai",
        "telah melakukan pelanggaran netralitas",
        "perbuatan itu menyalahi aturan",
        "para pelanggar",
    ],
)
def test_words_of_a_verdict_in_a_case_file_are_named(text: str) -> None:
    assert parse_case({"event": {"analysis": text}}, "").verdicts() == ("event.analysis",)


@pytest.mark.parametrize(
    "text",
    [
        "diduga melanggar SKB",
        "belum terbukti",
        "dugaan pelanggaran oleh pegawai",
        "diduga melakukan pelanggaran",
        "melakukan pengawasan atas dugaan pelanggaran",
    ],
)
def test_careful_words_are_no_verdict(text: str) -> None:
    assert parse_case({"event": {"analysis": text}}, "").verdicts() == ()


def test_exhibits_that_are_all_erased_are_no_evidence(site: Site, tmp_path: Path) -> None:
    """What was there and cannot be shown proves nothing to a plenary."""
    for entry in list(site.archive.entries()):
        if entry.statement.type in EXHIBITS:
            site.archive.erase(entry.statement.rec)

    with pytest.raises(PackageError, match="@exhibits"):
        export(site, tmp_path / "out", "TEMUAN")


def test_an_invitation_of_the_same_day_is_too_late(site: Site, tmp_path: Path) -> None:
    whole = values()
    whole["clarification"]["held_at"] = datetime.fromisoformat("2026-11-23T23:00:00+07:00")

    with pytest.raises(PackageError, match="@notice"):
        export(site, tmp_path / "out", "KLARIFIKASI", case=parse_case(whole, ""))


def test_a_term_that_is_over_is_said_and_holds_nothing_up(site: Site, tmp_path: Path) -> None:
    whole = values()
    whole["known_at"] = datetime.fromisoformat("2026-11-10T09:00:00+07:00")

    late = page(export(site, tmp_path / "late", "TEMUAN", case=parse_case(whole, "")))
    in_time = page(export(site, tmp_path / "in-time", "TEMUAN"))

    assert "RANCANGAN" not in late
    assert "hari terakhir 17-11-2026" in late
    assert "hari terakhirnya sudah lewat" in late
    assert "hari terakhirnya sudah lewat" not in in_time
    assert "<td>30-11-2026</td>" in in_time


def test_the_page_is_indonesian_where_the_program_speaks(site: Site, tmp_path: Path) -> None:
    said = page(export(site, tmp_path / "out", "TEMUAN"))

    for english in ("actor:", "officer:", "account side", ">LIKE<", ">identity<", "COMPLETE ("):
        assert english not in said


def test_an_exhibit_without_an_open_screenshot_says_so(site: Site, tmp_path: Path) -> None:
    chosen = select(site.archive, watches=(WATCH,), period=(START, END))
    shot = site.archive.entry(site.recs[f"{WATCH} shot"])
    assert shot is not None

    open_ = page(export(site, tmp_path / "open", None))
    closed = page(
        write_package(
            site.archive, chosen, tmp_path / "closed", signer=site.signer, now=NOW, purpose="uji",
            order="1", actor={"nama": "x"}, organisation="Uji", software="jejak",
            brief=Brief(screens=False),
        )
    )  # fmt: skip

    assert open_.count("Tanpa tangkapan layar: pada kunjungan ini") == 1
    assert f"Tangkapan layar (entri {shot.index}) tidak dibuka" in closed
    assert f"Tangkapan layar (entri {shot.index}) tidak dibuka" not in open_


def test_hashes_are_listed_by_number(site: Site, tmp_path: Path) -> None:
    said = page(export(site, tmp_path / "out", None))
    listed = [int(n) for n in re.findall(r"data/statements/(\d+)\.json</code></td>", said)]

    assert listed == sorted(listed)
    assert listed[-1] > 9


def test_one_means_of_proof_is_not_enough_for_gakkumdu(site: Site, tmp_path: Path) -> None:
    whole = values()
    whole["means"] = [{"kind": "Dokumen elektronik"}]

    with pytest.raises(PackageError, match="@two_means"):
        export(site, tmp_path / "out", "GAKKUMDU", case=parse_case(whole, ""))


def test_hostile_words_of_a_case_file_are_shown_as_text(site: Site, tmp_path: Path) -> None:
    whole = values()
    whole["event"]["what"] = "<img src=x onerror=alert(1)> \u202eterbalik"

    said = page(export(site, tmp_path / "out", "TEMUAN", case=parse_case(whole, "")))

    assert "&lt;img src=x" in said
    assert "\u202e" not in said


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(ScopeError, match="KASN") as caught:
        find_profile("KASN")
    assert "RUJUKAN_BKN" in str(caught.value)


def test_a_changed_register_is_found_by_the_verifier(site: Site, tmp_path: Path) -> None:
    package = export(site, tmp_path / "out", "TEMUAN")
    copy = shutil.copytree(package, tmp_path / "copy")
    path = next(copy.glob("data/objects/*/case.json"))
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":9', 1))

    codes = {f.code for f in verify(copy, site.trust).findings if f.severity == "error"}

    assert codes


def test_the_report_tells_who_exported_before_unless_the_addressee_may_not_know(
    site: Site, tmp_path: Path
) -> None:
    export(site, tmp_path / "a", "TEMUAN", period=(START, NOW + HOUR))

    told = page(export(site, tmp_path / "b", "GAKKUMDU", period=(START, NOW + HOUR)))
    quiet = page(export(site, tmp_path / "c", "KLARIFIKASI", period=(START, NOW + HOUR)))

    part = told.split("<h2>Rantai penguasaan</h2>")[1].split("<h2>")[0]
    assert "EXPORT" in part
    assert "nama: Petugas Uji" in part
    hidden = quiet.split("<h2>Rantai penguasaan</h2>")[1].split("<h2>")[0]
    assert "EXPORT" in hidden
    assert "Petugas Uji" not in hidden
    assert "ditahan" in hidden


@pytest.mark.parametrize(
    ("name", "told"),
    [("RUJUKAN_BKN", "Penerima Contoh"), ("KLARIFIKASI", "Pihak yang dimintai klarifikasi")],
)
def test_a_referral_goes_to_whom_the_case_file_names_and_a_clarification_to_the_party(
    name: str, told: str, site: Site, tmp_path: Path
) -> None:
    said = page(export(site, tmp_path / "out", name))

    assert f"<dt>Kepada</dt><dd>{told}</dd>" in said


def test_identity_numbers_are_opened_by_the_one_profile_that_needs_them() -> None:
    opening = {name for name, profile in profiles().items() if profile.identity}
    closing = {name for name, profile in profiles().items() if not profile.third_parties}

    assert opening == {"RUJUKAN_BKN"}
    assert closing == {"KLARIFIKASI", "KESBANGPOL"}


def test_a_profile_opens_no_identity_number_unless_it_says_so() -> None:
    assert not Profile("N", "t", "a", "l", ()).identity


@pytest.mark.parametrize(
    ("own", "page", "lacks"),
    [
        ([], [], ""),
        (["post"], [], "entri 7"),
        ([], ["body"], "entri 7"),
        (["identity"], ["claim"], ""),
    ],
    ids=["open", "the exhibit closed", "its page closed", "something else closed"],
)
@pytest.mark.parametrize("how", ["withheld", "erased"])
def test_an_exhibit_without_its_original_is_named(
    own: list[str], page: list[str], lacks: str, how: str
) -> None:
    facts = {"watch": WATCH, "capture": "c"}
    shown = Entry(7, b"", b"", Statement(1, StatementType.SNAPSHOT, "p", NOW, "system", facts, ()))
    none: dict[str, Any] = {"withheld": [], "erased": []}
    records = (
        {**none, "rec": "p", "index": 7, how: own},
        {**none, "rec": "c", "index": 6, how: page},
    )

    contents = Contents((shown,), {}, records, frozenset())

    assert LOOKS["@originals"](read_case(CASE), contents) == lacks
