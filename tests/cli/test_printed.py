"""Minutes as PDF: the words can be selected, and nothing outside the page is fetched."""

from __future__ import annotations

import http.server
import re
import threading
import zlib
from contextlib import suppress
from typing import Any, ClassVar

import pytest

from cli.printed import pdf_of


class Counting(http.server.BaseHTTPRequestHandler):
    """Counts who comes."""

    hits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def printed(page: str) -> bytes:
    made = pdf_of(page)
    if made is None:
        pytest.skip("WeasyPrint or Pango is missing: apt install libpango-1.0-0 libpangoft2-1.0-0")
    return made


def streams(pdf: bytes) -> list[bytes]:
    """The compressed parts of a PDF, unpacked."""
    found = []
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(part))
    return found


def test_minutes_become_a_pdf():
    made = printed('<!doctype html><html lang="id"><title>x</title><p>BERITA ACARA</p></html>')

    inside = b"\n".join((made, *streams(made)))
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in inside
    assert b"pdfuaid:part" in inside
    assert b"/Lang (id)" in inside


def test_a_page_that_refers_outside_reaches_nothing(tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "rahasia.txt"
    secret.write_text("rahasia")
    address = f"http://127.0.0.1:{server.server_address[1]}/x"

    made = printed(
        f'<!doctype html><link rel="stylesheet" href="{address}"><img src="{address}">'
        f'<img src="{secret.as_uri()}"><style>@import url({address});</style><p>isi</p>'
    )
    server.shutdown()

    assert Counting.hits == []
    assert made.startswith(b"%PDF-")
