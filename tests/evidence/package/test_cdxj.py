from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.package.cdxj import LINES_PER_BLOCK, Index, Placed, blocks, header, timestamp, url_key


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://mastodon.test/api/v1/a?limit=40&Max_id=3", "test,mastodon)/api/v1/a?limit=40&max_id=3"),
        ("https://www.Contoh.id/Jalan/", "id,contoh)/jalan"),
        ("https://www2.a.id/?b=2&a=3", "id,a)/?a=3&b=2"),
        ("http://127.0.0.1:8080/a/b/?x", "1,0,0,127:8080)/a/b?x"),
        ("https://a.test/x?did=did%3Aplc%3Aabc&rkey=A", "test,a)/x?did=did:plc:abc&rkey=a"),
        ("https://user:pw@a.id:443/x#frag", "id,a)/x"),
        ("https://a.id//x/../y/./z", "id,a)/y/z"),
        ("http://a.id:8443/%7Eu/%C3%A9?q=%20+x", "id,a:8443)/~u/%c3%a9?q=%20+x"),
        ("https://a.id/p?b=&a", "id,a)/p?a&b="),
        ("https://a.id/a%2Fb%25", "id,a)/a/b%25"),
        ("https://a.id", "id,a)/"),
        ("http://[::1]:80/x", "::1)/x"),
        ("urn:fullPage:https://contoh.id/A?b=1", "urn:fullpage:https://contoh.id/a?b=1"),
        ("urn:dom:https://contoh.id/", "urn:dom:https://contoh.id"),
    ],
)  # fmt: skip
def test_keys_are_those_of_the_surt_library(url: str, key: str) -> None:
    """Expected values were printed by surt 0.3.1."""
    assert url_key(url) == key


@given(st.text(max_size=60))
def test_any_address_has_a_key_of_one_word(tail: str) -> None:
    for address in (f"https://a.id/{tail}", f"https://{tail}", tail):
        assert not set(url_key(address)) & set(" \t\r\n\x00")
        assert url_key(address).isascii()


def test_lines_are_found_by_their_key_in_order_of_time() -> None:
    index = Index()
    place = Placed("a.warc.gz", 7, 9, "0" * 64, "sha256:X")
    index.add("https://b.id/", "2026-11-22T02:00:00.000Z", {"mime": "x"}, place)
    index.add("https://a.id/", "2026-11-22T03:00:00.000Z", {"mime": "x"}, place)
    index.add("https://a.id/", "2026-11-22T02:00:00.999Z", {"mime": "x", "status": "200"}, place)
    heads = [line.split(" {")[0] for line in index.ordered()]
    said = json.loads(index.ordered()[0].split(" ", 2)[2])

    assert heads == ["id,a)/ 20261122020000", "id,a)/ 20261122030000", "id,b)/ 20261122020000"]
    assert (said["offset"], said["length"], said["status"]) == ("7", "9", "200")


def test_every_line_is_in_the_block_its_index_says() -> None:
    lines = [f"id,a)/{n:05d} 20261122020000 {{}}\n" for n in range(2 * LINES_PER_BLOCK + 3)]
    made = list(blocks(lines))
    whole = b"".join(data for data, _ in made)
    read = b""
    for _, line in made:
        where = json.loads(line.split(" ", 2)[2])
        read += gzip.decompress(whole[where["offset"] :][: where["length"]])

    assert len(made) == 3
    assert read.decode() == "".join(lines)
    assert made[1][1].startswith(lines[LINES_PER_BLOCK].split(" {")[0])
    assert json.loads(header().split(" ", 2)[2])["filename"] == "index.cdx.gz"


def test_a_time_is_told_to_the_second() -> None:
    assert timestamp("2026-11-22T02:03:04.567Z") == "20261122020304"
