from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from evidence.errors import ImageUnreadable
from evidence.imaging.decode import MAX_BYTES, WORKING_SIDE, decode


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    sink = io.BytesIO()
    image.save(sink, form, **options)
    return sink.getvalue()


def picture(width: int = 60, height: int = 40) -> Image.Image:
    random = np.random.default_rng(7)
    rough = Image.fromarray(random.integers(0, 256, (5, 5, 3), dtype=np.uint8))
    return rough.resize((width, height))


def png_of(width: int, height: int) -> bytes:
    """A 1-bit PNG whose pixels are all black: a few kilobytes whatever its size."""
    packer = zlib.compressobj(9)
    row = b"\0" + bytes((width + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_four_kinds_are_read(form: str) -> None:
    decoded = decode(saved(picture(), form))

    assert (decoded.format, decoded.width, decoded.height) == (form, 60, 40)
    assert decoded.pixels.mode == "RGB"


@pytest.mark.parametrize("form", ["TIFF", "EPS", "BMP", "PPM", "ICO", "PDF"])
def test_other_kinds_are_refused_whatever_they_are_called(form: str) -> None:
    with pytest.raises(ImageUnreadable):
        decode(saved(picture(), form))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html></html>", b"\xff\xd8\xff"],
)
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(ImageUnreadable):
        decode(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_cut_off_picture_is_refused(form: str) -> None:
    whole = saved(picture(300, 200), form)
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as WeasyPrint leaves it for the whole process

    with pytest.raises(ImageUnreadable):
        decode(whole[: len(whole) // 2])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_picture_above_the_pixel_limit_is_refused_before_its_pixels_are_decoded() -> None:
    with pytest.raises(ImageUnreadable, match="pixels"):
        decode(png_of(13_000, 13_000))


def test_picture_above_the_byte_limit_is_refused() -> None:
    with pytest.raises(ImageUnreadable, match="bytes"):
        decode(bytes(MAX_BYTES + 1))


def test_flipped_bytes_never_raise_anything_else() -> None:
    random = np.random.default_rng(3)
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = bytearray(saved(picture(), form))
        for _ in range(60):
            broken = bytearray(whole)
            for place in random.integers(0, len(whole), 4):
                broken[place] = int(random.integers(256))
            try:
                decoded = decode(bytes(broken))
            except ImageUnreadable:
                continue
            assert decoded.pixels.mode == "RGB"


def test_longest_side_becomes_the_working_side_and_small_pictures_stay() -> None:
    assert decode(saved(picture(2048, 1024), "PNG")).pixels.size == (WORKING_SIDE, 256)
    assert decode(saved(picture(60, 40), "PNG")).pixels.size == (60, 40)
    assert decode(saved(picture(5000, 1), "PNG")).pixels.size == (WORKING_SIDE, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_is_brought_upright(orientation: int) -> None:
    upright = picture(80, 40)
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    turned = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(saved(turned, "PNG", exif=exif.tobytes()))

    assert (decoded.width, decoded.height) == (80, 40)
    assert np.array_equal(np.asarray(decoded.pixels), np.asarray(upright))


def test_transparency_lies_on_white() -> None:
    decoded = decode(saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))

    assert decoded.pixels.getpixel((3, 3)) == (255, 255, 255)


def test_greys_of_16_bits_keep_their_upper_byte() -> None:
    greys = np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16)
    decoded = decode(saved(Image.fromarray(greys), "PNG"))

    assert np.asarray(decoded.pixels)[..., 0].ravel().tolist() == list(range(256))


def test_first_frame_of_a_moving_picture_is_taken() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    decoded = decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    assert decoded.pixels.getpixel((4, 4)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA"])
def test_every_colour_mode_becomes_rgb(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"

    assert decode(saved(picture().convert(mode), form)).pixels.mode == "RGB"
