"""What only people can say of a case: the fields of Form A and of the letter, from `case.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.errors import ConfigError

TOP = {
    "number": "Nomor laporan hasil pengawasan",
    "election": "Jenis pemilihan",
    "stage": "Tahapan",
    "known_at": "Diketahui",
}
TABLES = {
    "supervisor": {
        "name": "Nama pelaksana", "position": "Jabatan", "order": "Nomor surat perintah tugas",
        "address": "Alamat",
    },
    "activity": {
        "form": "Bentuk", "purpose": "Tujuan", "target": "Sasaran", "started_at": "Mulai",
        "ended_at": "Selesai", "location": "Lokasi", "summary": "Uraian singkat hasil",
    },
    "event": {
        "what": "Peristiwa", "place": "Tempat", "at": "Waktu", "narrative": "Uraian kejadian",
        "facts": "Fakta dan keterangan", "analysis": "Analisa",
        "indication": "Indikasi (dugaan) menurut pengawas",
    },
    "clarification": {
        "invited": "Nomor undangan", "invited_at": "Undangan disampaikan",
        "held_at": "Waktu klarifikasi",
    },
    "referral": {
        "addressee": "Penerima", "plenary": "Berita acara rapat pleno",
        "register": "Nomor register", "registered_at": "Diregister",
        "appointing_authority": "Pejabat Pembina Kepegawaian",
        "superior": "Atasan atau kesatuan", "organiser_post": "Jabatan penyelenggara",
    },
}  # fmt: skip
LISTS = {
    "parties": {
        "name": "Nama", "role": "Kedudukan", "status": "Status", "agency": "Instansi",
        "address": "Alamat", "watch": "Akun pantauan",
    },
    "witnesses": {"name": "Nama", "address": "Alamat", "phone": "Telepon"},
    "means": {"kind": "Jenis alat bukti", "description": "Uraian"},
    "context": {"kind": "Jenis", "description": "Uraian"},
    "holidays": {"date": "Tanggal", "name": "Hari libur"},
}  # fmt: skip
"""`context`: what speaks for the person, such as a duty letter or an invitation."""
HEADINGS = {
    "": "Laporan", "supervisor": "Pelaksana tugas pengawasan", "activity": "Kegiatan pengawasan",
    "event": "Peristiwa yang diduga", "clarification": "Klarifikasi", "referral": "Penerusan",
    "parties": "Pihak terkait", "witnesses": "Saksi", "means": "Alat bukti menurut pengawas",
    "context": "Keadaan yang meringankan atau menjelaskan",
    "holidays": "Hari libur yang diperhitungkan",
}  # fmt: skip
ELECTIONS = ("PEMILU", "PEMILIHAN")
VERDICT = re.compile(
    r"\bterbukti\b|\bbersalah\b|\b(?:melanggar|menyalahi|dilanggar)\b|\bpelanggar\b"
    r"|\bpelaku\s+pelanggaran\b|(?<!dugaan )\bpelanggaran\s+(?:oleh|yang\s+dilakukan)\b"
    r"|\b(?:melakukan|berbuat)\s+(?:suatu\s+|tindak\s+)?(?:pelanggaran|kesalahan|pidana)\b",
    re.IGNORECASE,
)
"""Words that only a decision may use; `belum terbukti` and `diduga melanggar` are set apart."""
CAREFUL = re.compile(
    r"\b(?:belum|tidak|apabila|jika|diduga|dugaan|terduga)\s+(?:telah\s+)?"
    r"(?:terbukti|bersalah|melanggar|menyalahi|dilanggar"
    r"|(?:melakukan|berbuat)\s+(?:suatu\s+|tindak\s+)?(?:pelanggaran|kesalahan|pidana))\b",
    re.IGNORECASE,
)
MAX_CASE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """The fields of a case file: single ones by dotted name, and lists of rows. Blank is absent."""

    fields: Mapping[str, str]
    rows: Mapping[str, tuple[Mapping[str, str], ...]]

    @property
    def number(self) -> str:
        """The report's number, which also names the case in the exhibit register; may be empty."""
        return self.fields.get("number", "")

    def holidays(self) -> frozenset[date]:
        """Days that the supervisor names as no working days."""
        return frozenset(date.fromisoformat(row["date"]) for row in self.rows.get("holidays", ()))

    def has(self, key: str) -> bool:
        """Whether a field is filled; `parties[].name`: in every row, and there is a row."""
        if "[]." not in key:
            return key in self.fields
        table, column = key.split("[].")
        rows = self.rows.get(table, ())
        return bool(rows) and all(column in row for row in rows)

    def verdicts(self) -> tuple[str, ...]:
        """Names of fields whose words only a decision may use."""
        texts = dict(self.fields)
        for table, rows in self.rows.items():
            for number, row in enumerate(rows, 1):
                texts |= {f"{table}[{number}].{key}": value for key, value in row.items()}
        return tuple(name for name, text in texts.items() if VERDICT.search(CAREFUL.sub("", text)))


def read_case(path: Path) -> Case:
    """The case a TOML file holds.

    Raises ConfigError naming every key that is not a field, has a value of another kind, or a time
    without its offset. Messages name keys and never show values.
    """
    try:
        if path.stat().st_size > MAX_CASE_BYTES:
            raise ConfigError(str(path), "is larger than a case file may be")
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), "cannot be read as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at [^)]*\)", str(error))
        raise ConfigError(str(path), f"is not TOML {place[0] if place else ''}".strip()) from None
    return parse_case(values, str(path))


def parse_case(values: Mapping[str, Any], source: str) -> Case:
    """The case in parsed TOML. Raises ConfigError naming every key that cannot be taken."""
    wrong: list[str] = []
    fields = dict(_filled({k: v for k, v in values.items() if k in TOP}, "", TOP, wrong))
    rows: dict[str, tuple[Mapping[str, str], ...]] = {}
    for key, value in values.items():
        if key in TABLES and isinstance(value, dict):
            said = _filled(value, f"{key}.", TABLES[key], wrong)
            fields |= {f"{key}.{name}": text for name, text in said}
        elif key in LISTS and isinstance(value, list) and all(isinstance(v, dict) for v in value):
            rows[key] = tuple(
                dict(_filled(row, f"{key}[{number}].", LISTS[key], wrong))
                for number, row in enumerate(value, 1)
            )
        elif key not in TOP:
            wrong.append(key)
    wrong += _not_as_they_must(fields, rows)
    if wrong:
        raise ConfigError(
            source,
            f"has keys that are no fields of a case or of the wrong kind: {', '.join(wrong)}",
            "Times need their offset, such as 2026-11-23T09:00:00+07:00",
        )
    return Case(fields, rows)


def _not_as_they_must(
    fields: Mapping[str, str], rows: Mapping[str, tuple[Mapping[str, str], ...]]
) -> Iterator[str]:
    """Keys whose text is none of those it may be."""
    if fields.get("election", ELECTIONS[0]) not in ELECTIONS:
        yield f"election (one of {', '.join(ELECTIONS)})"
    for number, row in enumerate(rows.get("holidays", ()), 1):
        try:
            date.fromisoformat(row.get("date", ""))
        except ValueError:
            yield f"holidays[{number}].date"


def _filled(
    values: Mapping[str, Any], prefix: str, known: Mapping[str, str], wrong: list[str]
) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        instant = key.endswith("_at") or key == "at"
        if (
            key in known
            and isinstance(value, datetime)
            and instant
            and value.utcoffset() is not None
        ):
            yield key, value.isoformat()
        elif key not in known or not isinstance(value, str) or key.endswith("_at"):
            wrong.append(f"{prefix}{key}")
        elif value.strip():
            yield key, value.strip()
