"""The key and the ring of those before it: what holds, what is refused, what is kept once."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidence.canonical import decode, encode
from evidence.errors import ConfigError, IntegrityError
from evidence.ledger import parse_checkpoint, verifier_key
from evidence.seal import check_ed25519, open_key
from evidence.seal.key import cross_sign
from evidence.seal.keyring import Retired, handover_done, next_key, read_ring, retire, take_over
from evidence.seal.restore import restore_head
from tests.evidence.seal.test_rotate import AT, ORIGIN, Log

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = SECRET.public_key().public_bytes_raw()
OLD = verifier_key(ORIGIN, PUBLIC)
OTHER = verifier_key(ORIGIN, bytes(32))


@pytest.mark.parametrize(
    ("public", "signature", "message", "holds"),
    [
        (PUBLIC, SECRET.sign(b"x"), b"x", True),
        (PUBLIC, SECRET.sign(b"x"), b"y", False),
        (bytes(32), SECRET.sign(b"x"), b"x", False),
        (PUBLIC, SECRET.sign(b"x")[:63], b"x", False),
        (PUBLIC, b"", b"x", False),
        (PUBLIC[:31], SECRET.sign(b"x"), b"x", False),
    ],
    ids=["own", "another text", "another key", "cut", "none", "no key"],
)
def test_a_signature_holds_for_its_key_and_its_text_alone(
    public: bytes, signature: bytes, message: bytes, holds: bool
) -> None:
    assert check_ed25519(public, signature, message) is holds


def test_a_key_that_another_process_made_meanwhile_is_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Meanwhile:
        @staticmethod
        def generate() -> Ed25519PrivateKey:
            path = tmp_path / "keys" / "log.key"
            pem = SECRET.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            path.touch(mode=0o600)
            path.write_bytes(pem)
            return Ed25519PrivateKey.from_private_bytes(bytes(32))

    with monkeypatch.context() as patch:
        patch.setattr(Ed25519PrivateKey, "generate", Meanwhile.generate)
        made = open_key(tmp_path / "keys", ORIGIN)

    assert made.public == OLD == open_key(tmp_path / "keys", ORIGIN).public


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"v":1}', b'{"retired":[{}],"v":1}', b'{"retired":[{"until":1,"vkey":"x"}],"v":1}',
     b'{"retired":[1],"v":1}', encode({"retired": [{"until": "x", "vkey": str(OLD)}], "v": 1})],
)  # fmt: skip
def test_a_ring_that_this_program_did_not_write_is_refused(tmp_path: Path, data: bytes) -> None:
    retire(tmp_path, OLD, 7)
    (path,) = tmp_path.iterdir()
    path.write_bytes(data)

    with pytest.raises(IntegrityError, match="is not what this program wrote"):
        read_ring(tmp_path)


def test_of_a_key_that_is_retired_twice_the_last_word_counts(tmp_path: Path) -> None:
    for key, until in ((OLD, 7), (OTHER, 9), (OLD, 3)):
        retire(tmp_path, key, until)

    assert read_ring(tmp_path) == (Retired(OTHER, 9), Retired(OLD, 3))
    (path,) = tmp_path.iterdir()
    assert len(decode(path.read_bytes())["retired"]) == 2


def test_a_handover_is_done_when_the_present_key_is_retired_and_the_next_one_waits(
    tmp_path: Path,
) -> None:
    present = open_key(tmp_path, ORIGIN).public
    told = [handover_done(tmp_path, present)]
    new = next_key(tmp_path, ORIGIN).public
    told.append(handover_done(tmp_path, present))
    retire(tmp_path, OTHER, 1)
    told.append(handover_done(tmp_path, present))
    retire(tmp_path, present, 1)
    told.append(handover_done(tmp_path, present))
    take_over(tmp_path)
    told.append(handover_done(tmp_path, present))

    assert told == [False, False, False, True, False]
    assert open_key(tmp_path, ORIGIN).public == new
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_key_that_cannot_be_taken_over_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        take_over(tmp_path)


def test_a_retired_key_restores_no_head_larger_than_it_is_trusted_for(tmp_path: Path) -> None:
    """Whoever took a compromised key can sign any head; none of them is one of this log."""
    log = Log(tmp_path)
    log.signer.seal(AT)
    stolen = open_key(log.keys, ORIGIN)
    log.signer.rotate(AT, compromised=True)
    sealed = log.signer.head()
    assert sealed is not None
    text = "\n".join(sealed.note.decode().split("\n")[:3]) + "\n"
    forged = cross_sign(text, [stolen])
    assert parse_checkpoint(forged).root == sealed.root
    (log.keys / "head.json").write_bytes(b"{}")
    known = {"keys": log.signer.keys, "retired": log.signer.retired}

    with pytest.raises(IntegrityError, match="is not signed by a key of this log for that size"):
        restore_head(log.archive, log.keys, forged, **known)

    assert restore_head(log.archive, log.keys, sealed.note, **known).size == sealed.size
