from __future__ import annotations

import io
import re
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageDraw

from evidence.errors import ImageUnreadable
from evidence.imaging.decode import decode
from evidence.imaging.distance import hamming
from evidence.imaging.fingerprint import read_image
from evidence.model import ImageReading

FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "images"


def drawn(seed: int = 1) -> Image.Image:
    random = np.random.default_rng(seed)
    rough = Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    image = rough.resize((400, 300), Image.Resampling.BICUBIC)
    ImageDraw.Draw(image).ellipse((50, 60, 180, 220), fill=(250, 240, 20))
    return image


def png(image: Image.Image) -> bytes:
    sink = io.BytesIO()
    image.save(sink, "PNG")
    return sink.getvalue()


def values(reading: ImageReading) -> dict[str, str]:
    return {f.algorithm: f.value for f in reading.fingerprints}


def test_fingerprints_have_their_fixed_width_and_name_their_library() -> None:
    reading = read_image(png(drawn()))

    assert [f.algorithm for f in reading.fingerprints] == [
        "phash", "dhash", "whash", "phash16", "crop_resistant", "pdq",
    ]  # fmt: skip
    for fingerprint in reading.fingerprints:
        for value in fingerprint.value.split(","):
            assert re.fullmatch(rf"[0-9a-f]{{{fingerprint.bits // 4}}}", value)
        assert re.fullmatch(r"(imagehash|pdqhash) \d+\.\d+[.\d]*", fingerprint.library)


def test_64_bit_values_are_those_of_the_library_on_the_stated_pixels() -> None:
    data = png(drawn())
    grey = decode(data).pixels.convert("L")
    found = values(read_image(data))

    assert found["phash"] == str(imagehash.phash(grey))
    assert found["dhash"] == str(imagehash.dhash(grey))
    assert found["phash16"] == str(imagehash.phash(grey, hash_size=16))


def test_leading_zeros_are_kept() -> None:
    dark_to_left = Image.linear_gradient("L").rotate(270).convert("RGB")
    found = values(read_image(png(dark_to_left)))

    assert len(found["dhash"]) == 16
    assert len(values(read_image(png(dark_to_left.rotate(180))))["dhash"]) == 16


def test_equal_pictures_have_equal_fingerprints() -> None:
    assert read_image(png(drawn())) == read_image(png(drawn()))


def test_another_encoding_changes_few_bits() -> None:
    sink = io.BytesIO()
    drawn().save(sink, "JPEG", quality=40)
    one, other = values(read_image(png(drawn()))), values(read_image(sink.getvalue()))

    assert hamming(one["phash"], other["phash"]) <= 4
    assert hamming(one["pdq"], other["pdq"]) <= 31


@pytest.mark.parametrize("colour", ["white", "black", (200, 30, 40)])
def test_picture_of_one_colour_is_flat_and_has_no_fingerprints(colour: str) -> None:
    reading = read_image(png(Image.new("RGB", (500, 400), colour)))

    assert reading.flat
    assert reading.fingerprints == ()


def test_faint_noise_on_one_colour_is_flat() -> None:
    random = np.random.default_rng(5)
    noisy = Image.fromarray(random.integers(120, 136, (300, 300, 3), dtype=np.uint8))

    assert read_image(png(noisy)).flat


def test_one_pixel_is_a_flat_picture() -> None:
    assert read_image(png(Image.new("RGB", (1, 1), "red"))).flat


def test_narrow_picture_is_read() -> None:
    stripes = Image.new("RGB", (3000, 2), "white")
    ImageDraw.Draw(stripes).rectangle((0, 0, 1500, 2), fill="black")

    assert not read_image(png(stripes)).flat


def test_no_picture_has_no_reading() -> None:
    with pytest.raises(ImageUnreadable):
        read_image(b"GIF89a")


@pytest.mark.fixtures
@pytest.mark.parametrize(
    ("name", "phash"),
    [
        ("astronaut.png", "c2924c5532bddfc8"),
        ("camera.png", "bff1c1c0434e8cbc"),
        ("chelsea.png", "b15fe6465121175e"),
        ("coffee.png", "bb8320376c0f3637"),
        ("hubble_deep_field.jpg", "84cc4b96ba4d333e"),
        ("imagehash_peppers.png", "92a71cdc79d980e3"),
        ("rocket.jpg", "c0371bec1be51267"),
    ],
)
def test_fingerprints_of_photographs_stay_what_they_were(name: str, phash: str) -> None:
    """Fingerprints are kept for years; a library that changes them must be noticed."""
    if not FIXTURES.is_dir():
        pytest.skip("the recorded pictures are not there: put them in ../shared/fixtures/images")

    assert values(read_image((FIXTURES / name).read_bytes()))["phash"] == phash
