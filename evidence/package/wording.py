"""Indonesian words of the report for the words of statements; they say what was seen."""

from __future__ import annotations

from collections.abc import Mapping

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
    "COMPLETE": "semua yang dicari kunjungan itu terlihat, ada yang baru",
    "UNCHANGED": "semua yang dicari kunjungan itu terlihat, tidak terlihat perubahan",
    "EMPTY": "akun terlihat, tidak terlihat unggahan",
    "PARTIAL": "sebagian",
    "BLOCKED": "ditolak platform",
    "FAILED": "gagal di pihak kami atau jaringan",
    "MISSED": "terlewat",
    "SUSPECT": "halaman tidak dikenali",
}
ACTS = {
    "LIKE": "menyukai",
    "COMMENT": "mengomentari",
    "SHARE": "membagikan",
    "FOLLOW": "mengikuti",
    "MENTION": "menyebut",
    "TAG": "menandai",
}
SIDES = {
    "account side": "dilihat dari akun yang diawasi",
    "campaign side": "dilihat dari akun kampanye",
    "NOT_OBSERVABLE": "tidak ditunjukkan platform",
}
ACTIONS = {
    "READ": "dibaca",
    "EXPORT": "dibuat menjadi paket",
    "VERIFY": "diperiksa",
    "SUBJECT_EXPORT": "disalin untuk orang yang bersangkutan",
    "HOLD": "ditahan dari penghapusan",
    "HOLD_LIFTED": "penahanan diakhiri",
    "INGEST": "berkas diterima dari petugas",
    "ERASE_REQUEST": "diminta dihapus",
    "ERASURE": "dinyatakan dihapus",
}
PERSON = {"actor": "akun sistem", "officer": "petugas", "name": "nama", "office": "kantor"}
"""Whoever did something, by the keys of an `actor` object."""
KEPT = {"exchange": "pertukaran HTTP", "screenshot": "tangkapan layar", "dom": "halaman tersusun",
        "media": "gambar atau video", "file": "berkas yang diserahkan"}  # fmt: skip
WAYS = {
    "CRAWL": "kunjungan otomatis",
    "HUMAN": "diserahkan petugas",
    "OFFICIAL": "antarmuka resmi",
}
CAPTURED = {"COMPLETE": "utuh", "PARTIAL": "terpotong", "FAILED": "gagal"}
ROLES = {"identity": "nomor induk (NIP, NIK, NRP)", "body": "isi", "exchange": "catatan pertukaran",
         "reading": "hasil pembacaan", "actor": "nama petugas", "officer": "nama petugas",
         "claim": "keterangan penyerah", "entry": "baris daftar pantau", "post": "unggahan",
         "observation": "keadaan unggahan", "interaction": "interaksi", "account": "keadaan akun",
         "fingerprint": "sidik gambar", "package": "daftar isi paket lain",
         "case": "nomor bukti paket lain", "subjects": "daftar catatan"}  # fmt: skip
MARKERS = {"signed proof of absence": "bukti ketiadaan bertanda tangan"}
PHASES = {
    "CAMPAIGN": "masa kampanye",
    "QUIET": "masa tenang",
    "VOTING": "pemungutan suara",
    "RECAP": "rekapitulasi",
}


def with_meaning(word: str, meanings: Mapping[str, str]) -> str:
    """`LIKE (menyukai)`: the log's word and what it means; the word alone where none is known."""
    return f"{word} ({meanings[word]})" if word in meanings else word


def named(person: Mapping[str, object]) -> str:
    """`akun sistem: budi; petugas: Ani`."""
    return "; ".join(f"{PERSON.get(key, key)}: {said}" for key, said in sorted(person.items()))


def every(seconds: int) -> str:
    """How often, in the largest whole unit: `24 jam`, `90 menit`."""
    for unit, length in (("hari", 86_400), ("jam", 3_600), ("menit", 60)):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} detik"
