"""Whether a package says what its addressee must be told; names what is missing, judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evidence.errors import PackageError, ScopeError
from evidence.model import Entry, StatementType
from evidence.package.case import Case
from evidence.package.disclosure import is_screen
from evidence.package.exhibit import EXHIBITS
from evidence.package.profile import ADVICE, Profile, Requirement


@dataclass(frozen=True, slots=True)
class Contents:
    """What has been packed, as far as requirements ask for it.

    entries:  the packed log entries.
    said:     opened JSON objects by index and role.
    records:  per entry the roles withheld and erased.
    subjects: accounts the package was asked for.
    """

    entries: Collection[Entry]
    said: Mapping[int, Mapping[str, Any]]
    records: Iterable[Mapping[str, Any]]
    subjects: frozenset[str]

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
    there = any(entry.statement.type in EXHIBITS for entry in contents.entries)
    return "" if there else "tidak ada unggahan atau interaksi"


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
    if any(entry.statement.type in EXHIBITS for entry in contents.entries):
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
    closed = {r["index"]: {*r["withheld"], *r["erased"]} for r in contents.records}
    shown = sorted(
        entry.index
        for entry in contents.entries
        if is_screen(entry) and "body" not in closed.get(entry.index, ())
    )
    if not shown:
        return ""
    named = ", ".join(map(str, shown[:20])) + (", ..." if len(shown) > 20 else "")
    return f"{len(shown)} terbuka (entri {named}); periksa, atau tahan dengan --withhold-screens"


def _neutral(case: Case, _contents: Contents) -> str:
    return ", ".join(case.verdicts())


LOOKS: Mapping[str, Callable[[Case, Contents], str]] = {
    "@exhibits": _exhibits,
    "@identity": _identity,
    "@two_means": _two_means,
    "@originals": _originals,
    "@bystanders": _bystanders,
    "@neutral": _neutral,
}
"""Each gives what is missing, empty when nothing is."""
