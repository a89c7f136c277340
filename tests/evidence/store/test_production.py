"""The settings of docs/how-to/production.md, as they stand there, on three members with TLS."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from evidence.canonical import new_record_id
from evidence.errors import ConfigError, StoreError
from evidence.model import Draft, StatementType
from evidence.projection import TABLES
from evidence.seal import Signer
from evidence.store import open_archive
from evidence.store.binary import find_mongod
from evidence.store.mongo import archive as mongo
from evidence.store.mongo.roles import Secured, secure
from tests.servers.process import PATIENCE_S, free_ports, start, stop, tail

pytestmark = [pytest.mark.mongo, pytest.mark.timeout(600)]
PAGE = Path(__file__).parents[3] / "docs/how-to/production.md"
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
Client = MongoClient[dict[str, Any]]


def documented() -> str:
    """The `mongod.conf` of the page."""
    block = re.search(r"in `mongod\.conf`:\n\n((?: {4}.*\n)+)", PAGE.read_text("utf-8"))
    assert block, "the page shows no mongod.conf"
    return re.sub(r"(?m)^ {4}", "", block.group(1))


class Members:
    """Three members with the page's settings; only places and ports are this machine's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mongod = folder, find_mongod()
        self.ports = free_ports(3)
        self.ca = authority(folder)
        (folder / "set.key").write_text("c2VjcmV0" * 8)
        (folder / "set.key").chmod(0o400)
        self.running: dict[int, subprocess.Popen[bytes]] = {}
        for port in self.ports:
            (folder / str(port)).mkdir()
            self.start(port, documented())

    def start(self, port: int, text: str) -> None:
        text = text.replace("bindIp: 127.0.0.1,10.1.2.3", f"bindIp: 127.0.0.1\n  port: {port}")
        text = text.replace("/etc/mongod", str(self.folder))
        text += f"storage: {{ dbPath: {self.folder / str(port)}, wiredTiger: {{ engineConfig: "
        text += "{ cacheSizeGB: 0.25 } } }\n"
        file = self.folder / f"{port}.conf"
        file.write_text(text)
        self.running[port] = start([self.mongod, "--config", file], self.log(port))

    def log(self, port: int) -> Path:
        return self.folder / f"{port}.log"

    def ask(self, port: int, command: Any, login: str = "") -> dict[str, Any]:
        """An answer of one member, awaited while it starts."""
        url = f"mongodb://{login}localhost:{port}/?directConnection=true&{self.options}"
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                with Client(url, serverSelectionTimeoutMS=1_000) as client:
                    return dict(client.admin.command(command))
            except PyMongoError as error:
                ended = self.running[port].poll() is not None
                if ended or time.monotonic() > until or getattr(error, "code", None) == 13:
                    raise AssertionError(f"{error} {tail(self.log(port))}") from error
                time.sleep(0.1)

    def await_state(self, port: int, *names: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not any(self.ask(port, "hello").get(name) for name in names):
            assert time.monotonic() < until, f"{port} is no {names}: {tail(self.log(port))}"
            time.sleep(0.1)

    def primary(self) -> int:
        """The member that was elected, awaited: on a busy machine it is any of them."""
        until = time.monotonic() + PATIENCE_S
        while True:
            for port in self.ports:
                if self.ask(port, "hello").get("isWritablePrimary"):
                    return port
            assert time.monotonic() < until, f"no primary: {tail(self.log(self.ports[0]))}"
            time.sleep(0.1)

    def restart(self, port: int, text: str) -> None:
        stop(self.running[port], grace_s=30)
        self.start(port, text)
        self.await_state(port, "isWritablePrimary", "secondary")

    @property
    def options(self) -> str:
        """As the page's URL has them, and no certificate of the client's own."""
        return f"tls=true&tlsCAFile={self.ca}"

    def url(self, login: str = "") -> str:
        hosts = ",".join(f"localhost:{port}" for port in self.ports)
        return f"mongodb://{login}{hosts}/jejak?authSource=admin&replicaSet=jejak&{self.options}"


def authority(folder: Path, name: str = "ca") -> Path:
    """An authority and, by it, `node.pem` for localhost; gives the authority's certificate."""
    key, node = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Uji {name}")])
    made = _certificate(issuer, issuer, key, key, x509.BasicConstraints(True, None))
    (folder / f"{name}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    if name == "ca":
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        made = _certificate(subject, issuer, node, key, names, x509.ExtendedKeyUsage(both))
        secret = node.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "node.pem").write_bytes(secret + made.public_bytes(Encoding.PEM))
    return folder / f"{name}.pem"


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *extensions: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(by, hashes.SHA256())


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    """Set up in the page's order; the administrator comes through the localhost exception."""
    try:
        made = Members(tmp_path_factory.mktemp("production"))
    except ConfigError as error:
        pytest.skip(f"needs a mongod of the wheel, or JEJAK_MONGOD: {error}")
    try:
        hosts = [{"_id": n, "host": f"localhost:{p}"} for n, p in enumerate(made.ports)]
        made.ask(made.ports[0], {"replSetInitiate": {"_id": "jejak", "members": hosts}})
        admin = {"createUser": "admin", "pwd": "rahasia", "roles": ["root"]}
        made.ask(made.primary(), admin)
        yield made
    finally:
        for process in made.running.values():
            stop(process, gently=signal.SIGKILL)  # nothing of theirs is needed any more


@pytest.fixture(scope="module")
def secured(members: Members) -> Secured:
    return secure(members.url("admin:rahasia@"), TABLES)


def url_of(made: Secured, user: str) -> str:
    return next(login.url for login in made.logins if login.user == user)


def test_the_page_s_settings_leave_nothing_open_but_what_it_says_to_close_next(
    secured: Secured,
) -> None:
    """The first user needs the localhost exception; the wheel's server is an old one."""
    assert set(secured.exposures) == {"LOCALHOST_BYPASS", "OLD_VERSION"}


def test_evidence_is_kept_and_sealed_over_tls(secured: Secured, tmp_path: Path) -> None:
    with (
        closing(open_archive(url_of(secured, "archive"), tmp_path)) as archive,
        closing(open_archive(url_of(secured, "signer"), tmp_path)) as signing,
    ):
        signer = Signer(signing, tmp_path / "keys", "produksi.test/log")
        signer.found(AT, "test")
        archive.record([Draft(StatementType.ALARM, new_record_id(), AT, "system", {})])
        sealed = signer.seal(AT)

        assert sealed is not None
        assert sealed.size == archive.size() > 1


@pytest.mark.parametrize(
    "fault", ["no TLS", pytest.param("another authority", marks=pytest.mark.soak)]
)
def test_who_does_not_speak_tls_to_the_right_server_is_told_nothing(
    members: Members, secured: Secured, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "SELECT_MS", 1_000)  # it is tried until then; nothing else changes
    url = url_of(secured, "archive")
    if fault == "no TLS":
        url = url.replace("tls=true", "tls=false").replace(f"&tlsCAFile={members.ca}", "")
    else:
        url = url.replace(str(members.ca), str(authority(tmp_path, "lain")))

    with pytest.raises(StoreError, match="does not answer"):
        mongo.open_mongo(url)


@pytest.mark.soak
def test_members_restarted_one_by_one_close_the_last_gap_and_lose_nothing(
    members: Members, secured: Secured, tmp_path: Path
) -> None:
    closed = documented().replace(
        "{ authenticationMechanisms: SCRAM-SHA-256 }",
        "{ authenticationMechanisms: SCRAM-SHA-256, enableLocalhostAuthBypass: false }",
    )
    with closing(open_archive(url_of(secured, "archive"), tmp_path)) as archive:
        before = archive.size()
        for number, port in enumerate(members.ports):
            members.restart(port, closed)
            archive.record([Draft(StatementType.ALARM, new_record_id(), AT, "system", {})])
            assert archive.size() == before + number + 1

    assert secure(members.url("admin:rahasia@"), TABLES).exposures == ("OLD_VERSION",)
