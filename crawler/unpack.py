"""A saved body as the reader wants it: decompressed when it really is compressed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

MAX_BYTES = 100_000_000
_CHUNK = 65_536


class Oversize(Exception):
    """A body unpacks to more than MAX_BYTES."""


class _NotPacked(Exception):
    """The bytes are not what Content-Encoding promises."""


def unpack(body: bytes, encoding: str) -> bytes:
    """The body without the codings that Content-Encoding names, in reverse order.

    A coding the bytes do not have (many tools save the decompressed body and keep the header)
    leaves them as they are; a stream cut short gives what could be unpacked. Raises Oversize.
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        unpacker = UNPACKERS.get(name)
        if unpacker is None:
            return body
        try:
            body = b"".join(_bounded(unpacker(body)))
        except _NotPacked:
            return body
    return body


def _bounded(parts: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for part in parts:
        total += len(part)
        if total > MAX_BYTES:
            raise Oversize(f"body unpacks to more than {MAX_BYTES} bytes")
        yield part


def _zlib(body: bytes, wbits: int) -> Iterator[bytes]:
    engine = zlib.decompressobj(wbits)
    data, any_yet = body, False
    while data:
        try:
            part = engine.decompress(data, _CHUNK)
        except zlib.error as error:
            if any_yet:
                return
            raise _NotPacked from error
        any_yet = any_yet or bool(part)
        yield part
        data = engine.unconsumed_tail
        if engine.eof and engine.unused_data[:2] == b"\x1f\x8b":
            data, engine = engine.unused_data, zlib.decompressobj(wbits)


def _gzip(body: bytes) -> Iterator[bytes]:
    if body[:2] != b"\x1f\x8b":
        raise _NotPacked
    return _zlib(body, 16 + zlib.MAX_WBITS)


def _deflate(body: bytes) -> Iterator[bytes]:
    """RFC 9110 says zlib; some servers send raw deflate."""
    is_zlib = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _zlib(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def _brotli(body: bytes) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped]

    if body.lstrip()[:1] in (b"{", b"[", b"<"):
        # Brotli has no magic number; text that looks like text is text.
        raise _NotPacked
    engine = brotli.Decompressor()
    any_yet = False
    data = body
    while not engine.is_finished():
        try:
            part = engine.process(data, output_buffer_limit=_CHUNK)
        except brotli.error as error:
            if any_yet:
                return
            raise _NotPacked from error
        any_yet = any_yet or bool(part)
        if not part and engine.can_accept_more_data():
            return
        yield part
        data = b""


def _zstd(body: bytes) -> Iterator[bytes]:
    if body[:4] != b"\x28\xb5\x2f\xfd":
        raise _NotPacked
    try:
        import zstandard
    except ImportError as error:
        raise _NotPacked from error
    engine = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(body)
    any_yet = False
    while True:
        try:
            part = engine.read(_CHUNK)
        except zstandard.ZstdError as error:
            if any_yet:
                return
            raise _NotPacked from error
        if not part:
            return
        any_yet = True
        yield part


UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
