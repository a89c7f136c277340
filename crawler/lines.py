"""A Reading as the JSON lines `jejak read` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence import canonical
from evidence.model import Reading

POST = ("native_id", "author_id", "author_handle", "text", "published_at", "edited_at", "url")
POST_REFERENCES = ("reply_to", "repost_of", "quote_of")
ACCOUNT = ("native_id", "handle", "display_name", "state")
INTERACTION = ("act", "actor_id", "actor_handle", "target")
STATE = ("subject", "state", "marker")
PROOF = ("native_id", "present", "cid", "commit", "signer", "signed_at")


def reading_lines(reading: Reading, url: str = "") -> Iterator[dict[str, Any]]:
    """One JSON object per thing seen: accounts, posts, interactions, states, proofs, next, drift.

    url: address of the page; names it when the reading is positive proof of an empty list.
    Unknown values are null, times ISO 8601 UTC with `Z`, counts exact or null; `approximate` stands
    inside `counts` where the platform rounds, `moved_to` in an account where it says so. Lone
    surrogates become U+FFFD, so that every line can be written as UTF-8.
    """
    said = canonical.to_value(reading)
    for account in said["accounts"]:
        moved = {"moved_to": account["moved_to"]} if account["moved_to"] is not None else {}
        yield {**_line("account", account, ACCOUNT), "counts": _counts(account["counts"]), **moved}
    for post in said["posts"]:
        yield _post_line(post)
    for interaction in said["interactions"]:
        yield _line("interaction", interaction, INTERACTION)
    for state in said["states"]:
        yield _line("state", state, STATE)
    if reading.empty:
        subject = canonical.to_value(f"page:{url}")
        yield {"kind": "state", "subject": subject, "state": "PRESENT", "marker": "empty list"}
    for proof in said["proofs"]:
        yield _line("proof", proof, PROOF)
    for address in said["next"]:
        yield {"kind": "next", "url": address}
    for drift in said["drift"]:
        yield {"kind": "drift", "detail": drift["detail"]}


def _line(kind: str, value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {"kind": kind, **{name: value[name] for name in names}}


def _post_line(post: dict[str, Any]) -> dict[str, Any]:
    return {
        **_line("post", post, POST),
        "media": [{name: item[name] for name in ("url", "type", "alt")} for item in post["media"]],
        "links": post["links"],
        **{name: post[name] for name in POST_REFERENCES},
        "counts": _counts(post["counts"]),
    }


def _counts(counts: dict[str, Any]) -> dict[str, Any]:
    exact = {name: value for name, value in counts.items() if name != "approximate"}
    rounded = dict(counts["approximate"])
    return {**exact, "approximate": rounded} if rounded else exact
