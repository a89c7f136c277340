"""A small AT Protocol repository made in memory, for proofs that are right or wrong on purpose."""

from __future__ import annotations

import hashlib
from typing import Any

import libipld
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

DID = "did:plc:contoh234567abcdefghijkl"
ORDERS = {
    "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "secp256r1": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
PREFIX = {"secp256k1": b"\xe7\x01", "secp256r1": b"\x80\x24"}


def key(curve: ec.EllipticCurve, seed: int = 7) -> ec.EllipticCurvePrivateKey:
    """A signing key, the same on every run."""
    return ec.derive_private_key(seed, curve)


def did_key(private: ec.EllipticCurvePrivateKey) -> str:
    """did:key of its public half."""
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    return "did:key:" + libipld.encode_multibase("z", PREFIX[private.curve.name] + point)


def cid(block: bytes) -> bytes:
    """CIDv1, DAG-CBOR, SHA-256."""
    return b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()


def varint(number: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def sign(
    private: ec.EllipticCurvePrivateKey, unsigned: dict[str, Any], *, high: bool = False
) -> bytes:
    """64-byte signature of a commit, low S unless asked otherwise."""
    der = private.sign(bytes(libipld.encode_dag_cbor(unsigned)), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    order = ORDERS[private.curve.name]
    if (s > order // 2) != high:
        s = order - s
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def layer(path: str) -> int:
    """Leading zero bits of the key's SHA-256, in pairs: the record's layer in the tree."""
    bits = int.from_bytes(hashlib.sha256(path.encode()).digest(), "big")
    return (256 - bits.bit_length()) // 2


class Repository:
    """Records by path, laid out as a Merkle search tree; `blocks` holds what was written."""

    def __init__(self, records: dict[str, Any], did: str = DID) -> None:
        self.did = did
        self.blocks: dict[bytes, bytes] = {}
        paths = sorted((path.encode(), self.put(value)) for path, value in records.items())
        top = max((layer(path.decode()) for path, _ in paths), default=0)
        self.tree = self._node(paths, top)

    def put(self, value: Any) -> bytes:
        """Stores a value, gives its content id."""
        block = bytes(libipld.encode_dag_cbor(value))
        self.blocks[cid(block)] = block
        return cid(block)

    def _node(self, paths: list[tuple[bytes, bytes]], at: int) -> bytes:
        entries: list[dict[str, Any]] = []
        left: bytes | None = None
        below: list[tuple[bytes, bytes]] = []
        last = b""
        for path, value in [*paths, (b"", b"")]:
            if path and layer(path.decode()) < at:
                below.append((path, value))
                continue
            child = self._node(below, at - 1) if below else None
            below = []
            if entries:
                entries[-1]["t"] = child
            else:
                left = child
            if path:
                shared = next(
                    (n for n, (a, b) in enumerate(zip(path, last, strict=False)) if a != b),
                    min(len(path), len(last)),
                )
                entries.append({"p": shared, "k": path[shared:], "v": value, "t": None})
                last = path
        return self.put({"l": left, "e": entries})

    def car(
        self,
        private: ec.EllipticCurvePrivateKey,
        *,
        high: bool = False,
        leave_out: bytes | None = None,
        swap: tuple[bytes, bytes] | None = None,
    ) -> bytes:
        """A CAR of the whole repository under a signed commit.

        leave_out: content id of a block not to ship.   swap: (content id, other bytes to ship).
        """
        unsigned = {"did": self.did, "rev": "3lzcontoh2222", "data": self.tree, "prev": None}
        unsigned["version"] = 3
        root = self.put({**unsigned, "sig": sign(private, unsigned, high=high)})
        header = bytes(libipld.encode_dag_cbor({"roots": [root], "version": 1}))
        out = varint(len(header)) + header
        for name, block in self.blocks.items():
            if name == leave_out:
                continue
            body = swap[1] if swap and swap[0] == name else block
            out += varint(len(name) + len(body)) + name + body
        return out


def post(text: str) -> dict[str, Any]:
    """A post record."""
    return {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": "2026-11-20T03:00:00.000Z",
        "langs": ["id"],
    }
