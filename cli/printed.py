"""A page of HTML as PDF, where WeasyPrint is installed; nothing outside the page is fetched."""

from __future__ import annotations

import importlib
from typing import Any


def pdf_of(page: str) -> bytes | None:
    """The page as PDF with selectable text; None when WeasyPrint is not installed."""
    try:
        weasyprint = importlib.import_module("weasyprint")
    except (ImportError, OSError):
        # OSError: its native libraries (Pango) are missing.
        return None
    made: bytes = weasyprint.HTML(string=page, url_fetcher=_refuse).write_pdf()
    return made


def _refuse(url: str, *_args: Any, **_values: Any) -> dict[str, Any]:
    raise ValueError(f"minutes refer to nothing outside, not to {url!r}")
