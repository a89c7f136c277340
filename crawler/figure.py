"""Figures as Meta's pages write them for people: `2,362`, `298K`, `1,2 jt`."""

from __future__ import annotations

import re

_PARTS = re.compile(r"(\d[\d.,]*)\s?(K|M|B|rb|jt)?", re.IGNORECASE)
_SCALE = {"k": 10**3, "rb": 10**3, "m": 10**6, "jt": 10**6, "b": 10**9}
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")


def figure(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) value of a figure that a text begins with; at most one is not None.

    English (`1,234`, `1.2K`, `3M`) and Indonesian (`1.234`, `1,2 rb`, `3 jt`) forms. A figure with
    a unit is rounded. Both are None when the text begins with none, or it is 2**53 or more.
    """
    found = _PARTS.match((text or "").strip())
    if found is None or len(found[1]) > 20:
        return None, None
    digits, unit = found[1].rstrip(".,"), (found[2] or "").lower()
    if not unit:
        plain = re.sub(r"[.,]", "", digits)
        exact = plain.isdecimal() and (_GROUPED.fullmatch(digits) or digits == plain)
        return (int(plain) if exact and int(plain) < 2**53 else None), None
    whole, _, part = digits.replace(",", ".").partition(".")
    if not part.isdecimal() and part:
        return None, None
    rounded = int(whole) * _SCALE[unit] + (
        int(part) * _SCALE[unit] // 10 ** len(part) if part else 0
    )
    return None, rounded if rounded < 2**53 else None
