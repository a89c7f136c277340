"""The log's Ed25519 key: made once, readable by its owner only."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from evidence.errors import ConfigError
from evidence.ledger import NoteSignature, VerifierKey, make_note, verifier_key
from evidence.seal.disk import file_faults, private_folder, write_durably

KEY_FILE = "log.key"


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """The key that signs heads, and its public half under the log's name."""

    public: VerifierKey
    secret: Ed25519PrivateKey

    def sign(self, text: str) -> bytes:
        """The signed note of a text."""
        return cross_sign(text, (self,))


def cross_sign(text: str, keys: Sequence[SigningKey]) -> bytes:
    """The note of a text signed by each of the keys, in this order."""
    return make_note(
        text,
        [NoteSignature(k.public.name, k.public.id, k.secret.sign(text.encode())) for k in keys],
    )


def open_key(key_dir: Path, origin: str) -> SigningKey:
    """The log's key from `key_dir/log.key` (PKCS#8 PEM, mode 0600); made when there is none.

    Two processes that make it at the same time end with the same key. Raises ConfigError when it
    cannot be read, is not an Ed25519 key, or may be read by others.
    """
    private_folder(key_dir)
    path = key_dir / KEY_FILE
    with file_faults(path):
        secret = _secret(path)
    if not isinstance(secret, Ed25519PrivateKey):
        raise ConfigError(str(path), "is not an Ed25519 key")
    return SigningKey(verifier_key(origin, secret.public_key().public_bytes_raw()), secret)


def _secret(path: Path) -> object:
    """The key in a file that only its owner may read; made when there is none."""
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(path, pem, replace=False)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(str(path), "others may read the log's key", f"Run: chmod 600 {path}")
    try:
        return load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise ConfigError(str(path), f"is no readable PEM key ({type(error).__name__})") from error


def check_ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature holds; the check that `ledger.verify_note` is given."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
