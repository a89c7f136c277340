"""YouTube's three ways to write a text, the addresses in it, and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.figure import is_open

HOME = "https://www.youtube.com"
ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\^{}\u00a0]{1,2000}", re.IGNORECASE)
ENDS = ".,;:!?)]\u00bb\u201d\u2019\u2026"
SHORTENED = ("...", "\u2026")
CUT = re.compile(r"https?://[^\s]{1,2000}?(?:\.\.\.|\u2026)(?=\s|$)")
FIGURE = re.compile(r"(\d[\d.,\u00a0\u202f ]{0,30})[\u00a0\u202f ]?([^\W\d_]{0,8})")
GROUPED = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+|\d+")
DECIMAL = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?")
SCALE = {
    "k": 10**3, "rb": 10**3, "ribu": 10**3, "mil": 10**3, "thousand": 10**3,
    "m": 10**6, "jt": 10**6, "juta": 10**6, "mn": 10**6, "million": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9, "miliar": 10**9,
}  # fmt: skip
"""English and Indonesian; we ask for English, kept pages of other people may be in Indonesian."""
SPLIT = re.compile(r"\d['\u2019\u066c]\d")
"""Signs between groups of digits in languages whose figures are not read here."""
TURKISH = re.compile(r"g\u00f6r\u00fcnt\u00fcleme|abone", re.IGNORECASE)
"""Words beside a figure where `B` stands for bin (10**3)."""
INDONESIAN = re.compile("ditonton|tayangan|pelanggan|komentar|suka", re.IGNORECASE)
"""Words beside a figure where `M` stands for miliar (10**9)."""


def shown(value: Any) -> str | None:
    """The text as YouTube shows it: `simpleText`, `runs` or `content`; None when it is none."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    for name in ("simpleText", "content"):
        if isinstance(value.get(name), str):
            return str(value[name])
    parts = [run.get("text") for run in _dicts(value.get("runs"))]
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts or value.get("runs") == [] else None


def written(value: Any) -> str | None:
    """The text as its author wrote it: addresses YouTube shortened or dressed are whole again."""
    text = shown(value)
    if text is None or not isinstance(value, dict):
        return text
    if isinstance(value.get("runs"), list):
        return "".join(_run(run) for run in _dicts(value["runs"]))
    return _replaced(text, list(_commands(value)))


def is_cut(text: str | None) -> bool:
    """Whether an address in a text is still as YouTube shortened it."""
    return CUT.search(text or "") is not None


def addresses(text: str | None) -> tuple[str, ...]:
    """Addresses a text holds, in its order, each once; a closing mark of the sentence is none."""
    found = (match[0].rstrip(ENDS) for match in ADDRESS.finditer(text or ""))
    return tuple(dict.fromkeys(one for one in found if len(one) > len("https://")))


def target(endpoint: Any) -> str | None:
    """Where a link leads: its own address, not YouTube's way through `/redirect`."""
    inner = endpoint.get("innertubeCommand", endpoint) if isinstance(endpoint, dict) else None
    led = inner.get("urlEndpoint") if isinstance(inner, dict) else None
    url = led.get("url") if isinstance(led, dict) else None
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.path == "/redirect" and parts.netloc in ("", "www.youtube.com", "m.youtube.com"):
        return next(iter(parse_qs(parts.query).get("q", ())), url)
    return f"{HOME}{url}" if url.startswith("/") else url


def figure(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) of a figure: `1,545,374 views`, `337 videos`, `25m`, `1.2 rb`; one is None.

    Both are None where no figure stands, or it can be read in two ways (`1.5` without a unit).
    """
    found = FIGURE.search(text or "")
    if found is None or SPLIT.search(text or "") or TURKISH.search(text or ""):
        return None, None
    digits, unit = found[1].strip(" .,\u00a0\u202f"), found[2].lower()
    if unit in SCALE and DECIMAL.fullmatch(digits):
        whole, _, part = digits.replace(",", ".").partition(".")
        scale = SCALE["b"] if unit == "m" and INDONESIAN.search(text or "") else SCALE[unit]
        return None, int(whole) * scale + int(part or "0") * scale // 10 ** len(part)
    if unit not in SCALE and GROUPED.fullmatch(digits) and not is_open(f" {found[2]}"):
        exact = int(re.sub(r"\D", "", digits)[:17])
        return (exact, None) if exact < 2**53 else (None, None)
    return None, None


def viewed(text: str | None) -> tuple[int | None, int | None]:
    """(exact, rounded) figure of views; who is watching or waiting now is none."""
    words = (text or "").lower()
    present = any(word in words for word in ("watching", "waiting", "menonton", "menunggu"))
    return (None, None) if present else figure(text)


def _dicts(values: Any) -> Iterator[dict[str, Any]]:
    return (v for v in (values if isinstance(values, list) else ()) if isinstance(v, dict))


def _run(run: dict[str, Any]) -> str:
    text = run.get("text")
    if not isinstance(text, str):
        return ""
    return _undressed(text, run.get("navigationEndpoint"))


def _commands(value: dict[str, Any]) -> Iterator[tuple[int, int, Any]]:
    """(start, length, command) of the links in an attributed text, in UTF-16 code units."""
    for run in _dicts(value.get("commandRuns")):
        start, length = run.get("startIndex", 0), run.get("length")
        if isinstance(start, int) and isinstance(length, int) and start >= 0 and length > 0:
            yield start, length, run.get("onTap")


def _replaced(text: str, commands: list[tuple[int, int, Any]]) -> str:
    if not commands:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    out, at = [], 0
    for start, length, command in sorted(commands, key=lambda one: one[:2]):
        if start * 2 < at:
            continue
        out.append(_text(units[at : start * 2]))
        at = (start + length) * 2
        out.append(_undressed(_text(units[start * 2 : at]), command))
    return "".join([*out, _text(units[at:])])


def _text(units: bytes) -> str:
    return units.decode("utf-16-le", "surrogatepass")


def _undressed(text: str, command: Any) -> str:
    """The link's address where the text is a shortened or dressed form of it, else the text.

    Dressed, as seen 2026: blanks, the site's sign, a dot or a slash, and the name or video title.
    """
    led = target(command)
    plain = text.strip()
    dressed = text[:1] == "\u00a0" and plain[:1] in ("/", "\u2022")
    if led is not None and (plain.endswith(SHORTENED) or dressed):
        return led
    return (_watched(command) or text) if dressed else text


def _watched(command: Any) -> str | None:
    inner = command.get("innertubeCommand", command) if isinstance(command, dict) else None
    watch = inner.get("watchEndpoint") if isinstance(inner, dict) else None
    video = watch.get("videoId") if isinstance(watch, dict) else None
    return f"{HOME}/watch?v={video}" if isinstance(video, str) else None
