"""Packages by whoever has the key, the database and the exporter: sound bytes, untrue times or gaps.

Each is signed, proven and committed to like an honest one, so that only what its records say of each
other and of the stamps can give it away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence.canonical import instant
from evidence.ledger import Checkpoint
from evidence.model import Draft, Outcome, VisitEnd
from evidence.package import select, write
from evidence.seal.anchor import Anchors, timestamping
from evidence.seal.named import newest_named
from evidence.seal.trust import Trust
from evidence.store.ports import Archive
from tests.evidence.seal.tsa import LocalTsa
from tests.packages.stamping import HAND
from tests.packages.synthetic import (
    END,
    HOUR,
    NOW,
    ORIGIN,
    OTHER,
    START,
    WATCH,
    Site,
    Visitor,
    campaign_draft,
    make_package,
    make_site,
    watch_draft,
)

MINUTE = timedelta(minutes=1)
LATE = END - MINUTE


@dataclass
class Office:
    """An archive, its stamps, and what the one who runs it does to both."""

    folder: Path
    tsas: Sequence[LocalTsa]
    named_at: datetime | None = None
    site: Site = field(init=False)
    visitor: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.site = make_site(self.folder / "site", stamped=self.stamp)
        self.visitor = Visitor(self.site.archive, "system")

    def stamp(self, archive: Archive, head: Checkpoint, at: datetime) -> Sequence[str]:
        """Have a head stamped by every authority; the tokens that captures name from then on."""
        with HAND.moved(self.named_at or at):
            asked = [timestamping(tsa.authority) for tsa in self.tsas[:1]]
            Anchors(archive, self.folder / "keys", asked, HAND.now).run(head, at_once=True)
        return newest_named(archive).tokens

    def close(self, at: datetime = NOW + MINUTE) -> None:
        """Seal the log and have it stamped, so that a stamp covers every record."""
        self.site.signer.seal(NOW)
        with HAND.moved(at):
            asked = [timestamping(tsa.authority) for tsa in self.tsas]
            head = self.site.signer.head()
            Anchors(self.site.archive, self.folder / "keys", asked, HAND.now).run(
                head, at_once=True
            )

    def export(self, without: Sequence[str] = ()) -> tuple[Path, str]:
        """The package, without these records as if they had never been, and its trust file."""
        archive = self.site.archive
        chosen = select(archive, watches=[WATCH], period=(START, END))
        left_out = {entry.index for rec in without if (entry := archive.entry(rec))}
        indices = tuple(i for i in chosen.indices if i not in left_out)
        package = make_package(
            self.site, self.folder / "out", selection=replace(chosen, indices=indices)
        )
        tsas = tuple((tsa.name, tsa.roots.decode()) for tsa in self.tsas)
        return package, Trust(ORIGIN, (self.site.signer.vkey,), tsas=tsas).text("uji")

    def version(self, at: datetime = LATE, **changed: Any) -> str:
        """Another version of the watched account's row."""
        facts = {"change": "CHANGED", "tier": "B", **changed}
        return self.visitor.put(watch_draft(self.visitor.recorder, WATCH, at, **facts))

    @property
    def first(self) -> str:
        """The record id of the account's first version."""
        return self.first_of(WATCH)

    def first_of(self, watch: str) -> str:
        """The record id of an account's first version."""
        return next(
            entry.statement.rec
            for entry in self.site.archive.entries()
            if entry.statement.type == "watch" and entry.statement.facts["watch"] == watch
        )


Case = Callable[[Path, Sequence[LocalTsa]], tuple[Path, str]]


def honest(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    second = office.version(previous=office.first)
    outcome_naming(office, office.version(previous=second, tier="A"))
    office.close()
    return office.export()


def token_left_out(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    office.close()
    real = write.anchor_files

    def fewer(*given: Any) -> Any:
        files = list(real(*given))
        least = min(files, key=lambda file: int(file[0].split("/")[3]))[0].rpartition("/")[0]
        return [file for file in files if not file[0].startswith(f"{least}/")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "anchor_files", fewer)
        return office.export()


def fetched_before_its_token(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """The recorder's clock was set back after the token came."""
    office = Office(folder, tsas, named_at=START + 2 * HOUR)
    office.close()
    return office.export()


def recorded_after_a_stamp_over_it(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """Made up beforehand, and dated to when it was to have been."""
    office = Office(folder, tsas)
    office.close(at=START + 2 * HOUR)
    return office.export()


def authorities_that_cannot_both_be_right(
    folder: Path, tsas: Sequence[LocalTsa]
) -> tuple[Path, str]:
    office = Office(folder, tsas, named_at=NOW + HOUR)
    office.close()
    return office.export()


def backdated_record(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """A change of the schedule, entered at the end and dated to the beginning."""
    office = Office(folder, tsas)
    office.version(START - MINUTE, previous=office.first)
    return office.export()


def middle_version_left_out(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    middle = office.version(previous=office.first)
    office.version(previous=middle, tier="A")
    return office.export(without=[middle])


def first_version_left_out(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    office.version(previous=office.first)
    return office.export(without=[office.first])


def middle_campaign_left_out(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    before = next(e.statement.rec for e in office.site.archive.entries() if e.index == 1)
    recs = []
    for _ in range(2):
        draft = campaign_draft(office.visitor.recorder, LATE)
        before = office.visitor.put(
            replace(draft, facts={**draft.facts, "change": "CHANGED", "previous": before})
        )
        recs.append(before)
    return office.export(without=recs[:1])


def two_versions_after_one(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    for tier in "AB":
        office.version(previous=office.first, tier=tier)
    return office.export()


def second_beginning(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    office.version(previous=None, change="ADDED")
    return office.export()


def beginning_that_is_a_change(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """The first version says that nothing came before, and that it changes something."""
    office = Office(folder, tsas)
    other = watch_draft(office.visitor.recorder, "w-000000000009", LATE, change="CHANGED")
    office.visitor.put(other)
    chosen = select(office.site.archive, watches=[WATCH, "w-000000000009"], period=(START, END))
    package = make_package(office.site, office.folder / "out", selection=chosen)
    return package, office.site.trust


def version_of_an_earlier_clock(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    second = office.version(LATE, previous=office.first)
    office.version(LATE - MINUTE, previous=second)
    return office.export()


def version_without_the_one_before(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    office.visitor.put(_without(watch_draft(office.visitor.recorder, WATCH, LATE), "previous"))
    return office.export()


def outcome_naming(office: Office, *versions: str) -> None:
    """The outcome of a visit made by hand, when these versions were the newest."""
    end = VisitEnd(
        "v" * 32, WATCH, None, None, LATE, LATE, Outcome.EMPTY, "uji", versions=versions
    )  # fmt: skip
    office.visitor.put(office.visitor.recorder.outcome(end))


def newest_version_left_out(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """Nothing names the row's last version but the outcomes recorded since."""
    office = Office(folder, tsas)
    last = office.version(previous=office.first)
    outcome_naming(office, last)
    return office.export(without=[last])


def newest_version_that_no_outcome_followed_left_out(
    folder: Path, tsas: Sequence[LocalTsa]
) -> tuple[Path, str]:
    """Nothing names the row's last version but the export itself."""
    office = Office(folder, tsas)
    return office.export(without=[office.version(previous=office.first)])


def export_naming(*versions: str) -> Case:
    """An export by a program that says these are the newest versions."""

    def make(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
        office = Office(folder, tsas)
        chosen = select(office.site.archive, watches=[WATCH], period=(START, END))
        recs = office.site.recs or {}
        named = tuple(recs.get(rec, rec) for rec in versions)
        package = make_package(
            office.site, folder / "out", selection=replace(chosen, versions=named)
        )
        return package, office.site.trust

    return make


def outcome_naming_what_is_no_version(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    outcome_naming(office, (office.site.recs or {})[f"{WATCH} first"])
    return office.export()


def outcome_naming_a_later_version(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    draft = watch_draft(
        office.visitor.recorder, WATCH, LATE, change="CHANGED", previous=office.first
    )
    outcome_naming(office, draft.rec)
    office.visitor.put(draft)
    return office.export()


def of_both(office: Office, versions: Sequence[str] | None = None) -> tuple[Path, str]:
    """A package of both accounts' versions. versions: what the export names, if it asks for one."""
    archive = office.site.archive
    chosen = select(archive, watches=[WATCH, OTHER], period=(START, END))
    if versions is not None:
        own = select(archive, watches=[WATCH], period=(START, END))
        rows = {e.index for e in archive.entries() if e.statement.type == "watch"}
        chosen = replace(
            own, indices=tuple(sorted({*own.indices, *rows})), versions=tuple(versions)
        )
    package = make_package(office.site, office.folder / "out", selection=chosen)
    return package, office.site.trust


def outcome_naming_a_version_of_another_account(
    folder: Path, tsas: Sequence[LocalTsa]
) -> tuple[Path, str]:
    """The visit was made by the newest row, and its outcome names a row that nobody doubts."""
    office = Office(folder, tsas)
    office.version(previous=office.first)
    outcome_naming(office, office.first_of(OTHER))
    return of_both(office)


def export_naming_a_version_of_another_account(
    folder: Path, tsas: Sequence[LocalTsa]
) -> tuple[Path, str]:
    office = Office(folder, tsas)
    return of_both(office, sorted([office.first, office.first_of(OTHER)]))


def outcome_naming_in_another_form(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    outcome_naming(office, office.first, office.first)
    return office.export()


def outcome_before_its_visit_was_due(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    office = Office(folder, tsas)
    due = NOW + HOUR
    slot = f"{WATCH}@{due:%Y-%m-%dT%H:%M:%SZ}"
    end = VisitEnd("v" * 32, WATCH, slot, due, LATE, LATE, Outcome.EMPTY, "uji")
    office.visitor.put(office.visitor.recorder.outcome(end))
    chosen = select(office.site.archive, watches=[WATCH], period=(START, due + HOUR))
    package = make_package(office.site, office.folder / "out", selection=chosen)
    return package, office.site.trust


def capture_with(**facts: Any) -> Case:
    """A capture whose facts are these; None leaves one out."""

    def make(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
        office = Office(folder, tsas)
        archive = office.site.archive
        given = next(e.statement for e in archive.entries() if e.statement.type == "capture")
        said = {**given.facts, **facts, "fetched_at": facts.get("fetched_at", instant(LATE))}
        draft = Draft(given.type, "f" * 32, LATE, "system", said)
        office.visitor.put(draft)
        office.close()
        return office.export()

    return make


def _without(draft: Draft, name: str) -> Draft:
    return replace(draft, facts={k: v for k, v in draft.facts.items() if k != name})


def nothing_due(folder: Path, tsas: Sequence[LocalTsa]) -> tuple[Path, str]:
    """A package that asks for an hour in which the schedule has no visit."""
    office = Office(folder, tsas)
    period = (START + MINUTE, START + 2 * MINUTE)
    chosen = select(office.site.archive, watches=[WATCH], period=period)
    return make_package(office.site, folder / "out", selection=chosen), office.site.trust


UNTRUE: dict[str, tuple[str, Case]] = {
    made.__name__: (code, made)
    for code, made in (
        ("TOKEN_MISSING", token_left_out),
        ("TIME_BEFORE_STAMP", fetched_before_its_token),
        ("TIME_AFTER_STAMP", recorded_after_a_stamp_over_it),
        ("TIME_AUTHORITIES", authorities_that_cannot_both_be_right),
        ("TIME_ORDER", backdated_record),
        ("VERSION_MISSING", middle_version_left_out),
        ("VERSION_MISSING", first_version_left_out),
        ("VERSION_MISSING", middle_campaign_left_out),
        ("VERSION_CHAIN", two_versions_after_one),
        ("VERSION_CHAIN", second_beginning),
        ("VERSION_CHAIN", beginning_that_is_a_change),
        ("VERSION_CHAIN", version_of_an_earlier_clock),
        ("VERSION_UNCHAINED", version_without_the_one_before),
        ("VERSION_LEFT_OUT", newest_version_left_out),
        ("VERSION_LEFT_OUT", newest_version_that_no_outcome_followed_left_out),
        ("REF_TYPE", outcome_naming_what_is_no_version),
        ("REF_ORDER", outcome_naming_a_later_version),
        ("REF_FORMAT", outcome_naming_in_another_form),
        ("REF_WATCH", export_naming_a_version_of_another_account),
        ("REF_WATCH", outcome_naming_a_version_of_another_account),
        ("SLOT_EARLY", outcome_before_its_visit_was_due),
    )
}
UNTRUE |= {
    "export_naming_no_version": ("VERSION_UNNAMED", export_naming()),
    "export_naming_what_is_no_version": ("REF_TYPE", export_naming(f"{WATCH} first")),
    "export_naming_in_another_form": ("REF_FORMAT", export_naming("f" * 32, "f" * 32)),
}
UNTRUE |= {
    f"capture_{name}": (code, capture_with(**facts))
    for name, code, facts in (
        ("token_that_is_no_hash", "REF_FORMAT", {"tokens": ["x"]}),
        ("token_twice", "REF_FORMAT", {"tokens": ["a" * 64] * 2}),
        ("tokens_out_of_order", "REF_FORMAT", {"tokens": ["b" * 64, "a" * 64]}),
        ("too_many_tokens", "REF_FORMAT", {"tokens": [f"{n:064x}" for n in range(9)]}),
        ("tokens_of_another_type", "REF_FORMAT", {"tokens": "a" * 64}),
        ("without_its_time", "STATEMENT_FORMAT", {"fetched_at": "kemarin"}),
        ("of_a_later_day", "TIME_AFTER_STAMP", {"fetched_at": instant(NOW + 24 * HOUR)}),
    )
}
