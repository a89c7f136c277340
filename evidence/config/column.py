"""The columns of a watchlist file: their names, and the words Indonesian offices use for them."""

from __future__ import annotations

import re

from evidence.model import Confidence, Side, StatusClass

REQUIRED = (
    "platform", "account", "side", "person", "tier", "assignment_order", "legal_basis", "basis",
    "confidence", "attributed_by",
)  # fmt: skip
OPTIONAL = (
    "native_id", "status_class", "agency", "region_code", "zone", "attributed_at", "nip", "nik",
    "nrp", "base_url", "render", "from", "until",
)  # fmt: skip
COLUMNS = REQUIRED + OPTIONAL

ALIASES: dict[str, str] = {
    "akun": "account", "nama_akun": "account", "tautan_akun": "account", "handle": "account",
    "url": "account", "id_asli": "native_id", "id_akun": "native_id",
    "sisi": "side", "pihak": "side",
    "nama": "person", "nama_orang": "person", "nama_lengkap": "person", "orang": "person",
    "status": "status_class", "golongan": "status_class", "kelas_status": "status_class",
    "instansi": "agency", "opd": "agency", "skpd": "agency",
    "kode_wilayah": "region_code", "wilayah": "region_code", "zona": "zone",
    "zona_waktu": "zone", "tingkat": "tier", "prioritas": "tier",
    "surat_tugas": "assignment_order", "surat_perintah_tugas": "assignment_order",
    "nomor_surat_tugas": "assignment_order", "dasar_hukum": "legal_basis",
    "dasar": "basis", "dasar_atribusi": "basis", "keyakinan": "confidence",
    "tingkat_keyakinan": "confidence", "diatribusikan_oleh": "attributed_by",
    "ditetapkan_oleh": "attributed_by", "diatribusikan_pada": "attributed_at",
    "tanggal_atribusi": "attributed_at", "ni_pppk": "nip", "nomor_induk": "nip",
    "alamat_layanan": "base_url", "server": "base_url", "peladen": "base_url",
    "rekam_tampilan": "render", "tangkapan_layar": "render",
    "mulai": "from", "dari": "from", "sampai": "until", "hingga": "until", "selesai": "until",
}  # fmt: skip
"""Other header -> column."""

SIDES: dict[str, Side] = {
    "WATCHED": Side.WATCHED, "DIPANTAU": Side.WATCHED, "DIAWASI": Side.WATCHED,
    "CAMPAIGN": Side.CAMPAIGN, "KAMPANYE": Side.CAMPAIGN, "PESERTA": Side.CAMPAIGN,
}  # fmt: skip

STATUSES: dict[str, StatusClass] = {s.value: s for s in StatusClass} | {
    "HONORER": StatusClass.NON_ASN, "PPNPN": StatusClass.NON_ASN,
    "KEPALA_DESA": StatusClass.KADES, "PENYELENGGARA": StatusClass.ORGANISER,
    "PEJABAT": StatusClass.OFFICIAL,
}  # fmt: skip

CONFIDENCES: dict[str, Confidence] = {
    "HIGH": Confidence.HIGH, "TINGGI": Confidence.HIGH,
    "MEDIUM": Confidence.MEDIUM, "SEDANG": Confidence.MEDIUM,
    "LOW": Confidence.LOW, "RENDAH": Confidence.LOW,
}  # fmt: skip

RENDER: dict[str, bool] = {
    "YA": True, "YES": True, "Y": True, "TRUE": True, "1": True,
    "TIDAK": False, "NO": False, "N": False, "FALSE": False, "0": False,
}  # fmt: skip


def column_of(header: str) -> str | None:
    """The column a header means: `Dasar Hukum` is `legal_basis`; None when it means none."""
    name = re.sub(r"[\s_\-/]+", "_", header.strip().lower()).strip("_")
    return name if name in COLUMNS else ALIASES.get(name)


def word(text: str) -> str:
    """A cell as it stands in the word tables: `non-asn` is `NON_ASN`."""
    return re.sub(r"[\s\-]+", "_", text.strip().upper())
