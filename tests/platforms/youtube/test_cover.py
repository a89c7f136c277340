"""The still picture of a video: its largest size, however the sizes are written."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.platforms.youtube.sight import cover

SMALL = {"url": "https://i.ytimg.com/vi/dEsA0000001/default.jpg"}
LARGE = {"url": "https://i.ytimg.com/vi/dEsA0000001/maxresdefault.jpg"}


@pytest.mark.parametrize("widths", [(120, 1280), ("120", "1280"), (None, 1280)])
def test_the_largest_picture_is_taken_whether_sizes_are_numbers_or_digits(widths: Any) -> None:
    small, large = widths

    (media,) = cover("dEsA0000001", [{**LARGE, "width": large}, {**SMALL, "width": small}])

    assert media.url == LARGE["url"]
