"""A real time stamp authority on loopback, made with `openssl ts`, and liars built on it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from evidence.seal.timestamp import TimestampAuthority

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/{signer}.pem
signer_key = {folder}/{signer}.key
{certs}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
clock_precision_digits = 0
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed; remedy: apt-get install openssl")
    return subprocess.run(
        [program, *arguments], input=data, capture_output=True, check=True, timeout=60
    ).stdout


class LocalTsa:
    """A certificate authority with a TSA below it. days: life of the TSA's certificate."""

    def __init__(self, folder: Path, name: str, days: int = 3650) -> None:
        self.folder, self.name, self.lie = folder, name, ""
        self.other: LocalTsa | None = None
        self.url = ""
        folder.mkdir(parents=True)
        self._authority(name)
        for signer, use in (("tsa", "critical,timeStamping"), ("web", "serverAuth")):
            self._certificate(name, signer, use, days)
        (folder / "serial").write_text("01\n")
        # DER wants a SET in ascending order: two extra certificates in descending order break it.
        extra = sorted(
            (openssl("x509", "-in", str(folder / f"{n}.pem"), "-outform", "DER"), n)
            for n in ("root", "web")
        )
        pems = [(folder / f"{n}.pem").read_bytes() for _der, n in reversed(extra)]
        (folder / "unsorted.pem").write_bytes(b"".join(pems))
        self._config("tsa.cnf", "tsa", "")
        self._config("chain.cnf", "tsa", f"certs = {folder}/unsorted.pem")
        self.asked = 0

    @property
    def roots(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    @property
    def authority(self) -> TimestampAuthority:
        return TimestampAuthority(self.name, self.url, self.roots)

    def reply(self, query: bytes, config: str = "tsa.cnf") -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        return openssl(
            "ts", "-reply", "-config", str(self.folder / config),
            "-queryfile", str(self.folder / "q.tsq"),
        )  # fmt: skip

    def query(self, data: bytes) -> bytes:
        (self.folder / "data").write_bytes(data)
        return openssl("ts", "-query", "-data", str(self.folder / "data"), "-sha256", "-cert")

    def _authority(self, name: str) -> None:
        openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN=Root {name}", "-days", "3650",
            "-keyout", str(self.folder / "root.key"), "-out", str(self.folder / "root.pem"),
        )  # fmt: skip

    def _certificate(self, name: str, signer: str, use: str, days: int) -> None:
        at = self.folder
        openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={signer} {name}", "-keyout", str(at / f"{signer}.key"),
            "-out", str(at / f"{signer}.csr"),
        )  # fmt: skip
        (at / "ext").write_text(f"extendedKeyUsage={use}\nkeyUsage=critical,digitalSignature\n")
        openssl(
            "x509", "-req", "-in", str(at / f"{signer}.csr"), "-CA", str(at / "root.pem"),
            "-CAkey", str(at / "root.key"), "-CAcreateserial", "-days", str(days),
            "-extfile", str(at / "ext"), "-out", str(at / f"{signer}.pem"),
        )  # fmt: skip

    def _config(self, file: str, signer: str, certs: str) -> None:
        text = CONFIG.format(folder=self.folder, signer=signer, certs=certs)
        (self.folder / file).write_text(text)


class _Handler(BaseHTTPRequestHandler):
    tsa: LocalTsa

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.tsa.asked += 1
        status, media, body = answer_of(self.tsa, query)
        if self.tsa.lie == "slow":
            time.sleep(1.5)
        with suppress(BrokenPipeError, ConnectionResetError):
            self._send(status, media, body)

    def _send(self, status: int, media: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.tsa.lie == "drip":
            for byte in body[:40]:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
        else:
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return


def answer_of(tsa: LocalTsa, query: bytes) -> tuple[int, str, bytes]:
    """What the TSA answers under its present lie."""
    reply = "application/timestamp-reply"
    if tsa.lie == "http500":
        return 500, "text/plain", b"out of order"
    if tsa.lie == "json":
        return 200, "application/json", json.dumps({"error": "quota"}).encode()
    if tsa.lie == "json-as-token":
        return 200, reply, json.dumps({"error": "quota"}).encode()
    if tsa.lie == "nonce":
        # The query ends with the nonce and `certReq TRUE` (01 01 FF).
        return 200, reply, tsa.reply(flipped(query, len(query) - 4))
    if tsa.lie == "digest":
        return 200, reply, tsa.reply(flipped(query, query.index(b"\x04\x20") + 9))
    if tsa.lie == "signer" and tsa.other is not None:
        return 200, reply, tsa.other.reply(query)
    if tsa.lie == "unsorted":
        return 200, reply, tsa.reply(query, "chain.cnf")
    if tsa.lie == "large":
        return 200, reply, b"\0" * (2 << 20)
    if tsa.lie == "refused":
        return 200, reply, bytes.fromhex("30053003020102")
    return 200, reply, tsa.reply(query)


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x15]) + data[place + 1 :]


@contextmanager
def serving(tsa: LocalTsa) -> Iterator[LocalTsa]:
    """The TSA behind HTTP on loopback; its `lie` may be changed while it runs."""
    handler = type("Handler", (_Handler,), {"tsa": tsa})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    tsa.url = f"http://127.0.0.1:{server.server_address[1]}/tsr"
    try:
        yield tsa
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
