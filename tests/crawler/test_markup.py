from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.markup import fragment


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>satu<br>dua</p><p>tiga</p>", "satu\ndua\n\ntiga"),
        ("<p>satu</p>\n<ul>\n<li>a</li>\n<li>b</li></ul>", "satu\n\na\nb"),
        ("a &amp; b &lt;c&gt; &#39;d&#39;", "a & b <c> 'd'"),
        ("<script>x()</script>tampak<style>p{}</style>", "tampak"),
        ("", ""),
    ],
)
def test_fragment_is_the_text_a_person_reads(html: str, text: str) -> None:
    assert fragment(html).text == text


def test_blanks_are_kept_unless_collapsed() -> None:
    html = "<p>a  b \n c</p>"

    assert fragment(html).text == "a  b \n c"
    assert fragment(html, collapse=True).text == "a b c"


def test_anchors_carry_class_and_rel() -> None:
    (anchor,) = fragment('<a href=" /x " class="u-url mention" rel="tag">x</a>').anchors

    assert anchor.href == "/x"
    assert anchor.words == {"u-url", "mention", "tag"}


def test_depth_does_not_lose_text() -> None:
    assert fragment("<div>" * 100_000 + "dalam").text == "dalam"


@given(html=st.text(alphabet=st.characters(), max_size=200), collapse=st.booleans())
def test_any_string_gives_text_that_can_be_written(html: str, collapse: bool) -> None:
    fragment(html, collapse=collapse).text.encode("utf-8")
