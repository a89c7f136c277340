"""verify.html in Chromium, fed with packages as the browser would hand them over."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.browser import find_chromium
from evidence.errors import ConfigError

PAGE = Path(__file__).resolve().parents[2] / "evidence/verify/verify.html"
LOAD = """files => {
  window.sound = new Map(files.map(([path, text]) => [path, new Blob([unbase(text)])]));
  function unbase(text) { return Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); }
  window.unbase = unbase;
}"""
VERIFY = """async ([name, trust, changes, folders, plain]) => {
  const files = new Map(window.sound);
  for (const [path, text] of changes)
    if (text === null) files.delete(path); else files.set(path, new Blob([window.unbase(text)]));
  const entries = [...files].map(([path, blob]) => ({ path, kind: "file", blob }));
  entries.push(...folders.map((path) => ({ path, kind: "folder" })));
  try { return await jejak.verify(entries, trust, plain ? { name, subtle: null } : { name }); }
  catch (error) { return { raised: `${error.name}: ${error.message}` }; }
}"""


@contextmanager
def open_page() -> Iterator[Any]:
    """The page, opened from disk; skips aloud where there is no Chromium."""
    try:
        chromium = find_chromium("")
    except ConfigError as error:
        pytest.skip(f"{error}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Our own page, without network: the sandbox that root cannot have is not needed for it.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(PAGE.as_uri())
        yield page
        browser.close()


def content(root: Path) -> dict[str, bytes]:
    """{path: bytes} of a package; links are followed, as a browser does."""
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


class Reader:
    """Has the page check packages that differ little from a sound one."""

    def __init__(self, page: Any, sound: Path) -> None:
        self.page = page
        self.sound = content(sound)
        page.evaluate(LOAD, [[path, _text(data)] for path, data in self.sound.items()])

    def verify(self, root: Path, trust: str, *, plain: bool = False) -> dict[str, Any]:
        """What the page says of the package in a folder. plain: without WebCrypto."""
        folders = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_dir()]
        return self.verify_files(root.name, content(root), trust, folders, plain=plain)

    def verify_files(
        self,
        name: str,
        files: Mapping[str, bytes],
        trust: str,
        folders: list[str] | None = None,
        *,
        plain: bool = False,
    ) -> dict[str, Any]:
        """The same of files in memory."""
        changes: list[list[str | None]] = [
            [path, _text(data)] for path, data in files.items() if self.sound.get(path) != data
        ]
        changes += [[path, None] for path in self.sound if path not in files]
        result: dict[str, Any] = self.page.evaluate(
            VERIFY, [name, trust, changes, folders or [], plain]
        )
        return result


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
