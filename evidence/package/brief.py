"""What an export is briefed with: for whom, about which case, and how that shapes the package."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence.errors import PackageError
from evidence.model import Entry, Plain
from evidence.package.case import Case
from evidence.package.completeness import (
    Check,
    Contents,
    check_complete,
    check_scope,
    refuse_incomplete,
)
from evidence.package.disclosure import Disclosure, crowded
from evidence.package.exhibit import contradicted, number_exhibits, register, registered
from evidence.package.profile import Profile
from evidence.store.ports import Archive


@dataclass(frozen=True, slots=True)
class Brief:
    """For whom a package is made.

    profile:   None: for nobody in particular; all but identity numbers is disclosed.
    case:      what people say of the case; empty without a case file.
    draft:     write the package though requirements are not met; the report says which.
    technical: how the program collects, as JSON values, for the technical annex; None: no annex.
    printed:   whether the report is also made as PDF.
    screens:   whether screenshots and rendered pages are disclosed; they may show anyone's name.
    """

    profile: Profile | None = None
    case: Case = field(default_factory=lambda: Case({}, {}))
    draft: bool = False
    technical: Mapping[str, Any] | None = None
    printed: bool = False
    screens: bool = True

    def disclosure(
        self, roles: Collection[str], watches: Iterable[str], entries: Iterable[Entry]
    ) -> Disclosure:
        """What stays closed in a package about these accounts."""
        subjects = frozenset(watches)
        if self.profile is None:
            return Disclosure(frozenset(roles), screens=self.screens)
        alone = not self.profile.third_parties
        return Disclosure(
            frozenset(roles),
            subjects if self.profile.identity else frozenset(),
            subjects if alone else None,
            crowded(entries) if alone else frozenset(),
            self.screens,
        )


@dataclass(frozen=True, slots=True)
class Briefed:
    """What follows from a brief once the objects are packed.

    checks:   each requirement and whether it is met; empty without a profile.
    numbers:  exhibit number by record id.
    register: the object that keeps the numbers with the export; None without a case number.
    """

    checks: tuple[Check, ...]
    numbers: Mapping[str, int]
    register: Plain | None


def apply_brief(brief: Brief, contents: Contents, archive: Archive, size: int) -> Briefed:
    """Check what was packed against the brief and number its exhibits.

    size: leaves of the log to look for earlier registers in.
    Raises ScopeError for persons the addressee has no say over, PackageError when requirements are
    not met and the package is no draft.
    """
    checks: tuple[Check, ...] = ()
    if brief.profile is not None:
        check_scope(brief.profile, contents)
        checks = check_complete(brief.profile, brief.case, contents)
        if not brief.draft:
            refuse_incomplete(brief.profile, checks)
    case = brief.case.number
    given = registered(archive, case, size) if case else {}
    numbers = number_exhibits(contents.exhibits(), given)
    kept = register(case, brief.profile.name if brief.profile else "", given, numbers)
    return Briefed(checks, numbers, kept if case else None)


def refuse_contradicted(
    brief: Brief, briefed: Briefed, archive: Archive, start: int, end: int
) -> None:
    """Raise PackageError when the case was exported meanwhile with other exhibit numbers."""
    case = brief.case.number
    if case and contradicted(archive, case, start, end, briefed.numbers):
        raise PackageError(
            f"package of case {case}",
            "another export of this case was recorded at the same time and gave the numbers",
            "Make it again: its numbers then follow those",
        )


def require_complete_call(profile: Profile | None, *, has_case: bool, draft: bool) -> None:
    """Raise PackageError when a profile is asked for without the case file it needs."""
    if profile is not None and not has_case and not draft:
        raise PackageError(
            f"package for {profile.name}",
            "needs a case file with what only people can say",
            "Name it with --case, or write a draft with --draft",
        )
