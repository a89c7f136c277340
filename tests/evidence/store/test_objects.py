"""Sealing by itself: round trips, and no altered bit that goes unseen."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import commitment
from evidence.errors import IntegrityError
from evidence.model import ObjectRef
from evidence.store.objects import (
    CHUNK_BYTES,
    SEAL_BYTES,
    BlobKey,
    blob_row,
    chunk_count,
    chunk_ids,
    new_blob_key,
    new_salt,
    open_chunks,
    opening,
    seal_chunks,
)

KEY = BlobKey("blob:x", "00" * 16, bytes(range(32)), 5)


def sealed(key: BlobKey, data: bytes) -> list[bytes]:
    return [part for _, part in seal_chunks(key, data)]


@given(st.binary(max_size=5_000))
def test_what_was_sealed_opens_to_the_same_bytes(data: bytes) -> None:
    key = new_blob_key("blob:x", len(data))

    assert open_chunks(key, sealed(key, data)) == data


@given(st.binary(max_size=200), st.data())
def test_any_flipped_bit_is_found(data: bytes, draw: st.DataObject) -> None:
    key = new_blob_key("blob:x", len(data))
    parts = [bytearray(part) for part in sealed(key, data)]
    bit = draw.draw(st.integers(0, len(parts[0]) * 8 - 1))
    parts[0][bit // 8] ^= 1 << bit % 8

    with pytest.raises(IntegrityError):
        open_chunks(key, [bytes(part) for part in parts])


@given(st.integers(0, 4 * CHUNK_BYTES))
def test_a_blob_has_exactly_the_chunks_its_size_says(size: int) -> None:
    count = chunk_count(size)

    assert count >= 1
    assert (count - 1) * CHUNK_BYTES < max(size, 1) <= count * CHUNK_BYTES
    assert len(set(chunk_ids(new_blob_key("blob:x", size)))) == count


def test_chunks_of_another_blob_with_the_same_key_do_not_open() -> None:
    other = BlobKey(KEY.row, "11" * 16, KEY.dek, KEY.size)

    with pytest.raises(IntegrityError):
        open_chunks(other, sealed(KEY, b"hello"))


def test_a_size_that_was_lowered_is_found() -> None:
    shorter = BlobKey(KEY.row, KEY.stored, KEY.dek, 4)

    with pytest.raises(IntegrityError):
        open_chunks(shorter, sealed(KEY, b"hello"))


def test_a_cut_off_chunk_is_found() -> None:
    for end in (0, SEAL_BYTES - 1, SEAL_BYTES):
        with pytest.raises(IntegrityError):
            open_chunks(KEY, [sealed(KEY, b"hello")[0][:end]])


def test_sealing_as_published_gives_these_bytes() -> None:
    """docs/formats/storage.md: key 00..1f, nonce 0, data `evidence-blob-v1\\0<stored>:0/1`."""
    assert sealed(KEY, b"hello")[0].hex() == "66d9d9b2da8733d542203ed4dd4a4db54a17a8bfc8"


def test_a_blob_s_name_needs_the_naming_key() -> None:
    digest = hashlib.sha256(b"x").digest()

    assert blob_row(b"\1" * 32, digest) == blob_row(b"\1" * 32, digest)
    assert blob_row(b"\1" * 32, digest) != blob_row(b"\2" * 32, digest)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_only_the_committed_bytes_open(data: bytes, other: bytes) -> None:
    salt = new_salt()
    ref = ObjectRef("body", "text/plain", len(data), commitment(salt, data))

    assert opening("0" * 32, ref, salt, data).data == data
    if other != data:
        with pytest.raises(IntegrityError):
            opening("0" * 32, ref, salt, other)
