"""The client of a C2SP witness: shows it how the log grew, keeps its cosignature.

Source: c2sp.org/tlog-witness. The witness remembers the largest head it saw and signs no other
history; an administrator with the log's key cannot show it a fork.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence.errors import ParseError
from evidence.ledger import Checkpoint, parse_note
from evidence.model import Plain
from evidence.seal.anchor import Authority, Proof
from evidence.seal.cosign import (
    WitnessKey,
    cosigned_at,
    cosigned_message,
    parse_cosignatures,
    parse_witness_key,
)
from evidence.seal.http import Answer, Unanchored, exchange
from evidence.seal.key import check_ed25519

Prove = Callable[[int, int], Sequence[bytes]]
"""(old size, new size) -> consistency proof of the log."""
SIZE_MEDIA = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: where it listens (`add-checkpoint` is put behind url) and its key's text."""

    url: str
    vkey: str

    def __post_init__(self) -> None:
        parse_witness_key(self.vkey)

    @property
    def key(self) -> WitnessKey:
        """Its verifier key."""
        return parse_witness_key(self.vkey)


def witnessing(witness: Witness, prove: Prove) -> Authority:
    """A witness as an authority; `prove` gives the log's own consistency proofs."""

    def ask(head: Checkpoint) -> Proof:
        lines, at_s = request_cosignature(witness, head, prove)
        time = datetime.fromtimestamp(at_s, UTC)
        return Proof((Plain("token", "text/plain", lines),), time)

    return Authority("witness", witness.key.name, ask)


def request_cosignature(witness: Witness, head: Checkpoint, prove: Prove) -> tuple[bytes, int]:
    """The witness's signature line over a head, and its time in epoch seconds.

    The witness says which size it saw last, when it is not the one we thought; it is asked twice
    at most. Raises Unanchored: FORK when it has seen another history, else the reason.
    """
    name = witness.key.name
    answer = _add(witness, head, 0, ())
    if answer.status == 409 and answer.media == SIZE_MEDIA:
        old = _size(name, answer.body)
        if old > head.size:
            raise Unanchored(name, "FORK", f"has seen {old} leaves")
        answer = _add(witness, head, old, prove(old, head.size) if old else ())
    if answer.status in (409, 422):
        raise Unanchored(name, "FORK", f"HTTP {answer.status}")
    if answer.status != 200:
        raise Unanchored(name, f"HTTP_{answer.status}")
    return _checked(witness, head, answer.body)


def _checked(witness: Witness, head: Checkpoint, body: bytes) -> tuple[bytes, int]:
    """The line of this witness among those answered. Raises Unanchored unless it holds."""
    key = witness.key
    try:
        signatures = parse_cosignatures(body)
        for signature in signatures:
            if (signature.name, signature.id) != (key.name, key.id):
                continue
            at_s, signed = cosigned_at(signature)
            message = cosigned_message(parse_note(head.note).text, at_s)
            if check_ed25519(key.public, signed, message):
                raw = base64.b64encode(signature.id + signature.signature).decode()
                return f"— {key.name} {raw}\n".encode(), at_s
    except ParseError as error:
        raise Unanchored(key.name, "NOT_A_TOKEN") from error
    raise Unanchored(key.name, "SIGNER")


def _add(witness: Witness, head: Checkpoint, old: int, proof: Sequence[bytes]) -> Answer:
    lines = "".join(base64.b64encode(h).decode() + "\n" for h in proof)
    body = f"old {old}\n{lines}\n".encode() + head.note
    return exchange("POST", witness.url.rstrip("/") + "/add-checkpoint", body)


def _size(name: str, body: bytes) -> int:
    text = body.decode("ascii", "replace").removesuffix("\n")
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise Unanchored(name, "NOT_A_TOKEN", "size")
    return int(text)
