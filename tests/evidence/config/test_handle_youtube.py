"""Channels of YouTube as people write them."""

from __future__ import annotations

import pytest

from evidence.config.handle import Refusal, Written, account_key, read_account

CHANNEL = "UCkampungBersihDesa0000a"


@pytest.mark.parametrize(
    "text",
    [
        "@kampungbersih",
        "kampungbersih",
        "https://www.youtube.com/@kampungbersih",
        "https://m.youtube.com/@kampungbersih/videos",
        "https://youtube.com/@kampungbersih/featured?hl=id",
    ],
)
def test_a_handle_is_read_from_name_and_address(text: str) -> None:
    assert read_account("youtube", text) == Written("kampungbersih")


@pytest.mark.parametrize("text", [CHANNEL, f"https://www.youtube.com/channel/{CHANNEL}/videos"])
def test_a_channels_id_is_its_identity_at_once(text: str) -> None:
    found = read_account("youtube", text)

    assert found == Written(CHANNEL, "", CHANNEL)
    assert account_key("youtube", CHANNEL, "") == ("youtube", CHANNEL)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.youtube.com/c/KampungBersih",
        "https://www.youtube.com/user/kampungbersih",
        "https://www.youtube.com/watch?v=dEsA0000001",
        "https://www.youtube.com/channel/kampungbersih",
        "https://youtu.be/dEsA0000001",
        "kampung bersih",
    ],
)
def test_an_older_name_or_a_video_is_no_channel(text: str) -> None:
    assert isinstance(read_account("youtube", text), Refusal)


def test_a_web_page_is_its_address() -> None:
    address = "https://kabardesa.example/politik"

    assert read_account("web", address) == Written(address, "", address)
    assert isinstance(read_account("web", "kabardesa.example"), Refusal)
