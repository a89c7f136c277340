"""Which keys the log had before: kept beside the key, so that trust files can name them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence.canonical import decode, encode
from evidence.errors import ConfigError, IntegrityError, ParseError
from evidence.ledger import VerifierKey, parse_vkey
from evidence.seal.disk import sync_folder, write_durably
from evidence.seal.key import KEY_FILE, SigningKey, open_key

RING_FILE = "retired.json"
NEXT = "next"
"""Folder below the key folder where a key lies until its handover is signed."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A key that signs no more; until: the largest size of a head it is trusted for."""

    key: VerifierKey
    until: int


def read_ring(key_dir: Path) -> tuple[Retired, ...]:
    """The keys before the present one, oldest first. Raises IntegrityError for a broken file."""
    path = key_dir / RING_FILE
    if not path.exists():
        return ()
    try:
        items = decode(path.read_bytes())["retired"]
        return tuple(Retired(parse_vkey(item["vkey"]), int(item["until"])) for item in items)
    except (ParseError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(str(path), "is not what this program wrote") from error


def retire(key_dir: Path, key: VerifierKey, until: int) -> None:
    """Keep that a key is trusted up to a size only; said twice, the last word counts."""
    kept = [item for item in read_ring(key_dir) if item.key != key]
    items = [{"until": r.until, "vkey": str(r.key)} for r in (*kept, Retired(key, until))]
    write_durably(key_dir / RING_FILE, encode({"retired": items, "v": 1}))


def next_key(key_dir: Path, origin: str) -> SigningKey:
    """The key to come; made once, so that a handover that was cut short goes on with it."""
    return open_key(key_dir / NEXT, origin)


def take_over(key_dir: Path) -> None:
    """Let the next key be the log's key; the old secret is gone from this disk.

    Raises ConfigError when the folder cannot be written.
    """
    try:
        (key_dir / NEXT / KEY_FILE).replace(key_dir / KEY_FILE)
        sync_folder(key_dir)
        (key_dir / NEXT).rmdir()
    except OSError as error:
        raise ConfigError(str(key_dir), f"cannot be written ({error.strerror})") from error


def handover_done(key_dir: Path, current: VerifierKey) -> bool:
    """Whether the present key is retired already and only its file is still in place."""
    waiting = (key_dir / NEXT / KEY_FILE).exists()
    return waiting and any(item.key == current for item in read_ring(key_dir))
