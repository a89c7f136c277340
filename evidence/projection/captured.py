"""What was received: captures, readings, and measured pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.canonical import from_value, parse_instant
from evidence.model import Entry, Interaction
from evidence.projection.rows import Objects, Rows, said_by_person, server_shown
from evidence.record import interaction_key, post_key


def fold_capture(entry: Entry, objects: Objects, rows: Rows) -> None:
    """One exchange, screenshot or document."""
    facts = entry.statement.facts
    exchange = objects["exchange"]
    body = next((o for o in entry.statement.objects if o.role == "body"), None)
    platform = (rows.before("watches", facts["watch"]) or {}).get("platform", "")
    rows.write(
        "captures",
        entry.statement.rec,
        {
            **{name: facts[name] for name in
               ("visit", "slot", "watch", "kind", "state", "via", "status", "of")},
            "url": exchange["url"],
            "media": body.media if body else "",
            "size": body.size if body else 0,
            "fetched_at": parse_instant(facts["fetched_at"]),
            "index": entry.index,
        },
    )  # fmt: skip
    if said_by_person(facts):
        # What a person handed in answers for no server: it is no picture that need not be fetched
        # again, and its validators are asked of nobody.
        return
    if facts["kind"] == "media" and facts["status"] == 200 and facts["state"] == "COMPLETE":
        rows.write(
            "media",
            f"{platform}|{exchange['url']}",
            {"capture": entry.statement.rec, "watch": facts["watch"]},
        )
    _validators(facts["watch"], exchange, rows)


def _validators(watch: str, exchange: Mapping[str, Any], rows: Rows) -> None:
    if exchange["status"] != 200:
        return
    said = {name.lower(): value for name, value in exchange["response_headers"]}
    for name in ("etag", "last-modified"):
        if name in said:
            rows.write(
                "validators",
                f"{watch}|{name} {exchange['url']}",
                {"watch": watch, "key": f"{name} {exchange['url']}", "value": said[name]},
            )


def fold_reading(entry: Entry, objects: Objects, rows: Rows) -> None:
    """When posts and acts were last seen."""
    reading = objects["reading"]
    watch = rows.before("watches", entry.statement.facts["watch"])
    if watch is None:
        return
    platform = watch["platform"]
    seen_at = parse_instant(reading["captured"]["fetched_at"])
    server = server_shown(rows, platform, watch["id"])
    posts = [post_key(platform, post["native_id"], server) for post in reading["posts"]]
    edges = [
        interaction_key(platform, from_value(edge, Interaction), server)
        for edge in reading["interactions"]
    ]
    if said_by_person(entry.statement.facts):
        return
    rows.advance("posts", posts, "last_seen_at", seen_at)
    rows.advance("interactions", edges, "last_seen_at", seen_at)


def fold_fingerprint(entry: Entry, objects: Objects, rows: Rows) -> None:
    """The fingerprints of a captured picture."""
    facts = entry.statement.facts
    image = objects["fingerprint"]
    capture = rows.before("captures", facts["capture"]) or {}
    rows.write(
        "fingerprints",
        facts["capture"],
        {
            "watch": facts["watch"],
            "of": capture.get("of"),
            "flat": image["flat"],
            "width": image["width"],
            "height": image["height"],
            "values": {f["algorithm"]: f["value"] for f in image["fingerprints"]},
            "rec": entry.statement.rec,
            "index": entry.index,
        },
    )
