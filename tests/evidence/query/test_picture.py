"""The same picture under two accounts is asked about; another one is not."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageDraw

from evidence.errors import ScopeError
from evidence.imaging.fingerprint import read_image
from evidence.model import CaptureKind, Exchange
from evidence.projection import project_entries
from evidence.query.picture import same_pictures
from evidence.record import Recorder
from evidence.store import MemoryArchive

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
RECORDER = Recorder("system", "t")


def card(seed: int, size: int = 400, quality: int = 90) -> bytes:
    image = Image.new("RGB", (400, 300), (30 * seed % 255, 90, 160))
    draw = ImageDraw.Draw(image)
    for number in range(12):
        x, y = (number * 97 * seed) % 360, (number * 61 * seed) % 260
        draw.ellipse((x, y, x + 20 + 7 * number, y + 60), fill=(200 - 9 * number, 17 * number, 40))
        draw.rectangle((y, x % 240, y + 30, x % 240 + 25), fill=(5 * number, 255 - 20 * number, 90))
    out = io.BytesIO()
    image.resize((size, size * 3 // 4)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def keep(archive: MemoryArchive, watch: str, data: bytes) -> str:
    exchange = Exchange("https://cdn.example/1", "GET", NOW, NOW, (), 200, (), data,
                        CaptureKind.MEDIA, media="image/jpeg")  # fmt: skip
    (capture,) = archive.record([RECORDER.capture(exchange, visit="v", watch=watch, slot=None)])
    rec = capture.statement.rec
    (entry,) = archive.record([
        RECORDER.fingerprint(read_image(data), capture=rec, watch=watch, at=NOW)
    ])  # fmt: skip
    project_entries(archive, [capture, entry])
    return rec


@pytest.fixture
def archive() -> MemoryArchive:
    return MemoryArchive()


def test_a_resized_copy_under_another_account_is_found_and_another_picture_is_not(archive):
    first = keep(archive, "w-1", card(3))
    copy = keep(archive, "w-2", card(3, size=330, quality=60))
    keep(archive, "w-3", card(11))

    found = same_pictures(archive, first)

    assert [(a.other, a.watch) for a in found] == [(copy, "w-2")]
    assert found[0].match.distance_bits < found[0].match.of_bits


def test_an_erased_fingerprint_matches_nothing(archive):
    first = keep(archive, "w-1", card(3))
    copy = keep(archive, "w-2", card(3, quality=50))
    row = archive.row("fingerprints", copy)
    archive.erase(row["rec"])

    assert same_pictures(archive, first) == ()


def test_a_record_without_picture_is_out_of_scope(archive):
    with pytest.raises(ScopeError, match="no picture"):
        same_pictures(archive, "0" * 32)
