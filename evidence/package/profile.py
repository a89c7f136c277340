"""Whom a package is for: what the addressee must be given and may see, as data with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence.errors import ScopeError

DATA = Path(__file__).resolve().parent / "profiles.toml"
ADVICE = "saran"
"""A requirement that is said and holds nothing up."""
KINDS = ("formal", "material", "berkas", ADVICE)


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a package must say: a field of the case file, or a fact of the package (`@...`).

    kind:   `formal`, `material`, `berkas` (asked for by the addressee besides), or `saran`.
    source: the rule it follows from.
    """

    key: str
    label: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of addressee gets.

    legal:         rules that let the package be handed over to that addressee.
    status:        status classes of the persons it may be about; empty: any.
    identity:      whether the full NIP, NI PPPK or NIK of these persons is disclosed.
    third_parties: whether objects about other people are disclosed.
    """

    name: str
    title: str
    addressee: str
    legal: str
    requires: tuple[Requirement, ...]
    status: frozenset[str] = frozenset()
    identity: bool = False
    third_parties: bool = True


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles of `profiles.toml` by name, in its order."""
    values = tomllib.loads(DATA.read_text("utf-8"))
    known = {key: Requirement(key, **said) for key, said in values["requirement"].items()}
    return {name: _profile(name, said, known) for name, said in values["profile"].items()}


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises ScopeError naming those there are."""
    found = profiles().get(name.upper())
    if found is None:
        raise ScopeError(f"profile {name}", "is not known", f"One of: {', '.join(profiles())}")
    return found


def _profile(name: str, said: Mapping[str, Any], known: Mapping[str, Requirement]) -> Profile:
    return Profile(
        name=name,
        title=said["title"],
        addressee=said["addressee"],
        legal=said["legal"],
        requires=tuple(known[key] for key in said["requires"]),
        status=frozenset(said.get("status", ())),
        identity=said.get("identity", False),
        third_parties=said.get("third_parties", "disclosed") == "disclosed",
    )
