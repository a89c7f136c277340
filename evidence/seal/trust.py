"""The trust file: what a verifier must be given on another way than the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.errors import ParseError
from evidence.ledger import VerifierKey, parse_vkey

HEADER = "jejak-trust v1"


@dataclass(frozen=True, slots=True)
class Trust:
    """A log's name and the keys its heads may be signed with."""

    origin: str
    keys: tuple[VerifierKey, ...]


def trust_text(origin: str, keys: Sequence[VerifierKey], comment: str = "") -> str:
    """Text of a trust file; docs/formats/checkpoint.md says its form.

    comment: lines put first, each behind `# `.
    """
    said = "".join(f"# {line}\n" for line in comment.splitlines())
    return f"{said}{HEADER}\norigin {origin}\n" + "".join(f"vkey {key}\n" for key in keys)


def parse_trust(text: str) -> Trust:
    """The origin and keys that a trust file says. Raises ParseError for anything else in it."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or lines[0] != HEADER:
        raise ParseError("trust file", f"does not start with {HEADER!r}")
    if len(lines) < 3 or not lines[1].startswith("origin "):
        raise ParseError("trust file", "has no origin line followed by a vkey line")
    origin = lines[1].removeprefix("origin ")
    keys: list[VerifierKey] = []
    for line in lines[2:]:
        if not line.startswith("vkey "):
            raise ParseError("trust file", "has a line that is neither origin nor vkey")
        keys.append(parse_vkey(line.removeprefix("vkey ")))
    if any(key.name != origin for key in keys):
        raise ParseError("trust file", "has a key that is not named as the origin")
    return Trust(origin, tuple(keys))
