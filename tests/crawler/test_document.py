"""HTML taken apart for readers: what is no document, and what would take for ever."""

from __future__ import annotations

import time

import pytest

from crawler.document import MOST_ATTRIBUTES, embedded, root_of, spelled
from crawler.page import Page
from crawler.registry import PLATFORMS, read
from evidence.errors import ParseError


def hung(n: int, before: str = "") -> str:
    """A page with n attributes on one element."""
    names = " ".join(f"a{i}=x" for i in range(n))
    return f"<!doctype html><html><head><title>T</title></head><body>{before}<p {names}>halo</p></body></html>"


@pytest.mark.parametrize("sign", [" ", "[", "{", "[ "])
def test_what_is_no_escaped_data_is_soon_known(sign: str) -> None:
    text = sign * 400_000
    began = time.process_time()

    assert spelled(text) == text
    assert time.process_time() - began < 10


def test_data_that_was_escaped_as_text_is_read() -> None:
    assert embedded(" [{&quot;a&quot;: &quot;b &amp;amp; c&quot;}]", "x") == [{"a": "b &amp; c"}]


def test_an_element_of_usual_size_is_read() -> None:
    assert root_of(hung(MOST_ATTRIBUTES)).findtext(".//p") == "halo"


@pytest.mark.parametrize(
    "before",
    ["", "<!-->", "<p x='>' y=\"<\">", "<script>'<p</script>", "<svg><a>", "<textarea></textarea>"],
)
def test_no_page_of_very_many_attributes_is_taken_apart(before: str) -> None:
    with pytest.raises(ParseError, match="attributes"):
        root_of(hung(MOST_ATTRIBUTES + 1, before))


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@pytest.mark.parametrize(("n", "status"), [(60_000, 200), (60_000, 404)])
def test_no_reader_hangs_on_them(platform: str, n: int, status: int) -> None:
    """Half a megabyte; before, it took minutes. It is never an empty list nor an absence."""
    hosts = PLATFORMS[platform].manifest.hosts or ("contoh.example",)
    body = hung(n).encode()
    began = time.process_time()

    found = read(
        platform, Page(f"https://{hosts[0]}/contoh", status, {"content-type": "text/html"}, body)
    )

    assert time.process_time() - began < 5
    assert found.drift or found.states
    assert not found.empty
    assert not found.posts


def test_nothing_is_no_document() -> None:
    with pytest.raises(ParseError, match="no HTML document"):
        root_of("")
