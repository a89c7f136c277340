from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from evidence.canonical import encode, to_value
from evidence.history import compare, not_found, state_digest
from evidence.model import (
    AccountId,
    AccountSeen,
    Act,
    Attribution,
    Confidence,
    Draft,
    Exchange,
    Interaction,
    KnownPost,
    Outcome,
    Plain,
    Post,
    Reading,
    SeenState,
    Side,
    StatementType,
    StateSeen,
    VisitEnd,
    WatchEntry,
)
from evidence.projection import TABLES, project_entries, rebuild
from evidence.record import Recorder
from evidence.store.memory import MemoryArchive
from evidence.store.ports import Later, Row

NOW = datetime(2024, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RECORDER = Recorder("simulated", "jejak test")
POST = Post("1", "7", "bunga", "halo", NOW, url="https://satu.example/1")
ENTRY = WatchEntry(
    "w-1", AccountId("mastodon", None, "bunga"), Side.WATCHED, "A", "Asia/Jakarta",
    Attribution("X", "SK", Confidence.HIGH, "P", NOW), "1/ST", "UU", NOW,
)  # fmt: skip


def say(archive: MemoryArchive, *drafts: Draft) -> None:
    project_entries(archive, archive.record(drafts))


def exchange(at: datetime) -> Exchange:
    return Exchange("https://satu.example/x", "GET", at, at, (), 200, (("ETag", '"1"'),), b"isi")


def known(archive: MemoryArchive) -> KnownPost | None:
    row = archive.row("posts", "mastodon|1")
    if row is None:
        return None
    fields = {name: row[name] for name in KnownPost.__dataclass_fields__}
    return KnownPost(**{**fields, "state": SeenState(row["state"])})


def see(archive: MemoryArchive, post: Post, at: datetime) -> None:
    """One page showing one post, recorded as the pipelines do."""
    capture = RECORDER.capture(exchange(at), visit="v", watch="w-1", slot=None)
    reading = Reading("mastodon.pages@1", posts=(post,))
    drafts = [
        capture,
        RECORDER.reading(
            reading,
            capture=capture.rec,
            watch="w-1",
            url="https://satu.example/x",
            at=at,
            withheld=0,
        ),
    ]
    before = known(archive)
    observation = compare(before, post, at)
    if observation.change != "UNCHANGED":
        drafts.append(
            RECORDER.snapshot(
                observation, before, platform="mastodon", watch="w-1", capture=capture.rec,
                digest=state_digest(post),
            )
        )  # fmt: skip
    say(archive, *drafts)


def miss(archive: MemoryArchive, at: datetime) -> None:
    """One visit in which the post's own page says 404, with a control."""
    capture = RECORDER.capture(exchange(at), visit="v", watch="w-1", slot=None)
    before = known(archive)
    assert before
    marker = StateSeen("post:1", SeenState.ABSENT, "HTTP 404")
    observation = not_found(before, marker, at, capture.rec, None)
    assert observation
    say(
        archive,
        capture,
        RECORDER.observation(observation, before, watch="w-1", capture=capture.rec),
    )


def archive_with_watch(archive: MemoryArchive | None = None) -> MemoryArchive:
    archive = archive or MemoryArchive()
    facts = {
        "watch": "w-1", "change": "ADDED", "side": "WATCHED", "tier": "A", "platform": "mastodon",
        "zone": "Asia/Jakarta", "from": None, "until": None, "render": False,
    }  # fmt: skip
    plain = Plain("entry", "application/json", encode(to_value(ENTRY)))
    say(archive, RECORDER.draft(StatementType.WATCH, NOW, facts, [plain]))
    return archive


class Told(MemoryArchive):
    """Notes which rows were to have a time made later."""

    def __init__(self) -> None:
        super().__init__()
        self.later: list[str] = []

    def project(self, rows: Sequence[Row], later: Sequence[Later] = ()) -> None:
        self.later += [id for each in later for id in each.ids]
        super().project(rows, later)


def test_a_post_that_its_page_makes_known_is_written_once() -> None:
    """The reading comes before the snapshot, so what it says of the post is in the row already."""
    archive = Told()
    archive_with_watch(archive)
    see(archive, POST, NOW)
    first = list(archive.later)
    see(archive, POST, NOW + DAY)

    assert (first, archive.later) == ([], ["mastodon|1"])


def test_a_post_of_two_pages_in_one_batch_is_last_seen_by_the_later_page() -> None:
    archive = archive_with_watch()
    readings = [
        RECORDER.reading(
            Reading("mastodon.pages@1", posts=(POST,)), capture="c" * 32, watch="w-1",
            url="https://satu.example/x", at=at, withheld=0,
        )
        for at in (NOW + 2 * DAY, NOW + DAY)
    ]  # fmt: skip
    snapshot = RECORDER.snapshot(
        compare(None, POST, NOW), None, platform="mastodon", watch="w-1", capture="c" * 32,
        digest=state_digest(POST),
    )  # fmt: skip
    say(archive, readings[0], snapshot, readings[1])
    row = archive.row("posts", "mastodon|1")

    assert row is not None
    assert row["last_seen_at"] == NOW + 2 * DAY


def test_an_unchanged_post_is_last_seen_later_without_a_second_snapshot() -> None:
    archive = archive_with_watch()
    see(archive, POST, NOW)
    see(archive, POST, NOW + DAY)

    row = archive.row("posts", "mastodon|1")
    assert row
    assert (row["snapshots"], row["first_seen_at"], row["last_seen_at"]) == (1, NOW, NOW + DAY)


def test_an_edited_post_becomes_a_second_snapshot_of_the_same_post() -> None:
    archive = archive_with_watch()
    see(archive, POST, NOW)
    first = archive.row("posts", "mastodon|1")
    see(archive, Post("1", "7", "bunga", "halo lagi", NOW), NOW + DAY)

    row = archive.row("posts", "mastodon|1")
    assert first
    assert row
    assert (row["snapshots"], row["state"], row["post"]) == (2, "EDITED", first["post"])
    assert len(list(archive.rows("snapshots"))) == 2


def test_a_post_missed_twice_is_absent_between_last_seen_and_first_absent() -> None:
    archive = archive_with_watch()
    see(archive, POST, NOW)
    miss(archive, NOW + DAY)
    unseen = archive.row("posts", "mastodon|1")
    miss(archive, NOW + 2 * DAY)

    absent = archive.row("posts", "mastodon|1")
    assert unseen
    assert absent
    assert (unseen["state"], absent["state"]) == ("UNSEEN", "ABSENT")
    assert (absent["last_seen_at"], absent["first_absent_at"]) == (NOW, NOW + DAY)
    assert absent["absent_marker"] == "HTTP 404"


def full_archive() -> MemoryArchive:
    archive = archive_with_watch()
    see(archive, POST, NOW)
    see(archive, Post("1", "7", "bunga", "halo lagi", NOW), NOW + DAY)
    miss(archive, NOW + 2 * DAY)
    account = AccountSeen("7", "bunga", "Bunga", SeenState.PRESENT)
    edge = Interaction(Act.LIKE, "7", "bunga", "99")
    end = VisitEnd("v", "w-1", None, None, NOW, NOW, Outcome.COMPLETE, "", (("new", 1),))
    say(
        archive,
        RECORDER.account(
            account, watch="w-1", platform="mastodon", previous=None, changed=["RESOLVED"],
            capture="c", at=NOW,
        ),
        RECORDER.interaction(
            edge, platform="mastodon", actor_watch="w-1", target_watch=None, capture="c", at=NOW
        ),
        RECORDER.outcome(end),
    )  # fmt: skip
    return archive


def tables(archive: MemoryArchive) -> dict[str, list[dict]]:
    return {table: list(archive.rows(table)) for table in TABLES}


def test_rebuilding_gives_the_rows_that_recording_gave() -> None:
    archive = full_archive()
    before = tables(archive)
    archive.project([])

    assert rebuild(archive) == archive.size()

    assert tables(archive) == before
    assert before["posts"]
    assert before["interactions"]
    assert before["validators"]


def test_an_erased_object_leaves_no_row_after_rebuilding() -> None:
    archive = full_archive()
    for row in list(archive.rows("snapshots")):
        archive.erase(row["id"])

    rebuild(archive)

    assert list(archive.rows("snapshots")) == []
    assert list(archive.rows("posts")) == []


def test_a_resolved_account_gives_its_watch_the_native_id() -> None:
    row = full_archive().row("watches", "w-1")

    assert row
    assert (row["native_id"], row["state"], row["last_outcome"]) == ("7", "PRESENT", "COMPLETE")
