"""com.atproto.sync.getRecord: proof that a record is, or is not, in the author's signed tree.

What is checked: every block against its content id; the commit's DID and signature (when the key
is at hand); the way through the Merkle search tree from the signed root to the record's key, with
the order of keys at every node; and that a record said to be there has its block.
Source: https://atproto.com/specs/repository , https://atproto.com/specs/cryptography
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import libipld
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from crawler.page import Page
from crawler.platforms.bluesky import car, records, urls
from crawler.take import node
from evidence.errors import IntegrityError, ParseError
from evidence.model import Drift, Proof, Reading, SeenState, StateSeen

MEDIA = "application/vnd.ipld.car"
LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
TID = re.compile("[2-7a-j][2-7a-z]{12}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ABSENCE = "signed proof of absence"
_KEYS: dict[bytes, tuple[ec.EllipticCurve, int]] = {
    b"\xe7\x01": (
        ec.SECP256K1(),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    ),
    b"\x80\x24": (
        ec.SECP256R1(),
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
}
"""Multicodec prefix of a public key -> curve and the order of its group."""


@dataclass(frozen=True, slots=True)
class Walked:
    """A proof, and the bytes of the record when they are there."""

    proof: Proof
    record: bytes | None


def check(data: bytes, did: str, path: str, did_key: str | None = None) -> Proof:
    """The proof that CAR bytes give for one record of one repository.

    path:    `<collection>/<rkey>`.
    did_key: key from the DID document; None: the signature is not checked, `signer` is None.

    Raises ParseError when the bytes are no such proof, or prove nothing because a block on the way
    is missing; IntegrityError when the commit is another repository's or its signature is not the
    key's.
    """
    return walk(data, did, path, did_key).proof


def walk(data: bytes, did: str, path: str, did_key: str | None = None) -> Walked:
    """As `check`, with the record's own bytes."""
    archive = car.parse(data)
    raw = _block(archive, archive.root, "commit")
    commit = car.decode(raw, "commit")
    if not isinstance(commit, dict) or commit.get("version") != 3:
        raise ParseError("commit", "is not of repository version 3")
    if commit.get("did") != did:
        raise IntegrityError("commit", "is another repository's than the one asked for")
    if not car.is_cid(commit.get("data")):
        raise ParseError("commit", "names no tree")
    if did_key is not None:
        verify_signature(raw, commit, did_key)
    found = _look_up(archive, commit["data"], path.encode())
    record = None if found is None else _block(archive, found, "record")
    proof = Proof(
        native_id=f"at://{did}/{path}",
        present=found is not None,
        cid=None if found is None else car.cid_text(found),
        commit=car.cid_text(archive.root),
        signer=did_key,
        signed_at=tid_time(commit.get("rev")),
    )
    return Walked(proof, record)


def tid_time(value: Any) -> datetime | None:
    """The time in a timestamp identifier, to the microsecond; None for anything else.

    Source: https://atproto.com/specs/tid
    """
    if not isinstance(value, str) or not TID.fullmatch(value):
        return None
    number = 0
    for letter in value:
        number = number * 32 + LETTERS.index(letter)
    return EPOCH + timedelta(microseconds=number >> 10)


def verify_signature(raw: bytes, commit: dict[str, Any], did_key: str) -> None:
    """Checks the commit's signature: SHA-256, ECDSA, 64 bytes, low S.

    Raises IntegrityError when it is not the key's, ParseError when key or commit is malformed.
    """
    if libipld.encode_dag_cbor(commit) != raw:
        raise ParseError("commit", "is not in canonical DAG-CBOR")
    unsigned = {name: value for name, value in commit.items() if name != "sig"}
    signature = commit.get("sig")
    if not isinstance(signature, bytes) or len(signature) != 64:
        raise ParseError("commit", "carries no signature of 64 bytes")
    key, order = _public_key(did_key)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not 0 < s <= order // 2:
        raise IntegrityError("commit", "its signature is not in the low-S form")
    message = bytes(libipld.encode_dag_cbor(unsigned))
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise IntegrityError("commit", "its signature is not that of the account's key") from error


def read(page: Page, read_by: str) -> Reading:
    """What a proof shows by itself: the key is not in the page, so `signer` is None.

    Raises ParseError or IntegrityError as `check` does; also when the address does not say which
    record was asked for.
    """
    did, collection, rkey = (urls.parameter(page.url, n) for n in ("did", "collection", "rkey"))
    if not did or not collection or not rkey:
        raise ParseError("address", "does not say which record the proof is for")
    walked = walk(page.body, did, f"{collection}/{rkey}")
    uri = walked.proof.native_id
    if walked.record is None:
        absent = StateSeen(f"post:{uri}", SeenState.ABSENT, ABSENCE)
        return Reading(read_by, states=(absent,), proofs=(walked.proof,))
    faults: list[Drift] = []
    found = records.Found([], [], [])
    said = {"uri": uri, "value": car.as_json(car.decode(walked.record, "record"))}
    records.take(node(said, "$", faults), found, blob_url(page.url))
    return Reading(
        read_by,
        posts=tuple(found.posts),
        accounts=tuple(found.accounts),
        interactions=tuple(found.edges),
        proofs=(walked.proof,),
        drift=tuple(faults),
    )


def blob_url(page_url: str) -> Callable[[str, str], str]:
    """Where the server that gave a page also gives the original bytes of a blob."""
    server = urls.origin(page_url) or urls.APPVIEW

    def address(did: str, cid: str) -> str:
        return urls.xrpc(server, "com.atproto.sync.getBlob", did=did, cid=cid)

    return address


def looks_like_car(body: bytes) -> bool:
    """Whether bytes begin like a CAR v1 header (a CBOR map with `roots` first)."""
    return body[1:8] == b"\xa2eroots"


def _look_up(archive: car.Archive, root: bytes, key: bytes) -> bytes | None:
    """Content id of the record under a key, None when the tree has no such key.

    Below a node only keys between its neighbours may stand; else the way down proves nothing.
    """
    at, low, high = root, b"", None
    for _ in range(64):
        entries, leftmost = _node(archive, at, low, high)
        below = leftmost
        for name, value, right in entries:
            if name == key:
                return value
            if name > key:
                high = name
                break
            low, below = name, right
        if below is None:
            return None
        at = below
    raise ParseError("tree", "is deeper than 64 nodes")


def _node(
    archive: car.Archive, at: bytes, low: bytes, high: bytes | None
) -> tuple[list[tuple[bytes, bytes, bytes | None]], bytes | None]:
    """Entries (full key, record, subtree to the right) and leftmost subtree of a tree node."""
    value = car.decode(_block(archive, at, "tree node"), "tree node")
    if not isinstance(value, dict) or not isinstance(value.get("e"), list):
        raise ParseError("tree node", "has no entries")
    entries: list[tuple[bytes, bytes, bytes | None]] = []
    last = b""
    for entry in value["e"]:
        name = _key(entry, last)
        if not (max(low, last) < name and (high is None or name < high)):
            raise ParseError("tree node", "has keys out of order")
        entries.append((name, entry["v"], _link(entry.get("t"))))
        last = name
    return entries, _link(value.get("l"))


def _key(entry: Any, last: bytes) -> bytes:
    shared = entry.get("p") if isinstance(entry, dict) else None
    rest = entry.get("k") if isinstance(entry, dict) else None
    if (
        not isinstance(shared, int)
        or not 0 <= shared <= len(last)
        or not isinstance(rest, bytes)
        or not car.is_cid(entry.get("v"))
    ):
        raise ParseError("tree node", "has an entry that is none")
    return last[:shared] + rest


def _link(value: Any) -> bytes | None:
    if value is None:
        return None
    if not car.is_cid(value):
        raise ParseError("tree node", "names a subtree that is no content id")
    return bytes(value)


def _block(archive: car.Archive, cid: bytes, what: str) -> bytes:
    found = archive.blocks.get(cid)
    if found is None:
        raise ParseError(what, "is not among the blocks; the proof is not whole")
    return found


def _public_key(did_key: str) -> tuple[ec.EllipticCurvePublicKey, int]:
    try:
        data = bytes(libipld.decode_multibase(did_key.removeprefix("did:key:"))[1])
        curve, order = _KEYS[data[:2]]
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, data[2:]), order
    except (ValueError, KeyError) as error:
        raise ParseError("did:key", "is no secp256k1 or P-256 public key") from error
