"""Pictures drawn on the fly: campaign cards that look alike whenever their card is the same."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from sandbox.event import Picture

WORKING = (1200, 800)
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


@lru_cache(maxsize=64)
def draw(picture: Picture) -> bytes:
    """The encoded bytes of a picture; the same for the same value and Pillow version."""
    width = max(16, picture.width)
    card = _card(picture.card).resize((width, width * 2 // 3), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    if picture.format == "PNG":
        card.save(out, "PNG")
    else:
        card.save(out, picture.format, quality=picture.quality)
    return out.getvalue()


@lru_cache(maxsize=16)
def _card(card: str) -> Image.Image:
    chance = random.Random(f"card {card}")
    width, height = WORKING
    image = Image.new("RGB", WORKING)
    pen = ImageDraw.Draw(image)
    top, bottom = (tuple(chance.randrange(30, 226) for _ in range(3)) for _ in range(2))
    for y in range(height):
        share = y / height
        pen.line(
            (0, y, width, y),
            tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)),
        )
    for _ in range(14):
        x, y = chance.randrange(width), chance.randrange(height)
        size = chance.randrange(60, 320)
        colour = tuple(chance.randrange(256) for _ in range(3))
        box = (x - size, y - size // 2, x + size, y + size // 2)
        (pen.ellipse if chance.random() < 0.5 else pen.rectangle)(box, fill=colour)
    pen.rectangle((0, height - 190, width, height), fill=(250, 250, 245))
    pen.text((40, height - 170), card.upper(), (20, 20, 20), ImageFont.load_default(74))
    pen.text(
        (40, height - 70), "gambar rekaan untuk peragaan", (90, 90, 90), ImageFont.load_default(34)
    )
    return image
