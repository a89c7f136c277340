"""What the program `openssl` says: a second opinion on time stamps and on what was revoked."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from evidence.errors import ConfigError

OPENSSL_S = 20
SAID = re.compile(rb"^certificate\.pem: (good|revoked|unknown)$", re.MULTILINE)


def run_openssl(arguments: Sequence[str], files: Mapping[str, bytes]) -> tuple[int, bytes]:
    """(exit code, all it said) of openssl in a folder with these files.

    -1 when it takes longer than 20 s. Raises ConfigError when there is no openssl.
    """
    program = shutil.which("openssl")
    if program is None:
        raise ConfigError("openssl", "is not installed", "Install the package `openssl`")
    with tempfile.TemporaryDirectory(prefix="jejak-tsa-") as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            done = subprocess.run(  # noqa: S603 (fixed arguments; the data lies in files)
                [program, *arguments],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=OPENSSL_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return -1, b""
    return done.returncode, done.stdout


def lists_accepted(chain: bytes, roots: bytes, lists: bytes, *, every: bool, at: datetime) -> bool:
    """Whether `openssl verify` finds the chain's first certificate good with these lists at a time.

    every: each certificate below a root has its list; else the first one's alone is asked for.
    """
    files = {"chain.pem": chain, "roots.pem": roots, "lists.pem": lists}
    code, _said = run_openssl(
        [
            "verify", "-crl_check_all" if every else "-crl_check", "-CRLfile", "lists.pem",
            "-CAfile", "roots.pem", "-untrusted", "chain.pem", "-purpose", "timestampsign",
            "-partial_chain", "-attime", str(int(at.timestamp())), "chain.pem",
        ],
        files,
    )  # fmt: skip
    return code == 0


def ocsp_word(answer: bytes, certificate: bytes, issuer: bytes) -> str:
    """What an OCSP answer says of a certificate (PEM): good, revoked, unknown; `bad` when openssl
    does not take it as the issuer's or as one of somebody the issuer named for that."""
    files = {"answer.der": answer, "certificate.pem": certificate, "issuer.pem": issuer}
    code, said = run_openssl(
        [
            "ocsp", "-respin", "answer.der", "-issuer", "issuer.pem", "-cert", "certificate.pem",
            "-CAfile", "issuer.pem", "-partial_chain", "-no_nonce",
        ],
        files,
    )  # fmt: skip
    found = SAID.search(said)
    sound = code == 0 and b"Response verify OK" in said and b"WARNING" not in said
    return found.group(1).decode() if found and sound else "bad"
