"""Time stamps from a real TSA are kept; those of every kind of liar are not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rfc3161_client import VerificationError, decode_timestamp_response

from evidence.errors import ConfigError
from evidence.seal.http import Unanchored
from evidence.seal.timestamp import TimestampAuthority, request_stamp
from tests.evidence.seal.tsa import LocalTsa, openssl, serving

NOTE = b"log.test\n1\nAAAA\n\n\xe2\x80\x94 log.test AAAA\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> LocalTsa:
    folder = tmp_path_factory.mktemp("tsa")
    tsa = LocalTsa(folder / "one", "satu")
    tsa.other = LocalTsa(folder / "two", "lain")
    return tsa


@pytest.fixture
def tsa(made: LocalTsa) -> Iterator[LocalTsa]:
    made.lie = ""
    with serving(made) as running:
        yield running


def test_a_stamp_is_over_the_notes_digest_and_carries_its_chain(tsa: LocalTsa) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)

    stamp = request_stamp(tsa.authority, NOTE)

    info = decode_timestamp_response(stamp.response).tst_info
    assert info.message_imprint.message == hashlib.sha256(NOTE).digest()
    assert before <= stamp.time <= datetime.now(UTC)
    assert stamp.until > datetime.now(UTC) + timedelta(days=3000)
    assert b"BEGIN CERTIFICATE" in stamp.chain


def test_openssl_alone_confirms_a_kept_stamp(tsa: LocalTsa, tmp_path: Path) -> None:
    (tmp_path / "note").write_bytes(NOTE)
    (tmp_path / "tsr").write_bytes(request_stamp(tsa.authority, NOTE).response)

    openssl("ts", "-verify", "-data", str(tmp_path / "note"), "-in", str(tmp_path / "tsr"),
            "-CAfile", str(tsa.folder / "root.pem"))  # fmt: skip


@pytest.mark.parametrize(
    ("lie", "code"),
    [("http500", "HTTP_500"), ("json", "NOT_A_TOKEN"), ("json-as-token", "NOT_A_TOKEN"),
     ("nonce", "NONCE"), ("digest", "DIGEST"), ("signer", "SIGNER"), ("unsorted", "DISAGREE"),
     ("large", "TOO_LARGE"), ("refused", "REFUSED")],
)  # fmt: skip
def test_a_lying_authority_gives_nothing(tsa: LocalTsa, lie: str, code: str) -> None:
    tsa.lie = lie

    with pytest.raises(Unanchored) as caught:
        request_stamp(tsa.authority, NOTE)

    assert caught.value.code == code


@pytest.mark.parametrize("lie", ["slow", "drip"])
def test_a_slow_authority_holds_nobody(tsa: LocalTsa, lie: str) -> None:
    tsa.lie = lie

    with pytest.raises(Unanchored) as caught:
        request_stamp(tsa.authority, NOTE, timeout_s=0.5)

    assert caught.value.code == "TIMEOUT"


def test_an_authority_that_is_down_is_unreachable(tsa: LocalTsa) -> None:
    down = TimestampAuthority("mati", "http://127.0.0.1:9/tsr", tsa.roots)

    with pytest.raises(Unanchored) as caught:
        request_stamp(down, NOTE, timeout_s=2)

    assert caught.value.code == "UNREACHABLE"


def test_openssl_takes_the_unsorted_token_that_the_other_checker_refuses(
    tsa: LocalTsa, tmp_path: Path
) -> None:
    """Why two checkers: measured with OpenSSL 3.0.19 and rfc3161-client 1.0.9, 2026-11."""
    (tmp_path / "note").write_bytes(NOTE)
    (tmp_path / "tsr").write_bytes(tsa.reply(tsa.query(NOTE), "chain.cnf"))

    openssl("ts", "-verify", "-data", str(tmp_path / "note"), "-in", str(tmp_path / "tsr"),
            "-CAfile", str(tsa.folder / "root.pem"))  # fmt: skip
    with pytest.raises(ValueError):
        decode_timestamp_response((tmp_path / "tsr").read_bytes())


def test_a_root_file_without_certificates_is_refused() -> None:
    with pytest.raises(ConfigError):
        TimestampAuthority("x", "http://127.0.0.1/", b"no certificate")


def test_a_token_that_one_of_two_verifiers_refuses_is_none(
    tsa: LocalTsa, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> bool:
        raise VerificationError("refused")

    monkeypatch.setattr("rfc3161_client.verify._Verifier.verify_message", refuses)

    with pytest.raises(Unanchored) as caught:
        request_stamp(tsa.authority, NOTE)

    assert caught.value.code == "DISAGREE"
