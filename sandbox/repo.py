"""Signed AT Protocol repositories: DAG-CBOR blocks, Merkle search tree, commit, CAR proofs.

Source: atproto.com/specs/repository (version 3), /specs/cryptography. Keys are derived from the
account's name and guard nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libipld
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of secp256k1; a signature's s is at most half of it."""
DAG_CBOR, RAW = b"\x01\x71", b"\x01\x55"


def cid(data: bytes, codec: bytes = DAG_CBOR) -> bytes:
    """Binary CIDv1 of a block, SHA-256."""
    return codec + b"\x12\x20" + hashlib.sha256(data).digest()


def text_of(cid_bytes: bytes) -> str:
    """A CID as base32 text, `bafy...`."""
    return str(libipld.encode_cid(cid_bytes))


def block(value: Any) -> bytes:
    """DAG-CBOR bytes of a value; bytes that are a CID become a link."""
    return bytes(libipld.encode_dag_cbor(value))


def as_json_value(value: Any) -> Any:
    """A record as JSON: links become `{"$link": ...}`."""
    if isinstance(value, bytes):
        return {"$link": text_of(value)}
    if isinstance(value, Mapping):
        return {key: as_json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json_value(item) for item in value]
    return value


def signing_key(did: str) -> ec.EllipticCurvePrivateKey:
    """The account's secp256k1 key, the same for the same DID."""
    seed = int.from_bytes(hashlib.sha256(b"sandbox key\0" + did.encode()).digest(), "big")
    return ec.derive_private_key(1 + seed % (ORDER - 1), ec.SECP256K1())


def multikey(did: str) -> str:
    """The account's public key as multibase text, `zQ3s...`."""
    point = signing_key(did).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return str(libipld.encode_multibase("z", b"\xe7\x01" + point))


@dataclass(frozen=True, slots=True)
class Repo:
    """An account's repository at one moment. records: `collection/rkey` -> record.

    rev: TID of its last change.
    """

    did: str
    rev: str
    records: Mapping[str, Mapping[str, Any]]

    def proof(self, key: str) -> bytes:
        """CAR with the commit and the tree nodes that show `key` is there, or is not.

        The record's own block is in it when it is there.
        """
        blocks: dict[bytes, bytes] = {}
        root = self._tree(blocks)
        commit = self._commit(root)
        path = [blocks[node] for node in _way(blocks, root, key.encode())]
        found = [block(self.records[key])] if key in self.records else []
        return car(cid(commit), [commit, *path, *found])

    def whole(self) -> bytes:
        """CAR of everything: commit, tree and records."""
        blocks: dict[bytes, bytes] = {}
        commit = self._commit(self._tree(blocks))
        return car(cid(commit), [commit, *blocks.values(), *map(block, self.records.values())])

    def commit(self) -> bytes:
        """The signed commit's block."""
        return self._commit(self._tree({}))

    def _commit(self, root: bytes) -> bytes:
        unsigned = {"did": self.did, "version": 3, "data": root, "rev": self.rev, "prev": None}
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(signing_key(self.did).sign(block(unsigned), algorithm))
        s = min(s, ORDER - s)
        return block({**unsigned, "sig": r.to_bytes(32, "big") + s.to_bytes(32, "big")})

    def _tree(self, blocks: dict[bytes, bytes]) -> bytes:
        leaves = [(key.encode(), cid(block(self.records[key]))) for key in sorted(self.records)]
        top = max((_layer(key) for key, _ in leaves), default=0)
        return _node(leaves, top, blocks) or _put(blocks, {"l": None, "e": []})


def car(root: bytes, blocks: Sequence[bytes]) -> bytes:
    """A CARv1 file with one root."""
    header = block({"version": 1, "roots": [root]})
    parts = [cid(data) + data for data in dict.fromkeys(blocks)]
    return b"".join(_varint(len(part)) + part for part in (header, *parts))


def _layer(key: bytes) -> int:
    bits = bin(int.from_bytes(hashlib.sha256(key).digest(), "big"))[2:].zfill(256)
    return (len(bits) - len(bits.lstrip("0"))) // 2


def _node(
    leaves: Sequence[tuple[bytes, bytes]], layer: int, blocks: dict[bytes, bytes]
) -> bytes | None:
    if not leaves:
        return None
    here = [n for n, (key, _) in enumerate(leaves) if _layer(key) == layer]
    ends = [*here, len(leaves)]
    left = _node(leaves[: ends[0]], layer - 1, blocks)
    entries, last = [], b""
    for at, end in zip(here, ends[1:], strict=True):
        key, value = leaves[at]
        shared = _shared(last, key)
        tree = _node(leaves[at + 1 : end], layer - 1, blocks)
        entries.append({"p": shared, "k": _plain(key[shared:]), "v": value, "t": tree})
        last = key
    return _put(blocks, {"l": left, "e": entries})


def _plain(key: bytes) -> bytes:
    # The encoder takes bytes that read as a CID for a link; a key is text and never does.
    if key[:1] == b"\x01":
        raise ValueError("a record key starts with a control character")
    return key


def _shared(one: bytes, other: bytes) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _put(blocks: dict[bytes, bytes], value: Any) -> bytes:
    data = block(value)
    blocks[cid(data)] = data
    return cid(data)


def _way(blocks: Mapping[bytes, bytes], root: bytes, key: bytes) -> Iterator[bytes]:
    at: bytes | None = root
    while at is not None:
        yield at
        node = libipld.decode_dag_cbor(blocks[at])
        at, last = node["l"], b""
        for entry in node["e"]:
            last = last[: entry["p"]] + entry["k"]
            if last == key:
                return
            if last > key:
                break
            at = entry["t"]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
