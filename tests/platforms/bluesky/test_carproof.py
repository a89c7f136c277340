"""Proofs of presence and absence, right ones and wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import registry
from crawler.page import Page
from crawler.platforms.bluesky import carproof
from crawler.platforms.bluesky.urls import at_uri, xrpc
from evidence.errors import IntegrityError, ParseError
from evidence.model import SeenState
from tests.platforms.bluesky.repository import DID, Repository, did_key, key, post

POSTS = "app.bsky.feed.post"
PATHS = [f"{POSTS}/3lz{n:010d}" for n in range(40)]
GONE = f"{POSTS}/3lz0000000017x"
CURVES = [ec.SECP256K1(), ec.SECP256R1()]
REPOSITORY = Repository({path: post(f"kiriman {n}") for n, path in enumerate(PATHS)})
KEY = key(ec.SECP256K1())
CAR = REPOSITORY.car(KEY)


def page(body: bytes, path: str) -> Page:
    collection, _, rkey = path.partition("/")
    url = xrpc(
        "https://pds.example",
        "com.atproto.sync.getRecord",
        did=DID,
        collection=collection,
        rkey=rkey,
    )
    return Page(url, 200, {"content-type": carproof.MEDIA}, body)


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_every_record_is_proved_present_with_its_content_id_and_signer(
    curve: ec.EllipticCurve,
) -> None:
    private = key(curve)
    car = Repository({path: post(path) for path in PATHS}).car(private)

    for path in PATHS:
        proof = carproof.check(car, DID, path, did_key(private))
        assert proof.present
        assert proof.native_id == f"at://{DID}/{path}"
        assert proof.cid is not None
        assert proof.cid.startswith("bafyrei")
        assert proof.signer == did_key(private)


@pytest.mark.parametrize("path", [GONE, f"{POSTS}/0", f"{POSTS}/zzz", "a/b", "zzz/zzz"])
def test_a_record_that_is_not_in_the_tree_is_proved_absent(path: str) -> None:
    proof = carproof.check(CAR, DID, path, did_key(KEY))

    assert not proof.present
    assert proof.cid is None
    assert proof.signer == did_key(KEY)


def test_an_empty_repository_proves_absence() -> None:
    assert not carproof.check(Repository({}).car(KEY), DID, GONE, did_key(KEY)).present


def test_without_a_key_the_signer_is_none() -> None:
    assert carproof.check(CAR, DID, PATHS[0]).signer is None


def test_a_signature_of_another_key_is_refused() -> None:
    with pytest.raises(IntegrityError, match="not that of the account's key"):
        carproof.check(CAR, DID, PATHS[0], did_key(key(ec.SECP256K1(), seed=8)))


def test_a_signature_with_high_s_is_refused() -> None:
    car = Repository({PATHS[0]: post("a")}).car(KEY, high=True)

    with pytest.raises(IntegrityError, match="low-S"):
        carproof.check(car, DID, PATHS[0], did_key(KEY))


def test_another_repositorys_commit_is_refused() -> None:
    with pytest.raises(IntegrityError, match="another repository"):
        carproof.check(CAR, "did:plc:lain", PATHS[0], did_key(KEY))


def test_a_proof_without_a_block_on_the_way_proves_nothing() -> None:
    """Leaving a subtree out must never read as absence."""
    told = 0
    for name in list(REPOSITORY.blocks):
        car = REPOSITORY.car(KEY, leave_out=name)
        for path in (PATHS[20], GONE):
            try:
                proof = carproof.check(car, DID, path, did_key(KEY))
            except ParseError:
                told += 1
            else:
                assert proof.present is (path == PATHS[20])

    assert told >= 4


def test_a_tree_with_keys_out_of_order_is_refused() -> None:
    broken = Repository({})
    record = broken.put(post("a"))
    entry = {"p": 0, "v": record, "t": None}
    broken.tree = broken.put({"l": None, "e": [{**entry, "k": b"b/2"}, {**entry, "k": b"b/1"}]})

    with pytest.raises(ParseError, match="out of order"):
        carproof.check(broken.car(KEY), DID, "b/1", did_key(KEY))


def test_a_subtree_with_keys_beyond_its_neighbours_is_refused() -> None:
    """A record hidden in the wrong branch would otherwise be proved absent."""
    broken = Repository({})
    record = broken.put(post("a"))
    child = broken.put({"l": None, "e": [{"p": 0, "k": b"z/9", "v": record, "t": None}]})
    broken.tree = broken.put({"l": child, "e": [{"p": 0, "k": b"b/2", "v": record, "t": None}]})

    with pytest.raises(ParseError, match="out of order"):
        carproof.check(broken.car(KEY), DID, "a/1", did_key(KEY))


def test_an_altered_record_is_found_though_the_decoder_would_not_mind() -> None:
    honest = next(n for n, b in REPOSITORY.blocks.items() if b"kiriman 3" in b)
    other = REPOSITORY.blocks[honest].replace(b"kiriman 3", b"kiriman 4")
    car = REPOSITORY.car(KEY, swap=(honest, other))

    with pytest.raises(ParseError, match="holds other bytes than its id names"):
        carproof.check(car, DID, PATHS[0], did_key(KEY))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(CAR) * 8 - 1))
def test_no_flipped_bit_passes(bit: int) -> None:
    altered = bytearray(CAR)
    altered[bit // 8] ^= 1 << bit % 8

    with pytest.raises((ParseError, IntegrityError)):
        carproof.check(bytes(altered), DID, PATHS[5], did_key(KEY))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, len(CAR) - 1))
def test_a_cut_off_proof_never_proves_absence(size: int) -> None:
    try:
        proof = carproof.check(CAR[:size], DID, PATHS[5], did_key(KEY))
    except (ParseError, IntegrityError):
        return
    assert proof.present


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_a_parse_error(noise: bytes) -> None:
    with pytest.raises(ParseError):
        carproof.check(noise, DID, PATHS[0], did_key(KEY))


def test_reader_gives_the_post_and_an_unsigned_proof() -> None:
    reading = registry.read("bluesky", page(CAR, PATHS[3]))

    assert [p.text for p in reading.posts] == ["kiriman 3"]
    assert reading.posts[0].native_id == f"at://{DID}/{PATHS[3]}"
    assert [p.present for p in reading.proofs] == [True]
    assert reading.proofs[0].signer is None
    assert not reading.drift


def test_reader_gives_absent_with_a_proof() -> None:
    reading = registry.read("bluesky", page(CAR, GONE))

    (state,) = reading.states
    assert state.subject == "post:" + at_uri(DID, *GONE.split("/"))
    assert state.state is SeenState.ABSENT
    assert state.marker == "signed proof of absence"
    assert [p.present for p in reading.proofs] == [False]


@pytest.mark.parametrize("cut", [1, 60, 200, len(CAR) // 2])
def test_a_broken_proof_reads_as_drift_never_as_absence(cut: int) -> None:
    altered = CAR[:cut] + bytes([CAR[cut] ^ 1]) + CAR[cut + 1 :]
    reading = registry.read("bluesky", page(altered, GONE))

    assert reading.drift
    assert not reading.states
    assert not reading.proofs


@pytest.mark.parametrize(
    ("rev", "at"),
    [
        # 1688137381887007 microseconds.
        ("3jzfcijpj2z2a", datetime(2023, 6, 30, 15, 3, 1, 887007, tzinfo=UTC)),
        ("2222222222222", datetime(1970, 1, 1, tzinfo=UTC)),
        ("222222222223z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2222222222322", datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        ("3lzcontoh222", None),
        ("zzzzzzzzzzzzz", None),
        ("3JZFCIJPJ2Z2A", None),
        ("3jzfcijpj2z2a\n", None),
        (7, None),
        (None, None),
    ],
)
def test_the_time_of_a_commit_is_what_its_identifier_says(rev: object, at: datetime | None) -> None:
    assert carproof.tid_time(rev) == at


def test_a_proof_says_when_its_commit_was_made() -> None:
    proof = carproof.check(CAR, DID, GONE, did_key(KEY))

    assert proof.signed_at == carproof.tid_time("3lzcontoh2222")
    assert proof.signed_at is not None
