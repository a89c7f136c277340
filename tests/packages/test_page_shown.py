"""What a reader of verify.html sees, on the screen and on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packages.adversary import Twin
from tests.packages.browser import PAGE, open_page
from tests.packages.synthetic import Site, make_package, make_site

pytestmark = pytest.mark.browser
TRUST = "kepercayaan.txt"


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with open_page() as opened:
        yield opened


def checked(page: Any, package: Path, trust: str, folder: Path) -> Any:
    """The page after a check, as somebody made it."""
    (folder / TRUST).write_text(trust)
    page.goto(PAGE.as_uri())
    page.set_input_files("#trust-file", folder / TRUST)
    page.set_input_files("#package-files", package)
    page.click("#check")
    page.wait_for_selector("#report:not([hidden])")
    return page


def green(page: Any) -> list[str]:
    """The verdicts that are shown as good."""
    found: list[str] = page.eval_on_selector_all(
        ".verdict.good h3", "all => all.map((h) => h.textContent)"
    )
    return found


def test_a_sound_package_is_shown_as_good(
    page: Any, sound: Path, site: Site, tmp_path: Path
) -> None:
    shown = checked(page, sound, site.trust, tmp_path)

    assert green(shown) == ["Keutuhan", "Kelengkapan"]
    assert "Belum berarti" not in shown.inner_text("#verdicts")


def test_nothing_is_shown_as_good_of_a_package_that_is_not_intact(
    page: Any, sound: Path, site: Site, tmp_path: Path
) -> None:
    twin = Twin(sound, tmp_path / "twin")
    twin.edit("data/report/laporan.html", b"a", b"b")
    twin.cover_up()

    shown = checked(page, twin.root, site.trust, tmp_path)

    assert green(shown) == []
    assert shown.inner_text("#verdicts").count("Belum berarti apa-apa") == 2


def test_a_simulation_is_never_good_and_says_so_on_paper(page: Any, tmp_path: Path) -> None:
    """Printers leave backgrounds out: white words on violet would be white on white."""
    site = make_site(tmp_path / "site", clock="simulated")
    package = make_package(site, tmp_path / "package", clock="simulated")
    shown = checked(page, package, site.trust, tmp_path)
    assert green(shown) == []

    shown.emulate_media(media="print")
    style = shown.eval_on_selector(
        "#simulated", "e => [getComputedStyle(e).color, getComputedStyle(e).borderTopWidth]"
    )
    shown.emulate_media(media="screen")

    assert style == ["rgb(0, 0, 0)", "4px"]


def test_a_result_names_the_key_the_trust_file_and_the_package_it_is_about(
    page: Any, sound: Path, site: Site, tmp_path: Path
) -> None:
    shown = checked(page, sound, site.trust, tmp_path)
    shown.emulate_media(media="print")
    paper = shown.inner_text("#subject")
    shown.emulate_media(media="screen")

    assert str(site.signer.vkey) in paper
    assert hashlib.sha256(site.trust.encode()).hexdigest() in paper
    manifest = (sound / "tagmanifest-sha256.txt").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() in paper
    assert "WIB = UTC + 7" in paper
