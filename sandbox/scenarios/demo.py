"""A made-up regent election in "Kabupaten Contoh", pressed into five simulated days.

No person, office, party or place in it exists; `.test` names can never be registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.event import (
    Edit,
    Event,
    Follow,
    GoPrivate,
    Like,
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    Remove,
    Rename,
    Reply,
    Repost,
    ServerError,
)
from sandbox.world import Account, Scenario

TICKS = tuple(datetime(2026, 11, day, 17, 30, tzinfo=UTC) for day in range(1, 6))
"""When the scheduler wakes: half an hour after local midnight in the westernmost zone."""

EXAMPLE = Path(__file__).parent.parent / "example"


def campaign() -> bytes:
    """The campaign file of the example."""
    return (EXAMPLE / "campaign.toml").read_bytes()


def watchlist(bases: Mapping[str, str]) -> bytes:
    """The watchlist file of the example, its services at the given base URLs.

    bases: as `Sandbox.bases`; each `{sandbox:<platform>}` in the file is replaced by its URL.
    """
    text = (EXAMPLE / "watchlist.csv").read_text("utf-8")
    for platform, base in bases.items():
        text = text.replace(f"{{sandbox:{platform}}}", base)
    return text.encode()


def scenario() -> Scenario:
    """Ten accounts on four platforms and what they do."""
    return Scenario("demo", ACCOUNTS, (*_campaign_side(), *_watched_side(), *_mishaps()))


def _at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC)


def _account(key: str, platform: str, handle: str, name: str, note: str) -> Account:
    created = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=len(key), hours=len(name))
    return Account(key, platform, handle, name, created, note)


ACCOUNTS = (
    _account(
        "sari",
        "mastodon",
        "sari_contoh",
        "Sari Contohwati",
        "Pegawai Dinas Arsip Kabupaten Contoh.",
    ),
    _account("budi", "bluesky", "guru-budi.contoh.test", "Budi Rekaan", "Guru. Suka bersepeda."),
    _account("yakob", "mastodon", "kades_sukacontoh", "Yakob Misalnya", "Kepala Desa Sukacontoh."),
    _account(
        "lurah", "telegram", "kelurahan_contoh", "Kelurahan Contoh Tengah", "Kabar kelurahan."
    ),
    _account("andi", "bluesky", "andi.contoh.test", "Andi Umpama", "Bertugas di Polres Contoh."),
    _account(
        "paslon1", "mastodon", "paslon1_contoh", "Damai Contoh (Paslon 1)", "Akun resmi kampanye."
    ),
    _account("partai", "mastodon", "partai_contoh", "Partai Contoh", "Akun resmi partai rekaan."),
    _account(
        "paslon1b", "bluesky", "paslon1.contoh.test", "Damai Contoh (Paslon 1)", "Akun resmi."
    ),
    _account("tim1", "telegram", "tim_paslon1", "Tim Damai Contoh", "Kanal relawan Paslon 1."),
    _account("paslon2", "feed", "paslon2", "Warta Paslon 2", "Situs kampanye Paslon 2 rekaan."),
)

MARCH = "Pawai Damai Contoh"


def _campaign_side() -> tuple[Event, ...]:
    return (
        Publish(
            _at(1, "02:00"), "paslon1", "p1_visi",
            "Visi kami: sekolah dekat, pasar bersih, jalan desa mulus. #DamaiContoh",
        ),
        Publish(
            _at(1, "03:10"), "paslon1", "p1_pawai",
            "Sampai jumpa di Pawai Damai, Sabtu pagi di Lapangan Contoh!",
            Picture(MARCH, 1200, "JPEG", 88, "Poster Pawai Damai Contoh"),
        ),
        Publish(_at(1, "04:00"), "partai", "pc_salam", "Partai Contoh menyapa warga Kabupaten Contoh."),
        Publish(
            _at(1, "05:00"), "paslon1b", "b1_visi",
            "Tiga janji untuk Kabupaten Contoh: air bersih, guru sejahtera, pasar tertib.",
        ),
        Publish(
            _at(2, "04:30"), "paslon1b", "b1_pawai", "Pawai Damai kemarin ramai. Terima kasih!",
            Picture(MARCH, 900, "WEBP", 80, "Poster pawai"),
        ),
        *(
            Publish(_at(1, f"{5 + n}:20"), "tim1", f"t1_{n}", f"Kabar relawan ke-{n}: titik kumpul RW {n}.")
            for n in range(1, 6)
        ),
        Publish(
            _at(2, "06:00"), "tim1", "t1_pawai", "Dokumentasi Pawai Damai, silakan disebarkan.",
            Picture(MARCH, 1000, "JPEG", 75),
        ),
        Edit(_at(3, "06:00"), "t1_2", "Kabar relawan ke-2: titik kumpul pindah ke RW 4."),
        Edit(_at(3, "07:00"), "w2_satu", "Paslon 2 temui petani\nDialog di Desa Misalan dan Umpama."),
        Publish(_at(1, "08:00"), "paslon2", "w2_satu", "Paslon 2 temui petani\nDialog di Desa Misalan."),
        Publish(
            _at(2, "08:00"), "paslon2", "w2_dua", "Debat publik usai\nCatatan tim Paslon 2 atas debat.",
            Picture("Debat Publik", 1000, "JPEG", 85, "Panggung debat"),
        ),
        Publish(_at(3, "05:00"), "partai", "pc_tenang", "Masa tenang: mari jaga kerukunan."),
    )  # fmt: skip


def _watched_side() -> tuple[Event, ...]:
    return (
        Publish(_at(1, "01:00"), "sari", "s_pagi", "Selamat pagi dari kantor arsip."),
        Like(_at(1, "06:30"), "sari", "p1_visi"),
        Follow(_at(1, "06:31"), "sari", "paslon1"),
        Publish(_at(2, "02:15"), "sari", "s_dukung", "Semoga pawainya lancar, Pak @paslon1_contoh!"),
        Repost(_at(2, "02:20"), "sari", "s_bagi", "p1_pawai"),
        Remove(_at(3, "01:00"), "s_dukung"),
        Publish(
            _at(1, "07:00"), "yakob", "y_pawai", "Warga Sukacontoh ikut Pawai Damai. Pilih nomor 1!",
            Picture(MARCH, 800, "JPEG", 60, "Poster yang dibagikan"),
        ),
        Edit(_at(2, "09:00"), "y_pawai", "Warga Sukacontoh menghadiri pawai."),
        Reply(_at(2, "10:00"), "yakob", "y_komentar", "p1_visi", "Siap mendukung jalan desa!"),
        Publish(_at(1, "02:40"), "budi", "b_sepeda", "Rute sepeda pagi ini: Contoh Barat, 24 km."),
        Publish(_at(2, "03:00"), "budi", "b_janji", "Guru sejahtera? Saya pilih yang ini: #DamaiContoh"),
        Remove(_at(4, "02:00"), "b_janji"),
        Like(_at(1, "09:00"), "budi", "b1_visi", until=_at(4, "02:05")),
        Follow(_at(1, "09:01"), "budi", "paslon1b"),
        Publish(_at(1, "10:00"), "andi", "a_apel", "Apel pagi, tetap netral."),
        Reply(_at(2, "11:00"), "andi", "a_komentar", "b1_pawai", "Terima kasih sudah tertib."),
        Rename(_at(4, "06:00"), "andi", "andi-hobi.contoh.test"),
        Publish(_at(1, "02:30"), "lurah", "l_imunisasi", "Imunisasi balita Rabu pukul 08.00 di balai."),
        Repost(_at(2, "07:30"), "lurah", "l_terus", "t1_pawai"),
        GoPrivate(_at(4, "03:00"), "lurah"),
    )  # fmt: skip


def _mishaps() -> tuple[Event, ...]:
    return (
        RateLimit(TICKS[2] - timedelta(hours=1), TICKS[2] + timedelta(hours=1), "mastodon", 1, 1),
        LoginWall(
            TICKS[2] - timedelta(hours=1), TICKS[2] + timedelta(hours=1), "mastodon", "partai"
        ),
        ServerError(TICKS[3] - timedelta(hours=1), TICKS[3] + timedelta(hours=1), "feed"),
    )
