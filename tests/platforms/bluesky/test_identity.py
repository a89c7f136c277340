"""Keys and servers out of the three shapes of DID documents."""

from __future__ import annotations

from typing import Any

import libipld
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crawler.platforms.bluesky import identity
from tests.platforms.bluesky.repository import DID, did_key, key

CURVES = [ec.SECP256K1(), ec.SECP256R1()]
OLDER = {
    "secp256k1": "EcdsaSecp256k1VerificationKey2019",
    "secp256r1": "EcdsaSecp256r1VerificationKey2019",
}


def document(method: dict[str, Any]) -> dict[str, Any]:
    return {"id": DID, "verificationMethod": [{"id": f"{DID}#atproto", **method}]}


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize(
    "form",
    [
        serialization.PublicFormat.CompressedPoint,
        serialization.PublicFormat.UncompressedPoint,
    ],
    ids=str,
)
def test_an_older_key_gives_the_same_did_key_in_either_point_form(
    curve: ec.EllipticCurve, form: serialization.PublicFormat
) -> None:
    private = key(curve)
    point = private.public_key().public_bytes(serialization.Encoding.X962, form)
    multibase = libipld.encode_multibase("z", point)
    method = {"type": OLDER[curve.name], "publicKeyMultibase": multibase}

    assert identity.did_key(document(method)) == did_key(private)


def test_a_multikey_is_the_did_key_itself() -> None:
    said = did_key(key(CURVES[0]))
    method = {"type": "Multikey", "publicKeyMultibase": said.removeprefix("did:key:")}

    assert identity.did_key(document(method)) == said


def test_plc_data_says_key_and_server() -> None:
    said = did_key(key(CURVES[0]))
    data = {
        "did": DID,
        "verificationMethods": {"atproto": said},
        "services": {"atproto_pds": {"endpoint": "https://pds.contoh/"}},
    }

    assert identity.did_key(data) == said
    assert identity.pds(data) == "https://pds.contoh"


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        7,
        {},
        {"verificationMethod": "x", "service": "y"},
        {"verificationMethod": [7], "service": [7]},
        document({"type": "Multikey", "publicKeyMultibase": 7}),
        document({"type": ["x"], "publicKeyMultibase": "z1"}),
        document({"type": OLDER["secp256k1"], "publicKeyMultibase": "zzz!"}),
        document({"type": OLDER["secp256k1"], "publicKeyMultibase": "z1"}),
        document({"type": "RsaVerificationKey2018", "publicKeyMultibase": "z1"}),
        {"verificationMethods": {"atproto": 7}, "services": {"atproto_pds": 7}},
        {"services": {"atproto_pds": {"endpoint": "ftp://pds"}}},
    ],
    ids=range(13),
)
def test_a_document_that_says_neither_gives_neither(odd: Any) -> None:
    assert identity.did_key(odd) is None
    assert identity.pds(odd) is None
