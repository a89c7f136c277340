"""What an address of Facebook is about, and where its links lead."""

from __future__ import annotations

import pytest

from crawler.platforms.facebook.urls import About, about, handle, outward

NUMBER = "820000000000001"
HOSTS = ("www", "m", "mbasic", "web", "id-id", "touch")


@pytest.mark.parametrize(
    "path",
    [
        f"/desacontoh/posts/{NUMBER}",
        f"/desacontoh/posts/rapat-warga-desa/{NUMBER}/",
        f"/desacontoh/videos/{NUMBER}/",
        f"/desacontoh/videos/rapat-warga/{NUMBER}/",
        f"/desacontoh/photos/{NUMBER}",
        f"/desacontoh/photos/a.810000000000001/{NUMBER}/?type=3",
        f"/desacontoh/photos/pcb.810000000000001/{NUMBER}",
        f"/permalink.php?story_fbid={NUMBER}&id=100055000001",
        f"/story.php?story_fbid={NUMBER}&id=100055000001&m_entstream_source=timeline",
        f"/photo?fbid={NUMBER}&set=a.810000000000001",
        f"/photo/?fbid={NUMBER}",
        f"/photo.php?fbid={NUMBER}&id=100055000001",
        f"/watch/?v={NUMBER}",
        f"/watch/live/?v={NUMBER}",
        f"/video.php?v={NUMBER}",
        f"/reel/{NUMBER}/?s=single_unit",
        f"/groups/870000000000001/posts/{NUMBER}/",
        f"/groups/wargacontoh/permalink/{NUMBER}/?comment_id=1",
        f"/groups/870000000000001/?multi_permalinks={NUMBER},820000000000009",
        f"/events/{NUMBER}/",
        f"/events/balai-desa/rapat-warga/{NUMBER}/",
    ],
)
def test_every_spelling_of_a_posts_address_names_the_post(path: str) -> None:
    for host in HOSTS:
        assert about(f"https://{host}.facebook.com{path}").post == NUMBER


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/desacontoh", "desacontoh"),
        ("/desacontoh/about/", "desacontoh"),
        ("/pg/desacontoh/posts/", "desacontoh"),
        ("/profile.php?id=100055000001", "100055000001"),
        ("/people/Desa-Contoh/100055000001/", "100055000001"),
        ("/p/Desa-Contoh-100055000001/", "100055000001"),
        ("/pages/Desa-Contoh/100055000001", "100055000001"),
        ("/pages/category/Politician/Desa-Contoh-100055000001/", "100055000001"),
        ("/Desa-Contoh-100055000001/", "100055000001"),
    ],
)
def test_every_spelling_of_an_accounts_address_names_the_account(path: str, name: str) -> None:
    for host in HOSTS:
        assert about(f"https://{host}.facebook.com{path}") == About("account", name)


def test_a_post_with_a_number_in_cipher_is_a_post_of_its_account() -> None:
    address = "https://www.facebook.com/permalink.php?story_fbid=pfbid02abcDEF123&id=100055000001"

    assert about(address) == About("post", "100055000001")


@pytest.mark.parametrize(
    "path",
    ["/share/p/1AbCdEfGhI/", "/share/v/1AbCdEfGhI/", "/share/1AbCdEfGhI/", "/media/set/?set=a.1"],
)
def test_an_address_that_names_nothing_is_about_nothing(path: str) -> None:
    assert about(f"https://www.facebook.com{path}") == About()


def test_a_number_is_no_handle() -> None:
    assert handle("https://www.facebook.com/profile.php?id=100055000001") is None
    assert handle("https://m.facebook.com/desacontoh?refid=1") == "desacontoh"


@pytest.mark.parametrize("host", ["l.facebook.com", "lm.facebook.com", "www.facebook.com"])
def test_a_wrapped_link_leads_where_it_leads(host: str) -> None:
    wrapped = f"https://{host}/l.php?u=https%3A%2F%2Fcontoh.go.id%2Fberita&h=AT1"

    assert outward(wrapped) == "https://contoh.go.id/berita"


def test_a_strangers_address_is_left_as_it_is() -> None:
    link = "https://contoh.org/l.php?u=https://lain.org"

    assert outward(link) == link


def test_a_short_address_of_a_video_is_no_account() -> None:
    assert about("https://fb.watch/aBc123dEf/") == About()
    assert handle("https://fb.watch/aBc123dEf/") is None
