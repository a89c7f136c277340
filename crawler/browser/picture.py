"""How many pixels a picture has, by its first bytes: nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Callable

LOOKED_THROUGH = 1_000_000
"""Bytes of a file's begin that are looked through for its size; in a JPEG camera data stands before it."""
MOST_PARTS = 5_000
"""Segments, extensions or boxes that are gone through; a file with more says nothing to us."""
JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of frames, ITU T.81 table B.1; the others of the row are tables."""
JPEG_ALONE = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})
"""Markers without a length, and the fill byte."""


def pixels(data: bytes) -> int | None:
    """Width times height as a picture's file says it: PNG, JPEG, GIF, WebP, AVIF, BMP, ICO with PNG.

    None for any other file, and where it does not say. What it says need not be true; a decoder makes
    room for what it says.
    """
    data = data[:LOOKED_THROUGH]
    for begins, read in READERS:
        if data.startswith(begins):
            return _product(read, data)
    if data[4:8] == b"ftyp":
        return _product(_avif, data)
    return None


def _product(read: Callable[[bytes], tuple[int, int] | None], data: bytes) -> int | None:
    try:
        size = read(data)
    except (struct.error, IndexError, ValueError):
        return None
    return abs(size[0] * size[1]) if size else None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    """The screen; a frame beyond it enlarges it, so its first frame is looked at too."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << (1 + (flags & 7)) if flags & 0x80 else 0)
    inside = False
    for _ in range(MOST_PARTS):  # extensions: a label, then blocks up to an empty one
        if not inside and data[at] != ord("!"):
            break
        at += 0 if inside else 2
        inside = data[at] > 0
        at += 1 + data[at]
    if not inside and data[at : at + 1] == b",":
        left, top, wide, high = struct.unpack_from("<HHHH", data, at + 1)
        width, height = max(width, left + wide), max(height, top + high)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(MOST_PARTS):
        if data[at] != 0xFF or data[at + 1] in JPEG_ALONE:
            at = data.index(b"\xff", at + 1)
        elif data[at + 1] in JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        low, high, lower, higher = struct.unpack_from("<HBHB", data, 24)
        return (high << 16 | low) + 1, (higher << 16 | lower) + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _bmp(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<ii", data, 18)
    return width, height


def _icon(data: bytes) -> tuple[int, int] | None:
    """The largest picture in an icon that is a PNG; others have at most 256 by 256."""
    count = int.from_bytes(data[4:6], "little")
    found = [(256, 256)]
    for at in range(6, 6 + 16 * min(count, 256), 16):
        start = int.from_bytes(data[at + 12 : at + 16], "little")
        if data.startswith(b"\x89PNG", start):
            found.append(_png(data[start:]))
    return max(found, key=lambda size: size[0] * size[1])


def _avif(data: bytes) -> tuple[int, int] | None:
    """The largest of the sizes (`ispe`, of the whole and of each part) that its `meta` box names."""
    at, found = 0, []
    for _ in range(MOST_PARTS):
        if data[at + 4 : at + 8] == b"meta":
            break
        at += max(8, int.from_bytes(data[at : at + 4], "big"))
    for _ in range(MOST_PARTS):
        at = data.find(b"ispe", at) + 4
        if at < 4:
            break
        width, height = struct.unpack_from(">II", data, at + 4)
        found.append((width, height))
    return max(found, key=lambda size: size[0] * size[1], default=None)


READERS: tuple[tuple[bytes, Callable[[bytes], tuple[int, int] | None]], ...] = (
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF8", _gif),
    (b"\xff\xd8", _jpeg),
    (b"RIFF", _webp),
    (b"BM", _bmp),
    (b"\0\0\1\0", _icon),
    (b"\0\0\2\0", _icon),
)
