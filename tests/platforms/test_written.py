"""Readers read the format, not the file: a page written in another way reads the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from crawler.recorded import unwrap
from crawler.unpack import unpack
from evidence.model import Reading
from tests.platforms import broken, written

HERE = Path(__file__).parent
FIXTURES = HERE.parents[1] / "../shared/fixtures"
PLATFORMS = ("youtube", "tiktok", "x", "instagram", "facebook", "threads", "web")
NAMED_BY_BYTES = "page_without_any_address_is_drift_and_read"
"""A page without an address is named by the digest of its bytes, as it must be."""
ONLY_DRIFT = frozenset((("youtube", "data in entities"), ("youtube", "entities in attributes")))
"""Written so, data of YouTube's scripts, which no browser could run, and the marks of its error page
are not known: drift, and nothing else is said."""


def shown(reading: Reading) -> tuple[object, ...]:
    """All of a reading; the order of objects in a page is not part of what it says."""
    return (
        frozenset(reading.posts), frozenset(reading.accounts), frozenset(reading.interactions),
        frozenset(reading.states), frozenset(reading.drift), reading.empty, frozenset(reading.next),
    )  # fmt: skip


def faults(platform: str, page: Page) -> list[str]:
    """Ways of writing a page that change what is read in it."""
    before = registry.read(platform, page)
    wrong = []
    for how, text in written.ways(page.body.decode("utf-8")):
        after = registry.read(platform, Page(page.url, page.status, page.headers, text.encode()))
        unread = (platform, how) in ONLY_DRIFT and after.drift and not (after.posts or after.empty)
        if shown(after) != shown(before) and not unread:
            wrong.append(how)
    return wrong


def cases(platform: str) -> list[Path]:
    """Cases in UTF-8, but one."""
    found = []
    for case in sorted((HERE / platform / "cases").iterdir()):
        try:
            (case / "body").read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        found += [case] if case.name != NAMED_BY_BYTES else []
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_page_written_in_another_way_reads_the_same(platform: str) -> None:
    wrong = {
        f"{case.name}: {how}"
        for case in cases(platform)
        for how in faults(platform, broken.page_of(case))
    }

    assert wrong == set()


@pytest.mark.soak
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_recorded_page_written_in_another_way_reads_the_same(platform: str) -> None:
    folder = FIXTURES / platform
    if not folder.is_dir():
        pytest.skip(
            f"{folder.resolve()} is not there; put the recorded responses beside the project"
        )
    wrong = set()
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        data = unpack(data, "gzip") if path.suffix == ".gz" else data
        page = unwrap(data) or Page("", 200, {}, data)
        wrong |= {f"{path.name}: {how}" for how in faults(platform, page)}

    assert wrong == set()
