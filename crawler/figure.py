"""Figures as Meta's pages write them for people: `2,362`, `298K`, `1,2 jt`, `12 komentar`."""

from __future__ import annotations

import re

FIGURE = r"(\d[\d.,]*(?:\s?(?:K|M|B|rb|ribu|jt|juta|miliar)\b)?)"
"""Pattern of a figure among other words, as one group."""
_PARTS = re.compile(r"(\d[\d.,]*)(\s?)([^\W\d_]*)")
_SCALE = {
    "k": 10**3, "rb": 10**3, "ribu": 10**3, "m": 10**6, "jt": 10**6, "juta": 10**6, "b": 10**9,
    "miliar": 10**9,
}  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")


def figure(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) value of a figure that a text begins with; at most one is not None.

    English (`1,234`, `1.2K`, `3M`) and Indonesian (`1.234`, `1,2 rb`, `3 jt`) forms. A figure with
    a unit is rounded; a word after a blank that is no unit (`12 komentar`) says what was counted.
    Both are None when the text begins with none, when letters that are no unit stand right behind
    it (`3\u4e07`), or when it is 2**53 or more.
    """
    found = _PARTS.match((text or "").strip())
    if found is None or len(found[1]) > 20:
        return None, None
    digits, unit = found[1].rstrip(".,"), found[3].lower()
    if unit not in _SCALE:
        return (None, None) if unit and not found[2] else (_exact(digits), None)
    whole, _, part = digits.replace(",", ".").partition(".")
    if not part.isdecimal() and part:
        return None, None
    scale = _SCALE[unit]
    rounded = int(whole) * scale + (int(part) * scale // 10 ** len(part) if part else 0)
    return None, rounded if rounded < 2**53 else None


def _exact(digits: str) -> int | None:
    plain = re.sub(r"[.,]", "", digits)
    if not plain.isdecimal() or not (_GROUPED.fullmatch(digits) or digits == plain):
        return None
    return int(plain) if int(plain) < 2**53 else None
