"""Reading answers that are bigger than any server should give."""

from __future__ import annotations

import pytest

from crawler.platforms.mastodon import pages, urls


@pytest.mark.timeout(30)
def test_the_shape_of_a_list_takes_time_in_proportion_to_its_length() -> None:
    """Compared pair by pair, so many items would take a quarter of an hour."""
    asked = urls.kind("https://satu.example/api/v1/accounts/1/statuses")
    values = [{"id": "1", "content": "x"}] * 300_000

    assert pages._shape_of_list(values, asked) == "status"
