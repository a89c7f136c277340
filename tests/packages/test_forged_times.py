"""What whoever exports can write around a genuine time stamp must not change what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.ledger import Checkpoint
from evidence.seal.anchor import Authority, Proof, timestamping
from evidence.verify.verify import verify
from tests.evidence.seal.tsa import LocalTsa, serving
from tests.packages.synthetic import make_site
from tests.packages.test_anchored import export, trust

CLAIM = "ok\nTime stamp: Jan  1 00:00:00 2020 GMT"
"""A line as openssl prints it, where the answer has free text that nobody signed."""


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[LocalTsa]:
    with serving(LocalTsa(tmp_path / "tsa", "TSA Satu")) as one:
        yield one


def der(tag: int, content: bytes) -> bytes:
    """One DER value."""
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([0x80 | len(length)]) if size > 127 else b"") + length + content


def with_status_text(answer: bytes, text: str) -> bytes:
    """A TimeStampResp, granted, with free text beside its status; its token is untouched."""
    granted = bytes.fromhex("3003020100")
    place = answer.index(granted)
    assert place <= 4
    status = der(0x30, bytes.fromhex("020100") + der(0x30, der(0x0C, text.encode())))
    return der(0x30, status + answer[place + len(granted) :])


def test_unsigned_words_of_an_answer_are_not_taken_for_its_time(
    tsa: LocalTsa, tmp_path: Path
) -> None:
    site = make_site(tmp_path / "site")
    honest = timestamping(tsa.authority)

    def ask(head: Checkpoint) -> Proof:
        proof = honest.ask(head)
        token, chain = proof.objects
        told = dataclasses.replace(token, data=with_status_text(token.data, CLAIM))
        return dataclasses.replace(proof, objects=(told, chain))

    liar = Authority(honest.kind, honest.name, ask)
    package = export(site, tmp_path / "keys", tmp_path / "out", [liar])

    report = verify(package, trust(site, tsa))

    assert report.time[0] == "BOUNDED"
    assert "2020" not in report.time[2]
