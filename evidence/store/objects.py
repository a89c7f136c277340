"""How an object becomes stored bytes and back: names, sealing, chunks. Pure but for random keys.

A blob is the bytes of an object, kept once however often it is used. Its name is an HMAC under the
archive's naming key, so a name tells nothing to one who does not hold that key. Its chunks are
sealed with a key of its own; each use in a record has its own salt. See docs/formats/storage.md.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evidence.canonical import commitment
from evidence.errors import IntegrityError
from evidence.model import ObjectRef, Opening

CHUNK_BYTES = 8 * 1024 * 1024
"""Plain bytes of a full chunk; a MongoDB document holds at most 16 MiB."""
SEAL_BYTES = 16
"""What sealing adds to a chunk: the GCM tag."""
SEAL_TAG = b"evidence-blob-v1\0"


@dataclass(frozen=True, slots=True)
class BlobKey:
    """What opens one stored blob.

    row:    the name this key is kept under (`blob:<blob name>`).
    stored: random id its chunks are kept under; a second putting of the same bytes has another.
    dek:    32 random bytes, used for this stored blob alone.   size: plain bytes.
    """

    row: str
    stored: str
    dek: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Use:
    """One object of one record: the salt of its commitment and the blob that holds its bytes.

    key: row of the BlobKey, or the row it will have.
    """

    rec: str
    ref: ObjectRef
    salt: bytes
    key: str

    @property
    def row(self) -> str:
        """Name the use is kept under: unique to this attempt at recording, by its commitment."""
        return use_row(self.rec, self.ref)


def use_row(rec: str, ref: ObjectRef) -> str:
    """Name of the row that keeps the salt of an object: `<rec>/<role>/<commitment>`.

    Two attempts at one record have two salts, so two names: neither can stand in the other's way.
    """
    return f"{rec}/{ref.role}/{ref.commit}"


def new_naming_key() -> bytes:
    """A random key for blob names: 32 bytes."""
    return secrets.token_bytes(32)


def new_salt() -> bytes:
    """A random salt for one commitment: 32 bytes."""
    return secrets.token_bytes(32)


def new_blob_key(row: str, size: int) -> BlobKey:
    """A fresh random key and stored id for a blob of `size` plain bytes."""
    return BlobKey(row, secrets.token_hex(16), secrets.token_bytes(32), size)


def blob_row(naming_key: bytes, digest: bytes) -> str:
    """Row of the key of the blob whose bytes have this SHA-256 digest.

    `blob:` and HMAC-SHA256(naming key, digest), lower hex. Taking the digest and not the bytes lets
    one pass over a large body serve its name and its commitment.
    """
    return "blob:" + hmac.new(naming_key, digest, hashlib.sha256).hexdigest()


def chunk_count(size: int) -> int:
    """Number of chunks of a blob of `size` plain bytes; an empty blob has one empty chunk."""
    return max(1, -(-size // CHUNK_BYTES))


def chunk_ids(key: BlobKey) -> tuple[str, ...]:
    """Names of all chunks of a stored blob, in order: exactly as many as its size says."""
    return tuple(f"{key.stored}:{n}" for n in range(chunk_count(key.size)))


def seal_chunks(key: BlobKey, data: bytes) -> Iterator[tuple[str, bytes]]:
    """(chunk name, sealed bytes) of a blob, in order; `len(data)` must be `key.size`.

    AES-256-GCM. The key serves one stored blob only, so the chunk number is a sound nonce; number,
    count and stored id are authenticated, so chunks cannot be exchanged, dropped or repeated.
    """
    cipher = AESGCM(key.dek)
    names = chunk_ids(key)
    for n, name in enumerate(names):
        part = data[n * CHUNK_BYTES : (n + 1) * CHUNK_BYTES]
        yield name, cipher.encrypt(n.to_bytes(12, "big"), part, _bound(key, n, len(names)))


def open_chunks(key: BlobKey, chunks: Sequence[bytes | None]) -> bytes:
    """The plain bytes of a stored blob.

    chunks: what is stored under `chunk_ids(key)`, in that order, None where nothing is.
    Raises IntegrityError naming the first chunk that is missing or was altered.
    """
    cipher = AESGCM(key.dek)
    count = chunk_count(key.size)
    parts: list[bytes] = []
    for n, sealed in enumerate(chunks):
        if sealed is None:
            raise IntegrityError(f"chunk {n} of stored blob {key.stored}", "it is missing")
        try:
            parts.append(cipher.decrypt(n.to_bytes(12, "big"), sealed, _bound(key, n, count)))
        except InvalidTag as error:
            raise IntegrityError(
                f"chunk {n} of stored blob {key.stored}", "its bytes were altered"
            ) from error
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    if len(data) != key.size or len(parts) != count:
        raise IntegrityError(
            f"stored blob {key.stored}", f"it has {len(data)} bytes instead of {key.size}"
        )
    return data


def opening(rec: str, ref: ObjectRef, salt: bytes, data: bytes) -> Opening:
    """An opened object, checked against its commitment. Raises IntegrityError if it differs."""
    if len(salt) != 32 or len(data) != ref.size or commitment(salt, data) != ref.commit:
        raise IntegrityError(
            f"object {ref.role!r} of record {rec}",
            "the stored bytes are not those the log committed to",
            "Compare with a second copy of the archive; the log itself may be sound",
        )
    return Opening(ref, salt, data)


def _bound(key: BlobKey, number: int, count: int) -> bytes:
    return SEAL_TAG + f"{key.stored}:{number}/{count}".encode()
