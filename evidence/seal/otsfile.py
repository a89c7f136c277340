"""OpenTimestamps proofs: from a digest, by hashes, to attestations. A small strict parser.

Source: the format as the reference client opentimestamps 0.4.5 writes it. Only SHA-256, append and
prepend are known: calendars use no other operation on the way to a block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.errors import ParseError

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
SHA256, APPEND, PREPEND, FORK, ATTESTATION = 0x08, 0xF0, 0xF1, 0xFF, 0x00
BITCOIN = bytes.fromhex("0588960d73d71901")
PENDING = bytes.fromhex("83dfe30d2ef90c8e")
MAX_MESSAGE_BYTES, MAX_PROOF_BYTES, MAX_OPERATIONS = 4096, 64 << 10, 1024


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a proof ends in. message: the bytes attested to; for a block its Merkle root.

    tag:     BITCOIN, PENDING, or one that we do not know.
    payload: as it stands in the file.
    """

    tag: bytes
    payload: bytes
    message: bytes

    def height(self) -> int:
        """The block of a BITCOIN attestation. Raises ParseError."""
        number, rest = _varint(self.payload)
        if rest or self.tag != BITCOIN:
            raise ParseError("OpenTimestamps proof", "does not end in one block height")
        return number


def make_proof(digest: bytes, steps: bytes) -> bytes:
    """A detached proof file of a SHA-256 digest. steps: operations and attestations, serialised."""
    return MAGIC + bytes([1, SHA256]) + digest + steps


def parse_proof(data: bytes) -> tuple[bytes, tuple[Attestation, ...]]:
    """(digest, attestations) of a proof file. Raises ParseError unless all of it is understood."""
    head = len(MAGIC) + 2
    if len(data) > MAX_PROOF_BYTES or data[:head] != MAGIC + bytes([1, SHA256]):
        raise ParseError("OpenTimestamps proof", "is no version 1 proof of a SHA-256 digest")
    digest, steps = data[head : head + 32], data[head + 32 :]
    if len(digest) != 32:
        raise ParseError("OpenTimestamps proof", "is cut off")
    return digest, parse_steps(digest, steps)


def parse_steps(message: bytes, steps: bytes) -> tuple[Attestation, ...]:
    """Attestations that operations lead to from a message. Raises ParseError for a rest."""
    return tuple(found for found, _place in walk(message, steps))


def walk(message: bytes, steps: bytes) -> Iterator[tuple[Attestation, tuple[int, int]]]:
    """Each attestation with its place [start, stop) in the steps. Raises ParseError."""
    waiting = [message]
    rest, count = steps, 0
    while waiting:
        count += 1
        if count > MAX_OPERATIONS or len(message) > MAX_MESSAGE_BYTES or not rest:
            raise ParseError("OpenTimestamps proof", "is cut off or too long")
        start, code, rest = len(steps) - len(rest), rest[0], rest[1:]
        if code == FORK:
            waiting.append(message)
        elif code == SHA256:
            message = hashlib.sha256(message).digest()
        elif code in (APPEND, PREPEND):
            more, rest = _varbytes(rest)
            message = message + more if code == APPEND else more + message
        elif code == ATTESTATION:
            tag, (payload, rest) = rest[:8], _varbytes(rest[8:])
            yield Attestation(tag, payload, message), (start, len(steps) - len(rest))
            message = waiting.pop()
        else:
            raise ParseError("OpenTimestamps proof", f"has the unknown operation {code}")
    if rest:
        raise ParseError("OpenTimestamps proof", "goes on after its end")


def varbytes(data: bytes) -> bytes:
    """A length and the bytes."""
    size, out = len(data), b""
    while size > 0x7F:
        out += bytes([size & 0x7F | 0x80])
        size >>= 7
    return out + bytes([size]) + data


def block_time(header: bytes, message: bytes) -> int | None:
    """Epoch seconds of an 80-byte block header whose Merkle root is this message, else None.

    The header is believed as it is given: compare its double SHA-256 with any node or explorer.
    """
    if len(header) != 80 or header[36:68] != message:
        return None
    return int.from_bytes(header[68:72], "little")


def _varint(data: bytes) -> tuple[int, bytes]:
    value = shift = 0
    for place, byte in enumerate(data[:9]):
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            if byte == 0 and place:
                break
            return value, data[place + 1 :]
    raise ParseError("OpenTimestamps proof", "has a number that is cut off or padded")


def _varbytes(data: bytes) -> tuple[bytes, bytes]:
    size, rest = _varint(data)
    if size > MAX_MESSAGE_BYTES or len(rest) < size:
        raise ParseError("OpenTimestamps proof", "is cut off or too long")
    return rest[:size], rest[size:]
