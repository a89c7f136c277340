"""One row of a watchlist file as an entry, or every reason why it cannot be one."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from evidence.config.column import CONFIDENCES, RENDER, SIDES, STATUSES, word
from evidence.config.handle import Refusal, Written, account_key, flaw_in_base_url, read_account
from evidence.config.identity import (
    flaw_in_ni_pppk,
    flaw_in_nik,
    flaw_in_nip,
    holds_number,
    mask,
    plain_digits,
)
from evidence.config.moment import read_moment
from evidence.config.problem import Problem, problem
from evidence.config.region import PROVINCES, ZONES, is_region_code, zone_of
from evidence.config.table import UNREADABLE
from evidence.model import (
    AccountId,
    Attribution,
    Confidence,
    Side,
    StatusClass,
    WatchEntry,
)

W = TypeVar("W")
WORDED = ("person", "agency", "basis", "legal_basis", "assignment_order", "attributed_by")
"""Columns of free words: a person's number there would be shown and logged with them."""
ZONE_WORDS = "WIB, WITA, WIT, Asia/Jakarta, Asia/Pontianak, Asia/Makassar, Asia/Jayapura, UTC"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that holds.

    entry:    with an empty watch id.   key: see handle.account_key.
    identity: lines such as `NIP 1986...`, empty when the row gives none.
    open:     what the row leaves to the entry that is there: attributed_at, from, identity.
    """

    row: int
    key: tuple[str, str]
    entry: WatchEntry
    identity: str
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by column, and where its problems are collected."""

    row: int
    texts: Mapping[str, str]
    problems: list[Problem]

    def text(self, column: str) -> str:
        """The cell, empty when it is missing or was refused already."""
        text = self.texts.get(column, "")
        return "" if text == UNREADABLE else text

    def needed(self, column: str) -> str:
        """The cell; its emptiness is a problem."""
        if not self.texts.get(column, ""):
            self.refuse(column, "REQUIRED")
        return self.text(column)

    def refuse(self, column: str, code: str, **values: object) -> None:
        """Note a problem of this row."""
        self.problems.append(problem(self.row, column, code, **values))

    def refused(self, column: str, refusal: Refusal) -> None:
        """Note why an account or address cannot be taken."""
        self.refuse(column, refusal.code, **dict(refusal.values))

    def word(self, column: str, words: Mapping[str, W], default: W) -> W:
        """What a cell's word means; an unknown word is a problem that lists the known ones."""
        text = self.text(column)
        if not text:
            return default
        if word(text) not in words:
            self.refuse(column, "UNKNOWN_WORD", known=", ".join(words))
        return words.get(word(text), default)


def read_row(
    cells: Cells, platforms: AbstractSet[str], now: datetime, imported_by: str
) -> ReadRow | None:
    """The row as an entry; None, with its problems noted in `cells`, when it cannot be one."""
    before = len(cells.problems)
    platform = _platform(cells, platforms)
    base_url = _base_url(cells)
    account = _account(cells, platform, base_url)
    zone = _zone(cells)
    started, ended = _period(cells, zone, now)
    attribution, identity = _attribution(cells, zone, now, imported_by)
    side = _side(cells)
    for column in WORDED:
        if holds_number(cells.text(column)):
            cells.refuse(column, "STRAY_NUMBER")
    entry = WatchEntry(
        watch="",
        account=AccountId(platform, account.native_id, account.handle),
        side=side,
        tier=_tier(cells),
        zone=zone,
        attribution=attribution,
        assignment_order=cells.needed("assignment_order"),
        legal_basis=cells.needed("legal_basis"),
        watched_from=started,
        watched_until=ended,
        region_code=cells.text("region_code"),
        base_url=base_url or account.base_url,
        render=cells.word("render", RENDER, False),
    )
    if len(cells.problems) > before or UNREADABLE in cells.texts.values():
        return None
    left = {"attributed_at": "attributed_at", "from": "from"}
    open_columns = {name for name, column in left.items() if not cells.text(column)}
    if not identity:
        open_columns.add("identity")
    key = account_key(platform, account.handle, entry.base_url)
    return ReadRow(cells.row, key, entry, identity, frozenset(open_columns))


def _platform(cells: Cells, platforms: AbstractSet[str]) -> str:
    platform = cells.needed("platform").lower()
    if platform and platform not in platforms:
        cells.refuse("platform", "UNKNOWN_PLATFORM", known=", ".join(sorted(platforms)))
        return ""
    return platform


def _base_url(cells: Cells) -> str:
    text = cells.text("base_url")
    refusal = flaw_in_base_url(text) if text else None
    if refusal:
        cells.refused("base_url", refusal)
    return text.rstrip("/")


def _account(cells: Cells, platform: str, base_url: str) -> Written:
    text = cells.needed("account")
    if not text or not platform:
        return Written("")
    found = read_account(platform, text, base_url)
    if isinstance(found, Refusal):
        cells.refused("account", found)
        return Written("")
    given = cells.text("native_id")
    return Written(found.handle, found.base_url, given) if given else found


def _zone(cells: Cells) -> str:
    """The zone named, else that of the region's province; Asia/Jakarta beside a problem."""
    code, text = cells.text("region_code"), cells.text("zone")
    found = None
    if code and not is_region_code(code):
        cells.refuse("region_code", "BAD_REGION")
    elif code and code[:2] not in PROVINCES:
        cells.refuse("region_code", "UNKNOWN_PROVINCE", province=code[:2])
    elif code:
        found = zone_of(code)
    if text:
        if text.upper() not in ZONES:
            cells.refuse("zone", "UNKNOWN_WORD", known=ZONE_WORDS)
        found = ZONES.get(text.upper(), found)
    elif not code:
        cells.refuse("zone", "NO_ZONE")
    return found or "Asia/Jakarta"


def _period(cells: Cells, zone: str, now: datetime) -> tuple[datetime, datetime | None]:
    started = _moment(cells, "from", zone) or now
    ended = _moment(cells, "until", zone, whole_day=True)
    if ended is not None and ended <= started:
        cells.refuse("until", "UNTIL_FIRST")
    return started, ended


def _moment(cells: Cells, column: str, zone: str, *, whole_day: bool = False) -> datetime | None:
    text = cells.text(column)
    moment = read_moment(text, zone, whole_day=whole_day) if text else None
    if text and moment is None:
        cells.refuse(column, "BAD_TIME")
    return moment


def _side(cells: Cells) -> Side:
    cells.needed("side")
    side = cells.word("side", SIDES, Side.CAMPAIGN)
    if side is Side.WATCHED and not cells.texts.get("status_class", ""):
        cells.refuse("status_class", "REQUIRED")
    return side


def _tier(cells: Cells) -> str:
    tier = cells.needed("tier").upper()
    if tier and not (len(tier) == 1 and "A" <= tier <= "Z"):
        cells.refuse("tier", "BAD_TIER")
    return tier


def _attribution(
    cells: Cells, zone: str, now: datetime, imported_by: str
) -> tuple[Attribution, str]:
    status = cells.word("status_class", STATUSES, StatusClass.NONE)
    identity, masked = _identity(cells, status, now.date())
    author = cells.needed("attributed_by")
    cells.needed("confidence")
    attribution = Attribution(
        person=cells.needed("person"),
        basis=cells.needed("basis"),
        confidence=cells.word("confidence", CONFIDENCES, Confidence.LOW),
        attributed_by=imported_by if author == "-" else author,
        attributed_at=_moment(cells, "attributed_at", zone) or now,
        status_class=status,
        agency=cells.text("agency"),
        identity_masked=masked,
    )
    return attribution, identity


def _identity(cells: Cells, status: StatusClass, today: date) -> tuple[str, str]:
    """(lines of all numbers given, the first of them masked)."""
    numbers: list[tuple[str, str]] = []
    nip, nik = plain_digits(cells.text("nip")), plain_digits(cells.text("nik"))
    if nip:
        kind = "NI PPPK" if status is StatusClass.PPPK else "NIP"
        flaw = (flaw_in_ni_pppk if kind == "NI PPPK" else flaw_in_nip)(nip, today)
        numbers.append((kind, nip))
        if flaw:
            cells.refuse("nip", "NOT_WELL_FORMED", kind=kind, reason=flaw)
    if nik:
        numbers.append(("NIK", nik))
        if flaw := flaw_in_nik(nik):
            cells.refuse("nik", "NOT_WELL_FORMED", kind="NIK", reason=flaw)
    if nrp := cells.text("nrp"):
        numbers.append(("NRP", nrp))
    lines = "\n".join(f"{kind} {number}" for kind, number in numbers)
    return lines, mask(numbers[0][1]) if numbers else ""
