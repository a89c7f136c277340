"""From a watchlist to a verified package, over an AT Protocol network that is not ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidence.model import Act, SeenState
from tests.servers.atproto import AtprotoNetwork, Member, Ref
from tests.servers.office import Office, database, office, verify
from tests.servers.reading import picture

pytestmark = [pytest.mark.servers, pytest.mark.mongo, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Campaign:
    """What happened, and the office that watched it for five slots."""

    office: Office
    candidate: Member
    clerk: Member
    quitter: Member
    image: bytes
    pictured: Ref
    edited: Ref
    removed: Ref

    def watch(self, person: str) -> str:
        (row,) = self.office.rows("watches", person=person)
        return str(row["id"])

    def outcomes(self, person: str) -> list[str]:
        found = self.office.rows("outcomes", watch=self.watch(person))
        return [row["outcome"] for row in sorted(found, key=lambda row: row["due_at"])]


@pytest.fixture(scope="module")
def campaign(
    atproto: AtprotoNetwork, mongo_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    if atproto.appview is None:
        pytest.skip(
            "the light network has no AppView; install PostgreSQL and Redis, "
            "then run `tests/servers/install`"
        )
    candidate, clerk = atproto.join("calon"), atproto.join("pegawai")
    quitter = atproto.join("berhenti")
    url = database(mongo_server, "servers_atproto")
    with office(tmp_path_factory.mktemp("atproto-office"), url) as bureau:
        common = {"platform": "bluesky", "base_url": atproto.base_url}
        bureau.watch(
            {**common, "account": candidate.handle, "side": "CAMPAIGN", "person": "Calon"},
            {**common, "account": clerk.handle, "side": "WATCHED", "person": "Pegawai",
             "status_class": "PNS"},
            {**common, "account": quitter.handle, "side": "CAMPAIGN", "person": "Berhenti"},
        )  # fmt: skip
        image = picture(3)
        pictured = candidate.post("Jembatan baru untuk warga", image, "jembatan")
        edited = candidate.post("Rapat akbar hari Sabtu")
        removed = candidate.post("Janji yang ditarik")
        quitter.post("Sampai jumpa")
        clerk.like(pictured)
        clerk.repost(pictured)
        clerk.follow(candidate)
        clerk.reply(pictured, "Siap mendukung")
        atproto.shown(candidate, "Janji yang ditarik")
        atproto.shown(clerk, "Siap mendukung")
        atproto.shown(quitter, "Sampai jumpa")
        bureau.visit()

        edited = candidate.edit(edited, "Rapat akbar hari Minggu")
        candidate.delete(removed)
        clerk.rename("pegawai-baru.test")
        quitter.deactivate()
        atproto.shown(candidate, "hari Minggu")
        atproto.gone(candidate, "Janji yang ditarik")
        bureau.visit()

        bureau.visit()
        yield Campaign(bureau, candidate, clerk, quitter, image, pictured, edited, removed)


def test_every_due_slot_has_exactly_one_outcome(campaign: Campaign) -> None:
    outcomes = campaign.office.rows("outcomes")

    assert len(outcomes) == 9
    assert len({row["slot"] for row in outcomes}) == 9


def test_a_visit_that_saw_nothing_new_says_unchanged(campaign: Campaign) -> None:
    assert campaign.outcomes("Calon") == ["COMPLETE", "COMPLETE", "UNCHANGED"]


def test_an_edited_post_has_two_snapshots_and_both_texts(campaign: Campaign) -> None:
    assert campaign.office.texts(campaign.edited.uri) == [
        "Rapat akbar hari Sabtu",
        "Rapat akbar hari Minggu",
    ]
    changes = campaign.office.rows("snapshots", native_id=campaign.edited.uri)
    assert [row["change"] for row in changes] == ["NEW", "EDITED"]


def test_a_removed_post_is_absent_by_the_repositorys_signed_proof(campaign: Campaign) -> None:
    (absence,) = campaign.office.rows("observations", native_id=campaign.removed.uri)

    assert campaign.office.post(campaign.removed.uri)["state"] == SeenState.ABSENT
    assert absence["last_seen_at"] < absence["first_absent_at"]
    assert absence["control"]
    entry = campaign.office.archive.entry(absence["id"])
    assert entry is not None
    assert entry.statement.facts["proof"] is True


def test_the_text_of_a_removed_post_is_still_there(campaign: Campaign) -> None:
    assert campaign.office.texts(campaign.removed.uri) == ["Janji yang ditarik"]


def test_kept_picture_is_byte_for_byte_what_was_uploaded(campaign: Campaign) -> None:
    kept = {
        hashlib.sha256(campaign.office.body(row["id"])).hexdigest()
        for row in campaign.office.rows("captures", kind="media")
    }

    assert hashlib.sha256(campaign.image).hexdigest() in kept


def test_kept_picture_has_fingerprints(campaign: Campaign) -> None:
    (row,) = campaign.office.rows("fingerprints", watch=campaign.watch("Calon"))

    assert row["flat"] is False
    assert {"phash", "dhash"} <= set(row["values"])


def test_what_the_clerk_did_is_kept_from_both_sides_as_one_act_each(campaign: Campaign) -> None:
    clerk, target = campaign.watch("Pegawai"), campaign.pictured.uri
    edges = campaign.office.rows("interactions", actor_watch=clerk)

    found = sorted((row["act"], row["target"]) for row in edges)
    assert found == sorted(
        [
            (Act.LIKE, target),
            (Act.SHARE, target),
            (Act.COMMENT, target),
            (Act.FOLLOW, campaign.candidate.did),
        ]
    )
    assert {row["target_watch"] for row in edges} == {campaign.watch("Calon")}


def test_a_renamed_account_stays_the_same_account(campaign: Campaign) -> None:
    (watch,) = campaign.office.rows("watches", person="Pegawai")
    changes = campaign.office.rows("accounts", watch=watch["id"])

    assert (watch["native_id"], watch["handle"]) == (campaign.clerk.did, "pegawai-baru.test")
    assert [row["native_id"] for row in changes] == [campaign.clerk.did] * len(changes)
    assert any("HANDLE" in row["changed"] for row in changes[1:])


def test_a_deactivated_account_has_a_state_and_its_posts_are_not_called_removed(
    campaign: Campaign,
) -> None:
    (watch,) = campaign.office.rows("watches", person="Berhenti")
    posts = campaign.office.rows("posts", watch=watch["id"])

    assert watch["state"] not in (SeenState.PRESENT, None)
    assert [post["state"] for post in posts] == [SeenState.PRESENT]


def test_projections_made_anew_from_the_log_say_the_same(campaign: Campaign) -> None:
    before = campaign.office.tables()

    campaign.office.rebuild()

    assert campaign.office.tables() == before


def test_the_program_finds_nothing_wrong_with_its_own_log(campaign: Campaign) -> None:
    done = campaign.office.jejak("ledger", "fsck")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_program_shows_both_texts_of_an_edited_post_and_records_who_read_them(
    campaign: Campaign,
) -> None:
    read_before = len(campaign.office.rows("custody", action="READ"))

    done = campaign.office.jejak(
        "history", campaign.edited.uri, "--purpose", "uji", "--order", "1/ST"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "hari Sabtu" in done.stdout
    assert "hari Minggu" in done.stdout
    assert len(campaign.office.rows("custody", action="READ")) == read_before + 1


def test_package_of_it_all_verifies_with_the_standard_library_alone(campaign: Campaign) -> None:
    package, trust = campaign.office.package()

    done = verify(package, trust)

    assert done.returncode == 0, done.stdout + done.stderr


def test_package_with_one_altered_post_is_refused(campaign: Campaign) -> None:
    package, trust = campaign.office.package()
    altered = _with(package, b"Minggu", b"Senin!")

    done = verify(package, trust)

    assert altered
    assert done.returncode == 1, done.stdout


def _with(package: Path, old: bytes, new: bytes) -> list[Path]:
    """Files of a package in which the bytes were put in place of others of the same length."""
    changed = []
    for file in sorted(package.rglob("*")):
        if file.is_file() and old in (data := file.read_bytes()):
            file.write_bytes(data.replace(old, new))
            changed.append(file)
    return changed
