"""Hostile answers, made small; and a server that gives them."""

from __future__ import annotations

import gzip
import http.server
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import brotli
import zstandard

BIG = 300_000_000
CHUNK = bytes(1_000_000)


def deflated(size: int = BIG) -> bytes:
    """So many zeros as a raw deflate stream: one block that was compressed once, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packer.compress(CHUNK)
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(CHUNK) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // len(CHUNK)) + packer.flush()


@cache
def gzipped() -> bytes:
    """300 MB of zeros in a gzip member."""
    check = 0
    for _ in range(BIG // len(CHUNK)):
        check = zlib.crc32(CHUNK, check)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    return head + deflated() + struct.pack("<II", check, BIG)


def brotlied() -> bytes:
    """300 MB of zeros."""
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(CHUNK) for _ in range(BIG // len(CHUNK))), packer.finish()])


def zstandarded() -> bytes:
    """300 MB of zeros, in a frame that does not say its size."""
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join([*(packer.compress(CHUNK) for _ in range(BIG // len(CHUNK))), packer.flush()])


def flood_png(side: int = 40_000) -> bytes:
    """A picture of 1,600 megapixels in a few hundred kilobytes; no browser even tries."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    size = side * (1 + side // 8) // len(CHUNK) * len(CHUNK)
    check = 1
    for _ in range(size // len(CHUNK)):
        check = zlib.adler32(CHUNK, check)
    rows = b"\x78\xda" + deflated(size) + struct.pack(">I", check)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def many_frames_gif(frames: int = 50_000) -> bytes:
    """An animation of very many frames of 2,000 by 2,000."""
    head = b"GIF89a" + struct.pack("<HHBBB", 2000, 2000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 2000, 2000, 0) + b"\x02\x02\x4c\x01\x00"
    return head + frame * frames + b";"


def large_gif() -> bytes:
    """A picture of 100 megapixels in 33 bytes, which a browser decodes into 400 MB."""
    head = b"GIF89a" + struct.pack("<HHBBB", 10_000, 10_000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + b"," + struct.pack("<HHHHB", 0, 0, 10_000, 10_000, 0) + b"\x02\x02\x4c\x01\x00;"


def nested_svg(steps: int = 9) -> bytes:
    """A drawing of one circle a thousand million times, without entities."""
    tens = [f"<use href='#g{n}'/>" * 10 for n in range(steps)]
    step = "".join(f"<g id='g{n}'>{ten}</g>" for n, ten in enumerate(tens, 1))
    inside = f"<defs><g id='g0'><circle r='9'/></g>{step}</defs><use href='#g{steps}'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>".encode()


def flood_webp() -> bytes:
    """A WebP header that promises 16,384 by 16,384 pixels and has none."""
    bits = (16383) | (16383 << 14)
    data = b"\x2f" + struct.pack("<I", bits) + bytes(64)
    body = b"WEBPVP8L" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def entities(kind: str) -> bytes:
    """A billion laughs in a document of a kind (`rss`, `svg`)."""
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE {kind} [<!ENTITY e0 "ha">{steps}]>'
    inside = {
        "rss": "<rss version='2.0'><channel><title>&e11;</title><item><title>&e11;</title>"
        "</item></channel></rss>",
        "svg": "<svg xmlns='http://www.w3.org/2000/svg'><text>&e11;</text></svg>",
    }[kind]
    return (head + inside).encode()


DEEP_JSON = b'{"a":' * 500_000 + b"1" + b"}" * 500_000
WIDE_JSON = b"[" + b"[]," * 6_000_000 + b"[]]"
DEEP_HTML = b"<div>" * 3_000_000
WIDE_HTML = b"<a b=c>x</a>" * 1_500_000

Bodies = dict[str, tuple[str, dict[str, str], Callable[[], bytes]]]
BODIES: Bodies = {
    "gzip": ("text/html", {"Content-Encoding": "gzip"}, gzipped),
    "gzip-in-gzip": (
        "text/html", {"Content-Encoding": "gzip, gzip"}, lambda: gzip.compress(gzipped(), 1),
    ),
    "deflate": ("text/html", {"Content-Encoding": "deflate"}, deflated),
    "brotli": ("text/html", {"Content-Encoding": "br"}, brotlied),
    "zstd": ("text/html", {"Content-Encoding": "zstd"}, zstandarded),
    "flood.png": ("image/png", {}, flood_png),
    "large.png": ("image/png", {}, lambda: flood_png(20_000)),
    "large.gif": ("image/gif", {}, large_gif),
    "nested.svg": ("image/svg+xml", {}, nested_svg),
    "style": ("text/css", {"Content-Encoding": "gzip"}, gzipped),
    "script": ("text/javascript", {"Content-Encoding": "br"}, brotlied),
    "frames.gif": ("image/gif", {}, many_frames_gif),
    "flood.webp": ("image/webp", {}, flood_webp),
    "entities.svg": ("image/svg+xml", {}, lambda: entities("svg")),
    "entities.xml": ("application/rss+xml", {}, lambda: entities("rss")),
    "deep.json": ("application/json", {}, lambda: DEEP_JSON),
    "wide.json": ("application/json", {}, lambda: WIDE_JSON),
    "deep.html": ("text/html", {}, lambda: DEEP_HTML),
    "wide.html": ("text/html", {}, lambda: WIDE_HTML),
}  # fmt: skip


ready: dict[str, bytes] = {}


class Bomber(http.server.BaseHTTPRequestHandler):
    """Answers each path with its bomb; some paths have a way of their own."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.split("?")[0].lstrip("/")
        act = getattr(self, f"_{name.replace('-', '_')}", None)
        with suppress(OSError):
            if act is not None:
                act()
            elif name in BODIES:
                kind, headers, _ = BODIES[name]
                self._say(ready[name], kind, headers)
            elif name == "robots.txt":
                self._say(b"", "text/plain", {})
            else:
                self._say(b"<p>isi</p>", "text/html", {})
        self.close_connection = True

    def _say(self, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Connection", "close")
        self.end_headers()

    def _endless(self) -> None:
        self._start()
        self._without_end(CHUNK)

    def _dripping(self) -> None:
        self._start()
        for _ in range(200):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.1)

    def _silent(self) -> None:
        time.sleep(15)

    def _long_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Panjang: ")
        for _ in range(50):
            self.wfile.write(b"a" * 1_000_000)

    def _many_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self._without_end(b"".join(b"X-%d: isi\r\n" % n for n in range(10_000)))

    def _folded_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Lipat: awal\r\n")
        self._without_end(b" lanjutan\r\n" * 10_000)

    def _interim(self) -> None:
        self._without_end(b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" * 2_000)

    def _trailers(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"a\r\n<p>isi</p>\r\n0\r\n")
        self._without_end(b"".join(b"X-%d: isi\r\n" % n for n in range(10_000)))

    def _without_end(self, part: bytes) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self.wfile.write(part)

    def _loop(self) -> None:
        self.send_response(302)
        self.send_header("Location", f"/loop?{time.monotonic_ns()}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def bombs() -> Iterator[str]:
    """Address of a server of bombs on loopback; all are made before it answers."""
    ready.update({name: made() for name, (_, _, made) in BODIES.items() if name not in ready})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bomber)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
