"""The size of a picture is known from its file's begin, and no file makes it take long."""

from __future__ import annotations

import io
import struct
import time
from typing import Any

import pytest
from PIL import Image

from crawler.browser.picture import pixels

WIDE, HIGH = 321, 123
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {}),
    "jpeg": ("JPEG", {}),
    "progressive jpeg of a camera": (
        "JPEG", {"progressive": True, "exif": b"Exif\0\0" + b"\xff\xc0" * 30_000},
    ),
    "gif": ("GIF", {}),
    "gif with comments": ("GIF", {"comment": b"," * 44 + b"!" * 700}),
    "webp": ("WEBP", {}),
    "lossless webp": ("WEBP", {"lossless": True}),
    "bmp": ("BMP", {}),
    "avif": ("AVIF", {}),
}  # fmt: skip


def made(form: str, mode: str = "RGB", **more: Any) -> bytes:
    kind, how = FORMS[form]
    file = io.BytesIO()
    Image.new(mode, (WIDE, HIGH)).save(file, kind, **how, **more)
    return file.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_the_pixels_of_a_picture_are_those_its_file_says(form: str) -> None:
    assert pixels(made(form)) == WIDE * HIGH


@pytest.mark.parametrize("form", ["gif", "webp", "png", "avif"])
def test_an_animation_has_the_pixels_of_its_screen(form: str) -> None:
    more = [Image.new("RGB", (WIDE, HIGH), (n, 0, 0)) for n in range(3)]

    assert pixels(made(form, save_all=True, append_images=more)) == WIDE * HIGH


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_cut_anywhere_says_its_size_or_nothing(form: str) -> None:
    whole = made(form)

    assert {pixels(whole[:at]) for at in range(12, 400)} <= {WIDE * HIGH, None}


def test_a_gif_whose_first_frame_lies_beyond_its_screen_has_the_frames_size() -> None:
    screen = b"GIF89a" + struct.pack("<HHBBB", 20, 30, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 10, 20, 2000, 1000, 0) + b"\2\2L\1\0"

    assert pixels(screen + frame) == 2010 * 1020


def test_an_icon_has_the_size_of_the_largest_png_in_it() -> None:
    png = made("png")
    entry = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, len(png), 22)

    assert pixels(b"\0\0\1\0\1\0" + entry + png) == 256 * 256
    large = png[:16] + struct.pack(">II", 20_000, 20_000) + png[24:]
    assert pixels(b"\0\0\1\0\1\0" + entry + large) == 400_000_000


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"<!doctype html>", b"%PDF-1.7", b"{}"])
def test_what_is_no_picture_has_no_pixels(data: bytes) -> None:
    assert pixels(data) is None


HOSTILE = {
    "jpeg of fill": b"\xff\xd8" + b"\xff\x01" * 2_000_000,
    "jpeg of empty segments": b"\xff\xd8" + b"\xff\xe0\0\0" * 1_000_000,
    "gif of empty blocks": b"GIF89a" + bytes(7) + b"!\xf9" + b"\1\1" * 2_000_000,
    "avif of empty boxes": b"\0\0\0\x08ftyp" + b"\0\0\0\x08free" * 500_000,
    "avif of sizes": b"\0\0\0\x08ftyp" + b"\0\0\0\x08meta" + b"ispe" * 1_000_000,
    "icon of many": b"\0\0\1\0\xff\xff" + b"\0" * 4_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_takes_long(name: str) -> None:
    began_s = time.process_time()
    pixels(HOSTILE[name])

    assert time.process_time() - began_s < 0.1
