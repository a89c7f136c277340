from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import IntegrityError, ParseError
from evidence.ledger import (
    NoteSignature,
    VerifierKey,
    checkpoint_text,
    make_note,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    verifier_key,
    verify_note,
)

# The example of the Go checksum database's note package.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
    "E6RyyBwJnAM=\n"
).encode()
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("jejak.test/log", SECRET.public_key().public_bytes_raw())
ROOT = bytes(range(32))


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signed(text: str, key: VerifierKey = KEY) -> bytes:
    return make_note(text, [NoteSignature(key.name, key.id, SECRET.sign(text.encode()))])


def test_the_go_example_note_verifies_under_its_key() -> None:
    key = parse_vkey(GO_VKEY)

    assert verify_note(GO_NOTE, [key], ed25519).text.startswith("If you think cryptography")


def test_a_checkpoint_round_trips_through_its_note() -> None:
    note = signed(checkpoint_text("jejak.test/log", 7, ROOT))

    verify_note(note, [KEY], ed25519)
    head = parse_checkpoint(note)

    assert (head.origin, head.size, head.root, head.note) == ("jejak.test/log", 7, ROOT, note)


def test_a_vkey_round_trips() -> None:
    assert parse_vkey(str(KEY)) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "", "a+b", "jejak.test/log+00000000+" + str(KEY).rsplit("+", 1)[1], str(KEY) + " ",
        str(KEY).upper(), "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+" + base64.b64encode(b"\1" * 32).decode(),
        "PeterNeumann+c74f20a3+" + base64.b64encode(b"\2" * 33).decode(),
    ],
)  # fmt: skip
def test_a_malformed_vkey_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\u00a0b", "a+b", "a\x00b", "a\n"])
def test_a_key_whose_name_could_be_read_in_two_ways_is_refused(name: str) -> None:
    with pytest.raises(ParseError, match="key name"):
        verifier_key(name, bytes(32))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ParseError, match="not 32"):
        verifier_key("a", bytes(length))


def test_a_note_signed_by_nobody_we_know_is_refused() -> None:
    with pytest.raises(IntegrityError, match="no trusted key"):
        verify_note(GO_NOTE, [KEY], ed25519)


def test_an_unknown_extra_signature_is_ignored_as_the_note_format_asks() -> None:
    extra = NoteSignature("witness.test", b"abcd", b"x" * 64)
    text = checkpoint_text("jejak.test/log", 1, ROOT)
    own = NoteSignature(KEY.name, KEY.id, SECRET.sign(text.encode()))

    assert len(verify_note(make_note(text, [own, extra]), [KEY], ed25519).signatures) == 2


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_any_flipped_bit_of_a_checkpoint_is_found(place: int, bit: int) -> None:
    note = bytearray(signed(checkpoint_text("jejak.test/log", 7, ROOT)))
    note[place % len(note)] ^= 1 << bit

    with pytest.raises((ParseError, IntegrityError)):
        verify_note(bytes(note), [KEY], ed25519)


@pytest.mark.parametrize(
    "text",
    [
        "log\n7\n", "log\n07\nAAAA\n", "\n7\n" + base64.b64encode(ROOT).decode() + "\n",
        checkpoint_text("log", 7, ROOT) + "extension\n", checkpoint_text("log", 7, ROOT[:31]),
        checkpoint_text("log", 7, ROOT).replace("7", "-7"),
        checkpoint_text("log", 7, ROOT).replace("7", "٧"),
    ],
)  # fmt: skip
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse_checkpoint(signed(text))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"text\n", b"text\n\n", b"text\n\nno dash\n", b"text\n\n\xe2\x80\x94 a b c\n",
        b"te\rxt\n\n\xe2\x80\x94 a AAAAAAA=\n", b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "t\n\n— a AAAAAAB=\n".encode(), "t\n\n— a AAAA\n".encode(), "t\n\n— a AAAAAAA=".encode(),
        "t\n\n— a+b AAAAAAA=\n".encode(),
    ],
)  # fmt: skip
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        parse_note(data)
