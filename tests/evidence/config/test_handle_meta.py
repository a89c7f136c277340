"""Accounts of Meta's platforms as people write them."""

from __future__ import annotations

import pytest

from evidence.config.handle import Refusal, Written, read_account


@pytest.mark.parametrize(
    ("platform", "text", "handle"),
    [
        ("facebook", "desa.contoh", "desa.contoh"),
        ("facebook", "https://www.facebook.com/desa.contoh/", "desa.contoh"),
        ("facebook", "https://m.facebook.com/desa.contoh?locale=id_ID", "desa.contoh"),
        ("facebook", "https://www.facebook.com/profile.php?id=100055000001", "100055000001"),
        ("facebook", "https://web.facebook.com/people/Desa-Contoh/100055000001/", "100055000001"),
        ("facebook", "https://www.facebook.com/pages/Desa-Contoh/109900000001", "109900000001"),
        ("facebook", "https://www.facebook.com/p/Desa-Contoh-100055000001/", "100055000001"),
        ("facebook", "100055000001", "100055000001"),
        ("instagram", "https://www.instagram.com/lurah.contoh/?hl=id", "lurah.contoh"),
        ("instagram", "@lurah_contoh", "lurah_contoh"),
        ("threads", "https://www.threads.com/@lurah.contoh", "lurah.contoh"),
        ("threads", "https://threads.net/@lurah.contoh/", "lurah.contoh"),
    ],
)
def test_an_account_is_read_from_name_number_and_address(
    platform: str, text: str, handle: str
) -> None:
    found = read_account(platform, text)

    assert isinstance(found, Written)
    assert found.handle == handle


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("facebook", "profile.php"),
        ("facebook", "https://www.facebook.com/profile.php"),
        ("facebook", "https://www.facebook.com/profile.php?id=desacontoh"),
        ("facebook", "https://www.facebook.com/watch/"),
        ("facebook", "https://www.facebook.com/groups/123456789/"),
        ("facebook", "https://www.facebook.com/desa.contoh/posts/123456789"),
        ("facebook", "https://facebook.example/desa.contoh"),
        ("instagram", "https://www.instagram.com/p/DTAk0KoNwBl/"),
        ("instagram", "https://www.instagram.com/explore/"),
        ("instagram", "lurah..contoh"),
        ("threads", "https://www.threads.com/@lurah.contoh/post/DTAk0KoNwBl"),
    ],
)
def test_what_can_be_no_account_is_refused(platform: str, text: str) -> None:
    assert isinstance(read_account(platform, text), Refusal)
