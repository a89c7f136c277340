"""Answers and records of AT Protocol that show no post, account or act: told by name, no further read.

Source: the lexicons of app.bsky and com.atproto (2023 to 2026), `output` of their queries.
"""

from __future__ import annotations

from typing import Any

ANSWERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("getActorFeeds", frozenset(("feeds",))),
    ("getFeedGenerator", frozenset(("view", "isOnline"))),
    ("getLists", frozenset(("lists",))),
    ("getList", frozenset(("list", "items"))),
    ("getStarterPack", frozenset(("starterPack",))),
    ("getStarterPacks", frozenset(("starterPacks",))),
    ("listNotifications", frozenset(("notifications",))),
    ("getBlocks", frozenset(("blocks",))),
    ("getMutes", frozenset(("mutes",))),
    ("getRelationships", frozenset(("relationships",))),
    ("getServices", frozenset(("views",))),
    ("queryLabels", frozenset(("labels",))),
    ("getTrendingTopics", frozenset(("topics",))),
    ("getTrends", frozenset(("trends",))),
    ("getPreferences", frozenset(("preferences",))),
    ("getUnreadCount", frozenset(("count",))),
    ("describeServer", frozenset(("availableUserDomains",))),
    ("createRecord", frozenset(("uri", "cid", "commit"))),
    ("deleteRecord", frozenset(("commit",))),
    ("uploadBlob", frozenset(("blob",))),
    ("getLatestCommit", frozenset(("cid", "rev"))),
    ("listRepos", frozenset(("repos",))),
    ("listBlobs", frozenset(("cids",))),
    ("createSession", frozenset(("accessJwt", "refreshJwt"))),
)  # fmt: skip
"""Name of a query, and fields its answer always has."""
BESIDE = frozenset(
    ("cursor", "seenAt", "priority", "suggested", "actor", "isValid", "validationStatus", "$type",
     "recId", "recIdStr")
)  # fmt: skip
"""What may stand beside them; anything more makes it an answer that is not known."""
OF_SERVERS = frozenset(
    ("did", "inviteCodeRequired", "links", "contact", "phoneVerificationRequired", "handle", "email",
     "didDoc", "emailConfirmed", "emailAuthFactor", "active", "status")
)  # fmt: skip
"""And beside those of a server, which name an account or the server itself."""
SERVERS = ("describeServer", "createSession")
RECORDS = frozenset(
    ("app.bsky.feed.threadgate", "app.bsky.feed.postgate", "app.bsky.feed.generator", "app.bsky.graph.block",
     "app.bsky.graph.list", "app.bsky.graph.listitem", "app.bsky.graph.listblock", "app.bsky.graph.starterpack",
     "app.bsky.graph.verification", "app.bsky.labeler.service", "app.bsky.actor.status",
     "app.bsky.notification.declaration", "chat.bsky.actor.declaration")
)  # fmt: skip
"""Kinds of records that are known and are neither posts nor acts towards one."""


def answer(value: dict[str, Any]) -> str | None:
    """The query an answer is of that shows nothing to be kept; None for any other."""
    for name, fields in ANSWERS:
        beside = BESIDE | OF_SERVERS if name in SERVERS else BESIDE
        if fields <= value.keys() <= fields | beside:
            return name
    return None


def record(value: Any) -> str | None:
    """The kind of a record that is not read; None for one that is, or is not known."""
    kind = value.get("$type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind in RECORDS else None
