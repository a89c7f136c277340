"""One stated way from picture bytes to the pixels that are fingerprinted.

Call it in the bounded worker (`evidence.imaging.worker`), not in a process that holds credentials:
decoders of hostile bytes have had memory faults (CVE-2023-4863, CVE-2026-112403).
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageFile

from evidence.errors import ImageUnreadable

DECODE = "rgb512@1"
"""Name of this decode path; fingerprints of different paths do not compare."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 50_000_000
MAX_PIXELS = 50_000_000
WORKING_SIDE = 512
"""Longest side in pixels; a larger picture is made smaller, a smaller one is left as it is."""
REDUCING_GAP = 3.0

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what brings the picture upright (EXIF 2.32, tag 0x0112)."""
QUARTER_TURNS = frozenset(TURNS[n] for n in (5, 6, 7, 8))

BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError,
    AttributeError, OverflowError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's readers raise for broken bytes."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels to be fingerprinted. width, height: of the picture as shown, before any resizing.

    pixels: RGB, longest side at most WORKING_SIDE.   format: of the file, as Pillow names it.
    """

    pixels: Image.Image
    width: int
    height: int
    format: str


def decode(data: bytes) -> Decoded:
    """First frame of a picture, upright, on white, in RGB at the working size.

    data: JPEG, PNG, WebP or GIF, at most 50 MB and 50 megapixels.

    Steps of `rgb512@1`: decode in full (no JPEG draft), 16-bit greys to 8 by their upper byte,
    RGB (RGBA when the picture has transparency), longest side to 512 pixels by LANCZOS after BOX
    reduction to three times that, EXIF orientation, transparency laid on white.

    Raises ImageUnreadable for other formats, cut-off or broken bytes, and larger pictures; the
    size is refused before pixels are decoded.
    """
    if len(data) > MAX_BYTES:
        raise ImageUnreadable("picture", f"has {len(data)} bytes, more than {MAX_BYTES}")
    # Another library of the process may have asked Pillow to fill up cut-off pictures.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ImageUnreadable(
                    "picture", f"has {image.width} x {image.height} pixels, more than {MAX_PIXELS}"
                )
            image.load()
            form, (width, height) = image.format or "", image.size
            turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
            pixels = _small(_colour(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageUnreadable("picture", "has too many pixels") from error
    except MemoryError as error:
        raise ImageUnreadable("picture", "needs more memory than it is given") from error
    except BROKEN as error:
        raise ImageUnreadable("picture", f"cannot be decoded ({type(error).__name__})") from error
    if turn is not None:
        pixels = pixels.transpose(turn)
        width, height = (height, width) if turn in QUARTER_TURNS else (width, height)
    return Decoded(_on_white(pixels), width, height, form)


def _colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Pillow's own conversion clips: every grey above 255 of 65,535 would become white.
        grey = np.asarray(image).astype(np.int64) >> 8
        return Image.fromarray(grey.clip(0, 255).astype(np.uint8)).convert("RGB")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    # convert() copies even when there is nothing to do: 200 MB for the largest picture.
    return image if image.mode == mode else image.convert(mode)


def _small(image: Image.Image) -> Image.Image:
    longest = max(image.size)
    if longest <= WORKING_SIDE:
        return image.copy()
    size = tuple(max(1, round(side * WORKING_SIDE / longest)) for side in image.size)
    return image.resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
