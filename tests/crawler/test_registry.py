from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler import registry
from crawler.page import Page
from crawler.registry import PLATFORMS, Platform
from evidence.errors import ConfigError, ParseError
from evidence.model import Act, Post, Reading

PAGE = Page("https://x.example/", 200, {}, b"secret words of a post")


def reading_of(reader: Callable[[Page], Reading], monkeypatch: pytest.MonkeyPatch) -> Reading:
    manifest = PLATFORMS["feed"].manifest
    monkeypatch.setitem(PLATFORMS, "trial", Platform("trial", reader, manifest))
    return registry.read("trial", PAGE)


@pytest.mark.parametrize(
    "error", [KeyError("secret"), RecursionError(), ValueError("secret"), AttributeError("secret")]
)
def test_crash_of_a_reader_is_drift_without_content(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(page: Page) -> Reading:
        raise error

    reading = reading_of(reader, monkeypatch)

    assert [fault.detail for fault in reading.drift] == [f"{type(error).__name__} in reader"]
    assert not reading.empty


def test_parse_error_keeps_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def reader(page: Page) -> Reading:
        raise ParseError("page", "lacks its list")

    assert reading_of(reader, monkeypatch).drift[0].detail == (
        "ParseError in reader: lacks its list"
    )


def test_memory_error_passes_because_it_says_nothing_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def reader(page: Page) -> Reading:
        raise MemoryError

    with pytest.raises(MemoryError):
        reading_of(reader, monkeypatch)


@pytest.mark.parametrize(
    ("body", "proves"),
    [
        (b"<!doctype html><html><body>0 posts</body></html>\n", True),
        (b"<!doctype html><html><body>0 posts</bo", False),
        (b'<HTML lang="id"><body>0 posts', False),
        (b'{"posts": []}', True),
        (b'<?xml version="1.0"?><rss/>', True),
    ],
)
def test_a_document_without_its_end_proves_no_empty_list(
    body: bytes, proves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(page: Page) -> Reading:
        return Reading("trial@1", empty=True)

    monkeypatch.setitem(PLATFORMS, "trial", Platform("trial", reader, PLATFORMS["feed"].manifest))

    assert registry.read("trial", Page("https://x.example/", 200, {}, body)).empty is proves


def test_unknown_platform_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="is not known"):
        registry.read("friendster", PAGE)


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_manifest_says_of_every_act_whether_it_shows(name: str) -> None:
    manifest = PLATFORMS[name].manifest

    assert set(manifest.observable) == set(Act)
    assert manifest.name == name
    assert manifest.pace_s > 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace("pace_s", "pace"), "is not a platform manifest"),
        (lambda text: text.replace('TAG = "NOT_OBSERVABLE"', ""), "does not say whether it shows"),
        (lambda text: 'mood = "good"\n' + text, "has unknown keys"),
        (lambda text: text.replace("NOT_OBSERVABLE", "perhaps"), "is not a platform manifest"),
    ],
)
def test_manifest_that_leaves_something_open_is_refused(
    change: Callable[[str], str], why: str, tmp_path: Path
) -> None:
    shipped = Path(registry.__file__).parent / "platforms/feed/platform.toml"
    path = tmp_path / "platform.toml"
    path.write_text(change(shipped.read_text("utf-8")), "utf-8")

    with pytest.raises(ConfigError, match=why):
        registry.manifest(path)


def test_manifest_may_name_data_answers_for_the_browser(tmp_path: Path) -> None:
    shipped = Path(registry.__file__).parent / "platforms/feed/platform.toml"
    path = tmp_path / "platform.toml"
    path.write_text(shipped.read_text("utf-8") + '\n[browser]\nanswers = ["/api/*"]\n', "utf-8")

    assert registry.manifest(path).browser.answers == ("/api/*",)
    assert PLATFORMS["feed"].manifest.browser.answers == ()


def test_a_telegram_page_by_itself_is_placed_under_the_channels_number() -> None:
    reading = Reading("x", posts=(Post("siti_contoh/42", None, "siti_contoh", "halo", None),))

    placed = registry.place("telegram", reading, "7", "Siti_Contoh")

    assert [(p.native_id, p.author_id) for p in placed.posts] == [("7/42", "7")]
    assert registry.place("telegram", reading, None, "siti_contoh") == reading
    assert registry.place("feed", reading, "7", "siti_contoh") == reading
