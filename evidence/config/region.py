"""Regions by Kemendagri code, and the time zone each province keeps."""

from __future__ import annotations

import re

PROVINCES: dict[str, tuple[str, str]] = {
    "11": ("Aceh", "Asia/Jakarta"),
    "12": ("Sumatera Utara", "Asia/Jakarta"),
    "13": ("Sumatera Barat", "Asia/Jakarta"),
    "14": ("Riau", "Asia/Jakarta"),
    "15": ("Jambi", "Asia/Jakarta"),
    "16": ("Sumatera Selatan", "Asia/Jakarta"),
    "17": ("Bengkulu", "Asia/Jakarta"),
    "18": ("Lampung", "Asia/Jakarta"),
    "19": ("Kepulauan Bangka Belitung", "Asia/Jakarta"),
    "21": ("Kepulauan Riau", "Asia/Jakarta"),
    "31": ("DKI Jakarta", "Asia/Jakarta"),
    "32": ("Jawa Barat", "Asia/Jakarta"),
    "33": ("Jawa Tengah", "Asia/Jakarta"),
    "34": ("DI Yogyakarta", "Asia/Jakarta"),
    "35": ("Jawa Timur", "Asia/Jakarta"),
    "36": ("Banten", "Asia/Jakarta"),
    "51": ("Bali", "Asia/Makassar"),
    "52": ("Nusa Tenggara Barat", "Asia/Makassar"),
    "53": ("Nusa Tenggara Timur", "Asia/Makassar"),
    "61": ("Kalimantan Barat", "Asia/Pontianak"),
    "62": ("Kalimantan Tengah", "Asia/Pontianak"),
    "63": ("Kalimantan Selatan", "Asia/Makassar"),
    "64": ("Kalimantan Timur", "Asia/Makassar"),
    "65": ("Kalimantan Utara", "Asia/Makassar"),
    "71": ("Sulawesi Utara", "Asia/Makassar"),
    "72": ("Sulawesi Tengah", "Asia/Makassar"),
    "73": ("Sulawesi Selatan", "Asia/Makassar"),
    "74": ("Sulawesi Tenggara", "Asia/Makassar"),
    "75": ("Gorontalo", "Asia/Makassar"),
    "76": ("Sulawesi Barat", "Asia/Makassar"),
    "81": ("Maluku", "Asia/Jayapura"),
    "82": ("Maluku Utara", "Asia/Jayapura"),
    "91": ("Papua", "Asia/Jayapura"),
    "92": ("Papua Barat", "Asia/Jayapura"),
    "93": ("Papua Selatan", "Asia/Jayapura"),
    "94": ("Papua Tengah", "Asia/Jayapura"),
    "95": ("Papua Pegunungan", "Asia/Jayapura"),
    "96": ("Papua Barat Daya", "Asia/Jayapura"),
}
"""Code -> (name, IANA zone). Kepmendagri 300.2.2-2138/2025: 38 provinces; Keppres 41/1987."""

ZONES: dict[str, str] = {
    "WIB": "Asia/Jakarta",
    "WITA": "Asia/Makassar",
    "WIT": "Asia/Jayapura",
    "ASIA/JAKARTA": "Asia/Jakarta",
    "ASIA/PONTIANAK": "Asia/Pontianak",
    "ASIA/MAKASSAR": "Asia/Makassar",
    "ASIA/JAYAPURA": "Asia/Jayapura",
    "UTC": "UTC",
}
"""Words for a zone, in capitals -> IANA zone."""

LABELS: dict[str, str] = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
    "UTC": "UTC",
}
"""IANA zone -> the letters shown beside a time."""

_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


def is_region_code(code: str) -> bool:
    """Whether this has the form of a Kemendagri code: `64`, `64.71`, `64.71.01`, `64.71.01.1001`."""
    return _CODE.fullmatch(code) is not None


def zone_of(code: str) -> str | None:
    """IANA zone of the province a region code begins with; None when there is no such province."""
    province = PROVINCES.get(code[:2])
    return province[1] if province else None
