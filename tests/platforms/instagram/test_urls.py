"""What an address of Instagram is about."""

from __future__ import annotations

import pytest

from crawler.platforms.instagram.urls import About, about

NUMBER, CODE = "3801200000000000101", "DTAk0KoNwBl"


@pytest.mark.parametrize(
    "path",
    [
        f"/p/{CODE}/",
        f"/p/{CODE}",
        f"/p/{CODE}/?img_index=2&igsh=x",
        f"/p/{CODE}/embed/captioned/",
        f"/p/{CODE}/c/18000000000000001/",
        f"/reel/{CODE}/",
        f"/reels/{CODE}/",
        f"/tv/{CODE}/",
        f"/lurahcontoh/p/{CODE}/",
        f"/lurahcontoh/reel/{CODE}/",
        f"/p/{CODE}{'x' * 28}/",
        f"/api/v1/media/{NUMBER}/info/",
        f"/api/v1/media/{NUMBER}_5501000001/comments/?can_support_threading=true",
    ],
)
def test_every_spelling_of_a_posts_address_names_the_post(path: str) -> None:
    for host in ("www.instagram.com", "instagram.com", "m.instagram.com"):
        assert about(f"https://{host}{path}").post == NUMBER


@pytest.mark.parametrize(
    "path", ["/lurahcontoh", "/lurahcontoh/", "/lurahcontoh/reels/", "/lurahcontoh/tagged/?hl=id"]
)
def test_every_spelling_of_a_profiles_address_names_the_account(path: str) -> None:
    assert about(f"https://www.instagram.com{path}") == About("profile", "lurahcontoh")


def test_a_storys_address_names_it_and_its_author() -> None:
    told = about("https://www.instagram.com/stories/lurahcontoh/3801200000000000301/")

    assert told == About("post", "lurahcontoh", "3801200000000000301")


@pytest.mark.parametrize(
    "path",
    [
        "/share/p/BAbCdEfGhIj/",
        "/share/reel/BAbCdEfGhIj/",
        "/share/BAbCdEfGhIj",
        "/reels/audio/123456789/",
        "/explore/tags/pilkada/",
        "/stories/highlights/17900000000000001/",
    ],
)
def test_an_address_that_names_no_post_by_its_code_is_taken_for_none(path: str) -> None:
    told = about(f"https://www.instagram.com{path}")

    assert told == About()
