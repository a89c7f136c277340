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


_GOES_ON = re.compile(r"[\s'\u2019\u066c]\d{3}(?!\d)")
_ELSEWHERE = frozenset(
    ("lakh", "lac", "crore", "cr", "mil", "mila", "mile", "mill", "mille", "miler", "milers",
     "mi", "mio", "mia", "mie", "mii", "mln", "mlr", "mlrd", "mm", "mn", "mr", "mrd", "md",
     "mld", "mlj", "bi", "bil", "bin", "bio", "bln", "bn", "bilj", "tn", "tr", "tri", "tril",
     "trn", "tsd", "tis", "tys", "tus", "tusen", "tusind", "tausend", "duizend", "ezer", "tuhat",
     "tuhatta", "milj", "mijn", "n", "ng", "nt", "t", "j", "libo", "e", "g", "y", "na",
     "million", "millions", "millionen", "millioner", "millones", "millionnes", "milioni",
     "milione", "milhao", "milhoes", "miljoen", "miljon", "miljoner", "miljoonaa", "milion",
     "miliona", "miliony", "milioane", "milijun", "milijuna", "milyon", "milyar", "milyun",
     "billion", "billions", "billionen", "billioner", "billones", "bilyon", "milliard",
     "milliards", "milliarde", "milliarden", "milliarder", "miliardi", "miliardo", "miliarde",
     "miliarda", "miliardy", "miljard", "miljarder", "milijarda", "milijarde", "milijardi",
     "thousand", "hundred", "trillion", "trillions", "triliun")
)  # fmt: skip
"""Words for thousands and more behind a figure, of languages whose figures are not read here.
Source: compact decimal forms of the Unicode CLDR; lakh and crore are English as written in India."""


def is_open(text: str) -> bool:
    """Whether what stands right behind a figure may make it another one.

    So do the next group of its digits (`1 234`, `1\u2019234`), a word for thousands in a language
    that is not read here (`3 Mio.`, `12 mil`), and letters beyond ASCII, which may be one.
    """
    word = re.match(r"\s?([^\W\d_]*)", text)
    beside = word[1].casefold() if word else ""
    return bool(_GOES_ON.match(text)) or not beside.isascii() or beside in _ELSEWHERE


def figure(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) value of a figure that a text begins with; at most one is not None.

    English (`1,234`, `1.2K`, `3M`) and Indonesian (`1.234`, `1,2 rb`, `3 jt`) forms. A figure with
    a unit is rounded; a word after a blank that is no unit (`12 komentar`) says what was counted.
    Both are None when the text begins with none, when letters that are no unit stand right behind
    it (`3\u4e07`), when what stands behind it may make it another one, or when it is 2**53 or more.
    """
    found = _PARTS.match((text or "").strip())
    if found is None or len(found[1]) > 20:
        return None, None
    digits, unit = found[1].rstrip(".,"), found[3].lower()
    if unit == "b" and found[2]:  # `12 B` is no English: thousands, in Turkish
        return None, None
    if unit not in _SCALE and is_open((text or "").strip()[found.end(1) :]):
        return None, None
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
