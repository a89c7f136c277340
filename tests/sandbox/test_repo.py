"""Signed repositories prove presence and absence, and an altered block proves nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.platforms.bluesky import carproof
from evidence.errors import JejakError
from sandbox.native import did
from sandbox.repo import Repo, multikey

NAME = did("penguji")
RKEYS = st.sets(st.integers(0, 10**6).map(lambda n: f"3k{n:011d}"), max_size=60)


def repo(rkeys: set[str]) -> Repo:
    records = {f"app.bsky.feed.post/{key}": {"$type": "x", "text": key} for key in rkeys}
    return Repo(NAME, "3kaaaaaaaaaaa", records)


@settings(max_examples=40, deadline=None)
@given(RKEYS, st.integers(0, 10**6))
def test_every_record_is_proven_present_and_any_other_absent(rkeys: set[str], other: int) -> None:
    made = repo(rkeys)
    key = f"did:key:{multikey(NAME)}"
    stranger = f"app.bsky.feed.post/3m{other:011d}"

    for path in sorted(made.records)[:5]:
        proof = carproof.check(made.proof(path), NAME, path, key)
        assert proof.present
        assert proof.signer == key
    assert not carproof.check(made.proof(stranger), NAME, stranger, key).present


def test_a_proof_with_one_flipped_byte_is_refused() -> None:
    made = repo({f"3k{n:011d}" for n in range(20)})
    path = sorted(made.records)[7]
    sound = made.proof(path)

    for at in range(70, len(sound), 41):
        altered = sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :]
        with pytest.raises(JejakError):
            carproof.check(altered, NAME, path, f"did:key:{multikey(NAME)}")


def test_the_signature_of_another_account_is_refused() -> None:
    made = repo({"3kaaaaaaaaaaa"})
    path = next(iter(made.records))

    with pytest.raises(JejakError):
        carproof.check(made.proof(path), NAME, path, f"did:key:{multikey(did('lain'))}")


def test_the_same_repository_is_signed_the_same_way_twice() -> None:
    assert repo({"3kaaaaaaaaaaa"}).whole() == repo({"3kaaaaaaaaaaa"}).whole()
