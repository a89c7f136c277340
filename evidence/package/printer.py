"""One page of a report as PDF, made in a process of its own: `python -m evidence.package.printer`.

Captured pictures are decoded here, without the archive's credentials and within limits of memory
and time. HTML comes on standard input, PDF goes to standard output; the one argument is the folder
of the package, of whose files only those in data/objects are served.
"""

from __future__ import annotations

import io
import resource
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from PIL import Image
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from evidence.package.picture import VIEW_RATIO

MEMORY_BYTES = 3 << 30
CPU_S = 600
MAX_PIXELS = 64_000_000


class PackageFiles(URLFetcher):  # type: ignore[misc]  # weasyprint ships no types
    """Serves pictures below `objects` and refuses every other address.

    `<picture>?view=2` is the second part of a long screenshot, cut where the first one ends.
    """

    def __init__(self, objects: Path) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False)
        self.objects = objects.resolve()

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The bytes at this address. Raises ValueError for what is not a file of the package."""
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(self.objects):
            raise ValueError("an address outside the package")
        data = path.read_bytes()
        if parts.query.startswith("view="):
            data = cut_view(data, int(parts.query.removeprefix("view=")))
        return URLFetcherResponse(url, data)


def cut_view(data: bytes, number: int) -> bytes:
    """PNG of view `number`, from 1, of a picture."""
    with Image.open(io.BytesIO(data)) as picture:
        step = max(1, int(picture.width * VIEW_RATIO))
        top = (number - 1) * step
        part = picture.crop((0, top, picture.width, min(picture.height, top + step)))
        out = io.BytesIO()
        part.convert("RGB").save(out, "PNG")
    return out.getvalue()


def render(page: bytes, root: Path) -> bytes:
    """The page as tagged PDF (PDF/UA-1) with selectable text; `root` is the package's folder."""
    base = (root.resolve() / "data" / "report" / "laporan.html").as_uri()
    document = HTML(
        string=page.decode("utf-8"), base_url=base, url_fetcher=PackageFiles(root / "data/objects")
    )
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", optimize_images=False)
    return made


def main() -> None:
    """Read a page, print it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    sys.stdout.buffer.write(render(sys.stdin.buffer.read(), Path(sys.argv[1])))


if __name__ == "__main__":
    main()
