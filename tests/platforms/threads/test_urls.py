"""What an address of Threads is about, and where its links lead."""

from __future__ import annotations

import pytest

from crawler.platforms.threads.urls import About, about, outward

NUMBER, CODE = "3801200000000000101", "DTAk0KoNwBl"


@pytest.mark.parametrize(
    "path",
    [
        f"/@lurahcontoh/post/{CODE}",
        f"/@lurahcontoh/post/{CODE}/",
        f"/@lurahcontoh/post/{CODE}/media",
        f"/@lurahcontoh/post/{CODE}?xmt=AQ",
        f"/t/{CODE}",
    ],
)
def test_every_spelling_of_a_posts_address_names_the_post(path: str) -> None:
    for host in ("www.threads.com", "threads.com", "www.threads.net"):
        assert about(f"https://{host}{path}").post == NUMBER


@pytest.mark.parametrize("part", ["", "/", "/replies", "/media", "/reposts", "?hl=id"])
def test_every_spelling_of_a_profiles_address_names_the_account(part: str) -> None:
    assert about(f"https://www.threads.com/@lurahcontoh{part}") == About("profile", "lurahcontoh")


@pytest.mark.parametrize("host", ["l.threads.com", "l.threads.net", "l.instagram.com"])
def test_a_wrapped_link_leads_where_it_leads(host: str) -> None:
    wrapped = f"https://{host}/?u=https%3A%2F%2Fcontoh.go.id%2Fberita&e=x"

    assert outward(wrapped) == "https://contoh.go.id/berita"


@pytest.mark.parametrize("link", ["https://l.contoh.org/?u=https://lain.org", "https://contoh.org"])
def test_a_strangers_address_is_left_as_it_is(link: str) -> None:
    assert outward(link) == link
