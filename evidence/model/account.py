"""Who is watched: accounts, the persons they are attributed to, and the watchlist of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """Which side of an interaction an account stands on."""

    WATCHED = "WATCHED"
    """A civil servant, village head, TNI or Polri member, or their office: acts are looked for."""
    CAMPAIGN = "CAMPAIGN"
    """A candidate, party or campaign team: the target of acts."""


class StatusClass(StrEnum):
    """Legal status of a watched person (domain: SKB 2022, UU 7/2017 art 280, UU 10/2016 art 71)."""

    PNS = "PNS"
    PPPK = "PPPK"
    NON_ASN = "NON_ASN"
    TNI = "TNI"
    POLRI = "POLRI"
    CAMAT = "CAMAT"
    LURAH = "LURAH"
    KADES = "KADES"
    PERANGKAT_DESA = "PERANGKAT_DESA"
    BPD = "BPD"
    ORGANISER = "ORGANISER"
    OFFICIAL = "OFFICIAL"
    NONE = "NONE"
    """Campaign-side accounts have no status class."""


class Confidence(StrEnum):
    """How sure the named human is that the account is the person's."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class AccountId:
    """An account: its platform and the platform's own unchanging id.

    native_id: the id that survives a rename (Mastodon account id, DID, Telegram channel id,
               feed URL); None until the first visit has resolved it.
    handle:    only the present name; may change hands.
    """

    platform: str
    native_id: str | None
    handle: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why an account is held to be a person's; made by a human, never by the machine."""

    person: str
    basis: str
    confidence: Confidence
    attributed_by: str
    attributed_at: datetime
    status_class: StatusClass = StatusClass.NONE
    agency: str = ""
    identity_masked: str = ""
    """NIP, NI PPPK, NIK or NRP with all but the last four characters replaced by `*`."""


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """One row of the watchlist.

    watch:        pseudonymous id, `w-` and 12 hex digits; the only name of the account in the log.
    base_url:     where the account's service answers, e.g. `https://mastodon.social`; empty for the
                  platform's own hosts.
    tier:         one letter; the campaign's phases give the cadence of each tier.
    region_code:  Kemendagri code (`64.71`), empty when not bound to a region.
    zone:         IANA zone of the contest the entry is watched for.
    render:       also keep a screenshot and the DOM of each new post's public page.
    watched_from, watched_until: UTC; slots are due from the first (inclusive) to the second
                  (exclusive, None: open end).
    """

    watch: str
    account: AccountId
    side: Side
    tier: str
    zone: str
    attribution: Attribution
    assignment_order: str
    legal_basis: str
    watched_from: datetime
    watched_until: datetime | None = None
    region_code: str = ""
    base_url: str = ""
    render: bool = False


@dataclass(frozen=True, slots=True)
class Watchlist:
    """All entries watched in one archive, ordered by `watch`."""

    entries: tuple[WatchEntry, ...] = ()
