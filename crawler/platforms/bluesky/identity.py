"""DID documents: whose they are, the key that signs the repository, and where it is kept."""

from __future__ import annotations

from typing import Any

import libipld
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import AccountSeen, SeenState

_OLDER: dict[str, tuple[bytes, ec.EllipticCurve]] = {
    "EcdsaSecp256k1VerificationKey2019": (b"\xe7\x01", ec.SECP256K1()),
    "EcdsaSecp256r1VerificationKey2019": (b"\x80\x24", ec.SECP256R1()),
}
"""Older key types carry the bare point, often uncompressed; prefix and curve are in the name."""


def account(whole: Node) -> AccountSeen:
    """The account a DID document, PLC data or describeRepo answer is about.

    The handle is what the document claims; only the AppView or the handle's own host confirms it.
    """
    inner = whole.value.get("didDoc")
    document = inner if isinstance(inner, dict) else whole.value
    did = whole.value.get("did", document.get("id"))
    if not isinstance(did, str) or not did.startswith("did:"):
        raise ParseError(f"{whole.path}.id", "is no DID")
    claimed = document.get("alsoKnownAs")
    names = [name for name in claimed if isinstance(name, str)] if isinstance(claimed, list) else []
    handles = [name.removeprefix("at://") for name in names if name.startswith("at://")]
    if not _methods(document):
        raise ParseError(f"{whole.path}.verificationMethod", "is not there")
    return AccountSeen(did, handles[0] if handles else None, None, SeenState.PRESENT)


def did_key(document: Any) -> str | None:
    """did:key of the key that signs the account's repository; None when the document has none.

    Takes a DID document (Multikey, or the two older EcdsaSecp256 types) or PLC `/data`.
    """
    methods = _methods(document)
    if isinstance(methods, dict):
        key = methods.get("atproto")
        return key if isinstance(key, str) and key.startswith("did:key:z") else None
    for method in methods:
        if isinstance(method, dict) and str(method.get("id")).endswith("#atproto"):
            return _as_did_key(method.get("type"), method.get("publicKeyMultibase"))
    return None


def pds(document: Any) -> str | None:
    """Address of the server that keeps the repository, without a trailing slash; None: not said."""
    services = document.get("services", document.get("service")) if _is(document) else None
    if isinstance(services, dict):
        found = services.get("atproto_pds")
        endpoint = found.get("endpoint") if isinstance(found, dict) else None
        return _address(endpoint)
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict) and str(service.get("id")).endswith("#atproto_pds"):
            return _address(service.get("serviceEndpoint"))
    return None


def _methods(document: Any) -> Any:
    if not _is(document):
        return []
    found = document.get("verificationMethods", document.get("verificationMethod"))
    return found if isinstance(found, dict | list) else []


def _is(document: Any) -> bool:
    return isinstance(document, dict)


def _address(endpoint: Any) -> str | None:
    if isinstance(endpoint, str) and endpoint.startswith(("https://", "http://")):
        return endpoint.rstrip("/")
    return None


def _as_did_key(kind: Any, multibase: Any) -> str | None:
    if not isinstance(multibase, str):
        return None
    if kind == "Multikey":
        return f"did:key:{multibase}"
    if not isinstance(kind, str) or kind not in _OLDER:
        return None
    prefix, curve = _OLDER[kind]
    try:
        point = bytes(libipld.decode_multibase(multibase)[1])
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError:
        return None
    short = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    return "did:key:" + str(libipld.encode_multibase("z", prefix + short))
