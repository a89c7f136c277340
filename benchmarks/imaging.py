"""Pictures: milliseconds each, and recall and precision of "same picture?" per transform.

Run: python benchmarks/imaging.py [FOLDER OF PICTURES]
Without a folder, ../shared/fixtures/images if it is there. Drawn pictures, cards of one template
and screenshots of posts are always added: they are what 64-bit fingerprints confuse.
"""

from __future__ import annotations

import io
import platform
import statistics
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from evidence.imaging.distance import CANDIDATE_BITS, candidates, same_picture
from evidence.imaging.fingerprint import IMAGEHASH, PDQHASH, read_image
from evidence.imaging.index import FingerprintIndex
from evidence.imaging.worker import ImageWorker
from evidence.model import ImageReading

FIXTURES = Path(__file__).resolve().parents[2] / "shared" / "fixtures" / "images"
WORDS = ("Bersama", "Rakyat", "Desa", "Maju", "Pilih", "Nomor", "Satu", "Dua", "Adil", "Jujur")


def drawn(seed: int) -> Image.Image:
    """A picture with the broad forms of a photograph: noise at several scales, and shapes."""
    random = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(random.integers(0, 256, (n, n, 3), dtype=np.uint8)).resize((720, 720)),
            dtype=np.float64,
        )
        for n in (3, 7, 19, 61)
    ]
    mixed = sum(layer * weight for layer, weight in zip(layers, (4, 3, 2, 1), strict=True)) / 10
    image = Image.fromarray(np.clip((mixed - 128) * 2 + 128, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, r = (int(v) for v in random.integers(60, 660, 3))
        fill = (int(random.integers(256)), int(random.integers(256)), int(random.integers(256)))
        pen.ellipse((x - r // 3, y - r // 4, x + r // 3, y + r // 4), fill=fill)
    return image


def card(seed: int) -> Image.Image:
    """A text card: one template, other words."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (720, 720), (200, 30, 40))
    pen = ImageDraw.Draw(image)
    pen.rectangle((40, 120, 680, 600), fill="white")
    for line in range(5):
        words = " ".join(random.choice(WORDS, 3))
        pen.text((70, 150 + 80 * line), words, fill="black", font_size=44)
    return image


def screenshot(seed: int) -> Image.Image:
    """A post in an app: fixed frame, other words and numbers."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (540, 960), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 540, 70), fill=(24, 119, 242))
    pen.ellipse((20, 90, 90, 160), fill=(180, 180, 190))
    pen.text(
        (110, 105), f"{random.choice(WORDS)} {random.integers(99)}", fill="black", font_size=28
    )
    for line in range(int(random.integers(3, 12))):
        words = " ".join(random.choice(WORDS, 4))
        pen.text((30, 190 + 45 * line), words, fill="black", font_size=26)
    pen.text((30, 900), f"{random.integers(999)} suka", fill=(90, 90, 90), font_size=24)
    return image


def _saved(form: str, **options: int) -> Callable[[Image.Image], Image.Image]:
    def change(image: Image.Image) -> Image.Image:
        sink = io.BytesIO()
        image.save(sink, form, **options)
        return Image.open(io.BytesIO(sink.getvalue())).convert("RGB")

    return change


def _cropped(left: float, top: float, right: float, bottom: float) -> Callable[..., Image.Image]:
    return lambda image: image.crop(
        (
            int(image.width * left),
            int(image.height * top),
            int(image.width * (1 - right)),
            int(image.height * (1 - bottom)),
        )
    )


def captioned(image: Image.Image) -> Image.Image:
    """A white bar with words under the picture, a fifth of its height."""
    bar = image.height // 5
    whole = Image.new("RGB", (image.width, image.height + bar), "white")
    whole.paste(image)
    ImageDraw.Draw(whole).text((10, image.height + 8), "Ayo dukung!", fill="black", font_size=40)
    return whole


def overlaid(image: Image.Image) -> Image.Image:
    """Two lines of words on the picture."""
    whole = image.copy()
    pen = ImageDraw.Draw(whole)
    for line in range(2):
        pen.text((20, image.height // 2 + 50 * line), "VIRAL " * 4, fill="yellow", font_size=42)
    return whole


def framed(image: Image.Image) -> Image.Image:
    """The picture within a 9:16 screenshot."""
    whole = Image.new("RGB", (image.width, image.width * 16 // 9), "white")
    ImageDraw.Draw(whole).rectangle((0, 0, image.width, image.width // 8), fill=(24, 119, 242))
    fitted = image.resize((image.width, min(image.height, image.width)))
    whole.paste(fitted, (0, whole.height // 4))
    return whole


TRANSFORMS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG quality 20": _saved("JPEG", quality=20),
    "WebP": _saved("WEBP", quality=60),
    "half size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "320 pixels wide": lambda image: image.resize((320, 320 * image.height // image.width)),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "brighter by 25 %": lambda image: ImageEnhance.Brightness(image).enhance(1.25),
    "two lines of words": overlaid,
    "caption bar 20 %": captioned,
    "crop 3 %": _cropped(0.03, 0.03, 0.03, 0.03),
    "crop 10 %": _cropped(0.1, 0.1, 0.1, 0.1),
    "crop 10 % in a corner": _cropped(0.0, 0.0, 0.1, 0.1),
    "white border 40 px": lambda image: ImageOps.expand(image, 40, "white"),
    "screenshot frame": framed,
    "rotated by 2 degrees": lambda image: image.rotate(2),
    "mirrored": ImageOps.mirror,
}


def encoded(image: Image.Image) -> bytes:
    """JPEG bytes as a platform would serve them."""
    sink = io.BytesIO()
    image.convert("RGB").save(sink, "JPEG", quality=88)
    return sink.getvalue()


def recall(pictures: list[Image.Image]) -> None:
    """Print per transform the share found, and by what."""
    originals = [read_image(encoded(image)) for image in pictures]
    print(f"{'transform':24}{'found':>8}{'64-bit candidate':>18}   decided by (of {len(pictures)})")
    for name, transform in TRANSFORMS.items():
        by: dict[str, int] = {}
        near = 0
        for image, original in zip(pictures, originals, strict=True):
            changed = read_image(encoded(transform(image)))
            near += any(True for _ in candidates(original, changed))
            if match := same_picture(original, changed):
                by[match.decided_by] = by.get(match.decided_by, 0) + 1
        share = sum(by.values()) / len(pictures)
        told = ", ".join(f"{key} {n}" for key, n in sorted(by.items()))
        print(f"{name:24}{share:8.0%}{near / len(pictures):18.0%}   {told}")


def false_pairs(name: str, readings: list[ImageReading]) -> None:
    """Print how many pairs of different pictures are called the same, and are near on 64 bits."""
    pairs = list(combinations(readings, 2))
    wrong: dict[str, int] = {}
    near = 0
    for one, other in pairs:
        near += any(True for _ in candidates(one, other))
        if match := same_picture(one, other):
            wrong[match.decided_by] = wrong.get(match.decided_by, 0) + 1
    told = ", ".join(f"{key} {n}" for key, n in sorted(wrong.items())) or "none"
    print(f"{name:24}{len(pairs):7} pairs, {sum(wrong.values()) / len(pairs):7.2%} false ({told}); "
          f"64 bits alone {near / len(pairs):.2%}")  # fmt: skip


def speed(pictures: list[Image.Image]) -> None:
    """Print milliseconds a picture, in this process and through the bounded worker."""
    bodies = [encoded(image.resize((1080, 1080))) for image in pictures[:8]]
    worker = ImageWorker()
    for name, read in (("in process", read_image), ("bounded worker", worker.read)):
        read(bodies[0])
        spent = []
        for body in bodies:
            began = time.perf_counter()
            read(body)
            spent.append(time.perf_counter() - began)
        print(f"{name:24}{statistics.median(spent) * 1000:8.1f} ms a picture of 1080 x 1080")
    worker.close()


def search(size: int = 300_000) -> None:
    """Print milliseconds of an exact search."""
    random = np.random.default_rng(1)
    for bits, radius in ((64, 10), (256, 31)):
        index = FingerprintIndex(bits)
        values = random.bytes(size * bits // 8)
        for n in range(size):
            index.add(str(n), values[n * bits // 8 : (n + 1) * bits // 8].hex())
        began = time.perf_counter()
        for n in range(20):
            index.search(values[n * bits // 8 : (n + 1) * bits // 8].hex(), radius)
        spent = (time.perf_counter() - began) / 20 * 1000
        print(f"{'search':24}{spent:8.2f} ms in {size:,} of {bits} bits, radius {radius}")


def main() -> None:
    """Print the whole report."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    photographs = [Image.open(file).convert("RGB") for file in files]
    pictures = photographs + [drawn(seed) for seed in range(25)]
    print(f"Python {platform.python_version()}, {IMAGEHASH}, {PDQHASH}, "
          f"64-bit reach {dict(CANDIDATE_BITS)}; {len(photographs)} photographs, 25 drawn\n")  # fmt: skip
    speed(pictures)
    search()
    print()
    recall(pictures)
    print()
    for name, group in (
        ("photographs and drawn", pictures),
        ("cards of one template", [card(seed) for seed in range(40)]),
        ("screenshots of posts", [screenshot(seed) for seed in range(40)]),
    ):
        false_pairs(name, [read_image(encoded(image)) for image in group])


if __name__ == "__main__":
    main()
