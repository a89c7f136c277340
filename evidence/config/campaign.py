"""Campaign files: TOML in, a Campaign out, with every problem named by its key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from evidence.canonical import encode, new_record_id, to_value
from evidence.config.problem import ImportRefused, Problem, problem
from evidence.model import Campaign, Draft, ElectionKind, Phase, Plain, StatementType

KEYS = (
    "id", "name", "kind", "legal_source", "legal_basis", "purpose", "superseded_by", "phase",
)  # fmt: skip
PHASE_KEYS = ("name", "starts", "ends", "cadence")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
MAX_BYTES = 1_000_000
MAX_CADENCE_S = 31 * 86_400
_CADENCE = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")


class CampaignErrors(ImportRefused):
    """A campaign file has problems; `problems` holds all of them."""


def parse_campaign(data: bytes, name: str) -> Campaign:
    """The campaign a TOML file says. Form: docs/formats/campaign.md.

    name: of the file, for messages.
    Raises CampaignErrors with every problem of the file, each with its key or line.
    """
    values = _toml(data, name)
    problems: list[Problem] = []
    campaign = _campaign(values, problems)
    if campaign is None or problems:
        raise CampaignErrors(name, problems)
    return campaign


def campaign_drafts(
    campaign: Campaign,
    now: datetime,
    clock: str,
    *,
    change: str = "ADDED",
    previous: str | None = None,
) -> list[Draft]:
    """The `campaign` statement. clock: `system` or `simulated`. change: ADDED or CHANGED.

    previous: record id of the version that this one changes, None for the first.

    Its facts repeat the schedule, so that a verifier can recompute the due slots.
    """
    phases = [
        {"name": p.name, "starts": p.starts, "ends": p.ends, "cadence_s": dict(p.cadence_s)}
        for p in campaign.phases
    ]
    facts = {
        "campaign": campaign.id,
        "change": change,
        "schedule": {"phases": phases},
        "superseded_by": campaign.superseded_by,
        "previous": previous,
    }
    body = Plain("campaign", "application/json", encode(to_value(campaign)))
    return [Draft(StatementType.CAMPAIGN, new_record_id(), now, clock, facts, (body,))]


def read_cadence(text: str) -> int | None:
    """Seconds between two slots from `30m`, `6h`, `1d`; None when it is not a cadence."""
    match = _CADENCE.fullmatch(text)
    if not match:
        return None
    seconds = int(match[1]) * SECONDS[match[2]]
    return seconds if seconds <= MAX_CADENCE_S else None


def _toml(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise CampaignErrors(
            name, [problem(None, "", "TOO_LARGE", size=len(data), limit=MAX_BYTES)]
        )
    try:
        return tomllib.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CampaignErrors(name, [problem(None, "", "NOT_UTF8", offset=error.start)]) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) or "it is nested too deep"
        raise CampaignErrors(name, [problem(None, "", "TOML", reason=reason)]) from error


def _campaign(values: Mapping[str, Any], problems: list[Problem]) -> Campaign | None:
    _known_keys(values, KEYS, "", problems)
    texts = {
        key: _text(values, key, "", problems, needed=key != "superseded_by")
        for key in KEYS
        if key != "phase"
    }
    kind = next((k for k in ElectionKind if k.value == texts["kind"]), None)
    if texts["kind"] and kind is None:
        known = ", ".join(k.value for k in ElectionKind)
        problems.append(problem(None, "kind", "UNKNOWN_WORD", known=known))
    if texts["id"] and not _ID.fullmatch(texts["id"]):
        problems.append(problem(None, "id", "BAD_ID"))
    if texts["superseded_by"] and texts["superseded_by"] == texts["id"]:
        problems.append(problem(None, "superseded_by", "SELF"))
    phases = _phases(values.get("phase"), problems)
    if kind is None:
        return None
    return Campaign(
        id=texts["id"],
        name=texts["name"],
        kind=kind,
        legal_source=texts["legal_source"],
        legal_basis=texts["legal_basis"],
        purpose=texts["purpose"],
        phases=phases,
        superseded_by=texts["superseded_by"],
    )


def _known_keys(
    values: Mapping[str, Any], known: Sequence[str], prefix: str, problems: list[Problem]
) -> None:
    for key in values:
        if key in ("zone", "timezone", "zona"):
            problems.append(problem(None, prefix + key, "ZONE_KEY"))
        elif key not in known:
            problems.append(problem(None, prefix + key, "UNKNOWN_KEY", known=", ".join(known)))


def _text(
    values: Mapping[str, Any], key: str, prefix: str, problems: list[Problem], *, needed: bool
) -> str:
    value = values.get(key)
    if value is None:
        if needed:
            problems.append(problem(None, prefix + key, "MISSING_KEY"))
        return ""
    if not isinstance(value, str):
        problems.append(problem(None, prefix + key, "NOT_TEXT"))
        return ""
    if needed and not value.strip():
        problems.append(problem(None, prefix + key, "REQUIRED"))
    return value.strip()


def _phases(value: Any, problems: list[Problem]) -> tuple[Phase, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
        problems.append(problem(None, "phase", "NO_PHASES"))
        return ()
    phases: list[Phase] = []
    for number, item in enumerate(value, 1):
        phase = _phase(item, f"phase[{number}].", problems)
        if phase is None:
            continue
        _fits(phase, phases, f"phase[{number}].", problems)
        phases.append(phase)
    return tuple(phases)


def _phase(item: Mapping[str, Any], prefix: str, problems: list[Problem]) -> Phase | None:
    _known_keys(item, PHASE_KEYS, prefix, problems)
    name = _text(item, "name", prefix, problems, needed=True)
    starts = _local(item, "starts", prefix, problems)
    ends = _local(item, "ends", prefix, problems)
    cadence = _cadence(item.get("cadence"), prefix, problems)
    if starts and ends and ends <= starts:
        problems.append(problem(None, prefix + "ends", "ENDS_FIRST"))
    return Phase(name, starts, ends, cadence) if name and starts and ends else None


def _fits(phase: Phase, before: list[Phase], prefix: str, problems: list[Problem]) -> None:
    """Note an overlap with, or a hole after, the phase before; and a name used twice."""
    for number, other in enumerate(before, 1):
        if other.name == phase.name:
            problems.append(problem(None, prefix + "name", "DOUBLE_NAME", other=f"phase[{number}]"))
    if before and phase.starts != before[-1].ends:
        code = "OVERLAP" if phase.starts < before[-1].ends else "HOLE"
        problems.append(
            problem(None, prefix + "starts", code, other=before[-1].name, moment=before[-1].ends)
        )


def _local(item: Mapping[str, Any], key: str, prefix: str, problems: list[Problem]) -> str:
    """Local wall-clock as `2024-09-25T00:00:00`; empty beside a problem."""
    value = item.get(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = False
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat(timespec="seconds")
    if value is None:
        code = "MISSING_KEY"
    else:
        code = "HAS_OFFSET" if isinstance(value, datetime) else "NOT_LOCAL_TIME"
    problems.append(problem(None, prefix + key, code))
    return ""


def _cadence(value: Any, prefix: str, problems: list[Problem]) -> tuple[tuple[str, int], ...]:
    if value is None:
        problems.append(problem(None, prefix + "cadence", "MISSING_KEY"))
        return ()
    if not isinstance(value, dict) or not value:
        problems.append(problem(None, prefix + "cadence", "NO_CADENCE"))
        return ()
    pairs = []
    for tier, text in sorted(value.items()):
        key = f"{prefix}cadence.{tier}"
        if not (len(tier) == 1 and "A" <= tier <= "Z"):
            problems.append(problem(None, key, "BAD_TIER"))
        seconds = read_cadence(text) if isinstance(text, str) else None
        if seconds is None:
            problems.append(problem(None, key, "BAD_CADENCE"))
        else:
            pairs.append((tier, seconds))
    return tuple(pairs)
