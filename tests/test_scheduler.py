from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import scheduler
from cli import exits, words
from crawler.child import Batch, Child, environment, settings_text
from crawler.config import Config, load
from crawler.guards import read_state
from crawler.orders import Limits, Stop
from crawler.owner import lives, owner
from crawler.standing import BATCH, batches
from crawler.tick import reconcile, run_due
from evidence.canonical import instant, record_id
from evidence.config import WatchlistImport, campaign_drafts, watch_drafts
from evidence.errors import IntegrityError, StoreError
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    Draft,
    ElectionKind,
    Outcome,
    Phase,
    Side,
    Slot,
    StatementType,
    VisitEnd,
    WatchEntry,
)
from evidence.planning import slot_times
from evidence.projection import project_entries
from evidence.query import fsck
from evidence.query.version import newest_versions
from evidence.record import Recorder
from evidence.store import Archive, Claim, MemoryArchive, open_archive

START = datetime(2024, 2, 10, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMPAIGN = Campaign(
    id="c1",
    name="C",
    kind=ElectionKind.PEMILU,
    legal_source="s",
    legal_basis="b",
    purpose="p",
    phases=(Phase("QUIET", "2024-02-11T00:00:00", "2024-02-14T00:00:00", (("A", 3600),)),),
)
FAST = Limits(batch_s=20, grace_s=5, pause_s=0.01)

EXIT_3 = "import sys; sys.exit(3)"
EXIT_0 = "pass"
HANG = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
DIE = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
RECORD = textwrap.dedent(
    """
    import json, sys
    from datetime import datetime, timedelta
    from evidence.model import Outcome, VisitEnd
    from evidence.record import Recorder
    from evidence.store import open_archive
    from crawler.config import load

    config = load()
    archive = open_archive(config.archive_url, config.data_dir)
    recorder = Recorder("system", "fake", config.digest())
    for slot in json.load(open(sys.argv[1]))["slots"][: int(FIRST)]:
        due = datetime.fromisoformat(slot["due_at"])
        end = VisitEnd("0" * 32, slot["watch"], slot["id"], due, due, due + timedelta(seconds=1),
                       Outcome.UNCHANGED, "")
        archive.record([recorder.outcome(end)])
    archive.close()
    """
)


def command(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def entry(watch: str = "w-1", platform: str = "mastodon") -> WatchEntry:
    return WatchEntry(
        watch=watch,
        account=AccountId(platform, None, watch),
        side=Side.WATCHED,
        tier="A",
        zone="Asia/Jakarta",
        attribution=Attribution("P", "b", Confidence.HIGH, "N", START),
        assignment_order="ST",
        legal_basis="UU",
        watched_from=START,
    )


def fill(archive: Archive, *entries: WatchEntry, campaign: Campaign = CAMPAIGN) -> None:
    """Record a campaign and a watchlist as the commands would."""
    say(archive, campaign_drafts(campaign, START, "system"))
    say(archive, watch_drafts(WatchlistImport(added=entries), START, "system"))


def say(archive: Archive, drafts: Sequence[Draft]) -> None:
    project_entries(archive, archive.record(drafts))


def outcomes(archive: Archive) -> dict[str, tuple[str, str]]:
    """(outcome, reason) by slot, from the log itself; a slot told twice fails."""
    found: dict[str, tuple[str, str]] = {}
    for one in archive.entries():
        if one.statement.type is StatementType.OUTCOME:
            facts = one.statement.facts
            assert facts["slot"] not in found
            found[facts["slot"]] = (facts["outcome"], facts["reason"])
    return found


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, archive_url="memory:")


@pytest.fixture
def archive() -> Archive:
    return MemoryArchive()


def slot_at(moment: datetime, watch: str = "w-1") -> str:
    return f"{watch}@{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_slot_of_a_child_that_fails_has_the_outcome_failed_with_its_exit_code(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    result = run_due(config, archive, START, command=command(EXIT_3), limits=FAST)

    assert outcomes(archive) == {slot_at(START): ("FAILED", "child exited 3")}
    assert (result.due, result.batches, result.outcomes) == (1, 1, (("FAILED", 1),))
    assert archive.claims() == ()


def test_child_that_ends_well_without_an_outcome_has_failed(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)

    assert outcomes(archive)[slot_at(START)] == ("FAILED", "child exited 0")


def test_child_ended_by_a_signal_is_named_so(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(DIE), limits=FAST)

    assert outcomes(archive)[slot_at(START)] == ("FAILED", "child killed: signal 9")


def test_child_that_cannot_be_started_leaves_an_outcome(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=("/nonexistent/python",), limits=FAST)

    assert outcomes(archive)[slot_at(START)] == (
        "FAILED",
        "child did not start: FileNotFoundError",
    )


@pytest.mark.parametrize("script", [HANG, STUBBORN])
def test_child_that_hangs_is_ended_at_the_time_limit(
    config: Config, archive: Archive, script: str
) -> None:
    fill(archive, entry())
    began = time.monotonic()
    limits = Limits(batch_s=0.4, grace_s=0.3, pause_s=0.01)
    run_due(config, archive, START, command=command(script), limits=limits)

    assert outcomes(archive)[slot_at(START)] == ("FAILED", "child killed: time limit")
    assert time.monotonic() - began < 30


def test_batch_and_configuration_files_are_gone_after_the_tick(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)

    assert list((config.data_dir / "batches").iterdir()) == []


def test_slot_runs_once_only_however_often_one_wakes(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    for minutes in (0, 1, 30, 59):
        now = START + timedelta(minutes=minutes)
        run_due(config, archive, now, command=command(EXIT_0), limits=FAST)

    assert list(outcomes(archive)) == [slot_at(START)]


def test_older_slots_are_recorded_as_missed_before_the_newest_is_visited(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)
    result = run_due(config, archive, START + 3 * HOUR, command=command(EXIT_0), limits=FAST)

    assert list(outcomes(archive).items())[1:] == [
        (slot_at(START + HOUR), ("MISSED", "downtime")),
        (slot_at(START + 2 * HOUR), ("MISSED", "downtime")),
        (slot_at(START + 3 * HOUR), ("FAILED", "child exited 0")),
    ]
    assert result.missed == 2


def test_what_was_due_before_an_account_was_removed_is_missed_and_nothing_after(
    config: Config, archive: Archive
) -> None:
    one = entry()
    fill(archive, one)
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)
    gone = WatchlistImport(removed=(one,))
    say(archive, watch_drafts(gone, START + 2 * HOUR + HOUR / 2, "system"))
    for hours in (5, 6):
        run_due(config, archive, START + hours * HOUR, command=command(EXIT_0), limits=FAST)

    assert list(outcomes(archive).items())[1:] == [
        (slot_at(START + HOUR), ("MISSED", "removed")),
        (slot_at(START + 2 * HOUR), ("MISSED", "removed")),
    ]


def test_what_was_due_before_a_campaign_changed_stays_due_by_its_former_cadence(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)
    rarer = replace(CAMPAIGN.phases[0], cadence_s=(("A", 4 * 3600),))
    changed = replace(CAMPAIGN, phases=(rarer,))
    say(archive, campaign_drafts(changed, START + 2 * HOUR + HOUR / 2, "system", change="CHANGED"))
    run_due(config, archive, START + 5 * HOUR, command=command(EXIT_0), limits=FAST)

    assert list(outcomes(archive).items())[1:] == [
        (slot_at(START + HOUR), ("MISSED", "downtime")),
        (slot_at(START + 2 * HOUR), ("MISSED", "downtime")),
        (slot_at(START + 4 * HOUR), ("FAILED", "child exited 0")),
    ]


def test_slot_missed_while_busy_is_an_overrun(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)
    later = START + 2 * HOUR
    run_due(config, archive, later, command=command(EXIT_0), limits=FAST, up_since=START)

    assert outcomes(archive)[slot_at(START + HOUR)] == ("MISSED", "overrun")


def test_every_slot_has_one_outcome_when_the_clock_jumps(config: Config, archive: Archive) -> None:
    one = entry()
    fill(archive, one)
    for hours in (2, 1, 0, 26, 25, 27, 3):
        now = START + hours * HOUR
        run_due(config, archive, now, command=command(EXIT_0), limits=FAST)
    due = slot_times([CAMPAIGN], one, START, START + 27 * HOUR + timedelta(seconds=1))

    assert set(outcomes(archive)) == {slot.id for slot in due}


def test_missed_and_failed_outcomes_reach_the_projections(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    run_due(config, archive, START + HOUR, command=command(EXIT_0), limits=FAST)

    words = Counter(row["outcome"] for row in archive.rows("outcomes"))
    watch = archive.row("watches", "w-1")
    assert words == {"MISSED": 1, "FAILED": 1}
    assert watch is not None
    assert watch["last_due_at"] == START + HOUR


def test_every_outcome_names_the_newest_versions_of_its_row_and_of_the_campaigns_that_stand(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry(), entry("w-2"))
    over = replace(CAMPAIGN, id="lama", superseded_by=CAMPAIGN.id)
    say(archive, campaign_drafts(over, START, "system"))
    before = newest_versions(archive)
    changed = WatchlistImport(changed=(replace(entry(), legal_basis="UU baru"),))
    say(archive, watch_drafts(changed, START, "system", {"w-1": before["w-1"]}))

    run_due(config, archive, START + HOUR, command=command(EXIT_0), limits=FAST)

    newest = newest_versions(archive)
    named = {
        (one.statement.facts["watch"], tuple(one.statement.facts["versions"]))
        for one in archive.entries()
        if one.statement.type is StatementType.OUTCOME
    }
    assert newest["w-1"] != before["w-1"]
    assert named == {
        (watch, tuple(sorted((newest[watch], newest[CAMPAIGN.id])))) for watch in ("w-1", "w-2")
    }
    assert fsck(archive).faults == []


def test_outcome_that_was_not_projected_is_not_made_again(config: Config, archive: Archive) -> None:
    """A crash between recording and projecting: the log decides, and the row is caught up."""
    fill(archive, entry())
    rec = record_id("outcome", slot_at(START))
    facts = {
        "visit": "0" * 32, "watch": "w-1", "slot": slot_at(START), "due_at": instant(START),
        "outcome": "UNCHANGED", "reason": "", "started_at": instant(START),
        "ended_at": instant(START), "counts": {}, "gaps": [], "config": "",
    }  # fmt: skip
    archive.record([Draft(StatementType.OUTCOME, rec, START, "system", facts)])
    result = run_due(config, archive, START, command=command(EXIT_3), limits=FAST)

    assert outcomes(archive) == {slot_at(START): ("UNCHANGED", "")}
    assert (result.batches, result.left) == (0, 1)
    assert archive.row("outcomes", rec) is not None
    assert archive.claims() == ()


def test_slot_that_another_scheduler_holds_is_left_to_it(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    archive.claim(Claim(slot_at(START), "otherhost 1 1 x", START, START + HOUR), START)
    result = run_due(config, archive, START, command=command(EXIT_0), limits=FAST)

    assert outcomes(archive) == {}
    assert (result.left, len(archive.claims())) == (1, 1)


def test_slot_under_way_elsewhere_is_not_called_missed(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    archive.claim(Claim(slot_at(START), "otherhost 1 1 x", START, START + 2 * HOUR), START)
    run_due(config, archive, START + HOUR, command=command(EXIT_0), limits=FAST)

    assert set(outcomes(archive)) == {slot_at(START + HOUR)}


def test_claim_whose_lease_is_over_ends_as_interrupted(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    archive.claim(Claim(slot_at(START), "otherhost 1 1 x", START, START + HOUR / 2), START)

    assert reconcile(config, archive, START + HOUR) == 1
    assert outcomes(archive) == {slot_at(START): ("FAILED", "interrupted")}
    assert archive.claims() == ()


def test_claim_of_a_scheduler_that_died_ends_as_interrupted(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    dead = subprocess.run(
        [sys.executable, "-c", "from crawler.owner import owner\nwith owner() as o: print(o)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    archive.claim(Claim(slot_at(START), dead.stdout.strip(), START, START + HOUR), START)
    result = run_due(config, archive, START, command=command(EXIT_0), limits=FAST)

    assert outcomes(archive) == {slot_at(START): ("FAILED", "interrupted")}
    assert result.repaired == 1


def test_holder_lives_until_its_work_ends() -> None:
    with owner() as mine:
        assert lives(mine)
        assert lives("otherhost 1 1 x")
        assert lives("said in another way")

    assert not lives(mine)


def test_process_id_used_again_is_not_the_old_holder() -> None:
    with owner() as mine:
        host, pid, _, token = mine.split(" ")

        assert not lives(f"{host} {pid} 1 {token}")


def test_stop_ends_children_and_gives_their_slots_outcomes(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry(), entry("w-2", "bluesky"), entry("w-3", "telegram"))
    stop = Stop()
    started = threading.Barrier(2, timeout=10)
    seen: list[str] = []

    def say(event: str, facts: object) -> None:
        seen.append(event)
        if seen.count("batch started") == 2 and event == "batch started":
            started.wait()

    with ThreadPoolExecutor(1) as pool:
        tick = pool.submit(
            run_due, config, archive, START, say=say, command=command(HANG), limits=FAST, stop=stop
        )
        started.wait()
        stop.asked.set()
        result = tick.result(timeout=10)

    assert list(outcomes(archive).values()) == [("FAILED", "interrupted")] * 2
    assert (result.left, archive.claims()) == (1, ())


def test_second_stop_kills_children_that_do_not_end(config: Config, archive: Archive) -> None:
    fill(archive, entry())
    stop = Stop()
    stop.at_once.set()
    began = time.monotonic()

    def say(event: str, facts: object) -> None:
        stop.asked.set()

    limits = Limits(batch_s=60, grace_s=60, pause_s=0.01)
    run_due(config, archive, START, say=say, command=command(STUBBORN), limits=limits, stop=stop)

    assert outcomes(archive) == {slot_at(START): ("FAILED", "interrupted")}
    assert time.monotonic() - began < 30


def test_nothing_new_is_started_when_the_ticks_time_is_up(config: Config, archive: Archive) -> None:
    fill(archive, *(entry(f"w-{n:03}") for n in range(BATCH + 1)))
    limits = replace(FAST, tick_s=0)
    result = run_due(config, archive, START, command=command(EXIT_0), limits=limits)

    assert (result.left, outcomes(archive)) == (BATCH + 1, {})


def test_tick_whose_archive_fails_leaves_no_child(
    config: Config, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, entry(), entry("w-2", "bluesky"))
    pids: list[int] = []
    first = Child.__init__

    def remember(self: Child, *given: object, **named: object) -> None:
        first(self, *given, **named)  # type: ignore[arg-type]
        pids.append(self.pid)

    monkeypatch.setattr(Child, "__init__", remember)

    def fail(slots: object) -> None:
        raise StoreError("the archive", "does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "release", fail)
        script = (
            "import json,sys,time\n"
            "time.sleep(60 if json.load(open(sys.argv[1]))['platform']=='bluesky' else 0)"
        )
        with pytest.raises(StoreError):
            run_due(config, archive, START, command=command(script), limits=FAST)

    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    run_due(config, archive, START, command=command(EXIT_0), limits=FAST)
    assert set(outcomes(archive)) == {slot_at(START), slot_at(START, "w-2")}


def test_child_takes_what_it_started_with_it(config: Config, tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid))\n"
    )
    slot = Slot(slot_at(START), "w-1", START, "QUIET", "c1")
    child = Child(config, Batch("mastodon", (slot,)), START, command(script))
    while child.exit_code() is None:
        time.sleep(0.01)
    grandchild = int((tmp_path / "pid").read_text())
    child.kill()
    child.clear()

    for _ in range(100):
        stat = Path(f"/proc/{grandchild}/stat")
        if not stat.exists() or " Z " in stat.read_text():
            break
        time.sleep(0.01)
    else:
        pytest.fail("the child's own process outlived it")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the signal is Linux's")
def test_child_ends_when_its_scheduler_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = (
        "import os, time\n"
        "from crawler.child import end_with_parent\n"
        "end_with_parent(os.getppid())\n"
        f"open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]
    )  # fmt: skip
    while not pid_file.exists() or not pid_file.read_text():
        time.sleep(0.01)
    pid = int(pid_file.read_text())
    parent.kill()
    parent.wait()

    for _ in range(200):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or " Z " in stat.read_text():
            break
        time.sleep(0.01)
    else:
        os.kill(pid, signal.SIGKILL)
        pytest.fail("the child outlived its scheduler")


def test_batches_hold_one_platform_in_order_and_at_most_fifty() -> None:
    run = [Slot(f"w-{n}", f"w-{n}", START, "P", "c") for n in range(120)]
    platforms = {f"w-{n}": "bluesky" if n % 10 == 3 else "mastodon" for n in range(120)}
    made = batches(run, platforms)

    assert [(b.platform, len(b.slots)) for b in made] == [
        ("mastodon", 50),
        ("bluesky", 12),
        ("mastodon", 50),
        ("mastodon", 8),
    ]
    assert [s.id for b in made if b.platform == "bluesky" for s in b.slots][:2] == ["w-3", "w-13"]


def test_one_platform_has_one_child_at_a_time(config: Config, archive: Archive) -> None:
    """Each child keeps the pace of its platform's hosts; two would double it."""
    fill(archive, *(entry(f"w-{n:03}") for n in range(2 * BATCH)), entry("w-x", "bluesky"))
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def say(event: str, facts: object) -> None:
        assert isinstance(facts, dict)
        running[facts["platform"]] += 1 if event == "batch started" else -1
        most[facts["platform"]] = max(most[facts["platform"]], running[facts["platform"]])
        most["all"] = max(most["all"], sum(running.values()))

    script = command("import time; time.sleep(0.3)")
    run_due(config, archive, START, say=say, command=script, limits=FAST)

    assert most == {"mastodon": 1, "bluesky": 1, "all": 2}
    assert len(outcomes(archive)) == 2 * BATCH + 1


def test_child_sees_the_configuration_it_was_given_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config(
        data_dir=tmp_path / "d a t a",
        archive_url="mongodb://user:geheim@db/x",
        organisation='Bawaslu "Kota" \\ Ñ',
        egress_allow=("127.0.0.0/8",),
        sandbox=True,
        clock_start="2024-02-01T00:00:00Z",
        children=5,
    )
    file = tmp_path / "c.toml"
    file.write_text(settings_text(config), "utf-8")
    ours = {"JEJAK_ARCHIVE_URL": "memory:", "JEJAK_LANGUAGE": "en", "JEJAK_DATA": "/x", "A": "b"}
    given = environment(config, file, START, ours)
    seen = load(environment=given)

    assert "geheim" not in file.read_text("utf-8")
    assert given["A"] == "b"
    assert seen == replace(config, clock_start=instant(START))


def test_batch_file_tells_platform_and_slots(config: Config, tmp_path: Path) -> None:
    out = tmp_path / "seen.json"
    script = f"import sys; open({str(out)!r}, 'w').write(open(sys.argv[1]).read())"
    slot = Slot(slot_at(START), "w-1", START, "QUIET", "c1")
    child = Child(config, Batch("mastodon", (slot,)), START, command(script))
    while child.exit_code() is None:
        time.sleep(0.01)
    child.clear()

    assert json.loads(out.read_text()) == {
        "platform": "mastodon",
        "slots": [
            {
                "id": "w-1@2024-02-10T17:00:00Z",
                "watch": "w-1",
                "due_at": "2024-02-10T17:00:00.000Z",
                "phase": "QUIET",
                "campaign": "c1",
            }
        ],
    }


def test_jobs_are_neither_dropped_for_being_late_nor_run_twice_at_once(
    config: Config, archive: Archive
) -> None:
    jobs = scheduler.waking(scheduler.Service(config, archive, Stop())).get_jobs()

    assert {job.id for job in jobs} == {"tick", "seal", "anchor", "health", "guard", "audit"}
    for job in jobs:
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


def test_a_tick_goes_on_when_nobody_takes_its_messages_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(sys, "stderr", Gone())

    scheduler.say("batch started", {"slots": 1})


def test_failing_job_is_said_without_its_message(
    config: Config, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    service = scheduler.Service(config, archive, Stop())

    def job() -> None:
        raise RuntimeError("isi unggahan")

    service.guarded(job)()

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["error"]) == ("failed", "RuntimeError")


def test_an_account_that_went_silent_becomes_an_alarm_of_the_log_once(
    config: Config, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(archive, entry())
    for hour, posts in enumerate((5, 0, 0, 0)):
        at = datetime.now(UTC) - timedelta(hours=9 - hour)
        end = VisitEnd(f"v{hour}", "w-1", None, None, at, at, Outcome.COMPLETE, "",
                       (("posts", posts),))  # fmt: skip
        project_entries(archive, archive.record([Recorder("system", "t").outcome(end)]))
    service = scheduler.Service(config, archive, Stop())

    service.health()
    service.health()

    said = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["health", "alarm", "health"]


def test_the_whole_log_is_compared_with_its_head_once_a_day(
    config: Config, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    service = scheduler.Service(config, archive, Stop())
    service.seal()

    service.audit()
    service.audit()

    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["leaves"] for one in said if one["event"] == "audited"] == [1]


def test_a_scheduler_does_not_begin_on_an_older_copy_of_the_log(
    config: Config, archive: Archive
) -> None:
    fill(archive, entry())
    scheduler.Service(config, archive, Stop()).seal()

    with pytest.raises(IntegrityError, match="restore a newer one"):
        scheduler.Service(config, MemoryArchive(), Stop())


def test_nothing_is_visited_when_the_disk_is_nearly_full(
    config: Config, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    full = replace(config, disk_reserve_bytes=2**60)
    scheduler.Service(full, archive, Stop()).tick()

    assert "disk nearly full" in capsys.readouterr().err


@pytest.fixture
def shared(mongo_url: str, tmp_path: Path) -> Iterator[tuple[Config, Archive]]:
    config = Config(
        data_dir=tmp_path, archive_url=mongo_url, children=3, store_watch=False, scrub_days=0
    )
    with closing(open_archive(mongo_url, tmp_path)) as archive:
        yield config, archive


@pytest.mark.mongo
def test_outcomes_the_child_recorded_stand_and_the_rest_fail(
    shared: tuple[Config, Archive],
) -> None:
    config, archive = shared
    fill(archive, *(entry(f"w-{n}") for n in range(5)))
    script = RECORD.replace("FIRST", "3") + "\nsys.exit(1)"
    result = run_due(config, archive, START, command=command(script), limits=FAST)

    assert (
        sorted(outcomes(archive).values())
        == [("FAILED", "child exited 1")] * 2 + [("UNCHANGED", "")] * 3
    )
    assert result.outcomes == (("FAILED", 2), ("UNCHANGED", 3))
    assert len(list(archive.rows("outcomes"))) == 5


@pytest.mark.mongo
def test_schedulers_side_by_side_make_one_outcome_a_slot(shared: tuple[Config, Archive]) -> None:
    config, archive = shared
    platforms = ("mastodon", "bluesky", "telegram")
    fill(archive, *(entry(f"w-{n:03}", platforms[n % 3]) for n in range(100)))
    script = command(RECORD.replace("FIRST", "99"))

    def wake(_: int) -> int:
        with closing(open_archive(config.archive_url, config.data_dir)) as own:
            return run_due(config, own, START + HOUR, command=script, limits=FAST).missed

    with ThreadPoolExecutor(3) as pool:
        missed = sum(pool.map(wake, range(3)))

    words = Counter(outcome for outcome, _ in outcomes(archive).values())
    assert words == {"MISSED": 100, "UNCHANGED": 100}
    assert missed == 100
    assert archive.claims() == ()


SCHEDULER = """
import os, sys
import crawler.child, crawler.tick, scheduler
crawler.tick.run_due.__kwdefaults__["command"] = (sys.executable, "-c", {script!r})
scheduler.TICK_S = 0.2
sys.exit(scheduler.main(["--config", {config!r}, *sys.argv[1:]]))
"""


def _start(config: Config, script: str, *arguments: str) -> subprocess.Popen[str]:
    file = config.data_dir / "jejak.toml"
    file.write_text(settings_text(config), "utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", SCHEDULER.format(script=script, config=str(file)), *arguments],
        env=os.environ | {"JEJAK_ARCHIVE_URL": config.archive_url},
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(process: subprocess.Popen[str], event: str) -> list[dict[str, object]]:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(json.loads(line))
        if said[-1]["event"] == event:
            return said
    pytest.fail(f"it ended without {event!r}: {said}")


def _watch_now(archive: Archive) -> None:
    """A campaign that is on at this very time, whatever the day."""
    today = datetime.now(UTC)
    phase = Phase(
        "CAMPAIGN",
        f"{today - timedelta(days=1):%Y-%m-%dT00:00:00}",
        f"{today + timedelta(days=2):%Y-%m-%dT00:00:00}",
        (("A", 3600 * 24 * 30),),
    )
    campaign = replace(CAMPAIGN, phases=(phase,))
    fill(archive, entry(), campaign=campaign)


@pytest.mark.mongo
def test_once_visits_seals_and_ends(shared: tuple[Config, Archive]) -> None:
    config, archive = shared
    _watch_now(archive)
    process = _start(config, EXIT_3, "--once")
    said = _wait_for(process, "stopped")

    assert process.wait(timeout=10) == 0
    assert [word for word, _ in outcomes(archive).values()] == ["FAILED"]
    assert archive.checkpoints()[-1][0] == archive.size()
    assert [line["event"] for line in said].count("sealed") >= 1


@pytest.mark.mongo
def test_sigterm_ends_children_then_outcomes_then_exit_0(shared: tuple[Config, Archive]) -> None:
    config, archive = shared
    _watch_now(archive)
    process = _start(config, HANG)
    _wait_for(process, "batch started")
    process.send_signal(signal.SIGTERM)
    _wait_for(process, "stopped")

    assert process.wait(timeout=10) == 0
    assert list(outcomes(archive).values()) == [("FAILED", "interrupted")]
    assert archive.claims() == ()


@pytest.mark.mongo
def test_killed_scheduler_leaves_work_that_the_next_one_ends(
    shared: tuple[Config, Archive],
) -> None:
    config, archive = shared
    _watch_now(archive)
    process = _start(config, "import time; time.sleep(1)")
    _wait_for(process, "batch started")
    process.kill()
    process.wait()
    assert outcomes(archive) == {}
    next_one = _start(config, EXIT_0, "--once")
    _wait_for(next_one, "stopped")

    assert next_one.wait(timeout=10) == 0
    assert list(outcomes(archive).values()) == [("FAILED", "interrupted")]
    assert archive.claims() == ()


@pytest.mark.mongo
def test_the_watch_of_the_store_runs_beside_the_scheduler_and_ends_with_it(
    shared: tuple[Config, Archive],
) -> None:
    config = replace(shared[0], store_watch=True)
    process = _start(config, EXIT_0)
    said = _wait_for(process, "guards")[-1]
    process.send_signal(signal.SIGTERM)
    _wait_for(process, "stopped")
    process.wait(timeout=10)

    assert [one["name"] for one in said["programs"]] == ["watch"]  # type: ignore[attr-defined]
    assert [one.running for one in read_state(config.data_dir).programs] == [False]
    mark = f"JEJAK_CONFIG={config.data_dir.absolute() / 'guards/watch.toml'}".encode()
    assert [p for p in Path("/proc").glob("[0-9]*/environ") if mark in _read(p)] == []


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # it has ended meanwhile, or is another user's
        return b""


def test_bad_configuration_ends_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scheduler.main(["--config", str(tmp_path / "none.toml")]) == 3
    assert "there is no such file" in json.loads(capsys.readouterr().err)["error"]


def _plain(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "jejak.toml"
    file.write_text('origin = "uji.example/jejak"\n' + text, "utf-8")
    return ["--once", "--config", str(file)]


@pytest.mark.parametrize(
    ("text", "code", "kind", "told"),
    [
        ("origin_of = 5", exits.CONFIG, "ConfigError", ("jejak.toml", "is not a setting", "See")),
        ('archive_url = "lain:"', exits.CONFIG, "ConfigError", ("store URL", "unknown", "Write")),
        (
            'archive_url = "memory:"\ndata_dir = "jejak.toml"', exits.STORE, "StoreError",
            ("data folder", "cannot be made", "data_dir"),
        ),
    ],
)  # fmt: skip
def test_a_scheduler_that_cannot_begin_says_what_why_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, kind: str,
    told: tuple[str, ...],
) -> None:  # fmt: skip
    ended = scheduler.main(_plain(tmp_path, text))

    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert (ended, said["event"], said["exit"], said["kind"]) == (code, "ended", code, kind)
    assert [word for word in told if word not in said["error"]] == []


def test_a_fault_of_the_scheduler_ends_it_without_the_message_of_the_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise ValueError("isi unggahan")

    monkeypatch.setattr(scheduler, "run", fail)

    ended = scheduler.main(_plain(tmp_path, ""))

    told = capsys.readouterr().err
    assert ended == json.loads(told)["exit"] == exits.FAULT
    assert json.loads(told)["kind"] == "ValueError"
    assert "isi unggahan" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize("language", ["en", "id"])
def test_at_a_terminal_the_scheduler_says_its_errors_as_the_commands_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("JEJAK_LANGUAGE", language)
    monkeypatch.setattr(words, "_words", words.Words())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    ended = scheduler.main(["--once", "--config", str(tmp_path / "tiada.toml")])

    begin, remedy = {"en": ("Error:", "Run `jejak init`"), "id": ("Galat:", "Jalankan")}[language]
    told = capsys.readouterr().err.splitlines()
    assert ended == exits.CONFIG
    assert told[0].startswith(begin)
    assert "tiada.toml" in told[0]
    assert told[1].startswith(remedy)
