"""Exhibit numbers P-1, P-2, ... that stay with a record through every export of a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from evidence.canonical import decode, encode, entry_of
from evidence.model import Entry, Plain, StatementType
from evidence.store.ports import Archive

REGISTER_ROLE = "case"
"""Role of the object of an export that keeps the numbers given so far in a case."""
EXHIBITS = frozenset((StatementType.SNAPSHOT, StatementType.OBSERVATION, StatementType.INTERACTION))


def registered(archive: Archive, case: str, size: int) -> dict[str, int]:
    """{record id: number} as given by earlier exports of a case, from the first `size` leaves.

    An erased register is passed over, and so is one that contradicts those before it in the log:
    its export saw that and was given up (`contradicted`).
    """
    numbers: dict[str, int] = {}
    for said in _registers(archive, case, 0, size):
        if _continues(numbers, said):
            numbers |= said
    return numbers


def contradicted(archive: Archive, case: str, start: int, end: int, own: Mapping[str, int]) -> bool:
    """Whether an export of the case, recorded in these leaves, numbered otherwise than `own`."""
    return any(not _continues(own, said) for said in _registers(archive, case, start, end))


def _registers(archive: Archive, case: str, start: int, end: int) -> Iterator[dict[str, int]]:
    needle = f'"role":"{REGISTER_ROLE}"'.encode()
    for index, data, stored in archive.raw_leaves(start, end):
        if needle not in data:
            continue
        statement = entry_of(index, data, stored).statement
        opening = archive.open_object(statement.rec, REGISTER_ROLE)
        said = decode(opening.data) if opening else {}
        if isinstance(said, dict) and said.get("case") == case:
            yield {row["rec"]: row["number"] for row in said["exhibits"]}


def _continues(given: Mapping[str, int], said: Mapping[str, int]) -> bool:
    """Whether no record has two numbers and no number two records in both together."""
    held = {number: rec for rec, number in given.items()}
    return all(
        given.get(rec, number) == number and held.get(number, rec) == rec
        for rec, number in said.items()
    )


def number_exhibits(entries: Iterable[Entry], given: Mapping[str, int]) -> dict[str, int]:
    """{record id: number} of the packed exhibits: numbers given before stay, new ones follow.

    New exhibits are numbered in the log's order after the highest number ever given.
    """
    numbers: dict[str, int] = {}
    following = max(given.values(), default=0)
    for entry in entries:
        rec = entry.statement.rec
        if entry.statement.type not in EXHIBITS:
            continue
        if rec not in given:
            following += 1
        numbers[rec] = given.get(rec, following)
    return numbers


def register(case: str, profile: str, given: Mapping[str, int], now: Mapping[str, int]) -> Plain:
    """The register to be kept with an export: every number ever given in the case.

    No personal data: the case's number, the profile, record ids and numbers.
    """
    rows = sorted({**given, **now}.items(), key=lambda item: (item[1], item[0]))
    said = {
        "case": case,
        "exhibits": [{"number": number, "rec": rec} for rec, number in rows],
        "profile": profile,
        "v": 1,
    }
    return Plain(REGISTER_ROLE, "application/json", encode(said))
