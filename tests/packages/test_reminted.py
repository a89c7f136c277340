"""Records that no honest program writes, in packages that are signed and proven: both verifiers say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.model import StatementType
from evidence.seal.key import SigningKey, open_key
from tests.formats.second_reader import read_package
from tests.packages.browser import Reader, open_page
from tests.packages.reminting import Remint
from tests.packages.synthetic import (
    END,
    HOUR,
    NOW,
    ORIGIN,
    START,
    Site,
    Visitor,
    make_package,
    make_site,
)
from tests.packages.synthetic import WATCH as W
from tests.packages.test_anchored_mutants import said

Change = Callable[[Remint], None]
Made = tuple[Site, SigningKey, Path]


def facts(type_: str, place: int = 0, **changed: Any) -> Change:
    """Other facts for the nth statement of a type."""

    def change(package: Remint) -> None:
        found = [i for i, s in package.said.items() if s["type"] == type_]
        package.facts(sorted(found)[place], **changed)

    return change


def closed(**row: list[Any]) -> Change:
    """The first account's row of the description lists these objects as closed as well."""

    def change(package: Remint) -> None:
        (listed,) = (r for r in package.description["records"] if r["index"] == 2)
        listed.update({name: [*listed[name], *roles] for name, roles in row.items()})

    return change


def anchor(**said_: Any) -> Change:
    """The description says this of an authority."""

    def change(package: Remint) -> None:
        package.description["anchors"] = [{"kind": "ots", "authority": "Uji", "size": 1, **said_}]

    return change


def post_of_the_second(package: Remint) -> None:
    """An observation of a post that is named by its second snapshot."""
    second = next(s for s in package.said.values() if s["facts"].get("number") == 2)
    facts("observation", post=second["rec"])(package)


def strange_blank(package: Remint) -> None:
    """Beside its media type stands what Python holds for blank and a browser does not."""
    index = package.index_of("snapshot")
    package.media(index, "post", "application/json\x85", ".json")


ERRORS: dict[str, tuple[str, Change]] = {
    **{
        f"{type_} without a {name}": ("REF_FORMAT", facts(type_, **{name: None}))
        for type_, name in (
            ("reading", "capture"), ("snapshot", "capture"), ("observation", "capture"),
            ("account", "capture"), ("interaction", "capture"), ("fingerprint", "capture"),
            ("observation", "post"), ("erasure", "subject"),
        )
    },
    "a number that is an object": ("SNAPSHOT_CHAIN", facts("snapshot", 1, number={})),
    "a number that is true": ("SNAPSHOT_CHAIN", facts("snapshot", number=True)),
    "a second snapshot of nothing before": ("SNAPSHOT_CHAIN", facts("snapshot", 1, previous=None)),
    "a post named by its second snapshot": ("SNAPSHOT_CHAIN", post_of_the_second),
    "an object closed that is not there": ("DESCRIPTION_FORMAT", closed(erased=["body"])),
    "an object closed twice": ("DESCRIPTION_FORMAT", closed(erased=["identity"])),
    "an object closed by no name": ("DESCRIPTION_FORMAT", closed(withheld=[["identity"]])),
    "an anchor that stands for a reason": (
        "DESCRIPTION_FORMAT", anchor(status="anchored", reason="FORK")
    ),
    "an anchor pending for none": ("DESCRIPTION_FORMAT", anchor(status="pending", reason=None)),
    "an anchor that neither stands nor pends": ("DESCRIPTION_FORMAT", anchor(status="", reason="")),
    "a strange blank beside a media type": ("FILE_MISSING", strange_blank),
}  # fmt: skip
AT_24 = {"name": "C", "starts": "2026-11-22T24:00:00", "ends": "2026-11-24T00:00:00",
         "cadence_s": {"A": 3600}}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A package with a record of each type that names others."""
    folder = tmp_path_factory.mktemp("reminted")
    site = make_site(folder / "site")
    visitor = Visitor(site.archive, "system")
    entries = [e.statement for e in site.archive.entries()]
    first = next(s for s in entries if s.type == "watch")
    capture = next(s for s in entries if s.type == "capture")
    later = {**first.facts, "change": "CHANGED", "previous": first.rec}
    account = {"watch": W, "state": "PRESENT", "previous_state": None, "capture": capture.rec,
               "changed": []}  # fmt: skip
    erasure = {"subject": site.posts[0], "basis": "uji", "order": "P-1", "request": "0" * 32}
    at = START + 3 * HOUR + 5 * (NOW - END)
    for type_, said_ in (("watch", later), ("account", account), ("erasure", erasure)):
        visitor.put(visitor.recorder.draft(StatementType(type_), at, said_))
    return site, open_key(folder / "site" / "keys", ORIGIN), make_package(site, folder / "out")


def remint(made: Made, folder: Path, change: Change | None) -> Path:
    package = Remint(made[2], folder / "package", made[1])
    if change:
        change(package)
    package.sign()
    return package.root


@pytest.fixture(scope="module")
def reader(made: Made) -> Iterator[Reader]:
    with open_page() as page:
        yield Reader(page, made[2])


def test_a_package_that_is_only_signed_anew_is_sound(made: Made, tmp_path: Path) -> None:
    package = remint(made, tmp_path, None)

    report = said(package, made[0].trust)

    assert {f["code"] for f in report["findings"]} == {"OBJECT_WITHHELD", "SLOT_NOT_SEEN"}
    assert report["completeness"]["verdict"] == "ACCOUNTED"
    assert read_package(package, made[0].trust).problems == []


@pytest.mark.parametrize("name", ERRORS)
def test_a_record_that_no_honest_program_writes_is_an_error(
    name: str, made: Made, tmp_path: Path
) -> None:
    code, change = ERRORS[name]
    package = remint(made, tmp_path, change)

    assert code in {
        f["code"] for f in said(package, made[0].trust)["findings"] if f["severity"] == "error"
    }
    assert read_package(package, made[0].trust).problems


@pytest.mark.browser
def test_a_phase_that_begins_at_24_00_is_not_recomputed(
    made: Made, reader: Reader, tmp_path: Path
) -> None:
    package = remint(made, tmp_path, facts("campaign", schedule={"phases": [AT_24]}))

    report = said(package, made[0].trust)

    assert reader.verify(package, made[0].trust) == report
    assert "SCHEDULE_FORMAT" in {f["code"] for f in report["findings"]}
    assert report["completeness"]["verdict"] == "INCOMPLETE"


@pytest.mark.browser
@pytest.mark.parametrize(
    "name",
    [
        "reading without a capture", "observation without a post", "a number that is an object",
        "a number that is true", "a second snapshot of nothing before",
        "a post named by its second snapshot", "an object closed twice",
        "an object closed by no name", "an anchor that stands for a reason",
        "an anchor that neither stands nor pends", "a strange blank beside a media type",
    ],
)  # fmt: skip
def test_the_page_says_the_same(name: str, made: Made, reader: Reader, tmp_path: Path) -> None:
    package = remint(made, tmp_path, ERRORS[name][1])

    assert reader.verify(package, made[0].trust) == said(package, made[0].trust)
