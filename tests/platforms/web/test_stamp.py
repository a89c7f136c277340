"""Times and bylines that a page shows to people, and the bytes it is written in."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler import registry
from crawler.almanac import indonesian
from crawler.page import Page
from evidence.model import Post, Reading, SeenState

URL = "https://kabardesa.example/berita/d-7654321/saluran-air"
TEXT = "<p>" + "Warga membersihkan saluran air di balai desa pada Minggu pagi. " * 4 + "</p>"
AT = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
WRITTEN = [
    ("Minggu, 22 Nov 2026 10:15 WIB", AT),
    ("Kabar Desa, 22 November 2026, 10:15 WIB", AT),
    ("Tayang: Minggu, 22 November 2026 11.15 WITA", AT),
    ("22/11/2026 - 12:15:00 WIT", AT),
    ("Minggu, 2 Agustus 2026 pukul 07.05 WIB", datetime(2026, 8, 2, 0, 5, tzinfo=UTC)),
    ("Rabu, 6 Mei 2026 | 00:05 WIB", datetime(2026, 5, 5, 17, 5, tzinfo=UTC)),
    ("Selasa, 1 Des 2026 10.15", None),
    ("31 Februari 2026 10.15 WIB", None),
    ("10.15 WIB", None),
    ("22 Nov 2026 25.15 WIB", None),
    ("WIB " * 20_000, None),
]


def read(body: str | bytes, url: str = URL, head: str = "", kind: str = "text/html") -> Reading:
    if isinstance(body, str):
        body = f"<!DOCTYPE html><html><head><title>Saluran</title>{head}</head><body>{body}</body></html>".encode()
    return registry.read("web", Page(url, 200, {"content-type": kind}, body))


def post(body: str | bytes, **more: str) -> Post:
    (found,) = read(body, **more).posts
    return found


@pytest.mark.parametrize(("said", "at"), WRITTEN, ids=range(len(WRITTEN)))
def test_a_zone_of_indonesia_makes_an_hour_known(said: str, at: datetime | None) -> None:
    assert indonesian(said) == at


def test_the_time_beside_the_headline_is_the_articles() -> None:
    clock = '<div class="jam-sekarang">Senin, 23 November 2026 08:00 WIB</div>'
    line = '<div class="detail__date">Minggu, 22 Nov 2026 10:15 WIB</div>'
    renewed = '<span class="waktu">Diperbarui Minggu, 22 Nov 2026 11:15 WIB</span>'
    found = post(f"{clock}<h1>Saluran air</h1>{line}{renewed}{TEXT}")

    assert (found.published_at, found.edited_at) == (AT, AT.replace(hour=4))


def test_an_hour_in_a_paragraph_or_a_list_beside_is_not_the_articles() -> None:
    told = "<p>Rapat dimulai Minggu, 22 Nov 2026 10:15 WIB.</p>"
    other = '<ul><li><span class="date">Minggu, 22 Nov 2026 10:15 WIB</span></li></ul>'
    aside = '<aside><time datetime="2026-11-22T10:15:00+07:00">lain</time></aside>'

    assert post(f"<h1>Saluran air</h1>{told}{other}{aside}{TEXT}").published_at is None


def test_microdata_gives_times_and_author_and_not_those_of_a_comment() -> None:
    body = (
        '<div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Air</h1>'
        '<span itemprop="author" itemscope><b itemprop="name">Rina Misal</b></span>'
        '<time itemprop="datePublished" datetime="2026-11-22T10:15:00+07:00">x</time>'
        '<meta itemprop="dateModified" content="2026-11-22T11:15:00+07:00">'
        f"{TEXT}"
        '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        '<time itemprop="datePublished" datetime="2026-11-23T10:15:00+07:00">x</time></div></div>'
    )
    found = post(body)

    assert (found.published_at, found.edited_at) == (AT, AT.replace(hour=4))
    assert found.author_handle == "Rina Misal"


def test_a_list_of_articles_has_no_time_of_its_own() -> None:
    item = '<div itemscope><h2>Judul</h2><time itemprop="datePublished" datetime="2026-11-{}T10:15:00+07:00">x</time></div>'
    front = "".join(f'<time datetime="2026-11-2{n}T10:15:00+07:00">x</time>' for n in (1, 2))

    assert post(item.format(20) + item.format(21) + TEXT).published_at is None
    assert (
        post(f"<h1>Kabar</h1>{front}{TEXT}", url="https://kabardesa.example/").published_at is None
    )


def test_structured_times_come_before_those_that_are_shown() -> None:
    head = '<meta property="article:published_time" content="Sun, 22 Nov 2026 10:15:00 +0700">'
    line = '<div class="tanggal">Minggu, 22 Nov 2026 10:20 WIB</div>'

    assert post(f"<h1>Air</h1>{line}{TEXT}", head=head).published_at == AT


@pytest.mark.parametrize("form", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_letter_without_a_mark_are_read(form: str) -> None:
    body = f"<html><head><title>Air</title></head><body><h1>Air</h1>{TEXT}</body></html>"
    reading = read(body.encode(form))

    assert not reading.drift
    assert (reading.posts[0].text or "").startswith("Air\n\nWarga membersihkan")


def test_latin_1_of_a_server_is_what_browsers_take_it_for() -> None:
    body = (
        f"<html><head><title>Air</title></head><body><h1>Air</h1><p>“Kutip”</p>{TEXT}</body></html>"
    )
    found = post(body.encode("windows-1252"), kind="text/html; charset=ISO-8859-1")

    assert "“Kutip”" in (found.text or "")


def test_an_article_in_pages_says_that_it_is_a_part_and_names_the_next() -> None:
    reading = read(f"<h1>Air</h1>{TEXT}", head='<link rel="next" href="?page=2">')
    other = read(f"<h1>Air</h1>{TEXT}", head='<link rel="next" href="/berita/d-7654322/jalan">')

    assert [(s.state, s.marker[:13]) for s in reading.states] == [
        (SeenState.PRESENT, "link rel=next")
    ]
    assert reading.next == (f"{URL}?page=2",)
    assert (other.states, other.next) == ((), ())


def test_the_way_to_a_time_takes_no_longer_for_a_page_of_one_great_block() -> None:
    inner = '<span class="date">x</span>' * 60_000
    began = time.process_time()
    read(f'<h1>Air</h1><div class="date">{inner}</div>{TEXT}')

    assert time.process_time() - began < 5
