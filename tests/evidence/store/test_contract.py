"""What every store promises, asked of every store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.canonical import new_record_id, record_id
from evidence.errors import ParseError, StoreError
from evidence.model import Draft, Plain, StatementType
from evidence.store import Archive, Claim, Later, MemoryArchive, Row, open_archive

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.mongo)])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    if request.param == "memory":
        opened: Archive = MemoryArchive()
    else:
        opened = open_archive(request.getfixturevalue("mongo_url"), tmp_path)
    yield opened
    opened.close()


def draft(*objects: tuple[str, bytes], rec: str = "", **facts: object) -> Draft:
    return Draft(
        StatementType.CAPTURE,
        rec or new_record_id(),
        AT,
        "system",
        facts,
        tuple(Plain(role, "application/octet-stream", data) for role, data in objects),
    )


# --- the log ---


def test_a_new_archive_is_empty(archive: Archive) -> None:
    assert archive.size() == 0
    assert list(archive.entries()) == []
    assert archive.entry("0" * 32) is None
    assert archive.checkpoints() == ()
    assert archive.claims() == ()


def test_drafts_become_leaves_in_the_order_given(archive: Archive) -> None:
    drafts = [draft(n=n) for n in range(5)]

    entries = archive.record(drafts)

    assert [e.index for e in entries] == [0, 1, 2, 3, 4]
    assert [e.statement.rec for e in archive.entries()] == [d.rec for d in drafts]
    assert [e.statement.facts["n"] for e in archive.entries(1, 3)] == [1, 2]
    assert archive.entry(drafts[3].rec) == entries[3]
    assert [leaf[0] for leaf in archive.raw_leaves(3, 9)] == [3, 4]


def test_recording_nothing_changes_nothing(archive: Archive) -> None:
    assert archive.record([]) == ()
    assert archive.size() == 0


def test_a_record_id_is_recorded_once_and_keeps_its_first_objects(archive: Archive) -> None:
    rec = record_id("outcome", "w-000000000000@2026-11-22T02:00:00Z")
    first = archive.record([draft(("gaps", b"first"), rec=rec)])

    again = archive.record([draft(), draft(("gaps", b"second"), rec=rec)])

    assert again[1] == first[0]
    assert archive.size() == 2
    opened = archive.open_object(rec, "gaps")
    assert opened is not None
    assert opened.data == b"first"


def test_one_record_id_twice_in_one_call_is_one_leaf(archive: Archive) -> None:
    twin = draft(("body", b"one"))

    entries = archive.record([twin, twin])

    assert entries[0] == entries[1]
    assert archive.size() == 1


@pytest.mark.parametrize(
    "bad",
    [
        draft(n=1.5),
        draft(name="\ud800"),
        draft(rec="nothex"),
        draft(("body", b"a"), ("body", b"b")),
        draft(("Body/..", b"a")),
        Draft(StatementType.ALARM, "0" * 32, datetime(2026, 1, 1), "system", {}),  # noqa: DTZ001
        draft(long="x" * 70_000),
    ],
    ids=["float", "surrogate", "rec", "two-roles", "role", "naive-time", "too-long"],
)
def test_a_draft_outside_the_profile_keeps_none_of_its_neighbours(
    archive: Archive, bad: Draft
) -> None:
    with pytest.raises(ParseError):
        archive.record([draft(("body", b"sound")), bad])

    assert archive.size() == 0
    assert archive.info().blobs == 0


def test_four_threads_leave_no_gap_and_no_double(archive: Archive) -> None:
    shared = [draft(shared=n) for n in range(10)]

    def write(worker: int) -> None:
        for n in range(10):
            archive.record([draft(("body", b"%d" % n), worker=worker, n=n), shared[n]])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    entries = list(archive.entries())
    assert [e.index for e in entries] == list(range(50))
    assert len({e.statement.rec for e in entries}) == 50
    own = [(e.statement.facts["worker"], e.statement.facts["n"]) for e in entries
           if "worker" in e.statement.facts]  # fmt: skip
    for worker in range(4):
        assert [n for w, n in own if w == worker] == list(range(10))


# --- objects ---


@pytest.mark.parametrize(
    "size",
    [0, 1, 65_536, 8 * 2**20 - 1, 8 * 2**20, 8 * 2**20 + 1, 20 * 10**6],
)
def test_an_object_comes_back_as_it_went_in(archive: Archive, size: int) -> None:
    data = (b"\0\xff\r\n" * (size // 4 + 1))[:size]
    entry = archive.record([draft(("body", data))])[0]

    opened = archive.open_object(entry.statement.rec, "body")

    assert opened is not None
    assert opened.data == data
    assert opened.ref == entry.statement.objects[0]
    assert opened.ref.size == size


@pytest.mark.soak
def test_a_body_of_fifty_megabytes_is_kept(archive: Archive) -> None:
    data = bytes(range(256)) * 196_000
    rec = archive.record([draft(("body", data))])[0].statement.rec

    opened = archive.open_object(rec, "body")

    assert opened is not None
    assert opened.data == data


def test_equal_bytes_are_stored_once_under_different_commitments(archive: Archive) -> None:
    entries = archive.record(
        [draft(("body", b"same")), draft(("body", b"same"), ("exchange", b"same"))]
    )

    commits = {ref.commit for entry in entries for ref in entry.statement.objects}
    assert len(commits) == 3
    assert (archive.info().objects, archive.info().blobs, archive.info().blob_bytes) == (3, 1, 4)


def test_an_unknown_record_or_role_is_said_so(archive: Archive) -> None:
    rec = archive.record([draft(("body", b"x"))])[0].statement.rec

    with pytest.raises(StoreError, match="not in the log"):
        archive.open_object("0" * 32, "body")
    with pytest.raises(StoreError, match="no object of role"):
        archive.open_object(rec, "screenshot")


# --- erasure ---


def test_an_erased_object_opens_to_nothing_and_the_log_stands(archive: Archive) -> None:
    before = archive.record([draft(("body", b"x"), ("exchange", b"y"))])[0]

    assert archive.erase(before.statement.rec) == 2

    assert archive.open_object(before.statement.rec, "body") is None
    assert archive.open_object(before.statement.rec, "exchange") is None
    assert list(archive.entries()) == [before]
    assert archive.info().blobs == 0
    assert archive.info().erased == 2


def test_erasing_twice_removes_nothing_more(archive: Archive) -> None:
    rec = archive.record([draft(("body", b"x"))])[0].statement.rec
    archive.erase(rec)

    assert archive.erase(rec) == 0
    assert archive.erase("f" * 32) == 0
    assert archive.info().erased == 1


def test_a_shared_blob_lives_until_its_last_use_is_erased(archive: Archive) -> None:
    one, two = (
        e.statement.rec for e in archive.record([draft(("body", b"pic")), draft(("media", b"pic"))])
    )

    archive.erase(one)
    kept = archive.open_object(two, "media")
    blobs_between = archive.info().blobs
    archive.erase(two)

    assert kept is not None
    assert kept.data == b"pic"
    assert blobs_between == 1
    assert archive.info().blobs == 0


def test_bytes_put_again_after_an_erasure_are_stored_anew(archive: Archive) -> None:
    old = archive.record([draft(("body", b"back"))])[0].statement.rec
    archive.erase(old)

    new = archive.record([draft(("body", b"back"))])[0].statement.rec

    opened = archive.open_object(new, "body")
    assert opened is not None
    assert opened.data == b"back"
    assert archive.open_object(old, "body") is None


# --- heads ---


def test_a_checkpoint_of_one_size_keeps_its_first_note(archive: Archive) -> None:
    archive.add_checkpoint(9, b"nine")
    archive.add_checkpoint(3, b"three")
    archive.add_checkpoint(3, b"another three")

    assert archive.checkpoints() == ((3, b"three"), (9, b"nine"))


# --- claims ---


def test_eight_threads_ask_for_a_slot_and_one_gets_it(archive: Archive) -> None:
    gate = threading.Barrier(8)
    same = Claim("w-0@2026-11-22T02:00:00Z", "p", AT, AT + timedelta(minutes=5))

    def ask(_: int) -> bool:
        gate.wait()
        return archive.claim(same, AT)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert answers.count(True) == 1
    assert archive.claims() == (same,)


def test_a_claim_is_taken_over_only_after_its_lease(archive: Archive) -> None:
    lease = AT + timedelta(minutes=5)
    first = Claim("s", "a", AT, lease)
    later = Claim("s", "b", lease, lease + timedelta(minutes=5))
    archive.claim(first, AT)

    assert archive.claim(later, AT + timedelta(minutes=1)) is False
    assert archive.claim(later, lease) is False
    assert archive.claim(later, lease + timedelta(seconds=1)) is True
    assert archive.claim(later, lease + timedelta(seconds=1)) is False
    assert archive.claims() == (later,)


def test_a_released_slot_can_be_claimed_again(archive: Archive) -> None:
    claim = Claim("s", "a", AT, AT + timedelta(minutes=5))
    archive.claim(claim, AT)

    archive.release(["s", "unknown"])

    assert archive.claims() == ()
    assert archive.claim(claim, AT) is True


# --- projections ---

POSTS = [
    Row("posts", "m|1", {"watch": "w-1", "n": 1, "seen_at": AT, "has_media": True, "url": None}),
    Row("posts", "m|2", {"watch": "w-2", "n": 3, "seen_at": AT + timedelta(hours=1), "tags": ["a", "b"]}),
    Row("posts", "m|3", {"watch": "w-1", "n": 2, "seen_at": AT + timedelta(hours=2), "has_media": False}),
]  # fmt: skip


def ids(archive: Archive) -> Callable[..., list[str]]:
    return lambda *args, **kw: [row["id"] for row in archive.rows("posts", *args, **kw)]


def test_rows_are_found_by_equality_time_and_order(archive: Archive) -> None:
    archive.project(POSTS)
    found = ids(archive)

    assert found() == ["m|1", "m|2", "m|3"]
    assert found({"watch": "w-1"}) == ["m|1", "m|3"]
    assert found({"watch": "w-1", "has_media": False}) == ["m|3"]
    assert found({"url": None}) == ["m|1", "m|2", "m|3"]
    assert found({"tags": "b"}) == ["m|2"]
    assert found({"id": "m|2"}) == ["m|2"]
    assert found({"n": True}) == []
    assert found({"has_media": 1}) == []
    assert found(since=("seen_at", AT + timedelta(hours=1))) == ["m|2", "m|3"]
    assert found(until=("seen_at", AT + timedelta(hours=1))) == ["m|1"]
    assert found(since=("seen_at", AT), until=("seen_at", AT + timedelta(hours=2))) == [
        "m|1",
        "m|2",
    ]
    assert found(order="n") == ["m|1", "m|3", "m|2"]
    assert found(order="n", descending=True, limit=2) == ["m|2", "m|3"]
    assert found(order="has_media") == ["m|2", "m|3", "m|1"]
    assert found(limit=0) == []
    assert list(archive.rows("snapshots")) == []


def test_a_row_comes_back_with_its_values_and_its_id(archive: Archive) -> None:
    when = datetime(2026, 11, 22, 9, 30, 0, 123_456, tzinfo=UTC)
    doc = {
        "counts": {"like": 3, "deep": [{"a": None}]},
        "text": "halo 👋\0",
        "at": when,
        "pair": (1, 2),
    }
    archive.project([Row("outcomes", "r", doc)])

    row = archive.row("outcomes", "r")

    assert row == {
        "id": "r",
        "counts": {"like": 3, "deep": [{"a": None}]},
        "text": "halo 👋\0",
        "at": when.replace(microsecond=123_000),
        "pair": [1, 2],
    }
    assert archive.row("outcomes", "other") is None


def test_projecting_an_id_again_replaces_its_row(archive: Archive) -> None:
    archive.project(POSTS)
    archive.project([Row("posts", "m|1", {"watch": "w-9"})])

    assert archive.rows_by_id("posts", ["m|1", "m|9"]) == {"m|1": {"id": "m|1", "watch": "w-9"}}


def test_some_fields_of_many_rows_are_those_asked_for_and_no_others(archive: Archive) -> None:
    archive.project(
        [Row("posts", "m|1", {"a": 1, "b": [2], "c": 3}), Row("posts", "m|2", {"c": 4})]
    )

    found = archive.fields_by_id("posts", ["m|1", "m|2", "m|9"], ("a", "b"))

    assert found == {"m|1": {"id": "m|1", "a": 1, "b": [2]}, "m|2": {"id": "m|2"}}
    assert archive.fields_by_id("posts", ["m|1"], ()) == {"m|1": {"id": "m|1"}}
    for odd in ("$where", "a.b", ""):
        with pytest.raises(StoreError):
            archive.fields_by_id("posts", ["m|1"], (odd,))


def test_one_id_twice_in_one_call_keeps_the_later_row(archive: Archive) -> None:
    archive.project([Row("posts", "m|1", {"n": 1}), Row("posts", "m|1", {"n": 2})])

    assert archive.row("posts", "m|1") == {"id": "m|1", "n": 2}


@pytest.mark.parametrize("hints", [(True,), (False, True), (True, False), (True, True)])
def test_a_row_said_to_be_fresh_replaces_one_that_is_there(
    archive: Archive, hints: tuple[bool, ...]
) -> None:
    archive.project(POSTS)

    archive.project([Row("posts", "m|1", {"n": n}, fresh) for n, fresh in enumerate(hints)])
    archive.project([Row("posts", id, {"n": 7}, fresh=True) for id in ("m|2", "m|8")])

    assert archive.row("posts", "m|1") == {"id": "m|1", "n": len(hints) - 1}
    assert [archive.row("posts", id) for id in ("m|2", "m|8")] == [
        {"id": "m|2", "n": 7},
        {"id": "m|8", "n": 7},
    ]
    assert ids(archive)() == ["m|1", "m|2", "m|3", "m|8"]


def test_a_time_becomes_later_and_never_earlier(archive: Archive) -> None:
    hour = timedelta(hours=1)
    fresh = Row("posts", "m|4", {"seen_at": AT}, fresh=True)

    archive.project(
        [*POSTS, fresh],
        [
            Later("posts", ("m|1", "m|2", "m|3", "m|4", "m|9"), "seen_at", AT + hour),
            Later("posts", ("m|1",), "seen_at", AT + hour / 2),
            Later("posts", ("m|2",), "url", AT),
            Later("nothing", ("m|1",), "seen_at", AT),
        ],
    )

    seen = {row["id"]: row["seen_at"] for row in archive.rows("posts")}
    assert seen == {"m|1": AT + hour, "m|2": AT + hour, "m|3": AT + 2 * hour, "m|4": AT + hour}
    assert "url" not in (archive.row("posts", "m|2") or {})


@pytest.mark.parametrize(
    "later",
    [Later("posts", ("m|1",), "a.b", AT), Later("$p", ("m|1",), "seen_at", AT),
     Later("posts", ("m|1",), "seen_at", AT.replace(tzinfo=None))],
    ids=["field", "table", "naive"],
)  # fmt: skip
def test_an_odd_time_to_become_is_refused(archive: Archive, later: Later) -> None:
    with pytest.raises(StoreError):
        archive.project([], [later])


def test_rows_that_are_taken_out_are_gone_and_the_others_stay(archive: Archive) -> None:
    archive.project([Row("posts", id, {"n": 1}) for id in ("a", "b", "c")])

    archive.unproject("posts", ["a", "c", "never there"])

    assert [row["id"] for row in archive.rows("posts")] == ["b"]


def test_cleared_projections_are_empty_and_the_log_stays(archive: Archive) -> None:
    archive.record([draft()])
    archive.project(POSTS)

    archive.clear_projections()

    assert list(archive.rows("posts")) == []
    assert archive.size() == 1


@pytest.mark.parametrize("value", [{"$ne": None}, ["a"], {"$gt": ""}, b"x", 1.5])
def test_an_operator_given_as_value_is_refused(archive: Archive, value: object) -> None:
    archive.project(POSTS)

    with pytest.raises(StoreError):
        list(archive.rows("posts", {"watch": value}))  # type: ignore[dict-item]


def test_a_value_that_looks_like_an_operator_is_literal(archive: Archive) -> None:
    archive.project([*POSTS, Row("posts", "m|$", {"watch": "$watch"})])

    assert ids(archive)({"watch": "$watch"}) == ["m|$"]
    assert archive.rows_by_id("posts", ["$ne"]) == {}


@pytest.mark.parametrize("name", ["$where", "a.b", "", "a b", "x\0", "$or"])
def test_an_odd_field_or_table_name_is_refused(archive: Archive, name: str) -> None:
    with pytest.raises(StoreError):
        list(archive.rows("posts", {name: "x"}))
    with pytest.raises(StoreError):
        list(archive.rows("posts", order=name))
    with pytest.raises(StoreError):
        list(archive.rows(name))
    with pytest.raises(StoreError):
        archive.row(name, "x")


@pytest.mark.parametrize(
    "doc",
    [{"a.b": 1}, {"$set": 1}, {"n": 2**63}, {"t": AT.replace(tzinfo=None)}, {"s": "\udc00"},
     {"x": object()}, {"id": "another"}, {"deep": {"$gt": 1}}, {1: 2}, {"_id": "other"}],
    ids=["dot", "dollar", "big", "naive", "surrogate", "object", "id", "deep", "key", "_id"],
)  # fmt: skip
def test_a_row_no_store_can_keep_is_refused_whole(archive: Archive, doc: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        archive.project([Row("posts", "good", {"n": 1}), Row("posts", "bad", doc)])

    assert list(archive.rows("posts")) == []


def test_what_a_reader_changes_in_a_row_stays_with_the_reader(archive: Archive) -> None:
    archive.project([Row("posts", "m|1", {"tags": ["a"]})])

    row = archive.row("posts", "m|1")
    assert row is not None
    row["tags"].append("b")

    assert archive.row("posts", "m|1") == {"id": "m|1", "tags": ["a"]}
