"""The log as static files, so that independent auditors can read it. Source: c2sp.org/tlog-tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence.errors import ParseError
from evidence.ledger.tree import Tree

WIDTH = 256


def tiles(entries: Sequence[bytes], tree: Tree, note: bytes, size: int) -> dict[str, bytes]:
    """{path: bytes} of the tiled log of the first `size` entries, checkpoint included.

    entries: the leaves' bytes, each below 65,536.   tree: their tree, at least `size` leaves.
    Raises ParseError when an entry is too long for its length prefix.
    """
    files = {"checkpoint": note}
    for number, width in _tiles_of(size):
        part = entries[number * WIDTH : number * WIDTH + width]
        files[tile_path("entries", number, width)] = b"".join(_prefixed(e) for e in part)
    level, count = 0, size
    while count:
        for number, width in _tiles_of(count):
            first = number * WIDTH
            hashes = (tree.node(8 * level, n) for n in range(first, first + width))
            files[tile_path(str(level), number, width)] = b"".join(hashes)
        level, count = level + 1, count // WIDTH
    return files


def tile_path(level: str, number: int, width: int) -> str:
    """Path of a tile: `tile/0/x001/067`, with `.p/<width>` when it is partial."""
    groups: list[str] = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    path = "/".join(["tile", level, *groups])
    return path if width == WIDTH else f"{path}.p/{width}"


def _tiles_of(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count // WIDTH):
        yield number, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def _prefixed(entry: bytes) -> bytes:
    if len(entry) > 0xFFFF:
        raise ParseError("log entry", f"has {len(entry)} bytes, more than a tile entry can hold")
    return len(entry).to_bytes(2, "big") + entry
