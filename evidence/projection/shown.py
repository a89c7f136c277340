"""What was shown: posts and their histories, accounts, and acts between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.canonical import from_value, parse_instant
from evidence.model import Entry, Interaction
from evidence.projection.rows import Objects, Rows, said_by_person, server_shown, time_of
from evidence.record import interaction_key, post_key


def fold_snapshot(entry: Entry, objects: Objects, rows: Rows) -> None:
    """A state of a post, and the post as it now stands."""
    facts = entry.statement.facts
    said = objects["post"]
    post = said["post"]
    rec = entry.statement.rec
    seen_at = parse_instant(said["seen_at"])
    server = server_shown(rows, said["platform"], facts["watch"])
    key = post_key(said["platform"], said["native_id"], server)
    before = rows.before("posts", key) or {}
    handed = said_by_person(facts)
    shared = {
        "platform": said["platform"],
        "native_id": said["native_id"],
        "watch": facts["watch"],
        "post": facts["post"] or rec,
        "published_at": time_of(post["published_at"]),
    }
    rows.write(
        "snapshots",
        rec,
        {
            **shared,
            "number": facts["number"],
            "change": facts["change"],
            "capture": facts["capture"],
            "seen_at": seen_at,
            "index": entry.index,
        },
    )
    rows.write(
        "posts",
        key,
        {
            **shared,
            "snapshot": rec,
            "snapshots": facts["number"],
            "state": _shown_state(facts["change"], said["state_digest"], before),
            "received_at": seen_at if handed else None,
            "digests": {**_digests(before), str(facts.get("via", "CRAWL")): said["state_digest"]},
            "state_digest": said["state_digest"],
            "first_seen_at": before.get("first_seen_at") or seen_at,
            "last_seen_at": seen_at,
            "first_absent_at": None,
            "absent_marker": None,
            "url": post["url"],
            "has_media": bool(post["media"]),
            "author_id": post["author_id"],
            "author_handle": post["author_handle"],
            **(_standing(before) if handed and before else {}),
        },
    )


def _digests(before: Mapping[str, Any]) -> dict[str, str]:
    """Per way it was seen; a row of before these were kept had the crawl's alone."""
    if before.get("digests"):
        return dict(before["digests"])
    return {"CRAWL": before["state_digest"]} if before else {}


def _standing(before: Mapping[str, Any]) -> dict[str, Any]:
    """What a file from a person leaves as it was of a post that visits know."""
    names = ("last_seen_at", "received_at", "first_absent_at", "absent_marker")
    shown = before["state"] in ("PRESENT", "EDITED")
    return {
        **{name: before.get(name) for name in names},
        **({} if shown else {"state": before["state"]}),
    }


def _shown_state(change: str, digest: str, before: Mapping[str, Any]) -> str:
    """State of a post whose content was seen: EDITED when it is not that of the last snapshot."""
    if change in ("REREAD", "SURFACE"):
        return str(before.get("state", "PRESENT"))
    other = change == "RETURNED" and before.get("state_digest") != digest
    return "EDITED" if change == "EDITED" or other else "PRESENT"


def fold_observation(entry: Entry, objects: Objects, rows: Rows) -> None:
    """A change of a post that was not shown."""
    facts = entry.statement.facts
    said = objects["observation"]
    server = server_shown(rows, said["platform"], facts["watch"])
    key = post_key(said["platform"], said["native_id"], server)
    first_absent = time_of(said["first_absent_at"])
    rows.write(
        "observations",
        entry.statement.rec,
        {
            "post": facts["post"],
            "native_id": said["native_id"],
            "platform": said["platform"],
            "watch": facts["watch"],
            "change": said["change"],
            "state": said["state"],
            "previous_state": said["previous_state"],
            "seen_at": time_of(said["seen_at"]),
            "last_seen_at": time_of(said["last_seen_at"]),
            "first_absent_at": first_absent,
            "marker": said["marker"],
            "capture": facts["capture"],
            "control": facts["control"],
            "index": entry.index,
        },
    )
    rows.merge(
        "posts",
        key,
        {
            "state": said["state"],
            "first_absent_at": first_absent,
            "absent_marker": said["marker"] if first_absent else None,
        },
    )


def fold_account(entry: Entry, objects: Objects, rows: Rows) -> None:
    """A change of an account."""
    facts = entry.statement.facts
    account = objects["account"]["account"]
    seen_at = parse_instant(objects["account"]["seen_at"])
    rows.write(
        "accounts",
        entry.statement.rec,
        {
            "watch": facts["watch"],
            "state": facts["state"],
            "previous_state": facts["previous_state"],
            "changed": list(facts["changed"]),
            "handle": account["handle"],
            "native_id": account["native_id"],
            "marker": objects["account"]["marker"],
            "seen_at": seen_at,
            "capture": facts["capture"],
            "index": entry.index,
        },
    )
    newest = {"state": facts["state"]}
    if account["native_id"]:
        newest["native_id"] = account["native_id"]
    if account["handle"]:
        newest["handle"] = account["handle"]
    rows.merge("watches", facts["watch"], newest)


def fold_interaction(entry: Entry, objects: Objects, rows: Rows) -> None:
    """An act, when first seen, and when it was seen to be withdrawn or there again."""
    facts = entry.statement.facts
    said = objects["interaction"]
    edge = said["interaction"]
    at = parse_instant(said["first_seen_at"])
    capture = rows.before("captures", facts["capture"]) or {}
    server = server_shown(rows, said["platform"], capture.get("watch"))
    key = interaction_key(said["platform"], from_value(edge, Interaction), server)
    if facts["seen"] == "WITHDRAWN":
        rows.merge("interactions", key, {"withdrawn_at": at, "withdrawn_by": facts["capture"]})
        return
    if facts["seen"] == "AGAIN":
        again = {"withdrawn_at": None, "withdrawn_by": None, "last_seen_at": at}
        rows.merge("interactions", key, again)
        return
    rows.write(
        "interactions",
        key,
        {
            **{name: edge[name] for name in
               ("act", "actor_id", "actor_handle", "target", "native_id")},
            "at": time_of(edge["at"]),
            "actor_watch": facts["actor_watch"],
            "target_watch": facts["target_watch"],
            "platform": said["platform"],
            "first_seen_at": at,
            "last_seen_at": at,
            "received_at": at if said_by_person(facts) else None,
            "withdrawn_at": None,
            "withdrawn_by": None,
            "capture": facts["capture"],
            "rec": entry.statement.rec,
            "index": entry.index,
        },
    )  # fmt: skip
