"""Which authorities an installation asks for anchors: `anchors.toml` in its data folder."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evidence.errors import ConfigError, ParseError
from evidence.ledger import Tree, consistency_proof
from evidence.seal.address import Reach, is_public
from evidence.seal.anchor import Anchors, timestamping
from evidence.seal.ots import Calendar, calendar
from evidence.seal.revocation import Revocation, ask_revocation
from evidence.seal.timestamp import TimestampAuthority
from evidence.seal.witness import Prove, Witness, witnessing
from evidence.store.ports import Archive

FILE = "anchors.toml"
KEYS = {"calendars", "every_hours", "quorum", "revocation", "tsa", "witness"}


@dataclass(frozen=True, slots=True)
class Authorities:
    """Who is asked, how often, and how many witnesses a verifier shall want.

    revocation: whether what is published about a stamp's certificates is fetched and kept.
    """

    tsas: tuple[TimestampAuthority, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    quorum: int = 0
    every: timedelta = timedelta(days=1)
    calendars: tuple[Calendar, ...] = ()
    revocation: bool = True


def read_authorities(data_dir: Path) -> Authorities:
    """What `anchors.toml` says; nobody when there is no such file.

    Raises ConfigError naming the file and the entry that cannot be used.
    """
    path = data_dir / FILE
    if not path.is_file():
        return Authorities()
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(str(path), "is not UTF-8 TOML that can be read") from error
    if unknown := set(said) - KEYS:
        raise ConfigError(f"{path}: {min(unknown)}", "is not a setting")
    tsas = tuple(_tsa(path, item) for item in _tables(path, said, "tsa"))
    witnesses = tuple(_witness(path, item) for item in _tables(path, said, "witness"))
    names = [("rfc3161", t.name) for t in tsas] + [("witness", w.key.name) for w in witnesses]
    if len(set(names)) != len(names):
        raise ConfigError(str(path), "names an authority twice")
    quorum = said.get("quorum", len(witnesses))
    hours = said.get("every_hours", 24)
    if type(quorum) is not int or not 0 <= quorum <= len(witnesses):
        raise ConfigError(f"{path}: quorum", f"must be 0 to {len(witnesses)}")
    if type(hours) is not int or not 1 <= hours <= 8760:
        raise ConfigError(f"{path}: every_hours", "must be 1 to 8760")
    urls = said.get("calendars", [])
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise ConfigError(f"{path}: calendars", "must be a list of addresses")
    revocation = said.get("revocation", True)
    if type(revocation) is not bool:
        raise ConfigError(f"{path}: revocation", "must be true or false")
    every, calendars = timedelta(hours=hours), tuple(Calendar(url) for url in urls)
    return Authorities(tsas, witnesses, quorum, every, calendars, revocation)


def _tables(path: Path, said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = said.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ConfigError(f"{path}: {name}", f"must be written as [[{name}]]")
    return found


def _texts(path: Path, kind: str, item: Mapping[str, Any], names: set[str]) -> None:
    if set(item) != names or not all(isinstance(v, str) and v for v in item.values()):
        raise ConfigError(f"{path}: {kind}", f"must have exactly {', '.join(sorted(names))}")


def _tsa(path: Path, item: Mapping[str, Any]) -> TimestampAuthority:
    _texts(path, "tsa", item, {"name", "url", "root"})
    root = path.parent / item["root"]
    try:
        return TimestampAuthority(item["name"], item["url"], root.read_bytes())
    except OSError as error:
        raise ConfigError(str(root), f"cannot be read ({error.strerror})") from error


def _witness(path: Path, item: Mapping[str, Any]) -> Witness:
    _texts(path, "witness", item, {"url", "vkey"})
    try:
        return Witness(item["url"], item["vkey"])
    except ParseError as error:
        raise ConfigError(f"{path}: witness", error.why) from error


def open_anchors(
    archive: Archive,
    data_dir: Path,
    now: Callable[[], datetime],
    clock: str = "system",
    *,
    reach: Reach = is_public,
) -> Anchors:
    """The anchors of an installation, by its `anchors.toml`. Raises ConfigError.

    reach: which network addresses may be asked when a certificate names the host.
    """
    said = read_authorities(data_dir)
    prove = log_proofs(archive)

    def published(chain: bytes, roots: bytes) -> Revocation:
        return ask_revocation(chain, roots, now(), reach)

    revocation = published if said.revocation else None
    asked = [timestamping(tsa, revocation=revocation) for tsa in said.tsas]
    asked += [witnessing(witness, prove) for witness in said.witnesses]
    asked += [calendar(server, archive) for server in said.calendars]
    return Anchors(archive, data_dir / "keys", asked, now, clock, said.every)


def log_proofs(archive: Archive) -> Prove:
    """Consistency proofs of the archive's log, made from its leaves each time."""

    def prove(old: int, new: int) -> tuple[bytes, ...]:
        tree = Tree(stored for _index, _data, stored in archive.raw_leaves(0, new))
        return consistency_proof(tree, old, new)

    return prove
