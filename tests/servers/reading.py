"""What our readers see in an answer that a real server just gave."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from crawler.page import Page
from crawler.registry import read
from evidence.model import Reading
from tests.servers.process import get


def seen(platform: str, url: str, **headers: str) -> Reading:
    """Fetch an address without credentials and read it."""
    answer = get(url, **headers)
    given = {name.lower(): value for name, value in answer.headers.items()}
    return read(platform, Page(str(answer.url), answer.status_code, given, answer.content))


def picture(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG that looks like no other seed's: bands and discs, never flat."""
    image = Image.new("RGB", size, (30 * seed % 200, 70, 120))
    draw = ImageDraw.Draw(image)
    for step in range(12):
        x, y = (seed * 97 + step * 131) % size[0], (seed * 53 + step * 89) % size[1]
        colour = (step * 37 % 256, seed * 61 % 256, 255 - step * 19)
        draw.ellipse((x, y, x + 90, y + 60 + step * 5), fill=colour)
        draw.rectangle((y, x % size[1], y + 40, x % size[1] + 25), fill=colour[::-1])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()
