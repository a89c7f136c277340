"""What is published about a stamp's certificates is kept with it, checked, and named when missing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import AuthorityInformationAccessOID

from evidence.ledger import Tree
from evidence.package.anchored import anchor_files
from evidence.seal.address import is_public
from evidence.seal.anchor import timestamping
from evidence.seal.authorities import open_anchors
from evidence.seal.http import Unanchored
from evidence.seal.revocation import Revocation, ask_revocation
from tests.evidence.seal.test_anchor import Office
from tests.evidence.seal.tsa import LocalTsa, openssl, serving

DAY = timedelta(days=1)


def near(address: str) -> bool:
    """The rule of an installation that allows its own network."""
    return address == "127.0.0.1"


class Publisher:
    """A TSA whose authority publishes a list at /list and answers OCSP at /ocsp, or does not."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.lists = b""
        self.asked: list[str] = []
        self.revoked: tuple[int, ...] = ()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                self.answer(publisher.lists)

            def do_POST(self) -> None:
                publisher.asked.append(self.path)
                query = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(publisher.answered(query))

            def answer(self, body: bytes) -> None:
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.tsa = LocalTsa(folder / "tsa", "satu", names=[self.extension(n) for n in names])
        self.publish()

    def extension(self, name: str) -> x509.ExtensionType:
        address = x509.UniformResourceIdentifier(f"{self.url}/{name}")
        if name == "list":
            return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])
        method = AuthorityInformationAccessOID.OCSP
        return x509.AuthorityInformationAccess([x509.AccessDescription(method, address)])

    def certificate(self, name: str = "tsa") -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.tsa.folder / f"{name}.pem").read_bytes())

    @property
    def chain(self) -> bytes:
        return (self.tsa.folder / "tsa.pem").read_bytes()

    def publish(
        self,
        *revoked: int,
        since: timedelta = -DAY,
        until: timedelta = DAY,
        by: Path | None = None,
        extension: x509.ExtensionType | None = None,
    ) -> None:
        folder, now = by or self.tsa.folder, datetime.now(UTC).replace(microsecond=0)
        key = load_pem_private_key((folder / "root.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate("root").subject)
            .last_update(now + since)
            .next_update(now + until)
        )
        if extension is not None:
            made = made.add_extension(extension, critical=not isinstance(extension, x509.CRLNumber))
        for serial in revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - DAY)
            made = made.add_revoked_certificate(one.build())
        self.lists = made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answered(self, query: bytes) -> bytes:
        at = self.tsa.folder
        serial = self.certificate().serial_number
        state = (
            "R\t350101000000Z\t250101000000Z" if serial in self.revoked else "V\t350101000000Z\t"
        )
        (at / "index.txt").write_text(f"{state}\t{serial:032X}\tunknown\t/CN=tsa satu\n")
        (at / "query.der").write_bytes(query)
        openssl(
            "ocsp", "-index", str(at / "index.txt"), "-CA", str(at / "root.pem"),
            "-rsigner", str(at / "root.pem"), "-rkey", str(at / "root.key"), "-ndays", "1",
            "-reqin", str(at / "query.der"), "-respout", str(at / "answer.der"),
        )  # fmt: skip
        return (at / "answer.der").read_bytes()

    def ask(self, timeout_s: float = 60) -> Revocation:
        now = datetime.now(UTC)
        return ask_revocation(self.chain, self.tsa.roots, now, near, timeout_s=timeout_s)

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    with Publisher(tmp_path_factory.mktemp("published"), "list", "ocsp") as publisher:
        yield publisher


@pytest.fixture
def published(running: Publisher) -> Publisher:
    running.revoked = ()
    running.asked.clear()
    running.publish()
    return running


def test_the_list_of_the_issuer_is_kept_and_openssl_checks_by_it(
    published: Publisher, tmp_path: Path
) -> None:
    kept = published.ask()

    (tmp_path / "lists.pem").write_bytes(kept.pem)
    openssl(
        "verify", "-crl_check_all", "-CRLfile", str(tmp_path / "lists.pem"), "-purpose",
        "timestampsign", "-CAfile", str(published.tsa.folder / "root.pem"),
        str(published.tsa.folder / "tsa.pem"),
    )  # fmt: skip
    assert (kept.word, published.asked) == ("KEPT", ["/list"])


def test_a_certificate_on_the_list_signs_nothing(published: Publisher) -> None:
    published.publish(published.certificate().serial_number)

    with pytest.raises(Unanchored) as caught:
        published.ask()

    assert caught.value.code == "REVOKED"


def test_without_a_list_the_answer_about_the_certificate_is_kept(published: Publisher) -> None:
    published.lists = b""

    kept = published.ask()

    assert (kept.word, published.asked) == ("KEPT", ["/list", "/ocsp"])
    assert kept.pem.startswith(b"-----BEGIN OCSP RESPONSE-----")


def test_a_certificate_answered_as_revoked_signs_nothing(published: Publisher) -> None:
    published.lists, published.revoked = b"", (published.certificate().serial_number,)

    with pytest.raises(Unanchored) as caught:
        published.ask()

    assert caught.value.code == "REVOKED"


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """Publishes a list and answers no OCSP."""
    with Publisher(tmp_path_factory.mktemp("silent"), "list") as publisher:
        yield publisher


@pytest.mark.parametrize("fault", ["HTTP_404", "NOT_A_LIST", "OUTDATED", "OTHER_ISSUER", "future"])
def test_a_list_that_proves_nothing_is_not_kept_and_named(
    silent: Publisher, fault: str, tmp_path: Path
) -> None:
    silent.publish()
    if fault == "HTTP_404":
        silent.lists = b""
    elif fault == "NOT_A_LIST":
        silent.lists = b"<html>"
    elif fault == "OUTDATED":
        silent.publish(since=-3 * DAY, until=-DAY)
    elif fault == "future":
        silent.publish(since=DAY, until=2 * DAY)
    else:
        silent.publish(by=LocalTsa(tmp_path / "lain", "lain").folder)

    kept = silent.ask()

    assert (kept.word, kept.pem) == ("OUTDATED" if fault == "future" else fault, b"")


def scope(**only: bool) -> x509.IssuingDistributionPoint:
    """A list that is about some certificates alone."""
    said = dict.fromkeys(
        ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl",
         "only_contains_attribute_certs"),
        False,
    )  # fmt: skip
    return x509.IssuingDistributionPoint(None, None, only_some_reasons=None, **{**said, **only})


@pytest.mark.parametrize(
    ("extension", "word"),
    [
        (x509.DeltaCRLIndicator(1), "PARTIAL"),
        (scope(indirect_crl=True), "PARTIAL"),
        (scope(only_contains_attribute_certs=True), "PARTIAL"),
        (scope(only_contains_ca_certs=True), "DISAGREE"),
        (x509.CRLNumber(1), "KEPT"),
    ],
)
def test_a_list_that_is_silent_about_some_certificates_is_named(
    silent: Publisher, extension: x509.ExtensionType, word: str
) -> None:
    silent.publish(extension=extension)

    kept = silent.ask()

    assert (kept.word, bool(kept.pem)) == (word, word != "PARTIAL")


def test_a_list_for_some_reasons_alone_is_not_asked_for(tmp_path: Path) -> None:
    address = x509.UniformResourceIdentifier("http://127.0.0.1:1/list")
    some = frozenset({x509.ReasonFlags.key_compromise})
    points = x509.CRLDistributionPoints([x509.DistributionPoint([address], None, some, None)])
    tsa = LocalTsa(tmp_path / "tsa", "sebagian", names=[points])
    chain = (tsa.folder / "tsa.pem").read_bytes()

    assert ask_revocation(chain, tsa.roots, datetime.now(UTC), near).word == "NO_ADDRESS"


def test_an_address_that_the_office_may_not_reach_is_not_asked(published: Publisher) -> None:
    """A certificate names any host it likes, also one inside the office."""
    kept = ask_revocation(published.chain, published.tsa.roots, datetime.now(UTC), is_public)

    assert (kept, published.asked) == (Revocation(b"", "EGRESS"), [])


@pytest.mark.parametrize(
    ("address", "public"),
    [("203.0.114.9", True), ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False),
     ("224.0.0.1", False), ("::1", False), ("::ffff:10.0.0.1", False), ("not an address", False)],
)  # fmt: skip
def test_only_public_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_no_time_left_is_said(published: Publisher) -> None:
    assert published.ask(timeout_s=0.0) == Revocation(b"", "TIMEOUT")


def test_a_certificate_that_names_no_address_is_said(tmp_path: Path) -> None:
    tsa = LocalTsa(tmp_path / "tsa", "sunyi")
    chain = (tsa.folder / "tsa.pem").read_bytes()

    assert ask_revocation(chain, tsa.roots, datetime.now(UTC), near).word == "NO_ADDRESS"


def test_a_chain_whose_issuer_is_not_there_is_said(published: Publisher, tmp_path: Path) -> None:
    other = LocalTsa(tmp_path / "tsa", "lain")

    assert ask_revocation(published.chain, other.roots, datetime.now(UTC), near).word == "NO_ISSUER"


def test_an_anchor_statement_holds_the_list_and_says_so(
    published: Publisher, tmp_path: Path
) -> None:
    (tmp_path / "anchors.toml").write_text(
        f'[[tsa]]\nname = "TSA Satu"\nurl = "URL"\nroot = "{published.tsa.folder}/root.pem"\n'
    )
    office = Office(tmp_path)
    with serving(published.tsa) as tsa:
        text = (tmp_path / "anchors.toml").read_text().replace("URL", tsa.url)
        (tmp_path / "anchors.toml").write_text(text)
        anchors = open_anchors(office.archive, tmp_path, office.now, reach=near)

        (standing,) = anchors.run(office.head())

    entry = list(office.archive.entries())[-1]
    kept = office.archive.open_object(entry.statement.rec, "revocation")
    assert (standing.status, standing.revocation) == ("anchored", "KEPT")
    assert [o.role for o in entry.statement.objects] == ["token", "chain", "revocation"]
    assert kept is not None
    assert b"BEGIN X509 CRL" in kept.data


def test_a_package_carries_what_openssl_needs_to_ask_for_revocation(
    published: Publisher, tmp_path: Path
) -> None:
    office = Office(tmp_path)
    with serving(published.tsa) as tsa:
        authority = timestamping(
            tsa.authority,
            revocation=lambda chain, roots: ask_revocation(chain, roots, office.now(), near),
        )
        office.anchors(authority).run(office.head())
    tree = Tree(stored for _, _, stored in office.archive.raw_leaves(0, office.archive.size()))

    files = dict(
        anchor_files(office.archive, list(office.archive.entries(0, 1)), office.head(), tree)
    )

    (kept,) = (data for path, data in files.items() if path.endswith("/0.pem"))
    (tmp_path / "0.pem").write_bytes(kept)
    openssl(
        "verify", "-crl_check", "-CRLfile", str(tmp_path / "0.pem"), "-purpose", "timestampsign",
        "-CAfile", str(published.tsa.folder / "root.pem"), str(tmp_path / "0.pem"),
    )  # fmt: skip


def test_a_list_that_could_not_be_had_hides_no_stamp(published: Publisher, tmp_path: Path) -> None:
    office = Office(tmp_path)
    with serving(published.tsa) as tsa:
        authority = timestamping(
            tsa.authority, revocation=lambda chain, roots: Revocation(b"", "UNREACHABLE")
        )
        (standing,) = office.anchors(authority).run(office.head())

    entry = list(office.archive.entries())[-1]
    assert (standing.status, standing.revocation) == ("anchored", "UNREACHABLE")
    assert [o.role for o in entry.statement.objects] == ["token", "chain"]


def test_a_stamp_by_a_revoked_certificate_is_pending(published: Publisher, tmp_path: Path) -> None:
    published.publish(published.certificate().serial_number)
    office = Office(tmp_path)
    with serving(published.tsa) as tsa:
        authority = timestamping(
            tsa.authority,
            revocation=lambda chain, roots: ask_revocation(chain, roots, office.now(), near),
        )
        (standing,) = office.anchors(authority).run(office.head())

    assert (standing.status, standing.reason) == ("pending", "REVOKED")
