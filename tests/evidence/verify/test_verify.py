"""The verifier by itself: signatures, schedule, references, words, and running it alone."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.canonical import encode, instant, new_record_id, record_id
from evidence.errors import ParseError
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    CaptureKind,
    Change,
    Confidence,
    ElectionKind,
    Observation,
    Outcome,
    Phase,
    Plain,
    SeenState,
    Side,
    StatementType,
    WatchEntry,
)
from evidence.package import Selection
from evidence.planning import slot_times
from evidence.seal import trust_text
from evidence.verify import TrustError, render_text, verify
from evidence.verify.verify import (
    CHECKS,
    GRAVITY,
    REASONS,
    TEXTS,
    VERDICTS,
    Case,
    Head,
    Malformed,
    Record,
    Stamp,
    Trust,
    account_objects,
    check_heads,
    check_references,
    check_times,
    decode,
    due_between,
    ed25519_verify,
    outcome_slots,
    parse_description,
    parse_trust,
    read_file,
)
from tests.packages.synthetic import (
    END,
    HOUR,
    NOW,
    ORIGIN,
    START,
    TEXT,
    WATCH,
    Site,
    Visitor,
    exchange,
    known,
    make_package,
    make_site,
    watch_draft,
)

MAX_LOGIC_LINES, MAX_LINES = 2900, 3210
SCRIPT = Path(sys.modules["evidence.verify.verify"].__file__ or "")
# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature.
RFC_8032 = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b")),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00")),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a")),
]  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def codes(site: Site, folder: Path, **asked: object) -> list[str]:
    package = make_package(site, folder, **asked)  # type: ignore[arg-type]
    return [f.code for f in verify(package, site.trust).findings]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_verify(public: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(h) for h in (public, signature, message)]

    assert ed25519_verify(*parts)
    assert not ed25519_verify(parts[0], parts[1], parts[2] + b"x")


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 511))
def test_the_plain_check_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))

    assert ed25519_verify(public, bytes(signature), message)
    signature[bit // 8] ^= 1 << bit % 8
    assert not ed25519_verify(public, bytes(signature), message)


def test_a_signature_with_the_order_added_is_refused() -> None:
    """RFC 8032 section 5.1.7: S must be below the group order, or each signature had a twin."""
    public, message, signature = (bytes.fromhex(h) for h in RFC_8032[1])
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(signature[32:], "little") + order

    assert not ed25519_verify(public, signature[:32] + s.to_bytes(32, "little"), message)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.text(st.characters(max_codepoint=126), max_size=4), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_the_second_canonical_form_agrees_with_the_first(value: object) -> None:
    try:
        data = encode(value)
    except ParseError:
        return

    assert decode(data) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a":1,"a":1}', b'{"a": 1}', b"1.0", b"1e3", b"NaN", b"9007199254740992",
     b'"\\u0041"', b'"\xff"', b'{"b":1,"a":1}', b"[" * 100 + b"]" * 100, b"[" * 100_000,
     b"1" * 5000, b'{"\xc3\xa9":1}', b'"\\ud83d"', b"-0"],
)  # fmt: skip
def test_json_in_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


def test_every_finding_has_a_severity_and_words_in_both_languages() -> None:
    for code, (severity, indonesian, english) in TEXTS.items():
        assert severity in ("error", "incomplete", "notice"), code
        assert indonesian != english, code
        assert indonesian.count("{") == english.count("{"), code


def test_the_reading_order_that_it_states_is_that_of_its_parts() -> None:
    text = SCRIPT.read_text("utf-8")
    parts = re.findall(r"(?m)^# --- (.+?) -+$", text)
    stated = " ".join(text.partition("Reading order,")[2].partition(".\n")[0].split())

    assert stated.partition(": ")[2].split("; ") == parts
    assert parts[-1] == "words"


def test_it_is_short_enough_to_be_read_in_an_evening() -> None:
    """Who adds to it takes something away, or says here why not.

    Ten lines more: records that lack what they must name were sound, and nothing else asks that.
    """
    text = SCRIPT.read_text("utf-8")
    logic = text.partition("# --- words -")[0]

    assert len(logic.splitlines()) <= MAX_LOGIC_LINES
    assert len(text.splitlines()) <= MAX_LINES


def test_every_reason_and_verdict_has_its_own_words_in_both_languages() -> None:
    table = {**REASONS, **VERDICTS, **CHECKS}
    assert len(table) == len(REASONS) + len(VERDICTS) + len(CHECKS)
    assert len({text for said in table.values() for text in said}) == 2 * len(table)
    for name, (indonesian, english) in table.items():
        assert sorted(re.findall("{.}", indonesian)) == sorted(re.findall("{.}", english)), name
    shown = {"REVOKED", "COMPROMISED", "LATER", "SHOWN"}
    assert set(REASONS) == {"NOT_KEPT", "NO_ISSUER", *GRAVITY} - shown


@pytest.mark.parametrize(
    "text",
    ["", "jejak-trust v1\n", "jejak-trust v1\norigin a\nvkey b\n", "jejak-trust v1\norigin a\nx y\n",
     "jejak-trust v1\norigin a\nvkey a+00000000+AQ==\n"],
)  # fmt: skip
def test_a_trust_file_that_says_anything_else_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(TrustError):
        verify(tmp_path, text)


def test_a_trust_file_of_another_log_fails_the_package(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out")
    other = make_site(tmp_path / "other")

    found = {f.code for f in verify(package, other.trust).findings}

    assert found >= {"NOTE_KEY", "NOTE_UNKNOWN_SIGNATURE"}


def test_a_rotated_key_is_accepted_when_both_are_trusted(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out")
    other = make_site(tmp_path / "other")

    both = trust_text(ORIGIN, [other.signer.vkey, site.signer.vkey])

    assert verify(package, both).ok


def test_an_empty_folder_is_no_package(site: Site, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    report = verify(tmp_path / "empty", site.trust)

    assert not report.ok
    assert {f.code for f in report.findings} >= {"FILE_MISSING", "EXPORT_MISSING"}


def test_a_visit_without_outcome_makes_the_package_incomplete_but_not_false(
    tmp_path: Path,
) -> None:
    site = make_site(tmp_path, holes=2)
    report = verify(make_package(site, tmp_path / "out"), site.trust)

    [hole] = [f for f in report.findings if f.code == "SLOT_HOLE"]
    assert report.ok
    assert report.completeness[0] == "INCOMPLETE"
    assert "2 due visits without outcome" in hole.en
    assert "2026-11-22T19:00:00Z to 2026-11-22T20:00:00Z" in hole.en


def test_a_package_without_period_states_nothing_about_completeness(
    site: Site, tmp_path: Path
) -> None:
    report = verify(make_package(site, tmp_path / "out", period=None), site.trust)

    assert report.ok
    assert report.completeness[0] == "NOT_STATED"


def test_slots_after_the_export_are_not_yet_due(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out", period=(START, NOW + 9 * HOUR))

    [hole] = [f for f in verify(package, site.trust).findings if f.code == "SLOT_HOLE"]
    assert "1 due visits without outcome, 2026-11-22T21:00:00Z to 2026-11-22T21:00:00Z" in hole.en


def test_a_visit_nobody_planned_is_mentioned(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    visitor.outcome(WATCH, START + timedelta(minutes=7), Outcome.UNCHANGED)

    assert "SLOT_UNPLANNED" in codes(site, tmp_path / "out")


@pytest.mark.parametrize(
    ("changed", "holes"),
    [
        ({"zone": "Asia/Makassar"}, 0),
        ({"zone": "Asia/Jayapura", "tier": "A"}, 0),
        ({"tier": "B"}, 0),
        ({"change": "REMOVED"}, 0),
        ({"until": instant(START + HOUR)}, 0),
        ({"zone": "Europe/Berlin"}, None),
    ],
)
def test_a_changed_watch_row_counts_from_when_it_was_recorded(
    tmp_path: Path, changed: dict[str, object], holes: int | None
) -> None:
    """Two slots have outcomes, then the row changes; only zones with the same grid stay due."""
    site = make_site(tmp_path, holes=2)
    visitor = Visitor(site.archive, "system")
    at = START + HOUR + timedelta(minutes=30)
    said = {"change": "CHANGED", **changed}
    visitor.put(watch_draft(visitor.recorder, WATCH, at, **said))
    found = codes(site, tmp_path / "out")

    if holes is None:
        assert "SCHEDULE_FORMAT" in found
    else:
        assert ("SLOT_HOLE" in found) == ("zone" in changed)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC"]),
       st.integers(60, 90_000), st.integers(-100_000, 100_000), st.integers(0, 200_000))  # fmt: skip
def test_recomputed_slots_are_those_the_planner_plans(
    zone: str, cadence_s: int, begin_s: int, length_s: int
) -> None:
    phases = (
        Phase("CAMPAIGN", "2026-11-20T00:00:00", "2026-11-22T12:00:00", (("A", cadence_s),)),
        Phase("QUIET", "2026-11-22T12:00:00", "2026-11-24T00:00:00", (("A", 3600),)),
    )
    campaign = Campaign("c", "c", ElectionKind.PILKADA, "x", "x", "x", phases)
    begin = START + timedelta(seconds=begin_s)
    entry = WatchEntry(
        WATCH, AccountId("mastodon", None, "a"), Side.WATCHED, "A", zone,
        Attribution("x", "x", Confidence.LOW, "x", START), "x", "x", begin,
    )  # fmt: skip
    until = begin + timedelta(seconds=length_s)
    planned = [int(s.due_at.timestamp()) for s in slot_times([campaign], entry, begin, until)]
    at = instant(START)
    facts = {"tier": "A", "zone": zone, "from": instant(begin), "until": None}
    watch = Record(1, "", b"", {"at": at, "facts": facts})
    schedule = {"phases": [
        {"name": p.name, "starts": p.starts, "ends": p.ends, "cadence_s": dict(p.cadence_s)}
        for p in phases
    ]}  # fmt: skip
    recorded = Record(0, "", b"", {"at": at, "facts": {"campaign": "c", "schedule": schedule}})

    due = due_between([watch], [recorded], begin.timestamp(), until.timestamp())

    assert sorted(due) == planned


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), max_size=6))
def test_a_capture_is_closed_by_the_earliest_stamp_over_a_head_that_holds_it(
    made: list[tuple[int, int]],
) -> None:
    case = Case("/", Trust("log", ()))
    case.stamps = [Stamp(size, float(time), "TSA") for size, time in made]
    captures = [record(n, "capture", fetched_at="1970-01-01T00:00:00.000Z") for n in range(6)]
    case.records, case.proven = dict(enumerate(captures)), {0, 1, 2, 4, 5}

    assert sum(check_times(case)) == 6

    for bound in case.bounds:
        times = [time for size, time in made if size > bound.entry and bound.entry != 3]
        assert (bound.not_after.time if bound.not_after else None) == min(times, default=None)


def test_a_fault_of_many_records_is_told_once_at_the_first_of_them() -> None:
    case = Case("/", Trust("log", ()))
    for number in (4, 7):
        case.gather("TIME_ORDER", record(number, "capture"), 600)

    case.tell()
    case.tell()

    assert [(f.path, f.en[:9]) for f in case.findings] == [("data/statements/4.json", "2 records")]


def test_a_snapshot_that_names_no_capture_is_found(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    reading = next(e for e in site.archive.entries() if e.statement.type == "reading")
    visitor.snapshot(WATCH, reading.statement.rec, TEXT, START, None)

    assert "REF_TYPE" in codes(site, tmp_path / "out")


def test_a_snapshot_from_the_capture_of_another_account_is_found(
    site: Site, tmp_path: Path
) -> None:
    visitor = Visitor(site.archive, "system")
    strange = visitor.capture("w-ba9876543210", None, "https://contoh.test/x", b"{}", START)
    visitor.snapshot(WATCH, strange, TEXT, START, None)

    assert "REF_WATCH" in codes(site, tmp_path / "out", watches=(WATCH, "w-ba9876543210"))


def test_a_snapshot_out_of_order_is_found(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    assert site.recs
    first = site.recs[f"{WATCH} first"]
    page = visitor.capture(WATCH, None, "https://contoh.test/1", b"{}", START)
    visitor.snapshot(WATCH, page, TEXT, START, known(WATCH, first, first, 5, START))

    assert "SNAPSHOT_CHAIN" in codes(site, tmp_path / "out")


def test_a_named_record_that_is_not_there_is_said_to_be_missing(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    visitor.snapshot(WATCH, new_record_id(), TEXT, END - timedelta(minutes=1), None)
    report = verify(make_package(site, tmp_path / "out"), site.trust)

    [missing] = [f for f in report.findings if f.code == "REF_MISSING"]
    assert missing.severity == "incomplete"
    assert report.ok


def test_a_reference_to_a_later_record_is_found(site: Site, tmp_path: Path) -> None:
    """A record cannot have been made from one that was recorded after it."""
    visitor = Visitor(site.archive, "system")
    seen = exchange("https://contoh.test/z", b"{}", START, "application/json",
                    CaptureKind.EXCHANGE, None)  # fmt: skip
    draft = visitor.recorder.capture(seen, visit="v" * 32, watch=WATCH, slot=None)
    visitor.snapshot(WATCH, draft.rec, TEXT, START, None)
    visitor.put(draft)

    assert "REF_ORDER" in codes(site, tmp_path / "out")


def test_a_capture_whose_exchange_describes_another_body_is_found(
    site: Site, tmp_path: Path
) -> None:
    visitor = Visitor(site.archive, "system")
    seen = exchange("https://contoh.test/z", b"{}", START, "application/json",
                    CaptureKind.EXCHANGE, None)  # fmt: skip
    draft = visitor.recorder.capture(seen, visit="v" * 32, watch=WATCH, slot=None)
    other = Plain("body", "application/json", b"[]")
    visitor.put(replace(draft, objects=(draft.objects[0], other)))

    assert "EXCHANGE_BODY" in codes(site, tmp_path / "out")


def test_a_capture_that_names_a_head_made_after_it_is_found(site: Site, tmp_path: Path) -> None:
    """The capture says it is not older than a head; that head must not contain the capture."""
    case = Case(str(tmp_path), parse_trust(site.trust))
    case.heads["first"] = Head(ORIGIN, 9, b"r" * 32, b"note")
    anchor = hashlib.sha256(b"note").hexdigest()
    for index in (8, 9):
        said = {
            "type": "capture",
            "rec": f"{index:032x}",
            "objects": [],
            "facts": {"anchor": anchor},
        }
        case.records[index] = Record(index, f"data/statements/{index}.json", b"", said)
    sum(check_references(case))

    assert [(f.code, f.path) for f in case.findings] == [("ANCHOR_ORDER", "data/statements/8.json")]


@pytest.mark.parametrize("fault", ["rec", "slot", "word"])
def test_a_malformed_outcome_is_found(site: Site, tmp_path: Path, fault: str) -> None:
    visitor = Visitor(site.archive, "system")
    due = START + timedelta(minutes=1)
    facts = {
        "watch": WATCH, "slot": f"{WATCH}@{due:%Y-%m-%dT%H:%M:%SZ}", "due_at": instant(due),
        "outcome": "COMPLETE",
    }  # fmt: skip
    if fault == "slot":
        facts["due_at"] = instant(due + HOUR)
    if fault == "word":
        facts["outcome"] = "FINE"
    visitor.put(visitor.recorder.draft(StatementType.OUTCOME, due, facts))

    assert "SLOT_FORMAT" in codes(site, tmp_path / "out")


def test_a_simulated_clock_is_said_first_and_loudly(tmp_path: Path) -> None:
    site = make_site(tmp_path, clock="simulated")
    report = verify(make_package(site, tmp_path / "out", clock="simulated"), site.trust)

    assert report.simulated
    assert render_text(report).splitlines()[1].startswith("SIMULASI")
    assert render_text(report, "en").splitlines()[1].startswith("SIMULATION")


def test_an_erased_object_is_named_and_its_erasure_shown(site: Site, tmp_path: Path) -> None:
    assert site.recs
    rec = site.recs[f"{WATCH} second"]
    visitor = Visitor(site.archive, "system")
    facts = {"subject": rec, "basis": "uji", "order": "P-1"}
    officer = Plain("officer", "application/json", encode({"nama": "Uji"}))
    site.archive.erase(rec)
    without = verify(make_package(site, tmp_path / "a"), site.trust)
    visitor.put(visitor.recorder.draft(StatementType.ERASURE, NOW, facts, [officer]))
    with_it = verify(make_package(site, tmp_path / "b"), site.trust)

    assert without.ok
    assert with_it.ok
    assert {"OBJECT_ERASED", "ERASURE_UNEXPLAINED"} <= {f.code for f in without.findings}
    assert "this object existed and was erased on order P-1" in render_text(with_it, "en")
    assert "telah dihapus atas perintah P-1" in render_text(with_it)
    assert "erased on order ?" in render_text(without, "en")
    assert "ERASURE_UNEXPLAINED" not in {f.code for f in with_it.findings}


def interpreters() -> list[str]:
    names = [f"python3.{minor}" for minor in range(8, 15)]
    roots = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    found = [p for n in names if (p := shutil.which(n))] + [str(p) for p in roots]
    return [sys.executable, *found]


def run(python: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [python, "-I", "-S", *arguments], capture_output=True, check=False, timeout=60
    )


def test_the_shipped_verifier_runs_alone_on_every_python_there_is(
    site: Site, tmp_path: Path
) -> None:
    package = make_package(site, tmp_path / "out")
    (tmp_path / "trust.txt").write_text(site.trust)
    versions = set()
    for python in interpreters():
        said = run(python, "-c", "import sys; print(*sys.version_info[:2])").stdout.split()
        if not said or (3, int(said[1])) < (3, 8) or tuple(said) in versions:
            continue
        versions.add(tuple(said))

        done = run(
            python, str(package / "verify/verify.py"), "--trust", str(tmp_path / "trust.txt")
        )

        assert done.returncode == 0, (python, done.stderr)
        assert b"UTUH" in done.stdout
    assert versions


def test_exit_codes_tell_sound_from_false_from_misuse(site: Site, tmp_path: Path) -> None:
    package = make_package(site, tmp_path / "out")
    trust = tmp_path / "trust.txt"
    trust.write_text(site.trust)
    (tmp_path / "bad.txt").write_text("nothing")

    sound = run(sys.executable, str(SCRIPT), str(package), "--trust", str(trust), "--json")
    (package / "data/openings.json").write_bytes(b"{}")
    false = run(sys.executable, str(SCRIPT), str(package), "--trust", str(trust), "--lang", "en")
    misuse = run(sys.executable, str(SCRIPT), str(package), "--trust", str(tmp_path / "bad.txt"))
    nowhere = run(sys.executable, str(SCRIPT), str(tmp_path / "no"), "--trust", str(trust))
    untrusted = run(sys.executable, str(SCRIPT), str(package))

    assert [r.returncode for r in (sound, false, misuse, nowhere, untrusted)] == [0, 1, 2, 2, 2]
    assert json.loads(sound.stdout)["integrity"]["verdict"] == "INTACT"
    assert b"NOT INTACT" in false.stdout
    assert b"Traceback" not in misuse.stderr + nowhere.stderr + false.stderr


def test_the_verifier_imports_the_standard_library_only() -> None:
    names = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])

    assert names <= sys.stdlib_module_names
    assert "evidence" not in names


def test_observations_of_states_need_no_control_to_be_packed(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    assert site.recs
    page = visitor.capture(WATCH, None, "https://contoh.test/901", b"{}", END)
    seen = Observation("901", Change.STATE, SeenState.PRIVATE, SeenState.PRESENT, END)
    first = site.recs[f"{WATCH} first"]
    visitor.put(
        visitor.recorder.observation(
            seen, known(WATCH, first, first, 1, START), watch=WATCH, capture=page
        )
    )

    assert verify(make_package(site, tmp_path / "out", period=None), site.trust).ok


def test_a_named_record_that_is_no_record_id_is_found(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    visitor.snapshot(WATCH, "not a record id", TEXT, START, None)

    assert "REF_FORMAT" in codes(site, tmp_path / "out")


def test_an_account_without_schedule_statement_cannot_be_called_complete(
    site: Site, tmp_path: Path
) -> None:
    chosen = Selection(("w-000000000000",), (), (START, END), (0, 1))
    report = verify(make_package(site, tmp_path / "out", selection=chosen), site.trust)

    assert "SCHEDULE_ABSENT" in {f.code for f in report.findings}
    assert report.completeness[0] == "INCOMPLETE"


def test_json_of_ours_that_is_not_canonical_is_found(site: Site, tmp_path: Path) -> None:
    visitor = Visitor(site.archive, "system")
    gaps = Plain("gaps", "application/json", b"[ ]")
    facts = {"watch": WATCH, "slot": None}
    visitor.put(visitor.recorder.draft(StatementType.OUTCOME, START, facts, [gaps]))

    assert "OBJECT_FORMAT" in codes(site, tmp_path / "out")


def record(index: int, kind: str, *, roles: tuple[str, ...] = (), **facts: object) -> Record:
    objects = [{"role": r, "media": "text/plain", "size": 0, "commit": "0" * 64} for r in roles]
    value = {"type": kind, "rec": f"{index:032x}", "objects": objects, "facts": facts,
             "at": instant(START), "clock": "system"}  # fmt: skip
    return Record(index, f"data/statements/{index}.json", b"", value)


def test_an_object_that_is_open_though_listed_as_withheld_is_found(
    site: Site, tmp_path: Path
) -> None:
    case = Case(str(tmp_path), parse_trust(site.trust))
    case.salts[3, "post"] = b"s" * 32

    account_objects(
        case, record(3, "snapshot", roles=("post",)), {"withheld": ["post"], "erased": []}
    )

    assert [f.code for f in case.findings] == ["OBJECT_LISTED"]


def test_heads_that_do_not_cover_the_records_are_found(site: Site, tmp_path: Path) -> None:
    """The head in the report must be older than the export and cover all else; the last, all."""
    case = Case(str(tmp_path), parse_trust(site.trust))
    export = record(5, "custody", action="EXPORT")
    case.records = {4: record(4, "snapshot"), 5: export}
    case.description = {
        "checkpoints": {"first": "", "report": ""},
        "origin": ORIGIN,
        "clock": "system",
    }
    for report_size, last_size, wanted in ((5, 6, 0), (4, 6, 1), (6, 6, 1), (5, 5, 1)):
        case.findings = []
        case.heads = {
            "report": Head(ORIGIN, report_size, b"", b""), "last": Head(ORIGIN, last_size, b"", b""),
        }  # fmt: skip

        check_heads(case, export)

        assert [f.code for f in case.findings].count("CHECKPOINT_ORDER") == wanted


def test_two_outcomes_of_one_slot_are_found(site: Site, tmp_path: Path) -> None:
    due = START + HOUR
    slot = f"{WATCH}@{due:%Y-%m-%dT%H:%M:%SZ}"
    case = Case(str(tmp_path), parse_trust(site.trust))
    for index in (1, 2):
        item = record(
            index, "outcome", watch=WATCH, slot=slot, due_at=instant(due), outcome="EMPTY"
        )
        item.value["rec"] = record_id("outcome", slot)
        item.value["at"] = instant(due)
        case.records[index] = item

    assert outcome_slots(case) == {WATCH: {int(due.timestamp()): "EMPTY"}}
    assert [f.code for f in case.findings] == ["SLOT_DOUBLE"]


def test_an_outcome_recorded_before_its_visit_was_due_ends_nothing(
    site: Site, tmp_path: Path
) -> None:
    due = START + HOUR
    slot = f"{WATCH}@{due:%Y-%m-%dT%H:%M:%SZ}"
    case = Case(str(tmp_path), parse_trust(site.trust))
    item = record(1, "outcome", watch=WATCH, slot=slot, due_at=instant(due), outcome="EMPTY")
    item.value.update(rec=record_id("outcome", slot), at=instant(due - timedelta(minutes=2)))
    case.records[1] = item

    assert outcome_slots(case) == {WATCH: {}}
    assert [f.code for f in case.findings] == ["SLOT_EARLY"]


def test_a_file_that_cannot_be_read_is_a_finding(site: Site, tmp_path: Path) -> None:
    case = Case(str(tmp_path), parse_trust(site.trust))

    read_file(case, "data/gone.json")

    assert [f.code for f in case.findings] == ["FILE_UNREADABLE"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("v", 2), ("format", "x"), ("created_at", "now"), ("period", {"from": "x", "until": "y"}),
     ("records", [{}]), ("files", {}), ("watches", [1]), ("period", "all"), ("anchors", [{}]),
     ("period", {"from": instant(END), "until": instant(START)})],
)  # fmt: skip
def test_a_description_that_says_anything_else_is_refused(
    site: Site, tmp_path: Path, field: str, value: object
) -> None:
    package = make_package(site, tmp_path / "out")
    newest = max(int(p.stem) for p in (package / "data/statements").iterdir())
    said = json.loads((package / f"data/objects/{newest}/package.json").read_bytes())

    assert parse_description(encode(said))["format"] == "jejak-package"
    with pytest.raises(Malformed):
        parse_description(encode({**said, field: value}))
    with pytest.raises(Malformed):
        parse_description(encode({k: v for k, v in said.items() if k != field}))


@pytest.mark.parametrize(
    ("path", "noted", "sound"),
    [("data/warc/captures.warc.gz", "0" * 64, True),
     ("data/proofs/anchors/12/checkpoint.txt", "0" * 64, True),
     ("data/warc/captures.warc.gz", "none", False), ("data/warc/../x", "0" * 64, False),
     ("data/statements/1.json", "0" * 64, False), ("bag-info.txt", "0" * 64, False),
     ("data/warc/A.gz", "0" * 64, False)],
)  # fmt: skip
def test_a_description_answers_for_files_of_its_folders_only(
    site: Site, tmp_path: Path, path: str, noted: str, sound: bool
) -> None:
    package = make_package(site, tmp_path / "out")
    newest = max(int(p.stem) for p in (package / "data/statements").iterdir())
    said = json.loads((package / f"data/objects/{newest}/package.json").read_bytes())
    more = encode({**said, "files": {**said["files"], path: noted}})

    if sound:
        assert path in parse_description(more)["files"]
    else:
        with pytest.raises(Malformed):
            parse_description(more)


def test_a_cadence_that_would_take_for_ever_is_refused() -> None:
    schedule = {"phases": [
        {"name": "X", "starts": "0001-01-02T00:00:00", "ends": "9999-12-31T00:00:00",
         "cadence_s": {"A": 1}},
    ]}  # fmt: skip
    watch = record(1, "watch", tier="A", zone="UTC", **{"from": instant(START)}, until=None)
    campaign = record(0, "campaign", campaign="c", schedule=schedule)

    with pytest.raises(Malformed, match="visits"):
        due_between([watch], [campaign], 0, 4e9)
