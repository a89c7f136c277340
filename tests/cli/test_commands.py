"""Every command: help, JSON, documentation, what it shows and how it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli import exits
from cli.main import jejak
from evidence.errors import JejakError
from evidence.model import StatementType
from tests.cli.conftest import INVESTIGATOR

ROOT = Path(__file__).parents[2]
EVIDENCE = (("posts",), ("history", "42"), ("interactions",))
SAID = {"Ralat:", "aturan"}
"""Words of the newest text of post 42."""
SHOWING = {("posts",), ("history",), ("snapshot",)}
NOT_READING = {
    ("run",),
    ("demo",),
    ("crawl",),
    ("witness", "serve"),
    ("store", "watch"),
    ("store", "secure"),
}
"""They wait, run crawlers or need a server; what they print is ids and counts."""
ARGUMENTS = {
    ("history",): ("42",), ("custody",): ("42",), ("campaign", "show"): ("pemilu-2024",),
    ("ledger", "export"): ("tiles",), ("ledger", "sheet"): ("s.html",),
    ("package", "create"): ("out", "--post", "42", "--no-pdf"),
    ("hold", "add"): ("42", "--case", "1"), ("hold", "lift"): ("42", "--case", "1"),
    ("erase", "request"): ("42", "--basis", "UU", "--officer", "Budi"),
    ("retention", "apply"): ("--officer", "Budi"), ("reread",): ("--dry-run",),
    ("subject", "export"): ("siti_contoh", "copy"),
}  # fmt: skip


def verbs(group: click.Group = jejak, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from verbs(found, (*path, name))
        else:
            yield (*path, name)


def error_of(result) -> dict:
    return json.loads(result.stdout)["error"]


@pytest.mark.parametrize("path", list(verbs()), ids=" ".join)
def test_a_command_has_help_and_json_in_both_languages(call, path):
    english = call(*path, "--help").stdout
    indonesian = call(*path, "--help", env={"LANG": "id_ID.UTF-8"}).stdout

    assert english.startswith(f"Usage: jejak {' '.join(path)}")
    assert indonesian.startswith(f"Pemakaian: jejak {' '.join(path)}")
    assert "--json" in english
    assert "Jawab sebagai JSON." in indonesian


@pytest.mark.parametrize("path", list(verbs()), ids=" ".join)
def test_a_command_is_in_the_how_to(path):
    text = (ROOT / "docs/how-to/cli.md").read_text("utf-8")

    assert re.search(rf"^\| `jejak {' '.join(path)}[` ]", text, re.MULTILINE)


def test_every_exit_code_is_in_the_how_to():
    text = (ROOT / "docs/how-to/cli.md").read_text("utf-8")
    codes = {v for k, v in vars(exits).items() if k.isupper() and isinstance(v, int)}

    assert {int(n) for n in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == codes


def test_every_error_class_has_an_exit_code_of_its_own_or_its_parent():
    def family(kind):
        return [kind, *(g for k in kind.__subclasses__() for g in family(k))]

    missing = [k for k in family(JejakError)[1:] if exits.exit_code(k.__new__(k)) == exits.FINDINGS]

    assert missing == []


def test_an_unknown_command_names_the_known_ones(call):
    result = call("crawll")

    assert result.exit_code == exits.USAGE
    assert "there is no command crawll; there are: init, doctor," in result.stderr


def test_an_unknown_option_is_named_in_the_users_language(call):
    result = call("status", "--dayss", "3", env={"LANG": "id_ID.UTF-8"})

    assert result.exit_code == exits.USAGE
    assert "Galat: tidak ada pilihan --dayss" in result.stderr


def test_a_wrong_setting_is_one_message_without_a_traceback(call):
    Path("jejak.toml").write_text('colour = "red"\n')

    result = call("status")

    assert result.exit_code == exits.CONFIG
    assert result.stderr == (
        "Error: jejak.toml: colour: is not a setting\nSee `jejak config show`\n"
    )


def test_an_error_is_json_when_json_was_asked_for(call):
    result = call("history", "nothing", "--json")

    assert result.exit_code == exits.SCOPE
    assert error_of(result) == {
        "kind": "ScopeError",
        "what": "post 'nothing'",
        "why": "is not in the archive",
        "remedy": "List posts with `jejak posts`",
        "exit": exits.SCOPE,
    }


def test_the_language_of_the_configuration_is_spoken(call):
    Path("jejak.toml").write_text('language = "id"\n')

    assert "Kunjungan berlangsung: 0" in call("status").stdout


def test_posts_shows_state_and_newest_text_without_control_characters(call):
    out = call("posts").stdout

    assert "ABSENT" in out
    assert "Ralat: <U+202E>hormati aturan" in out
    assert "\x1b" not in out


def test_times_are_shown_in_the_zone_of_the_account_with_offset(call):
    assert "2026-11-18 11:00:00 WIT (+09:00)" in call("posts").stdout
    assert "2026-11-18 09:00:00 WIB (+07:00)" in call("--zone", "WIB", "posts").stdout


def test_history_tells_snapshots_texts_and_the_interval_of_absence(call):
    out = call("history", "42").stdout

    assert "Snapshot 1 (NEW)" in out
    assert "Snapshot 2 (EDITED)" in out
    assert "Ayo <U+001B>[31mdukung" in out
    assert out.index("UNSEEN (before") < out.index("ABSENT (before")
    assert (
        "last seen 2026-11-19 11:00:00 WIT (+09:00), first not found 2026-11-20 11:00:00 WIT" in out
    )
    assert "marker: HTTP 404; control: " in out


def test_what_was_not_there_is_not_called_seen_and_no_act_is_called_withdrawn(call):
    """A post that is not found was looked for; why an act is listed no more is not known."""
    history, acts = call("history", "42").stdout, call("interactions").stdout

    assert "ABSENT (before: UNSEEN), observed 2026" in history
    assert "), seen 2026-11-21" not in history
    assert "No longer listed" in acts
    assert "Withdrawn" not in acts


@pytest.mark.parametrize("name", ["42", "telegram|42", "https://t.me/siti_contoh/42"])
def test_a_post_is_found_by_any_of_its_names(call, name):
    assert json.loads(call("history", name, "--json").stdout)["post"]["id"] == "telegram|42"


def test_a_snapshot_shows_its_picture_and_fingerprint(call):
    rec = json.loads(call("history", "42", "--json").stdout)["snapshots"][1]["id"]

    shown = json.loads(call("snapshot", rec, "--json").stdout)

    assert shown["number"] == 2
    assert shown["kept"][0]["media"] == "image/jpeg"
    assert next(iter(shown["fingerprints"].values()))["values"]["phash"] == "ff00ff00ff00ff00"
    assert "ff00ff00ff00ff00" in call("snapshot", rec).stdout
    assert f", capture {shown['capture']['id']}\n" in call("snapshot", rec).stdout


def test_interactions_are_found_from_either_side(call):
    rows = [json.loads(call("interactions", "--account", name, "--json").stdout)
            for name in ("siti_contoh", "tim_contoh")]  # fmt: skip

    assert [r[0]["act"] for r in rows] == ["LIKE", "LIKE"]
    assert call("interactions", "--act", "SHARE", "--json").stdout.strip() == "[]"


@pytest.mark.parametrize("line", EVIDENCE, ids=lambda line: line[0])
def test_reading_evidence_leaves_a_custody_statement_before_it_is_shown(call, archive, line):
    before = archive.size()

    call(*line, "--purpose", "pleno", "--order", "001/ST")

    (entry,) = [e for e in archive.entries(before) if e.statement.type is StatementType.CUSTODY]
    assert entry.statement.facts["action"] == "READ"
    assert entry.statement.facts["purpose"] == "pleno"
    assert entry.statement.facts["order"] == "001/ST"
    assert entry.statement.facts["subjects"]
    opening = archive.open_object(entry.statement.rec, "actor")
    assert json.loads(opening.data) == {"actor": INVESTIGATOR}
    assert INVESTIGATOR not in entry.statement_bytes.decode()


@pytest.mark.parametrize("option", ["--purpose", "--order"])
@pytest.mark.parametrize("words", [None, "  "])
@pytest.mark.parametrize("line", EVIDENCE, ids=lambda line: line[0])
def test_nothing_is_shown_without_purpose_and_order(call, archive, line, option, words):
    before = archive.size()

    result = call(*line, env={f"JEJAK_{option[2:].upper()}": words})

    assert result.exit_code == exits.USAGE
    assert option in result.stderr
    assert not SAID & set(result.output.split())
    assert archive.size() == before


@pytest.mark.parametrize("path", list(verbs()), ids=" ".join)
def test_no_command_shows_what_a_post_says_without_a_trace(call, archive, path):
    """Whatever command prints a word of the post has recorded who read it."""
    if path in NOT_READING:
        return
    (post,) = archive.rows("posts")
    before = archive.size()
    record = (
        (post["snapshot"],) if path in {("snapshot",), ("pictures",), ("ledger", "prove")} else ()
    )

    result = call(*path, *ARGUMENTS.get(path, record))

    shown = SAID & set(result.output.split())
    traces = [e for e in archive.entries(before) if e.statement.type is StatementType.CUSTODY]
    assert bool(shown) == (path in SHOWING)
    assert traces or not shown


def test_evidence_is_not_shown_when_the_reading_cannot_be_recorded(call, archive, monkeypatch):
    from evidence.errors import StoreError

    def refuse(_drafts):
        raise StoreError("archive", "is full")

    monkeypatch.setattr(archive, "record", refuse)
    result = call("posts")

    assert result.exit_code == exits.STORE
    assert "Ralat" not in result.output


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_fault_of_ours_is_told_without_its_message(call, archive, monkeypatch, form):
    """The message of a foreign error may quote the page that it fell over."""

    def fall(*_arguments, **_more):
        raise ValueError("hormati 64710117059")

    monkeypatch.setattr(archive, "rows", fall)
    result = call("posts", *form)

    assert result.exit_code == exits.FAULT
    assert "ValueError at test_commands.py:" in result.output
    assert "64710117059" not in result.output
    assert isinstance(call("posts", env={"JEJAK_DEBUG": "1"}).exception, ValueError)


def test_an_account_that_is_not_watched_is_out_of_scope(call):
    result = call("posts", "--account", "orang_lain")

    assert result.exit_code == exits.SCOPE
    assert "only watched accounts are looked at" in result.stderr


def test_status_counts_outcomes_and_says_what_is_sealed(call):
    shown = json.loads(call("status", "--days", "3650", "--json").stdout)

    assert shown["outcomes"] == {"COMPLETE": 1}
    assert shown["sealed"] == 0
    assert [w["handle"] for w in shown["watches"]] == ["siti_contoh", "tim_contoh"]


def test_config_show_says_where_each_value_comes_from(call):
    Path("jejak.toml").write_text('organisation = "Contoh"\n')

    shown = json.loads(
        call("config", "show", "--json",
             env={"JEJAK_ARCHIVE_URL": "mongodb://u:secret@db/x"}).stdout
    )  # fmt: skip

    assert shown["organisation"] == {"value": "Contoh", "from": "jejak.toml"}
    assert shown["archive_url"] == {"value": "mongodb://***@db/x", "from": "JEJAK_ARCHIVE_URL"}
    assert shown["timeout_s"]["from"] == "default"


def test_init_makes_a_configuration_that_loads_and_never_overwrites(call, archive):
    first = call("init", "--organisation", 'Bawaslu "Contoh"', "--contact", "a@contoh.go.id")
    written = Path("jejak.toml").read_text("utf-8")
    second = call("init", "--organisation", "Lain")

    assert first.exit_code == second.exit_code == exits.OK
    assert Path("jejak.toml").read_text("utf-8") == written
    shown = json.loads(call("config", "show", "--json").stdout)
    assert shown["organisation"]["value"] == 'Bawaslu "Contoh"'
    assert sum(e.statement.type is StatementType.GENESIS for e in archive.entries()) == 1
    assert (Path("data/keys/log.key").stat().st_mode & 0o777) == 0o600


def test_a_watchlist_with_problems_is_refused_in_the_users_language(call, archive):
    Path("w.csv").write_text("platform,akun\nfrendster,x\n")
    before = archive.size()

    result = call("--language", "id", "watchlist", "import", "w.csv")
    shown = error_of(call("watchlist", "import", "w.csv", "--json"))

    assert result.exit_code == exits.CONFIG
    assert "baris 1, side: kolomnya tidak ada. Tambahkan pada baris pertama." in result.stderr
    assert {p["column"] for p in shown["problems"]} >= {"side", "person", "tier"}
    assert archive.size() == before


def test_a_dry_run_records_nothing(call, archive):
    lines = (
        "platform,account,side,person,region_code,tier,assignment_order,legal_basis,basis,"
        "confidence,attributed_by\n"
        "telegram,baru_contoh,CAMPAIGN,Tim,64.71,A,1,UU,KPU,HIGH,Budi\n"
    )
    Path("w.csv").write_text(lines)
    before = archive.size()

    dry = json.loads(call("watchlist", "import", "w.csv", "--dry-run", "--json").stdout)
    shown = call("watchlist", "import", "w.csv", "--dry-run").stdout
    between = archive.size()
    call("watchlist", "import", "w.csv")

    assert dry["counts"]["added"] == 1
    assert dry["added"][0]["watch"] is None
    assert "+ w-?  telegram  baru_contoh" in shown
    assert between == before
    assert archive.size() == before + 1
    assert "baru_contoh" in call("watchlist", "list").stdout


def test_a_campaign_that_has_ended_is_added_and_said_to_make_nothing_due(call):
    said = call("campaign", "add", "pilkada-2024").stdout
    later = (ROOT / "campaigns/pilkada-2024.toml").read_text().replace("2024-", "2199-")
    Path("later.toml").write_text(later)

    assert "campaign pilkada-2024 is added\nIt ended on 2024-12-17: nothing is due by it." in said
    assert "ended" not in call("campaign", "add", "later.toml").stdout


def test_a_campaign_is_added_once_and_changed_when_it_changes(call, archive):
    words = [call("campaign", "add", "pilkada-2024", "--json") for _ in range(2)]
    Path("c.toml").write_text(
        (ROOT / "campaigns/pilkada-2024.toml").read_text("utf-8").replace('"6h"', '"5h"')
    )
    words.append(call("campaign", "add", "c.toml", "--json"))

    assert [json.loads(w.stdout)["change"] for w in words] == ["ADDED", "UNCHANGED", "CHANGED"]
    assert "A 5h, B 1d, C 3d" in call("campaign", "show", "pilkada-2024").stdout
    assert "pilkada-2024" in call("campaign", "list").stdout


def test_a_campaign_that_is_not_there_names_the_shipped_ones(call):
    result = call("campaign", "add", "pilkada-1999")

    assert result.exit_code == exits.USAGE
    assert "shipped campaigns: pemilu-2024, pilkada-2024" in result.stderr


def test_a_record_is_proven_only_under_a_signed_checkpoint(call, archive):
    rec = archive.entries().__next__().statement.rec
    too_early = call("ledger", "prove", rec)
    call("ledger", "seal")
    proof = json.loads(call("ledger", "prove", rec, "--json").stdout)

    assert too_early.exit_code == exits.SCOPE
    assert proof["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 0\n")
    assert json.loads(proof["statement"])["rec"] == rec


def test_fsck_finds_nothing_wrong_with_a_sound_archive(call, archive):
    call("ledger", "seal")

    result = call("ledger", "fsck", "--json")

    shown = json.loads(result.stdout)
    assert result.exit_code == exits.OK
    assert shown["faults"] == []
    assert shown["leaves"] == archive.size()
    assert shown["signatures"] == 1


def test_fsck_names_a_changed_leaf_and_exits_with_the_integrity_code(call, archive, monkeypatch):
    call("ledger", "seal")
    sound = archive.raw_leaves

    def tampered(start, stop):
        for index, data, stored in sound(start, stop):
            yield index, data.replace(b'"tier":"A"', b'"tier":"B"'), stored

    monkeypatch.setattr(archive, "raw_leaves", tampered)
    result = call("ledger", "fsck", "--json")

    codes = {f["code"] for f in json.loads(result.stdout)["faults"]}
    assert result.exit_code == exits.INTEGRITY
    assert codes >= {"LEAF_HASH", "ROOT_DIFFERS"}


def test_a_package_is_written_and_verifies_with_the_trust_file(call, archive):
    made = call("package", "create", "out", "--account", "siti_contoh", "--purpose", "uji",
                "--order", "001/ST", "--json")  # fmt: skip
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    path = json.loads(made.stdout)["package"]

    result = call("verify", path, "--trust", "trust.txt")

    assert result.exit_code == exits.OK, result.output
    assert "INTACT" in result.stdout
    assert list(archive.rows("custody", {"action": "EXPORT"}))
    assert (Path(path) / "data/report/laporan.pdf").read_bytes().startswith(b"%PDF-1.7")
    said = (Path(path) / "data/report/laporan.html").read_text("utf-8")
    assert "Telegram, public channels on the web" in said
    assert "max_body_bytes" in said


def test_what_an_interrupted_export_left_is_cleared_and_said(call):
    left = Path("out/jejak-20261122-0badcafe.partial/data")
    left.mkdir(parents=True)

    made = call("package", "create", "out", "--post", "42", "--purpose", "uji",
                "--order", "001/ST", "--no-pdf")  # fmt: skip

    assert made.exit_code == exits.OK, made.output
    assert "jejak-20261122-0badcafe.partial" in made.stdout
    assert not left.exists()


def test_a_package_for_a_profile_needs_its_case_file(call):
    made = call("package", "create", "out", "--post", "42", "--purpose", "uji",
                "--order", "001/ST", "--profile", "TEMUAN")  # fmt: skip

    assert made.exit_code == exits.PACKAGE
    assert "--case" in made.stderr


def test_a_missing_field_of_the_case_file_is_named_unless_a_draft_is_wanted(call):
    Path("case.toml").write_text('number = "1/LHP"\n', "utf-8")
    options = ("package", "create", "out", "--post", "42", "--purpose", "uji", "--order", "001/ST",
               "--profile", "temuan", "--case", "case.toml", "--json", "--no-pdf")  # fmt: skip

    refused = call(*options)
    draft = call(*options, "--draft")

    assert refused.exit_code == exits.PACKAGE
    assert "event.place" in refused.output
    assert draft.exit_code == exits.OK, draft.output
    page = Path(json.loads(draft.stdout)["package"]) / "data/report/laporan.html"
    assert "RANCANGAN" in page.read_text("utf-8")


def test_a_changed_package_is_a_finding(call):
    made = call("package", "create", "out", "--post", "42", "--purpose", "uji",
                "--order", "001/ST", "--json", "--no-pdf")  # fmt: skip
    Path("trust.txt").write_text(call("ledger", "trust").stdout)
    path = Path(json.loads(made.stdout)["package"])
    victim = next((path / "data" / "statements").iterdir())
    victim.write_bytes(victim.read_bytes().replace(b"{", b"{ ", 1))

    result = call("verify", str(path), "--trust", "trust.txt")

    assert result.exit_code == exits.FINDINGS


def test_a_package_needs_a_purpose_an_order_and_a_whole_period(call):
    first = call("package", "create", "out", "--post", "42", env={"JEJAK_PURPOSE": None})
    second = call("package", "create", "out", "--post", "42", "--purpose", "p", "--order", "1",
                  "--since", "2026-11-18")  # fmt: skip

    assert first.exit_code == second.exit_code == exits.USAGE
    assert "--purpose is missing" in first.stderr
    assert "a period needs both --since and --until" in second.stderr


@pytest.mark.parametrize(
    ("trust", "said"),
    [("rubbish\n", "trust file trust.txt cannot be used"), (None, "cannot be read")],
)
def test_verify_without_a_usable_trust_file_is_a_usage_error(call, trust, said):
    if trust:
        Path("trust.txt").write_text(trust)

    result = call("verify", ".", "--trust", "trust.txt")

    assert result.exit_code == exits.USAGE
    assert said in result.stderr


def test_store_rebuild_gives_the_same_answers(call, archive):
    before = call("history", "42", "--json").stdout
    folded = json.loads(call("store", "rebuild", "--json").stdout)["entries"]

    assert call("history", "42", "--json").stdout == before
    assert folded == archive.size() - 1
    assert json.loads(call("store", "info", "--json").stdout)["entries"] == archive.size()


def test_a_time_that_is_none_is_a_usage_error(call):
    result = call("posts", "--since", "yesterday")

    assert result.exit_code == exits.USAGE
    assert "write 2024-11-23 or 2024-11-23T08:00+07:00" in result.stderr


def test_crawling_without_a_watchlist_says_so(call, archive):
    archive.clear_projections()

    assert "Nobody is on the watchlist" in call("crawl").stderr


def test_a_picture_kept_with_the_first_snapshot_is_that_of_the_edited_one_too(call):
    snapshots = json.loads(call("history", "42", "--json").stdout)["snapshots"]
    results = [call("pictures", s["id"]) for s in snapshots]

    assert [r.exit_code for r in results] == [exits.OK, exits.OK]
    assert "0 pictures may be the same; a human has to look." in results[1].stdout


def test_a_record_without_pictures_has_none_to_compare(call, archive):
    rec = next(iter(archive.entries())).statement.rec

    result = call("pictures", rec)

    assert result.exit_code == exits.SCOPE
    assert "has no picture with a fingerprint" in result.stderr


def test_the_doctor_says_of_each_part_whether_it_works(call):
    Path("jejak.toml").write_text('contact = "a@contoh.go.id"\n')
    call("init")

    found = {f["subject"]: f for f in json.loads(call("doctor", "--json").stdout)}

    assert list(found) == [
        "configuration", "clock", "disk", "database", "browser", "network", "keys", "anchors",
        "schedule",
    ]  # fmt: skip
    assert found["configuration"]["level"] == found["database"]["level"] == "OK"
    assert found["keys"]["said"].startswith("jejak.local/log+")


def test_the_doctor_says_when_nothing_will_ever_be_due(call, archive):
    def schedule() -> dict[str, str]:
        return json.loads(call("doctor", "--json").stdout)[-1]

    call("campaign", "add", "pilkada-2024")
    over = schedule()
    later = (ROOT / "campaigns/pilkada-2024.toml").read_text().replace("2024-", "2199-")
    Path("later.toml").write_text(later.replace('"pilkada-2024"', '"pilkada-2199"'))
    call("campaign", "add", "later.toml")
    coming = schedule()
    archive.clear_projections()

    assert over["said"] == "no campaign is under way or to come: nothing will be due"
    assert (coming["level"], coming["said"]) == ("OK", "2 accounts; pilkada-2199")
    assert schedule()["said"] == "nobody is on the watchlist"


def test_the_doctor_fails_for_a_missing_browser_and_a_key_others_can_read(call):
    Path("jejak.toml").write_text('chromium = "/nowhere/chromium"\ndisk_reserve_bytes = 1\n')
    call("init")
    Path("data/keys/log.key").chmod(0o644)

    result = call("doctor", "--json")

    failed = {f["subject"]: f["remedy"] for f in json.loads(result.stdout) if f["level"] == "FAIL"}
    assert set(failed) == {"browser", "keys"}
    assert "chmod 600" in failed["keys"]
    assert result.exit_code == exits.FINDINGS


def test_the_doctor_warns_where_platforms_cannot_reach_us_and_private_networks_are_open(call):
    Path("jejak.toml").write_text('egress_allow = ["10.0.0.0/8"]\n')

    found = {f["subject"]: f for f in json.loads(call("doctor", "--json").stdout)}

    assert found["configuration"]["level"] == "WARN"
    assert found["network"]["level"] == "WARN"
    assert "10.0.0.0/8" in found["network"]["said"]


def test_the_doctor_stops_at_a_configuration_that_cannot_be_read(call):
    Path("jejak.toml").write_text("= nonsense")

    result = call("doctor")

    assert result.exit_code == exits.FINDINGS
    assert result.stdout.startswith("FAIL  configuration: jejak.toml: is not UTF-8 TOML")


def test_a_child_process_is_told_where_the_configuration_is(tmp_path):
    from cli.crawl import child_environment
    from cli.shell import Shell

    file = tmp_path / "j.toml"
    file.write_text('sandbox = true\nclock_start = "2026-11-01T00:00:00Z"\n')

    given = child_environment(Shell(config_file=file), {"PATH": "/bin"})

    assert given["JEJAK_CONFIG"] == str(file)
    assert given["JEJAK_CLOCK"].startswith("2026-11-01T00:00:0")
    assert given["PATH"] == "/bin"
