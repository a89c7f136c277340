"""The main text of a page is all of its paragraphs, whatever their lengths."""

from __future__ import annotations

import pytest

from crawler import registry
from crawler.page import Page

LONG = "Warga membersihkan saluran air di balai desa pada Minggu pagi. " * 6
SHORT = "Iuran warga lima ribu rupiah sebulan, kata ketua panitia desa."
LINE = "Terima kasih."
URL = "https://kabardesa.example/2026/11/22/saluran-air"


def text(body: str) -> str:
    page = f"<!DOCTYPE html><html><head><title>Air</title></head><body>{body}</body></html>"
    (post,) = registry.read("web", Page(URL, 200, {}, page.encode())).posts
    return post.text or ""


@pytest.mark.parametrize("tag", ["p", "div", "blockquote", "li"])
@pytest.mark.parametrize("around", ["{}", "<article>{}</article>", "<main><div>{}</div></main>"])
def test_a_paragraph_beside_a_much_longer_one_is_read(tag: str, around: str) -> None:
    parts = "".join(f"<{tag}>{said}</{tag}>" for said in (SHORT, LONG, LINE))
    shown = text(f"<h1>Air</h1>{around.format(parts)}")

    assert SHORT in shown
    assert LINE in shown
    assert shown.index(SHORT) < shown.index(LONG.strip()) < shown.index(LINE)


def test_what_stands_beside_the_article_stays_out() -> None:
    menu = "<div class='menu'><p>Beranda Berita Olahraga Hiburan Kontak Tentang Kami</p></div>"
    other = "<div class='terkait'><p>Baca kabar lain tentang jalan desa yang rusak parah.</p></div>"
    shown = text(f"{menu}<article><h1>Air</h1><p>{LONG}</p><p>{SHORT}</p></article>{other}")

    assert shown == f"Air\n\n{LONG.strip()}\n\n{SHORT}"


@pytest.mark.parametrize(
    "around",
    [
        '<form method="post" action="./" id="aspnetForm">{}</form>',
        '<aside class="tiga-kolom">{}</aside>',
        '<div hidden id="S:1">{}</div>',
    ],
)
def test_a_wrapper_that_holds_the_whole_page_is_no_part_beside_it(around: str) -> None:
    assert text(around.format(f"<h1>Air</h1><p>{LONG}</p><p>{SHORT}</p>")) == (
        f"Air\n\n{LONG.strip()}\n\n{SHORT}"
    )


def test_a_small_form_or_hidden_part_stays_out() -> None:
    form = "<form><p>Tulis komentar Anda di bawah ini dengan bahasa yang santun, ya.</p></form>"
    unseen = "<div hidden><p>Naskah yang tidak ditunjukkan kepada pembaca halaman ini.</p></div>"

    assert text(f"<h1>Air</h1><p>{LONG}</p>{form}{unseen}") == f"Air\n\n{LONG.strip()}"


def test_the_beginning_above_a_stretch_behind_a_payment_is_read() -> None:
    parts = f"<p>{SHORT}</p><span class='paywall'><p>{LONG}</p><p>{LONG}</p></span><p>{LINE}</p>"
    shown = text(f"<h1>Air</h1><article><div>{parts}</div></article>")

    assert SHORT in shown
    assert LINE in shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (SHORT, "page"),
        ("Warga membersihkan saluran air &amp;ldquo;lama&amp;rdquo; " * 8, "page"),
        (LONG * 4, "data"),
    ],
    ids=["its beginning", "without its signs", "more than the page"],
)
def test_linked_data_is_the_text_only_where_the_page_shows_a_part_of_it(
    given: str, shown: str
) -> None:
    data = f'{{"@type":"NewsArticle","headline":"Air","articleBody":"{given}"}}'
    script = f'<script type="application/ld+json">{data}</script>'
    found = text(f"{script}<h1>Air</h1><p>{LONG}</p><p>{SHORT}</p>")

    assert (SHORT in found and LONG.strip() in found) is (shown == "page")


@pytest.mark.parametrize("claimed", ["iso-8859-15", "gb2312", "windows-1252"])
def test_text_that_is_utf_8_is_read_as_that_whatever_it_claims(claimed: str) -> None:
    head = f'<html><head><meta charset="{claimed}"><title>Air</title></head>'
    body = f"{head}<body><h1>Air</h1><p>“Nada más”, kata warga desa. {LONG}</p></body></html>"
    (post,) = registry.read("web", Page(URL, 200, {}, body.encode())).posts

    assert "“Nada más”" in (post.text or "")


def test_a_stretch_that_a_script_will_draw_is_read() -> None:
    shown = text(f'<h1>Air</h1><p>{LONG}</p><div style="display:none"><p>{SHORT}</p></div>')

    assert shown == f"Air\n\n{LONG.strip()}\n\n{SHORT}"


def test_a_list_of_related_posts_stays_out() -> None:
    other = f"<div class='jp-relatedposts'><p>{SHORT}</p></div>"

    assert text(f"<article><h1>Air</h1><p>{LONG}</p>{other}</article>") == f"Air\n\n{LONG.strip()}"


@pytest.mark.parametrize(
    "around",
    [
        "<div class='wrap sidebar-right'><main>{}</main></div>",
        "<nav class='menu'><ul><li>Beranda<main>{}</main></li></ul></nav>",
        "<div class='isi sidebar'><div itemprop='articleBody'>{}</div></div>",
    ],
)
def test_a_part_around_the_main_one_is_not_beside_it(around: str) -> None:
    other = "<div class='kotak'><p>" + "Kabar lain dari kecamatan sebelah. " * 40 + "</p></div>"

    assert LONG.strip() in text(f"<h1>Air</h1>{around.format(f'<p>{LONG}</p>')}{other}")


@pytest.mark.parametrize("tag", ["article", "main", "div itemprop='articleBody'"])
def test_remarks_longer_than_the_one_article_are_not_its_text(tag: str) -> None:
    remarks = "".join(f"<li><p>{LONG}</p><p>{SHORT}</p></li>" for _ in range(9))
    own = "Balai desa diperbaiki oleh warga selama tiga hari berturut-turut. " * 6
    shown = text(
        f"<h1>Air</h1><{tag}><p>{own}</p></{tag.split()[0]}><ul class='kata'>{remarks}</ul>"
    )

    assert shown == f"Air\n\n{own.strip()}"


def test_a_text_for_readers_without_scripts_is_read_where_there_is_no_other() -> None:
    line = "<p>Kabar dan cerita dari desa di kaki gunung setiap hari.</p>"

    assert text(f"<h1>Air</h1>{line}<noscript><p>{LONG}</p></noscript>").endswith(LONG.strip())
    assert SHORT not in text(f"<h1>Air</h1><p>{LONG}</p><noscript><p>{SHORT}</p></noscript>")


@pytest.mark.parametrize("name", ["no-share", "has-sidebar", "with_comments"])
def test_a_class_of_the_layout_says_nothing_of_the_part(name: str) -> None:
    menu = "<ul>" + "<li><a href='/x'>Berita dari desa dan kota di seberang</a></li>" * 40 + "</ul>"

    assert text(f"<h1>Air</h1>{menu}<div class='post {name}'><p>{LONG}</p></div>") == (
        f"Air\n\n{LONG.strip()}"
    )
