from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ConfigError
from evidence.model import (
    AccountId,
    Attribution,
    Campaign,
    Confidence,
    ElectionKind,
    Phase,
    Side,
    WatchEntry,
    Watchlist,
)
from evidence.planning import (
    DOWNTIME,
    OVERRUN,
    due_slots,
    phase_at,
    phase_instants,
    slot_id,
    slot_times,
)
from evidence.timetable import Timeline

WHO = Attribution("P", "b", Confidence.HIGH, "N", datetime(2024, 1, 1, tzinfo=UTC))
H = timedelta(hours=1)


def phase(name: str, starts: str, ends: str, **cadence_s: int) -> Phase:
    return Phase(name, starts, ends, tuple(sorted(cadence_s.items())))


PEMILU = Campaign(
    id="pemilu",
    name="Pemilu",
    kind=ElectionKind.PEMILU,
    legal_source="PKPU",
    legal_basis="UU",
    purpose="test",
    phases=(
        phase("CAMPAIGN", "2024-02-09T00:00:00", "2024-02-11T00:00:00", A=6 * 3600, B=86_400),
        phase("QUIET", "2024-02-11T00:00:00", "2024-02-14T00:00:00", A=3600, B=6 * 3600),
    ),
)


def entry(watch: str = "w-000000000001", **changes: object) -> WatchEntry:
    whole = WatchEntry(
        watch=watch,
        account=AccountId("mastodon", None, "a"),
        side=Side.WATCHED,
        tier="A",
        zone="Asia/Jakarta",
        attribution=WHO,
        assignment_order="ST",
        legal_basis="UU",
        watched_from=datetime(2024, 1, 1, tzinfo=UTC),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def due_times(one: WatchEntry, start: str, end: str, *campaigns: Campaign) -> list[datetime]:
    slots = slot_times(campaigns or (PEMILU,), one, at(start), at(end))
    return [slot.due_at for slot in slots]


def test_first_slot_is_the_local_midnight_at_which_the_phase_begins() -> None:
    first = slot_times([PEMILU], entry(), at("2024-01-01T00Z"), at("2024-03-01T00Z"))[0]

    assert first.due_at == at("2024-02-08T17:00:00Z")
    assert first.id == "w-000000000001@2024-02-08T17:00:00Z"
    assert (first.phase, first.campaign) == ("CAMPAIGN", "pemilu")


def test_phase_end_is_exclusive_and_the_next_phase_counts_from_its_own_start() -> None:
    times = due_times(entry(), "2024-02-10T10:00:00Z", "2024-02-10T19:00:00Z")

    assert times == [
        at("2024-02-10T11:00:00Z"),
        at("2024-02-10T17:00:00Z"),
        at("2024-02-10T18:00:00Z"),
    ]


def test_campaign_ends_without_a_slot_at_its_end() -> None:
    times = due_times(entry(), "2024-02-01T00Z", "2024-03-01T00Z")

    assert times[-1] == at("2024-02-13T16:00:00Z")


def test_same_instant_is_quiet_in_jayapura_and_campaign_in_jakarta() -> None:
    moment = at("2024-02-10T15:30:00Z")

    assert phase_at(PEMILU, "Asia/Jayapura", moment) == "QUIET"
    assert phase_at(PEMILU, "Asia/Makassar", moment) == "CAMPAIGN"
    assert phase_at(PEMILU, "Asia/Jakarta", moment) == "CAMPAIGN"


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Asia/Jakarta", "2024-02-11T00:00:00+07:00"),
        ("Asia/Pontianak", "2024-02-11T00:00:00+07:00"),
        ("Asia/Makassar", "2024-02-11T00:00:00+08:00"),
        ("Asia/Jayapura", "2024-02-11T00:00:00+09:00"),
    ],
)
def test_phase_changes_at_local_midnight_to_the_second(zone: str, midnight: str) -> None:
    assert phase_at(PEMILU, zone, at(midnight) - timedelta(seconds=1)) == "CAMPAIGN"
    assert phase_at(PEMILU, zone, at(midnight)) == "QUIET"


def test_slot_carries_the_phase_of_its_own_zone() -> None:
    now = at("2024-02-10T15:30:00Z")
    plan = due_slots(
        [PEMILU],
        Watchlist((entry("w-1"), entry("w-2", zone="Asia/Jayapura"))),
        {"w-1": now - 5 * H, "w-2": now - H},
        now,
    )

    assert {slot.watch: slot.phase for slot in plan.run} == {"w-1": "CAMPAIGN", "w-2": "QUIET"}


def test_no_phase_before_the_campaign_and_none_after_it() -> None:
    assert phase_at(PEMILU, "UTC", at("2024-02-08T23:59:59Z")) is None
    assert phase_at(PEMILU, "UTC", at("2024-02-14T00:00:00Z")) is None


def test_tier_without_cadence_in_a_phase_has_no_slots_there() -> None:
    quiet_only = replace(
        PEMILU, phases=(replace(PEMILU.phases[0], cadence_s=(("B", 3600),)), PEMILU.phases[1])
    )

    times = due_times(entry(), "2024-02-01T00Z", "2024-03-01T00Z", quiet_only)

    assert times[0] == at("2024-02-10T17:00:00Z")


def test_watching_from_and_until_clip_slots_half_open() -> None:
    one = entry(watched_from=at("2024-02-10T18:00:00Z"), watched_until=at("2024-02-10T20:00:00Z"))

    assert due_times(one, "2024-02-01T00Z", "2024-03-01T00Z") == [
        at("2024-02-10T18:00:00Z"),
        at("2024-02-10T19:00:00Z"),
    ]


def test_watching_that_begins_between_two_slots_waits_for_the_grid() -> None:
    one = entry(watched_from=at("2024-02-10T18:00:00.001Z"))

    assert due_times(one, "2024-02-01T00Z", "2024-02-10T19:30:00Z") == [at("2024-02-10T19:00:00Z")]


def test_only_the_newest_due_slot_runs_and_older_ones_are_missed() -> None:
    plan = due_slots(
        [PEMILU],
        Watchlist((entry(),)),
        {"w-000000000001": at("2024-02-10T17:00:00Z")},
        at("2024-02-10T20:00:00Z"),
    )

    assert [slot.due_at for slot in plan.run] == [at("2024-02-10T20:00:00Z")]
    assert [(slot.due_at, why) for slot, why in plan.missed] == [
        (at("2024-02-10T18:00:00Z"), DOWNTIME),
        (at("2024-02-10T19:00:00Z"), DOWNTIME),
    ]


def test_slot_missed_while_the_scheduler_was_up_is_an_overrun() -> None:
    plan = due_slots(
        [PEMILU],
        Watchlist((entry(),)),
        {"w-000000000001": at("2024-02-10T17:00:00Z")},
        at("2024-02-10T20:00:00Z"),
        up_since=at("2024-02-10T18:30:00Z"),
    )

    assert [why for _, why in plan.missed] == [DOWNTIME, OVERRUN]


def test_slot_is_due_at_its_second_and_not_before() -> None:
    watches, last = Watchlist((entry(),)), {"w-000000000001": at("2024-02-10T17:00:00Z")}

    assert due_slots([PEMILU], watches, last, at("2024-02-10T17:59:59.999Z")).run == ()
    assert len(due_slots([PEMILU], watches, last, at("2024-02-10T18:00:00Z")).run) == 1


def test_superseded_campaign_has_no_slots() -> None:
    old = replace(PEMILU, superseded_by="pemilu-2")

    assert due_times(entry(), "2024-02-01T00Z", "2024-03-01T00Z", old) == []


def test_overlapping_campaigns_share_a_slot_on_the_same_instant() -> None:
    other = replace(PEMILU, id="a-pilkada", phases=(replace(PEMILU.phases[1], name="CALM"),))

    slots = slot_times([PEMILU, other], entry(), at("2024-02-11T00Z"), at("2024-02-11T03:00:00Z"))

    assert [(slot.phase, slot.campaign) for slot in slots] == [("CALM", "a-pilkada")] * 3


def test_overlapping_campaigns_give_the_union_of_their_slots() -> None:
    other = replace(
        PEMILU,
        id="z",
        phases=(phase("P", "2024-02-11T00:30:00", "2024-02-11T03:00:00", A=3600),),
    )

    times = due_times(entry(), "2024-02-10T17Z", "2024-02-10T19:00:00Z", PEMILU, other)

    assert [f"{time:%H:%M}" for time in times] == ["17:00", "17:30", "18:00", "18:30"]


def test_run_order_is_tier_then_due_time_then_watch() -> None:
    watches = Watchlist(
        (
            entry("w-4", tier="B"),
            entry("w-3"),
            entry("w-2", zone="Asia/Jayapura", watched_until=at("2024-02-08T16:00:00Z")),
            entry("w-1"),
        )
    )

    plan = due_slots([PEMILU], watches, {}, at("2024-02-08T17:00:00Z"))

    assert [slot.watch for slot in plan.run] == ["w-2", "w-1", "w-3", "w-4"]


@pytest.mark.parametrize(
    ("broken", "zone"),
    [
        (PEMILU, "Asia/Nowhere"),
        (PEMILU, "../../etc/passwd"),
        (replace(PEMILU, phases=(phase("P", "soon", "2024-02-11T00:00:00", A=1),)), "UTC"),
        (
            replace(
                PEMILU, phases=(phase("P", "2024-02-10T00:00:00Z", "2024-02-11T00:00:00", A=1),)
            ),
            "UTC",
        ),
        (
            replace(
                PEMILU, phases=(phase("P", "2024-02-10T00:00:00", "2024-02-11T00:00:00", A=0),)
            ),
            "UTC",
        ),
    ],
)
def test_schedule_that_cannot_be_read_is_a_configuration_error(broken: Campaign, zone: str) -> None:
    with pytest.raises(ConfigError):
        due_slots([broken], Watchlist((entry(zone=zone),)), {}, at("2024-02-12T00:00:00Z"))


def test_slot_id_is_written_in_utc_whatever_the_zone_of_the_time() -> None:
    assert slot_id("w-1", at("2024-02-11T00:00:00+09:00")) == "w-1@2024-02-10T15:00:00Z"


campaigns = st.builds(
    lambda starts, lengths, cadences, name: Campaign(
        id=name,
        name=name,
        kind=ElectionKind.PILKADA,
        legal_source="s",
        legal_basis="b",
        purpose="p",
        phases=tuple(
            Phase(
                f"P{n}",
                (datetime(2024, 2, 1) + starts + sum(lengths[:n], timedelta())).isoformat(),  # noqa: DTZ001
                (datetime(2024, 2, 1) + starts + sum(lengths[: n + 1], timedelta())).isoformat(),  # noqa: DTZ001
                (("A", cadences[n]),),
            )
            for n in range(len(lengths))
        ),
    ),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)).map(
        lambda t: timedelta(seconds=int(t.total_seconds()))
    ),
    st.lists(st.integers(1, 20).map(lambda h: h * H), min_size=1, max_size=3),
    st.lists(st.integers(600, 30_000), min_size=3, max_size=3),
    st.sampled_from(["x", "y", "z"]),
)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(campaigns, min_size=1, max_size=2, unique_by=lambda c: c.id),
    st.lists(st.integers(-90_000, 400_000), min_size=1, max_size=30),
    st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "Europe/Berlin"]),
)
def test_every_slot_is_run_or_missed_exactly_once_whenever_one_wakes(
    standing: list[Campaign], wakes: list[int], zone: str
) -> None:
    """Wake-up times come in any order: the clock may jump back and forth."""
    one = entry(zone=zone)
    last: dict[str, datetime] = {}
    met: Counter[str] = Counter()
    begin = at("2024-02-01T00:00:00Z")
    for second in wakes:
        plan = due_slots(standing, Watchlist((one,)), last, begin + timedelta(seconds=second))
        met.update(slot.id for slot in plan.run)
        met.update(slot.id for slot, _ in plan.missed)
        for slot in plan.run:
            last[one.watch] = max(last.get(one.watch, slot.due_at), slot.due_at)
    end = begin + timedelta(seconds=max(wakes) + 1)
    all_due = {slot.id for slot in slot_times(standing, one, at("2023-01-01T00Z"), end)}

    assert set(met) == all_due
    assert set(met.values()) <= {1}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-20, 320), st.sampled_from([100, 150]), st.sampled_from("AB")),
        min_size=2,
        max_size=12,
    )
)
def test_what_was_asked_before_changes_no_due_instant(asked: list[tuple[int, int, str]]) -> None:
    """One grid answers for all accounts of a plan, in whatever order their last visits lie."""
    first = int(at("2024-02-08T17:00:00Z").timestamp())
    other = replace(
        PEMILU, id="lain", phases=(replace(PEMILU.phases[1], cadence_s=(("A", 5000),)),)
    )
    shared = Timeline.of((PEMILU, other))

    for low, high, tier in asked:
        one = ("Asia/Jakarta", tier, first + 1800 * low, first + 3600 * high)
        assert shared.between(*one) == Timeline.of((PEMILU, other)).between(*one)


@settings(deadline=None, max_examples=100)
@given(campaigns, st.sampled_from(["Asia/Makassar", "America/New_York"]))
def test_every_slot_lies_in_the_phase_it_names(campaign: Campaign, zone: str) -> None:
    slots = slot_times([campaign], entry(zone=zone), at("2023-01-01T00Z"), at("2025-01-01T00Z"))

    assert [phase_at(campaign, zone, slot.due_at) for slot in slots] == [s.phase for s in slots]


@settings(deadline=None, max_examples=50)
@given(campaigns)
def test_slots_are_start_plus_whole_cadences(campaign: Campaign) -> None:
    expected = []
    for one_phase, start, end in phase_instants(campaign, "Asia/Jakarta"):
        step = timedelta(seconds=one_phase.cadence_s[0][1])
        while start < end:
            expected.append(start)
            start += step
    slots = slot_times([campaign], entry(), at("2023-01-01T00Z"), at("2025-01-01T00Z"))

    assert [slot.due_at for slot in slots] == expected
