"""How the program collects, for the technical annex of a report: versions, settings, platforms."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from cli.gap import GAPS
from cli.words import read_catalogue

if TYPE_CHECKING:
    from crawler.config import Config

LIBRARIES = (
    "jejak", "scrapy", "playwright", "pymongo", "cryptography", "imagehash", "pillow", "lxml",
    "msgspec", "warcio", "weasyprint",
)  # fmt: skip
SETTINGS = (
    "organisation", "contact", "origin", "egress_allow", "robots_exempt", "official",
    "max_body_bytes", "timeout_s", "pages_per_visit", "media_per_post", "media_bytes",
    "media_visit_bytes", "children", "browser_at_once", "browser_looks", "browser_timeout_s",
    "browser_bytes", "browser_memory_bytes", "sandbox",
)  # fmt: skip
"""Settings that bear on what is collected; none of them is a password or a path."""


NO_READER = "(this version of the program has no reader for it)"


def technical_facts(config: Config, platforms: Iterable[str]) -> dict[str, Any]:
    """JSON values: `versions`, `settings`, `settings_digest` and the manifests of `platforms`.

    `gaps`: what each code of a gap means, in Indonesian, the language of the report.
    """
    said = read_catalogue("id")
    return {
        "versions": {
            **{name: found for name in LIBRARIES if (found := _version(name))},
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "settings": {name: _said(getattr(config, name)) for name in SETTINGS},
        "settings_digest": config.digest(),
        "platforms": [_manifest(name, said) for name in sorted(set(platforms))],
        "gaps": {code: said.get(words, words) for code, words in GAPS.items()},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _manifest(name: str, words: Mapping[str, str]) -> dict[str, Any]:
    """What a platform's manifest says, in the catalogue's language where it has the words."""
    from crawler.registry import PLATFORMS

    found = PLATFORMS.get(name)
    if found is None:
        silent = words.get(NO_READER, NO_READER)
        return {
            "name": name, "title": name, "robots": silent, "terms": silent, "pace_s": "",
            "concurrency": "", "observable": {}, "surfaces": [],
        }  # fmt: skip
    said = found.manifest

    def spoken(text: str) -> str:
        flat = " ".join(text.split())
        return words.get(flat, flat)

    return {
        "name": name,
        "title": said.title,
        "robots": spoken(said.robots),
        "terms": spoken(said.terms),
        "pace_s": str(said.pace_s),
        "concurrency": said.concurrency,
        "observable": {str(act): str(side) for act, side in said.observable.items()},
        "surfaces": [{"url": s.url, "gives": spoken(s.gives)} for s in said.surfaces],
    }
