"""What happened -> the statement drafts that say so. Pure; docs/formats/statement.md is the norm."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from evidence.canonical import encode, encode_thing, instant, new_record_id, record_id, to_value
from evidence.model import (
    AccountSeen,
    Act,
    Draft,
    Exchange,
    Fact,
    ImageReading,
    Interaction,
    KnownPost,
    Observation,
    Plain,
    Reading,
    SeenState,
    StatementType,
    VisitEnd,
)

JSON = "application/json"
LOCAL = frozenset({"mastodon"})
"""Platforms of many servers, on which a native id means something on its own server alone."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records, and by which clock. tool: name and version of the recording program."""

    clock: str
    tool: str
    config: str = ""

    def capture(
        self,
        exchange: Exchange,
        *,
        visit: str,
        watch: str,
        slot: str | None,
        body_kept: bool = True,
        anchor: str | None = None,
        tokens: Sequence[str] = (),
        via: str = "CRAWL",
        claim: Mapping[str, Any] | None = None,
        order: str = "",
    ) -> Draft:
        """One exchange, screenshot or rendered document, as received.

        body_kept: False leaves the body out (a page about people nobody watches); its size and
        SHA-256 stay in the encrypted `exchange` object.
        anchor, tokens: SHA-256 hex of the newest stamped note and of the newest time stamps; an
                   empty `tokens` says that there was none to name.
        via:       CRAWL; HUMAN: handed in by a person; OFFICIAL: from an official interface.
        claim:     who handed it in and what the file says of itself, for HUMAN; kept as an object,
                   so that a name can be erased.   order: number of the assignment order, public.
        """
        objects = [Plain("exchange", JSON, encode(exchange_value(exchange)))]
        if body_kept and (exchange.body or exchange.status is not None):
            objects.append(Plain("body", exchange.media, exchange.body))
        if exchange.request_body:
            objects.append(Plain("request", "application/octet-stream", exchange.request_body))
        if claim is not None:
            objects.append(Plain("claim", JSON, encode(to_value(dict(claim)))))
        facts = {
            "visit": visit,
            "watch": watch,
            "slot": slot,
            "kind": exchange.kind.value,
            "state": exchange.state.value,
            "via": via,
            "status": exchange.status,
            "fetched_at": instant(exchange.fetched_at),
            "error": exchange.error,
            "flags": list(exchange.flags),
            "of": exchange.of,
            "tool": self.tool,
            "anchor": anchor,
            "tokens": sorted(set(tokens)),
            "body_kept": body_kept,
            **({"order": order} if order else {}),
        }
        return self.draft(StatementType.CAPTURE, exchange.fetched_at, facts, objects)

    def reading(
        self,
        reading: Reading,
        *,
        capture: str,
        watch: str,
        url: str,
        at: datetime,
        withheld: int,
        via: str = "CRAWL",
    ) -> Draft:
        """What a reader saw in one capture, after strangers were left out. via: the capture's."""
        captured = {"url": to_value(url), "fetched_at": instant(at)}
        value = encode_thing(reading, {"captured": captured})
        facts = {
            "capture": capture,
            "watch": watch,
            "read_by": reading.read_by,
            "counts": {
                "posts": len(reading.posts),
                "accounts": len(reading.accounts),
                "interactions": len(reading.interactions),
                "states": len(reading.states),
                "drift": len(reading.drift),
            },
            "withheld": withheld,
            "proofs": [
                {"present": p.present, "commit": p.commit, "signer_checked": p.signer is not None}
                for p in reading.proofs
            ],
            **_via(via),
        }
        return self.draft(StatementType.READING, at, facts, [Plain("reading", JSON, value)])

    def snapshot(
        self,
        observation: Observation,
        known: KnownPost | None,
        *,
        platform: str,
        watch: str,
        capture: str,
        digest: str,
        via: str = "CRAWL",
    ) -> Draft:
        """One state of one post; the first of a post names it in the log. via: the capture's."""
        value = {
            "platform": platform,
            "native_id": observation.native_id,
            "seen_at": instant(observation.seen_at),
            "state_digest": digest,
            "post": observation.post,
        }
        facts = {
            "watch": watch,
            "post": known.post if known else None,
            "previous": known.snapshot if known else None,
            "number": known.snapshots + 1 if known else 1,
            "capture": capture,
            "change": observation.change.value,
            **_via(via),
        }
        return self.draft(
            StatementType.SNAPSHOT,
            observation.seen_at,
            facts,
            [Plain("post", JSON, encode_thing(value))],
        )

    def observation(
        self, observation: Observation, known: KnownPost, *, watch: str, capture: str
    ) -> Draft:
        """A change of a post's state without content: UNSEEN, ABSENT, PRIVATE and so on."""
        value = {"platform": known.platform, **to_value(replace(observation, post=None))}
        facts = {
            "watch": watch,
            "post": known.post,
            "state": observation.state.value,
            "previous_state": known.state.value,
            "capture": capture,
            "control": observation.control,
            "last_seen_at": _instant(observation.last_seen_at),
            "first_absent_at": _instant(observation.first_absent_at),
            "proof": observation.proof is not None,
        }
        return self.draft(
            StatementType.OBSERVATION,
            observation.seen_at,
            facts,
            [Plain("observation", JSON, encode(value))],
        )

    def account(
        self,
        account: AccountSeen,
        *,
        watch: str,
        platform: str,
        previous: SeenState | None,
        changed: Sequence[str],
        capture: str,
        at: datetime,
        marker: str | None = None,
    ) -> Draft:
        """What changed about an account: resolved id, handle, display name or state."""
        value = {
            "platform": platform,
            "account": to_value(account),
            "seen_at": instant(at),
            "marker": marker,
        }
        facts = {
            "watch": watch,
            "state": account.state.value,
            "previous_state": previous.value if previous else None,
            "capture": capture,
            "changed": list(changed),
        }
        return self.draft(StatementType.ACCOUNT, at, facts, [Plain("account", JSON, encode(value))])

    def interaction(
        self,
        interaction: Interaction,
        *,
        platform: str,
        actor_watch: str | None,
        target_watch: str | None,
        capture: str,
        at: datetime,
        seen: str = "FIRST",
        last_seen_at: datetime | None = None,
        via: str = "CRAWL",
    ) -> Draft:
        """A sight of one edge between two watchlist accounts that changes what is known of it.

        seen: FIRST; WITHDRAWN: a list of who acted was read to its end and does not show it, so it
              ended after last_seen_at (None: no visit saw it) and not later than at; AGAIN: it is
              shown once more.
        """
        value = {
            "platform": platform,
            "interaction": to_value(interaction),
            "first_seen_at": instant(at),
            **({"last_seen_at": _instant(last_seen_at)} if seen == "WITHDRAWN" else {}),
        }
        facts = {
            "act": interaction.act.value,
            "actor_watch": actor_watch,
            "target_watch": target_watch,
            "capture": capture,
            "seen": seen,
            **_via(via),
        }
        return self.draft(
            StatementType.INTERACTION, at, facts, [Plain("interaction", JSON, encode(value))]
        )

    def fingerprint(self, image: ImageReading, *, capture: str, watch: str, at: datetime) -> Draft:
        """The perceptual fingerprints of one captured picture."""
        facts = {
            "capture": capture,
            "watch": watch,
            "flat": image.flat,
            "algorithms": [f.algorithm for f in image.fingerprints],
        }
        return self.draft(
            StatementType.FINGERPRINT,
            at,
            facts,
            [Plain("fingerprint", JSON, encode(to_value(image)))],
        )

    def outcome(self, end: VisitEnd) -> Draft:
        """How a visit or a slot ended. A slot's record id is derived: it can be said once only."""
        codes: dict[str, int] = {}
        for gap in end.gaps:
            codes[gap.code] = codes.get(gap.code, 0) + 1
        facts = {
            "visit": end.visit,
            "watch": end.watch,
            "slot": end.slot,
            "due_at": _instant(end.due_at),
            "outcome": end.outcome.value,
            "reason": end.reason,
            "started_at": instant(end.started_at),
            "ended_at": instant(end.ended_at),
            "counts": dict(end.counts),
            "gaps": [{"code": code, "n": n} for code, n in sorted(codes.items())],
            "config": self.config,
            **({"not_observable": list(end.not_observable)} if end.not_observable else {}),
            **({"versions": list(end.versions)} if end.versions else {}),
        }
        objects = [Plain("gaps", JSON, encode(to_value(end.gaps)))] if end.gaps else []
        rec = record_id("outcome", end.slot) if end.slot else new_record_id()
        return self.draft(StatementType.OUTCOME, end.ended_at, facts, objects, rec)

    def draft(
        self,
        kind: StatementType,
        at: datetime,
        facts: Mapping[str, Fact],
        objects: Sequence[Plain] = (),
        rec: str | None = None,
    ) -> Draft:
        """A draft of any type by this recorder's clock."""
        return Draft(kind, rec or new_record_id(), at, self.clock, facts, tuple(objects))


def exchange_value(exchange: Exchange) -> dict[str, Any]:
    """JSON value of an exchange without its body: what was asked, by whom answered, and when."""
    return {
        "url": to_value(exchange.url),
        "method": exchange.method,
        "requested_at": instant(exchange.requested_at),
        "fetched_at": instant(exchange.fetched_at),
        "request_headers": to_value(list(exchange.request_headers)),
        "status": exchange.status,
        "response_headers": to_value(list(exchange.response_headers)),
        "remote": exchange.remote,
        "protocol": exchange.protocol,
        "certificate": base64.b64encode(exchange.certificate).decode("ascii"),
        "error": exchange.error,
        "flags": list(exchange.flags),
        "body_bytes": len(exchange.body),
        "body_sha256": hashlib.sha256(exchange.body).hexdigest(),
    }


def interaction_key(platform: str, edge: Interaction, server: str = "") -> str:
    """Id of an edge in the projection: the same edge seen again has the same key.

    The actor's own side names a like, share or follow by an id of its own, the target's side does
    not; there is one of each between an actor and a target, so the id does not tell them apart.
    """
    actor = edge.actor_id or edge.actor_handle or ""
    wordless = edge.act in (Act.LIKE, Act.SHARE, Act.FOLLOW)
    own = "" if wordless else edge.native_id or ""
    return f"{_place(platform, server)}|{edge.act.value}|{actor}|{edge.target}|{own}"


def post_key(platform: str, native_id: str, server: str = "") -> str:
    """Id of a post in the projection. server: as `server_of` gives it."""
    return f"{_place(platform, server)}|{native_id}"


def server_of(platform: str, base_url: str) -> str:
    """Host and port whose ids these are; empty where ids mean the same everywhere."""
    return urlsplit(base_url).netloc.lower() if platform in LOCAL else ""


def _place(platform: str, server: str) -> str:
    return f"{platform}@{server}" if server else platform


def _via(via: str) -> dict[str, str]:
    """How what was seen came to us, where it was not by a visit of our own."""
    return {} if via == "CRAWL" else {"via": via}


def _instant(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None
