"""Heads that others have seen, and when: anchor.md, and the trust file of checkpoint.md."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.formats.second_words import need, number, sha, unbase64

Keys = dict[bytes, tuple[str, Ed25519PublicKey, int | None]]
"""By key id: name, key, and the largest size it may have signed when it is retired."""


@dataclass
class Trusted:
    origin: str = ""
    keys: Keys = field(default_factory=dict)
    witnesses: Keys = field(default_factory=dict)
    quorum: int = 0
    roots: dict[str, str] = field(default_factory=dict)


def read_trust(text: str) -> Trusted:
    """A trust file, or UnsoundError."""
    trusted = Trusted()
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    need(lines[0] == "jejak-trust v1" and lines[1].startswith("origin "), "not a trust file")
    trusted.origin = lines[1].removeprefix("origin ")
    tsa = ""
    for line in lines[2:]:
        word, _, rest = line.partition(" ")
        if tsa and not re.fullmatch("vkey|retired|witness|quorum|tsa", word):
            trusted.roots[tsa] += line + "\n"
        elif word == "vkey":
            trusted.keys.update([_key(rest, 1, None)])
        elif word == "retired":
            size, _, key = rest.partition(" ")
            trusted.keys.update([_key(key, 1, number(size))])
        elif word == "witness":
            trusted.witnesses.update([_key(rest, 4, None)])
        elif word == "quorum":
            trusted.quorum = number(rest)
        else:
            need(word == "tsa" and rest not in trusted.roots, "another line in the trust file")
            tsa = rest
            trusted.roots[tsa] = ""
    need(all(name == trusted.origin for name, _, _ in trusted.keys.values()), "a stranger's key")
    need(trusted.keys and trusted.quorum <= len(trusted.witnesses), "keys or quorum")
    need(all("BEGIN CERTIFICATE" in roots for roots in trusted.roots.values()), "no roots")
    return trusted


def _key(text: str, kind: int, until: int | None) -> tuple[bytes, tuple]:
    name, key_id, key = text.split("+", 2)
    raw = unbase64(key)
    need(len(raw) == 33 and raw[0] == kind, "a key of another type")
    need(sha(name.encode() + b"\n" + raw).hex()[:8] == key_id, "a key under another id")
    return bytes.fromhex(key_id), (name, Ed25519PublicKey.from_public_bytes(raw[1:]), until)


def anchor_sizes(paths: set[str]) -> Iterator[int]:
    """Sizes of the anchored heads; every file among them has its place."""
    found = set()
    for path in sorted(p for p in paths if p.startswith("data/proofs/anchors/")):
        size, _, name = path.removeprefix("data/proofs/anchors/").partition("/")
        place = re.fullmatch(r"checkpoint\.txt|report\.consistency|([0-9]+)\.(tsr|pem|cosig)", name)
        need(place, f"{path}: no place for it")
        found.add(number(size))
    yield from sorted(found)


def stamped_by(folder: Path, token: Path, trusted: Trusted) -> list[str]:
    """Trusted authorities whose stamp over the head this token is, now or at its own time."""
    return [name for name, roots in trusted.roots.items() if _openssl(folder, token, roots)]


def _openssl(folder: Path, token: Path, roots: str) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(roots)
        file.flush()
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", str(folder / "checkpoint.txt"), "-in",
             str(token), "-CAfile", file.name],
            capture_output=True, check=False,
        )  # fmt: skip
    return done.returncode == 0


def witnessed_by(line: bytes, text: str, trusted: Trusted) -> str | None:
    """Name of the trusted witness whose cosignature this is, None for a stranger's."""
    dash, name, signed = line.decode().removesuffix("\n").split(" ")
    raw = unbase64(signed)
    need(dash == "—" and len(raw) == 4 + 8 + 64, "no cosignature")
    known = trusted.witnesses.get(raw[:4])
    if known is None or known[0] != name:
        return None
    at_s = int.from_bytes(raw[4:12], "big")
    known[1].verify(raw[12:], f"cosignature/v1\ntime {at_s}\n{text}".encode())
    return name
