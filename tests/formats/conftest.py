from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.packages.stamping import local_hour


@pytest.fixture(scope="module", autouse=True)
def stamps_of_the_packages_hour() -> Iterator[None]:
    with local_hour():
        yield
