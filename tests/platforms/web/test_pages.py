"""Which of the titles a page has is the one of its text."""

from __future__ import annotations

import json

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Post

TEXT = "<p>" + "Warga membersihkan saluran air di balai desa pada Minggu pagi. " * 4 + "</p>"
URL = "https://kabardesa.example/2026/11/22/saluran-air"


def title(head: str, body: str) -> str:
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}{TEXT}</body></html>"
    (post,) = registry.read("web", Page(URL, 200, {}, page.encode())).posts
    return (post.text or "").partition("\n\n")[0]


def linked(**more: str) -> str:
    data = {"@context": "https://schema.org", "@type": "Article", "url": URL, **more}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize("head", ["<title>Desa Air - Ensiklopedia</title>", ""])
def test_a_remark_in_the_place_of_a_headline_is_not_the_title(head: str) -> None:
    data = linked(name="Desa Air", headline="desa di sebuah kecamatan")

    assert title(head + data, "<h1>Desa Air</h1>") == "Desa Air"


def test_a_headline_the_page_words_otherwise_stays_the_title() -> None:
    data = linked(headline="Saluran air dibersihkan", name="Kabar")

    assert title(f"<title>Warta</title>{data}", "<h1>Air lancar lagi</h1>") == (
        "Saluran air dibersihkan"
    )


def test_the_name_of_the_site_is_not_taken_for_the_title() -> None:
    data = linked(headline="Saluran “air” dibersihkan", name="Kabar Desa")

    assert title(f'<title>Saluran "air" dibersihkan - Kabar Desa</title>{data}', "") == (
        "Saluran “air” dibersihkan"
    )


def test_of_several_headings_the_one_in_the_pages_own_title_is_its_title() -> None:
    heads = "<h1>Kabar Desa</h1><h1>Saluran air dibersihkan warga</h1>"

    assert title("<title>Saluran air dibersihkan warga - Kabar Desa</title>", heads) == (
        "Saluran air dibersihkan warga"
    )


def post(head: str) -> Post:
    page = f"<html><head>{head}</head><body><h1>Desa Air</h1>{TEXT}</body></html>"
    (found,) = registry.read("web", Page(URL, 200, {}, page.encode())).posts
    return found


def test_a_word_in_the_place_of_an_address_names_no_page() -> None:
    data = {"@type": "Article", "headline": "Desa Air", "mainEntityOfPage": "True"}

    assert post(f'<script type="application/ld+json">{json.dumps(data)}</script>').native_id == URL


def test_a_picture_named_in_two_spellings_is_one() -> None:
    picture = "https://kabardesa.example/a.jpg?w=7&amp;h=5"
    head = f'<meta property="og:image" content="{picture}">{linked(image=picture)}'

    assert [one.url for one in post(head).media] == ["https://kabardesa.example/a.jpg?w=7&h=5"]


def test_a_meta_element_may_have_several_names() -> None:
    found = post('<meta property="og:title article:author" content="Sari Dewi">')

    assert (found.author_handle, (found.text or "")[:9]) == ("Sari Dewi", "Sari Dewi")


def test_a_short_heading_of_the_site_is_not_preferred_to_the_first() -> None:
    heads = "<h1>Saluran air dibersihkan warga</h1><h1>Kabar Desa</h1>"

    assert title("<title>Kabar Desa</title>", heads) == "Saluran air dibersihkan warga"


def test_a_page_without_running_text_says_so() -> None:
    page = f"<html><head><title>Kontak</title></head><body><h1>Kontak</h1><ul>{'<li>Desa</li>' * 9}</ul></body></html>"
    reading = registry.read("web", Page(URL, 200, {}, page.encode()))

    assert [state.marker for state in reading.states] == [
        "no running text: all that stands on the page"
    ]
