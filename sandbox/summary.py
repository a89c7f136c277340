"""What a demonstration did, counted from its archive and said in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from evidence.canonical import decode, from_value
from evidence.imaging.distance import same_picture
from evidence.model import ImageReading
from evidence.package import layout
from evidence.package.printing import REPORT_PDF
from evidence.store import Archive
from sandbox.export import Exported

STARTED = "A made-up network of {accounts} accounts answers on loopback. Archive: {folder}"
TICK = "{at}  {phase}: {outcomes}; {seen}"
SEALED = "    sealed: {size} statements under a signed checkpoint"
EXPORTED = "Package written and checked offline by its own verifier: {word}"
TOTAL = "{slots} due slots, each with one outcome: {outcomes}"
SEEN_TOTAL = (
    "{posts} posts kept, {edits} edited states, {absences} absent, {renamed} accounts renamed"
)
ACTS = "Interactions of watched accounts: {interactions}"
PICTURES = "{same} pairs of pictures of different accounts that may be the same picture"
GAPS = "What could not be seen is noted: {gaps}"
REPORT = "Report for the plenary, with technical annex: {report}"
PACKAGE = "Package: {package}"
CHECK = "Check it yourself: python3 -I -S {package}/verify/verify.py {package} --trust {trust}"
TIME = "Took {seconds} s"
PASSED = "Every check passed."
NOT_PASSED = "A check did not pass; the verifier's words above say which."
FOUND = "A finished demonstration is there already: {folder}. `jejak demo --fresh` makes it anew."
NOTHING_DUE = "Another tick: nothing is due. Still {statements} statements, {snapshots} snapshots."
BROKEN_OFF = "A demonstration was broken off here; it is thrown away and made anew: {folder}"
THROWN = "The demonstration that was here is thrown away and made anew: {folder}"
MESSAGES = (
    STARTED, TICK, SEALED, EXPORTED, TOTAL, SEEN_TOTAL, ACTS, PICTURES, GAPS, REPORT, PACKAGE, CHECK,
    TIME, PASSED, NOT_PASSED, FOUND, NOTHING_DUE, BROKEN_OFF, THROWN,
)  # fmt: skip
VERDICTS = 3
"""The verifier ends with that many lines of verdict."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demonstration did.

    outcomes: outcome word -> number of slots.   gaps: gap code -> times noted.
    posts, edits, absences, renamed: posts known, edited states kept, posts ABSENT
    (confirmed), accounts that took another handle.
    interactions: act -> number of edges kept.   same_pictures: pairs of pictures of different
    accounts that may be shown as the same.   statements, snapshots: in the log.
    verified: the package held under the offline verifier; report: what that printed.
    """

    folder: Path
    package: Path
    trust: Path
    outcomes: Mapping[str, int]
    gaps: Mapping[str, int]
    posts: int
    edits: int
    absences: int
    renamed: int
    interactions: Mapping[str, int]
    same_pictures: int
    statements: int
    snapshots: int
    verified: bool
    report: str
    seconds: float


def result_of(archive: Archive, folder: Path, exported: Exported, seconds: float) -> DemoResult:
    """What the archive holds after a demonstration."""
    outcomes = list(archive.rows("outcomes"))
    gaps: Counter[str] = Counter()
    for row in outcomes:
        for gap in row["gaps"]:
            gaps[gap["code"]] += gap.get("n", 1)
    snapshots = Counter(str(row["change"]) for row in archive.rows("snapshots"))
    states = Counter(str(row["state"]) for row in archive.rows("observations"))
    return DemoResult(
        folder=folder,
        package=exported.package,
        trust=exported.trust,
        outcomes=dict(sorted(Counter(str(row["outcome"]) for row in outcomes).items())),
        gaps=dict(sorted(gaps.items())),
        posts=sum(1 for _ in archive.rows("posts")),
        edits=snapshots["EDITED"],
        absences=states["ABSENT"],
        renamed=sum("HANDLE" in row["changed"] for row in archive.rows("accounts")),
        interactions=dict(
            sorted(Counter(str(r["act"]) for r in archive.rows("interactions")).items())
        ),
        same_pictures=_same_pictures(archive),
        statements=archive.size(),
        snapshots=snapshots.total(),
        verified=exported.verified,
        report=exported.report,
        seconds=seconds,
    )


def summary(result: DemoResult, words: Callable[[str], str]) -> Iterator[str]:
    """The lines that end the demonstration."""
    verdicts = [line for line in result.report.splitlines() if line.strip()][-VERDICTS:]
    values: dict[str, object] = {
        "slots": sum(result.outcomes.values()),
        "outcomes": listed(result.outcomes),
        "posts": result.posts,
        "edits": result.edits,
        "absences": result.absences,
        "renamed": result.renamed,
        "interactions": listed(result.interactions),
        "same": result.same_pictures,
        "gaps": listed(result.gaps),
        "word": "OK" if result.verified else "FAILED",
        "package": result.package,
        "report": _report(result.package),
        "trust": result.trust,
        "seconds": f"{result.seconds:.0f}",
    }
    for message in (TOTAL, SEEN_TOTAL, ACTS, PICTURES, GAPS, EXPORTED):
        yield words(message).format(**values)
    yield from (f"    {line}" for line in verdicts)
    for message in (TIME, CHECK, REPORT, PACKAGE, PASSED if result.verified else NOT_PASSED):
        yield words(message).format(**values)


def _report(package: Path) -> Path:
    """The report to open: as PDF where it could be printed."""
    printed = package / REPORT_PDF
    return printed if printed.exists() else package / layout.REPORT


def listed(counts: Mapping[str, int]) -> str:
    """Counts as a line: `2 EMPTY, 3 FAILED`."""
    return ", ".join(f"{n} {word}" for word, n in sorted(counts.items())) or "-"


def _same_pictures(archive: Archive) -> int:
    """Pairs of pictures of different accounts that may be shown as the same."""
    readings: list[tuple[str, ImageReading]] = []
    for entry in archive.entries():
        if entry.statement.type != "fingerprint":
            continue
        opened = archive.open_object(entry.statement.rec, "fingerprint")
        row = archive.row("fingerprints", str(entry.statement.facts["capture"]))
        if opened and row:
            readings.append((str(row["watch"]), from_value(decode(opened.data), ImageReading)))
    pairs = combinations(readings, 2)
    return sum(1 for (a, one), (b, two) in pairs if a != b and same_picture(one, two))
