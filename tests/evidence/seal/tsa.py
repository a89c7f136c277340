"""A real time stamp authority on loopback, made with `openssl ts`, and liars built on it."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence.seal.timestamp import TimestampAuthority

ISSUED = datetime(2020, 1, 1, tzinfo=UTC)
"""When the certificates begin: before any time that a test gives its clock."""
GRANTED = bytes.fromhex("3003020100")
TST_INFO = "1.2.840.113549.1.9.16.1.4"
USES = {
    "tsa": (ExtendedKeyUsageOID.TIME_STAMPING, True),
    "web": (ExtendedKeyUsageOID.SERVER_AUTH, False),
}

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


DIGITAL_SIGNATURE = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
    encipher_only=False, decipher_only=False,
)  # fmt: skip


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ISSUED)
        .not_valid_after(until)
    )


def der(tag: int, content: bytes) -> bytes:
    """One DER value."""
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([0x80 | len(length)]) if size > 127 else b"") + length + content


class LocalTsa:
    """A certificate authority with a TSA below it.

    days:  life of the TSA's certificate, from now on.
    names: more extensions of the TSA's certificate: where lists of revocations are published.
    clock: gives the time that tokens say; None: the real one.
    """

    clock: Callable[[], datetime] | None = None

    def __init__(
        self, folder: Path, name: str, days: int = 3650, names: Sequence[x509.ExtensionType] = ()
    ) -> None:
        self.folder, self.name, self.lie = folder, name, ""
        self.other: LocalTsa | None = None
        self.url = ""
        folder.mkdir(parents=True)
        self._authority(name)
        for signer in USES:
            self._certificate(name, signer, days, names)
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
        asked = ("ts", "-reply", "-config", str(self.folder / config),
                 "-queryfile", str(self.folder / "q.tsq"))  # fmt: skip
        if self.clock is None:
            return openssl(*asked)
        return self._said_at(openssl(*asked, "-token_out"), self.clock())

    def _said_at(self, token: bytes, moment: datetime) -> bytes:
        """The answer with the token's time changed, signed anew."""
        at = self.folder
        (at / "token").write_bytes(token)
        info = openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", str(at / "token"))
        place = info.index(b"\x18\x0f") + 2
        said = f"{moment:%Y%m%d%H%M%SZ}".encode()
        (at / "info").write_bytes(info[:place] + said + info[place + len(said) :])
        signed = openssl(
            "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256", "-econtent_type",
            TST_INFO, "-signer", str(at / "tsa.pem"), "-inkey", str(at / "tsa.key"),
            "-in", str(at / "info"), "-outform", "DER",
        )  # fmt: skip
        return der(0x30, GRANTED + signed)

    def query(self, data: bytes) -> bytes:
        (self.folder / "data").write_bytes(data)
        return openssl("ts", "-query", "-data", str(self.folder / "data"), "-sha256", "-cert")

    def _authority(self, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Root {name}")])
        builder = (
            _builder(subject, subject, key, datetime.now(UTC) + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        self._write("root", builder.sign(key, hashes.SHA256()), key)

    def _certificate(
        self, name: str, signer: str, days: int, names: Sequence[x509.ExtensionType]
    ) -> None:
        root = x509.load_pem_x509_certificate((self.folder / "root.pem").read_bytes())
        root_key = load_pem_private_key((self.folder / "root.key").read_bytes(), None)
        assert isinstance(root_key, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{signer} {name}")])
        use, critical = USES[signer]
        builder = (
            _builder(subject, root.subject, key, datetime.now(UTC) + timedelta(days=days))
            .add_extension(x509.ExtendedKeyUsage([use]), critical)
            .add_extension(DIGITAL_SIGNATURE, critical=True)
        )
        for extension in names:
            builder = builder.add_extension(extension, critical=False)
        self._write(signer, builder.sign(root_key, hashes.SHA256()), key)

    def _write(
        self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> None:
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / f"{name}.key").write_bytes(secret)
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

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
