"""The report on paper: the HTML report's own words laid out as PDF, in parts of bounded size."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evidence.errors import PackageError
from evidence.package.page import HERE, fill
from evidence.package.picture import Picture, count_views

REPORT_PDF = "data/report/laporan.pdf"
EXHIBITS_PER_VOLUME = 40
MAX_ROWS = {"observations": 400, "interactions": 400, "closed": 400, "custody": 400, "files": 1500}
"""Longer tables are cut in the PDF, which says how much more the HTML report lists."""
TIMEOUT_S = 900
PNG = b"\x89PNG\r\n\x1a\n"
REMEDY = "Free memory and try again, or leave the PDF out with --no-pdf"


def print_report(words: Mapping[str, Any], root: Path) -> Iterator[tuple[str, bytes]]:
    """(path in the package, PDF) of the report and of each further volume of exhibits.

    words: see `report.report_words`.   root: the folder of the package being written.
    Each part is laid out in a process of its own, so memory does not grow with the package.
    Raises PackageError when a part cannot be printed.
    """
    exhibits = words["exhibits"]
    parts = [
        exhibits[start : start + EXHIBITS_PER_VOLUME]
        for start in range(0, len(exhibits), EXHIBITS_PER_VOLUME)
    ] or [[]]
    volumes = [(_volume(part), part[0]["name"], part[-1]["name"]) for part in parts[1:]]
    style = words["style"] + (HERE / "cetak.css").read_text("utf-8")
    paper = {**words, "style": style, "views": lambda picture: _views(root, picture)}
    paper["cut"] = {name: max(0, len(words[name]) - most) for name, most in MAX_ROWS.items()}
    paper |= {name: words[name][:most] for name, most in MAX_ROWS.items()}
    first = {**paper, "exhibits": parts[0], "volumes": volumes}
    yield REPORT_PDF, _laid_out(fill("laporan.html.j2", first), root, REPORT_PDF)
    for part, (name, _first, _last) in zip(parts[1:], volumes, strict=True):
        path = f"data/report/{name}"
        yield path, _laid_out(fill("jilid.html.j2", {**paper, "exhibits": part}), root, path)


def _volume(part: list[dict[str, Any]]) -> str:
    return f"bukti-{part[0]['name'].lower()}.pdf"


def _views(root: Path, picture: Picture) -> list[str]:
    """Query parts of the views a picture is printed in; one, unnamed, when it fits a page."""
    # Only our own screenshots are PNG for sure; other pictures are shown whole, however long.
    if picture.kind != "screenshot":
        return [""]
    with (root / picture.path).open("rb") as file:
        head = file.read(24)
    if len(head) < 24 or not head.startswith(PNG):
        return [""]
    width, height = struct.unpack(">II", head[16:24])
    number = count_views(width, height)
    return [""] if number == 1 else [f"?view={n}" for n in range(1, number + 1)]


def _laid_out(page: bytes, root: Path, path: str) -> bytes:
    """A page as PDF. The process gets no variable of ours: no address or password of the archive."""
    kept = {k: os.environ[k] for k in ("PATH", "HOME", "LANG", "TMPDIR") if k in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, arguments are ours
            [sys.executable, "-P", "-m", "evidence.package.printer", str(root)],
            input=page, capture_output=True, timeout=TIMEOUT_S, env=kept, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise PackageError(path, f"was not printed within {TIMEOUT_S} s", REMEDY) from error
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        last = done.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        # The last line of a traceback; its words after the class could quote captured text.
        why = f"could not be printed ({last.split(':')[0][:80] or done.returncode})"
        raise PackageError(path, why, REMEDY)
    return done.stdout
