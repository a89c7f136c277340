from __future__ import annotations

import pytest

from evidence.errors import ParseError
from evidence.ledger import Tree, leaf_hash, tiles
from evidence.ledger.tiles import tile_path


def test_a_log_of_70000_leaves_has_the_tiles_the_specification_lists() -> None:
    """c2sp.org/tlog-tiles: 273 full and one partial (112) level 0, one full and one partial (17)
    level 1, one partial (1) level 2."""
    size = 70_000
    tree = Tree([leaf_hash(b"")] * size)

    files = tiles([b""] * size, tree, b"note", size)

    level0 = [p for p in files if p.startswith("tile/0/")]
    assert len(level0) == 274
    assert len(files["tile/0/273.p/112"]) == 112 * 32
    assert len(files["tile/1/000"]) == 256 * 32
    assert len(files["tile/1/001.p/17"]) == 17 * 32
    assert files["tile/2/000.p/1"] == tree.node(16, 0)
    assert files["checkpoint"] == b"note"
    assert sum(p.startswith("tile/entries/") for p in files) == 274


def test_a_log_of_256_leaves_has_a_full_tile_and_one_hash_above_it() -> None:
    tree = Tree(leaf_hash(bytes([n])) for n in range(256))

    files = tiles([bytes([n]) for n in range(256)], tree, b"", 256)

    assert set(files) == {"checkpoint", "tile/entries/000", "tile/0/000", "tile/1/000.p/1"}
    assert files["tile/1/000.p/1"] == tree.root()
    assert files["tile/entries/000"][:6] == b"\0\1\0\0\1\1"


def test_tile_numbers_are_spelled_in_groups_of_three() -> None:
    assert tile_path("0", 1_234_067, 256) == "tile/0/x001/x234/067"


def test_an_entry_too_long_for_its_prefix_is_refused() -> None:
    entry = b"x" * 65_536

    with pytest.raises(ParseError, match="65536 bytes"):
        tiles([entry], Tree([leaf_hash(entry)]), b"", 1)
