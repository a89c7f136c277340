"""A page of HTML as PDF, where WeasyPrint can be loaded; nothing outside the page is fetched."""

from __future__ import annotations

import importlib
from typing import Any


def pdf_of(page: str) -> bytes | None:
    """The page as tagged PDF (PDF/UA-1) with selectable text; None when WeasyPrint cannot be loaded."""
    try:
        weasyprint = importlib.import_module("weasyprint")
        urls: Any = importlib.import_module("weasyprint.urls")
    except (ImportError, OSError):
        # OSError: its native libraries (Pango) are missing.
        return None
    nothing = urls.URLFetcher(allowed_protocols=(), allow_redirects=False)
    document = weasyprint.HTML(string=page, url_fetcher=nothing)
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made
