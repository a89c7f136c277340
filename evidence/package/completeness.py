"""Whether a package says what its addressee must be told; names what is missing, judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.errors import PackageError, ScopeError
from evidence.model import Entry, StatementType
from evidence.package.case import Case
from evidence.package.deadline import terms
from evidence.package.disclosure import acted_visits, is_screen
from evidence.package.exhibit import EXHIBITS
from evidence.package.profile import ADVICE, Profile, Requirement

OWN_ROLES = frozenset({"post", "observation", "interaction"})
"""What an exhibit is; without it a record is no exhibit of this package."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What has been packed, as far as requirements ask for it.

    entries:  the packed log entries.
    said:     opened JSON objects by index and role.
    records:  per entry the roles withheld and erased.
    subjects: accounts the package was asked for.
    now:      when it is made; None: terms are not looked at.
    """

    entries: Collection[Entry]
    said: Mapping[int, Mapping[str, Any]]
    records: Iterable[Mapping[str, Any]]
    subjects: frozenset[str]
    now: datetime | None = None

    def exhibits(self) -> tuple[Entry, ...]:
        """Entries that can be exhibits and whose own object is open."""
        closed = {
            record["index"] for record in self.records
            if OWN_ROLES & {*record["withheld"], *record["erased"]}
        }  # fmt: skip
        return tuple(
            entry for entry in self.entries
            if entry.statement.type in EXHIBITS and entry.index not in closed
        )  # fmt: skip

    def open_screens(self) -> tuple[Entry, ...]:
        """Screenshots and rendered pages that are disclosed, in the log's order."""
        closed = {r["index"]: {*r["withheld"], *r["erased"]} for r in self.records}
        return tuple(
            entry
            for entry in sorted(self.entries, key=lambda entry: entry.index)
            if is_screen(entry) and "body" not in closed.get(entry.index, ())
        )

    def persons(self) -> dict[str, str]:
        """{account: status class} of the watched accounts the package is about."""
        found: dict[str, str] = {}
        for entry in self.entries:
            facts = entry.statement.facts
            if entry.statement.type is not StatementType.WATCH or facts.get("side") != "WATCHED":
                continue
            if facts.get("watch") in self.subjects:
                row = self.said.get(entry.index, {}).get("entry") or {}
                status = (row.get("attribution") or {}).get("status_class") or "NONE"
                found[str(facts["watch"])] = str(status)
        return found


@dataclass(frozen=True, slots=True)
class Check:
    """A requirement and whether the package meets it; `detail` names fields, never their text."""

    requirement: Requirement
    met: bool
    detail: str = ""

    @property
    def lacking(self) -> bool:
        """Whether the package must not leave without it."""
        return not self.met and self.requirement.kind != ADVICE


def check_scope(profile: Profile, contents: Contents) -> None:
    """Raise ScopeError when the package is about persons its addressee has no say over."""
    if not profile.status:
        return
    persons = contents.persons()
    others = sorted(w for w, status in persons.items() if status not in profile.status)
    if others or not persons:
        raise ScopeError(
            f"profile {profile.name}",
            f"is only for persons of status {', '.join(sorted(profile.status))}, not for "
            + (", ".join(others) or "a package without a watched person"),
            "Choose another profile, or correct the status in the watchlist",
        )


def check_complete(profile: Profile, case: Case, contents: Contents) -> tuple[Check, ...]:
    """Each requirement of the profile, in its order, and whether it is met."""
    return tuple(_check(requirement, case, contents) for requirement in profile.requires)


def refuse_incomplete(profile: Profile, checks: Iterable[Check]) -> None:
    """Raise PackageError naming every requirement that is not met."""
    missing = [check for check in checks if check.lacking]
    if missing:
        named = "; ".join(
            f"{c.requirement.key}: {c.requirement.label}" + (f" ({c.detail})" if c.detail else "")
            for c in missing
        )
        raise PackageError(
            f"package for {profile.name}",
            f"{len(missing)} of {len(profile.requires)} requirements are not met: {named}",
            "Fill them in the case file, or write a draft with --draft",
        )


def _check(requirement: Requirement, case: Case, contents: Contents) -> Check:
    look = LOOKS.get(requirement.key)
    if look is None:
        return Check(requirement, case.has(requirement.key))
    detail = look(case, contents)
    return Check(requirement, not detail, detail)


def _exhibits(_case: Case, contents: Contents) -> str:
    return "" if contents.exhibits() else "tidak ada unggahan atau interaksi yang terbuka"


def _identity(_case: Case, contents: Contents) -> str:
    """Accounts without an open identity object in any of their watchlist statements."""
    closed = {r["index"]: {*r["withheld"], *r["erased"]} for r in contents.records}
    known = {
        entry.statement.facts.get("watch")
        for entry in contents.entries
        if entry.statement.type is StatementType.WATCH
        for ref in entry.statement.objects
        if ref.role == "identity" and "identity" not in closed.get(entry.index, ())
    }
    persons = contents.persons()
    lacking = sorted(watch for watch in persons if watch not in known)
    return ", ".join(lacking) if persons else "tidak ada akun pegawai"


def _two_means(case: Case, contents: Contents) -> str:
    """Electronic documents count as one; others are those the supervisor lists."""
    kinds = {row["kind"].casefold() for row in case.rows.get("means", ()) if "kind" in row}
    if contents.exhibits():
        kinds.add("dokumen elektronik")
    return "" if len(kinds) >= 2 else f"baru {len(kinds)}"


def _originals(_case: Case, contents: Contents) -> str:
    """Exhibits whose own object or whose capture's body is closed."""
    closed = {
        rec["rec"]: {*rec["withheld"], *rec["erased"]} & {"body", "post", "observation"}
        for rec in contents.records
    }
    lacking = sorted(
        entry.index
        for entry in contents.entries
        if entry.statement.type in EXHIBITS
        and (closed.get(entry.statement.rec) or closed.get(str(entry.statement.facts["capture"])))
    )
    return f"entri {', '.join(map(str, lacking[:20]))}" if lacking else ""


def _bystanders(_case: Case, contents: Contents) -> str:
    """Open screenshots and rendered pages: no program sees who else is on them."""
    shown = contents.open_screens()
    if not shown:
        return ""
    named = ", ".join(str(e.index) for e in shown[:20]) + (", ..." if len(shown) > 20 else "")
    busy = acted_visits(contents.entries)
    beside = sum(entry.statement.facts.get("visit") in busy for entry in shown)
    others = f", {beside} dari kunjungan yang juga mencatat perbuatan akun lain" if beside else ""
    return (
        f"{len(shown)} terbuka (entri {named}){others}; periksa, atau tahan dengan"
        " --withhold-screens"
    )


def _notice(case: Case, _contents: Contents) -> str:
    """Whether the invitation was given on a day before that of the clarification."""
    texts = [case.fields.get(f"clarification.{name}") for name in ("invited_at", "held_at")]
    if not all(texts):
        return "tanggalnya belum diisi"
    invited, held = (datetime.fromisoformat(str(text)) for text in texts)
    return (
        "" if invited.date() < held.astimezone(invited.tzinfo).date() else "kurang dari satu hari"
    )


def _in_time(case: Case, contents: Contents) -> str:
    """Terms whose last day had ended; never a reason to hold a package up."""
    if contents.now is None or "election" not in case.fields:
        return "jenis pemilihan (election) tidak disebut"
    late = (term for term in terms(case.fields, case.holidays(), contents.now) if term.over)
    return "; ".join(f"{t.rule.label}: hari terakhir {t.last:%d-%m-%Y}" for t in late)


def _neutral(case: Case, _contents: Contents) -> str:
    return ", ".join(case.verdicts())


LOOKS: Mapping[str, Callable[[Case, Contents], str]] = {
    "@exhibits": _exhibits,
    "@identity": _identity,
    "@two_means": _two_means,
    "@originals": _originals,
    "@bystanders": _bystanders,
    "@in_time": _in_time,
    "@neutral": _neutral,
    "@notice": _notice,
}
"""Each gives what is missing, empty when nothing is."""
