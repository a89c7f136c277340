"""Captures as WARC 1.1 records: what was asked, what came, and which statement of the log says so.

The records are made from committed objects alone, so the same captures give the same bytes again.
docs/formats/web-archive.md is the norm. Source: ISO 28500:2017 (WARC 1.1).
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from evidence.canonical import decode, parse_instant
from evidence.model import Entry

NAMESPACE = uuid.UUID("6b0c3f0e-6a65-6a61-8b00-000000000001")
"""Record ids are UUIDv5 of the capture's record id and the kind of WARC record in this space."""
ROLES = frozenset({"exchange", "body", "request"})
"""Objects of a capture that a web archive is made of."""
TRUNCATED = {
    "dataloss": "disconnect",
    "download_stopped": "length",
    "partial": "disconnect",
}
"""Why a body is not whole: our downloader's flag -> WARC-Truncated."""
RENDERED = {"dom": "urn:dom:", "screenshot": "urn:fullPage:", "file": ""}
"""What a browser made of a page stands under a name of its own, never under the page's. A file that
was handed in has its digest for an address."""
CERTIFICATE = "urn:tls-certificate:sha256:"
PKIX = "application/pkix-cert"
SAFE = "!#$%&'()*+,-./:;=?@[]_~"
NO_TYPE = "unknown"
"""Media type of a body whose server gave none."""
FIELDS = "application/warc-fields"
STORED = ("image/", "video/", "audio/")


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture statement and those of its objects that may be shown.

    facts:    the statement's.   exchange: its `exchange` object, decoded.
    body:     None when it is not at hand; `closed` says why: `none`, `not kept`, `withheld` or
              `erased`, empty when it is there.
    media:    media type the body was committed under.
    """

    rec: str
    index: int
    leaf_hash: bytes
    facts: Mapping[str, Any]
    exchange: Mapping[str, Any]
    body: bytes | None
    request: bytes
    media: str
    closed: str


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record. `head` and `payload` together are its block.

    named:   further WARC header fields.
    payload: what the payload digest is of; the whole block but for HTTP messages.
    status:  HTTP status of a response, else None.
    indexed: whether readers look it up by its address.
    """

    type: str
    id: str
    at: str
    uri: str
    media: str
    head: bytes
    payload: bytes
    named: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    mime: str = ""
    indexed: bool = False
    compressible: bool = True


def capture_of(entry: Entry, objects: Mapping[str, bytes], closed: Mapping[str, str]) -> Capture:
    """A capture from its log entry and opened objects.

    closed: role -> `withheld` or `erased`.   Raises ParseError when the exchange is malformed,
    KeyError when it is not among the objects.
    """
    statement = entry.statement
    media = next((o.media for o in statement.objects if o.role == "body"), "")
    body = objects.get("body")
    missing = closed.get("body", "none" if statement.facts.get("body_kept") else "not kept")
    return Capture(
        rec=statement.rec,
        index=entry.index,
        leaf_hash=entry.leaf_hash,
        facts=statement.facts,
        exchange=decode(objects["exchange"]),
        body=body,
        request=objects.get("request", b""),
        media=media,
        closed="" if body is not None else missing,
    )


def records(capture: Capture, known_certificates: set[str]) -> Iterator[Record]:
    """The WARC records of one capture, in order: request, response or resource, metadata.

    known_certificates: SHA-256 (hex) of the TLS certificates this WARC holds already; a new one is
    added to it and written once.
    """
    kind = str(capture.facts.get("kind"))
    uri = RENDERED.get(kind, "") + _uri(capture)
    answer = _resource(capture, uri) if kind in RENDERED else _response(capture)
    request = None if kind in RENDERED else _request(capture, answer)
    main = answer or request
    yield from (record for record in (request, answer) if record)
    certificate = base64.b64decode(str(capture.exchange.get("certificate") or ""))
    digest = hashlib.sha256(certificate).hexdigest() if certificate else ""
    if main and certificate and digest not in known_certificates:
        known_certificates.add(digest)
        yield _certificate(capture, main, certificate, digest)
    yield _metadata(capture, uri, main, digest)


def record_name(rec: str, kind: str) -> str:
    """WARC-Record-ID of one record of a capture."""
    return f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{rec}/{kind}')}>"


def info_record(name: str, *, at: str, fields: Mapping[str, str]) -> Record:
    """The `warcinfo` record that a WARC file begins with. name: of the file; fields: one line each."""
    block = _fields([(key, value) for key, value in fields.items() if value])
    named = (("WARC-Filename", name),)
    return Record("warcinfo", record_name(name + at, "warcinfo"), at, "", FIELDS, b"", block, named)


def _resource(capture: Capture, uri: str) -> Record | None:
    """A screenshot or a serialised document, as the resource it is."""
    if capture.body is None:
        return None
    # The browser's serialisation is written as UTF-8, whatever the page came in.
    media = f"{capture.media}; charset=utf-8" if capture.media == "text/html" else capture.media
    return Record(
        "resource", record_name(capture.rec, "resource"), _at(capture), uri, media, b"",
        capture.body, _truncated(capture), mime=capture.media, indexed=True,
        compressible=not media.startswith(STORED),
    )  # fmt: skip


def _request(capture: Capture, answer: Record | None) -> Record:
    said = capture.exchange
    parts = urlsplit(_uri(capture))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [(str(k), str(v)) for k, v in said.get("request_headers", ())]
    if not any(name.lower() == "host" for name, _value in headers):
        # The HTTP library adds it when it writes the request; it is not among the headers kept.
        headers.insert(0, ("Host", parts.netloc.rpartition("@")[2]))
    head = _http(f"{said.get('method', 'GET')} {target} HTTP/1.1", headers)
    concurrent = (("WARC-Concurrent-To", answer.id),) if answer else ()
    return Record(
        "request", record_name(capture.rec, "request"), _at(capture), _uri(capture),
        "application/http;msgtype=request", head, capture.request, _remote(capture) + concurrent,
    )  # fmt: skip


def _response(capture: Capture) -> Record | None:
    said, body = capture.exchange, capture.body
    if body is None or said.get("status") is None:
        return None
    protocol = str(said.get("protocol") or "")
    spoken = protocol if re.fullmatch(r"HTTP/1\.[01]", protocol) else "HTTP/1.1"
    headers = [(str(k), str(v)) for k, v in said.get("response_headers", ())]
    media = capture.media.split(";")[0].strip()
    coded = any(name.lower() == "content-encoding" for name, _value in headers)
    protocols = (("WARC-Protocol", protocol.lower()),) if protocol else ()
    return Record(
        "response", record_name(capture.rec, "response"), _at(capture), _uri(capture),
        "application/http;msgtype=response",
        _http(_status_line(spoken, int(said["status"])), headers), body,
        _remote(capture) + protocols + _truncated(capture),
        status=int(said["status"]), mime="" if media == NO_TYPE else media, indexed=True,
        compressible=not (coded or media.startswith(STORED)),
    )  # fmt: skip


def _status_line(protocol: str, status: int) -> str:
    """The status line; the phrase is the registered one, the HTTP library does not tell it."""
    try:
        return f"{protocol} {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{protocol} {status} "


def _http(first: str, headers: list[tuple[str, str]]) -> bytes:
    """An HTTP/1.1 message head of kept names and values."""
    lines = [first]
    for name, value in headers:
        # The body is kept without its transfer coding; readers must not look for chunks in it.
        shown = "X-Orig-Transfer-Encoding" if name.lower() == "transfer-encoding" else name
        lines.append(f"{_line(shown)}: {_line(value)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _certificate(capture: Capture, main: Record, certificate: bytes, digest: str) -> Record:
    """The certificate the server showed, as DER, at the first capture it was seen in.

    Under a name of its own: indexers would list it beside the page, and replay it in its place.
    """
    return Record(
        "metadata", record_name(digest, "certificate"), _at(capture), CERTIFICATE + digest, PKIX,
        b"", certificate, (("WARC-Refers-To", main.id),), mime=PKIX, indexed=True,
    )  # fmt: skip


def _metadata(capture: Capture, uri: str, main: Record | None, certificate: str) -> Record:
    """What the log says of this capture, so that a record leads back to its statement."""
    facts, said = capture.facts, capture.exchange
    asked_at = str(said.get("requested_at") or _at(capture))
    took = parse_instant(_at(capture)) - parse_instant(asked_at)
    lines = [
        ("jejak-record", capture.rec),
        ("jejak-index", capture.index),
        ("jejak-leaf-hash", capture.leaf_hash.hex()),
        ("jejak-kind", facts.get("kind")),
        ("jejak-state", facts.get("state")),
        ("jejak-via", facts.get("via")),
        ("jejak-of", facts.get("of")),
        ("jejak-error", said.get("error")),
        ("jejak-flags", " ".join(said.get("flags", ()))),
        ("jejak-body", capture.closed or "here"),
        ("jejak-body-bytes", said.get("body_bytes")),
        ("jejak-body-sha256", said.get("body_sha256")),
        ("jejak-requested-at", asked_at),
        ("jejak-fetched-at", _at(capture)),
        ("jejak-tls-certificate-sha256", certificate),
        ("fetchTimeMs", round(took.total_seconds() * 1000)),
    ]
    shown = [(name, str(value)) for name, value in lines if value not in (None, "")]
    return Record(
        "metadata", record_name(capture.rec, "metadata"), _at(capture), uri, FIELDS, b"",
        _fields(shown), (("WARC-Concurrent-To", main.id),) if main else (),
    )  # fmt: skip


def _fields(lines: list[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {_line(value)}\r\n" for name, value in lines).encode()


def _line(text: str) -> str:
    """A text that cannot begin another line."""
    return re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", " ", text)


def _uri(capture: Capture) -> str:
    """The address asked for; what may not stand in a header line is escaped."""
    return quote(str(capture.exchange["url"]), safe=SAFE, errors="replace")


def _at(capture: Capture) -> str:
    return str(capture.facts["fetched_at"])


def _remote(capture: Capture) -> tuple[tuple[str, str], ...]:
    """The address of the server, without a port."""
    remote = str(capture.exchange.get("remote") or "")
    address = re.fullmatch(r"\[?([0-9a-fA-F:.]*[0-9a-fA-F])\]?(?::\d+)?", remote)
    if address is None:
        return ()
    plain = remote.rpartition(":")[0] if remote.count(":") == 1 or "]" in remote else remote
    return (("WARC-IP-Address", plain.strip("[]")),)


def _truncated(capture: Capture) -> tuple[tuple[str, str], ...]:
    """Why the payload is not all there is, when it is not."""
    if capture.facts.get("state") != "PARTIAL":
        return ()
    reasons = [TRUNCATED[flag] for flag in capture.exchange.get("flags", ()) if flag in TRUNCATED]
    return (("WARC-Truncated", reasons[0] if reasons else "unspecified"),)
