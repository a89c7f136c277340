"""Indonesian words of the report for the words of statements; they say what was seen."""

from __future__ import annotations

ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT", 0: "UTC"}
STATES = {
    "PRESENT": "terlihat",
    "EDITED": "terlihat, isi berubah",
    "UNSEEN": "dicari dan tidak ditemukan (satu kali)",
    "ABSENT": "dicari dan tidak ditemukan (lebih dari satu kali, atau dengan bukti)",
    "PRIVATE": "akun dikunci",
    "SUSPENDED": "ditangguhkan oleh platform",
    "WITHHELD": "ditahan oleh platform di suatu wilayah",
    "GATED": "hanya untuk yang masuk (login)",
    "BLOCKED": "permintaan kami ditolak platform",
    "DRIFT": "susunan halaman tidak dikenali",
}
CHANGES = {
    "NEW": "pertama kali terlihat",
    "EDITED": "isi berubah",
    "REREAD": "dibaca ulang oleh pembaca baru, isi sama",
    "SURFACE": "ditunjukkan oleh permukaan lain, tidak dibandingkan",
    "RETURNED": "terlihat kembali",
}
OUTCOMES = {
    "COMPLETE": "lengkap, ada yang baru",
    "UNCHANGED": "lengkap, tidak ada yang berubah",
    "EMPTY": "akun ada, tidak ada unggahan",
    "PARTIAL": "sebagian",
    "BLOCKED": "ditolak platform",
    "FAILED": "gagal di pihak kami atau jaringan",
    "MISSED": "terlewat",
    "SUSPECT": "halaman tidak dikenali",
}
