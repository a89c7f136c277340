"""Perceptual fingerprints of one picture. They identify nobody and prove nothing by themselves.

docs/formats/fingerprint.md is the norm: which fingerprints, their sizes, and when they compare.
"""

from __future__ import annotations

from importlib.metadata import version

import imagehash
import numpy as np
import pdqhash  # type: ignore[import-untyped]
from PIL import Image

from evidence.imaging.decode import DECODE, decode
from evidence.model import Fingerprint, ImageReading

FLAT_DEVIATION = 4.0
"""Standard deviation of brightness (0 to 255, 32 x 32 BOX squares) below which a picture is flat."""
PDQ_QUALITY = 50
"""PDQ's own measure, 0 to 100; its authors advise against hashes below this."""
SEGMENT_SIDE = 256
"""Working side of the segmentation, pixels; segments of less than 1/180 of the picture are left out."""
SEGMENTS = 8

IMAGEHASH = f"imagehash {version('imagehash')}"
PDQHASH = f"pdqhash {version('pdqhash')}"


def read_image(data: bytes) -> ImageReading:
    """What is measured on a picture: size, flatness and its fingerprints.

    data: an encoded still picture, see `decode`. Decodes in this process: hostile bytes belong in
    `worker.fingerprint_image`.

    A flat picture has no fingerprints: they would be all alike. `pdq` is left out where its quality
    is below 50. Equal pictures give equal fingerprints; near pictures differ in few bits.

    Raises ImageUnreadable.
    """
    decoded = decode(data)
    flat = is_flat(decoded.pixels)
    return ImageReading(
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        decode=DECODE,
        flat=flat,
        fingerprints=() if flat else fingerprints(decoded.pixels),
    )


def is_flat(pixels: Image.Image) -> bool:
    """Whether a picture is too uniform to be compared with anything: one colour, a faint wash."""
    squares = pixels.convert("L").resize((32, 32), Image.Resampling.BOX)
    return float(np.asarray(squares, dtype=np.float64).std()) < FLAT_DEVIATION


def fingerprints(pixels: Image.Image) -> tuple[Fingerprint, ...]:
    """All fingerprints of decoded pixels (RGB), in a fixed order.

    phash, dhash, whash: 64 bits, find candidates.   phash16, pdq: 256 bits, decide.
    crop_resistant: up to 8 segments of 64 bits each, the largest first, joined by commas; it
    survives crops and frames.
    Source: imagehash's phash, dhash, whash, crop_resistant_hash; PDQ by Meta (2019) in pdqhash.
    """
    grey = pixels.convert("L")
    found = [
        _plain("phash", 64, imagehash.phash(grey, hash_size=8)),
        _plain("dhash", 64, imagehash.dhash(grey, hash_size=8)),
        _plain("whash", 64, imagehash.whash(grey, hash_size=8, image_scale=64)),
        _plain("phash16", 256, imagehash.phash(grey, hash_size=16)),
        Fingerprint("crop_resistant", 64, _segments(grey), IMAGEHASH),
    ]
    bits, quality = pdqhash.compute(np.asarray(pixels))
    if quality >= PDQ_QUALITY:
        found.append(Fingerprint("pdq", 256, _hex(bits), PDQHASH))
    return tuple(found)


def _plain(algorithm: str, bits: int, value: imagehash.ImageHash) -> Fingerprint:
    return Fingerprint(algorithm, bits, _hex(value.hash), IMAGEHASH)


def _segments(grey: Image.Image) -> str:
    small = grey.resize((SEGMENT_SIDE, SEGMENT_SIDE), Image.Resampling.BOX)
    found = imagehash.crop_resistant_hash(
        small,
        limit_segments=SEGMENTS,
        segmentation_image_size=SEGMENT_SIDE,
        min_segment_size=SEGMENT_SIDE * SEGMENT_SIDE // 180,
    )
    return ",".join(_hex(segment.hash) for segment in found.segment_hashes)


def _hex(bits: np.typing.ArrayLike) -> str:
    """Fixed width, first bit highest: `str(ImageHash)` of other versions has dropped leading zeros."""
    return np.packbits(np.asarray(bits, dtype=bool).ravel()).tobytes().hex()
