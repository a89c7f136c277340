"""Drawn cards look alike exactly when their card is the same."""

from __future__ import annotations

import io

import imagehash
import pytest
from PIL import Image

from sandbox.event import Picture
from sandbox.picture import draw

CARD = "Pawai Damai Contoh"


def bits(picture: Picture) -> imagehash.ImageHash:
    return imagehash.phash(Image.open(io.BytesIO(draw(picture))), 16)


@pytest.mark.parametrize(
    "copy",
    [Picture(CARD, 800, "JPEG", 60), Picture(CARD, 900, "WEBP", 80), Picture(CARD, 300, "PNG")],
)
def test_a_resized_and_re_encoded_copy_is_near_the_original(copy: Picture) -> None:
    assert draw(copy) != draw(Picture(CARD))
    assert bits(copy) - bits(Picture(CARD)) <= 10


def test_another_card_is_far_away() -> None:
    assert bits(Picture("Debat Publik")) - bits(Picture(CARD)) > 60


def test_drawing_twice_gives_the_same_bytes() -> None:
    first = draw(Picture(CARD, 640))
    draw.cache_clear()

    assert draw(Picture(CARD, 640)) == first
