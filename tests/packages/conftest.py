from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packages.stamping import local_hour
from tests.packages.synthetic import Site, make_package, make_site


@pytest.fixture(scope="module", autouse=True)
def stamps_of_the_packages_hour() -> Iterator[None]:
    with local_hour():
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def sound(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound package about one of the site's two accounts."""
    return make_package(site, tmp_path_factory.mktemp("sound"))
