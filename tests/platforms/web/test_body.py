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
