"""The signed head on paper: to be signed by hand and kept with the minutes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evidence.ledger import Checkpoint, parse_note
from evidence.seal.anchor import Standing

HERE = Path(__file__).resolve().parent


QR_TITLE = "Kode QR yang memuat tiga baris dan sidik"
"""Told instead of the picture to who cannot see it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet says. at: the printed time, in words; vkey: the key that signed."""

    head: Checkpoint
    standings: Sequence[Standing]
    organisation: str
    at: str
    vkey: str
    simulated: bool = False

    def qr_text(self) -> str:
        """What the QR code holds: the three signed lines, then the fingerprint."""
        return f"{parse_note(self.head.note).text}{self.head.fingerprint()}\n"


def sheet_html(sheet: Sheet) -> str:
    """The sheet as one HTML page (Indonesian) that refers to nothing outside."""
    pages = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return pages.get_template("lembar.html.j2").render(
        head=sheet.head,
        text=parse_note(sheet.head.note).text,
        fingerprint=sheet.head.fingerprint(),
        qr=_qr(sheet.qr_text()),
        standings=sheet.standings,
        organisation=sheet.organisation,
        at=sheet.at,
        vkey=sheet.vkey,
        simulated=sheet.simulated,
    )


def _qr(text: str) -> Markup:
    """A QR code as an SVG element; error correction M bears a fold in the paper."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=2,
        title=QR_TITLE,
    )
    # Drawn by segno from numbers alone; none of the text is in it.
    return Markup(out.getvalue().decode())  # noqa: S704
