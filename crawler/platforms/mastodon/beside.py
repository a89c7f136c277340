"""Answers of a Mastodon server that show no post, account or act: told by name, read no further.

Source: docs.joinmastodon.org/entities; nodeinfo; RFC 7033. Each is known by fields that stand
together in it alone, so that a post or account whose fields moved is not taken for one of them.
"""

from __future__ import annotations

from typing import Any

KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Instance", frozenset(("uri", "title", "version", "stats"))),
    ("Instance", frozenset(("domain", "title", "version", "usage"))),
    ("Activity", frozenset(("week", "statuses", "logins", "registrations"))),
    ("Relationship", frozenset(("id", "following", "followed_by", "blocking", "muting"))),
    ("Notification", frozenset(("id", "type", "created_at", "account"))),
    ("NotificationGroups", frozenset(("accounts", "statuses", "notification_groups"))),
    ("Conversation", frozenset(("id", "unread", "accounts", "last_status"))),
    ("List", frozenset(("id", "title", "replies_policy"))),
    ("Tag", frozenset(("name", "url", "history"))),
    ("FeaturedTag", frozenset(("id", "name", "statuses_count", "last_status_at"))),
    ("CustomEmoji", frozenset(("shortcode", "url", "static_url"))),
    ("PreviewCard", frozenset(("url", "title", "description", "type", "provider_name"))),
    ("MediaAttachment", frozenset(("id", "type", "url", "preview_url", "description"))),
    ("Token", frozenset(("access_token", "token_type", "scope"))),
    ("Application", frozenset(("name", "website", "client_id"))),
    ("Application", frozenset(("name", "website", "vapid_key"))),
    ("Filter", frozenset(("id", "context", "expires_at", "filter_action"))),
    ("Filter", frozenset(("id", "phrase", "context", "whole_word"))),
    ("Announcement", frozenset(("id", "content", "starts_at", "all_day", "reactions"))),
    ("Marker", frozenset(("last_read_id", "version", "updated_at"))),
    ("ScheduledStatus", frozenset(("id", "scheduled_at", "params"))),
    ("Suggestion", frozenset(("source", "account"))),
    ("Preferences", frozenset(("posting:default:visibility",))),
    ("Translation", frozenset(("content", "detected_source_language", "provider"))),
    ("FamiliarFollowers", frozenset(("id", "accounts"))),
    ("OEmbed", frozenset(("version", "type", "author_name", "provider_name", "html"))),
    ("Rule", frozenset(("id", "text", "hint"))),
    ("DomainBlock", frozenset(("domain", "digest", "severity"))),
    ("ExtendedDescription", frozenset(("updated_at", "content"))),
    ("NodeInfo", frozenset(("version", "software", "protocols", "usage"))),
    ("WebFinger", frozenset(("subject", "links"))),
)  # fmt: skip
"""Name of an entity, and fields that are always in it."""
WHOLE = {"ExtendedDescription", "Rule", "FamiliarFollowers"}
"""Entities of such common names that they may hold nothing else."""


def entity(value: Any) -> str | None:
    """The name of an entity that shows nothing to be kept; None for anything else."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("content"), str) and isinstance(value.get("account"), dict):
        return None  # a post, whatever else was renamed in it
    for name, fields in KINDS:
        if fields <= value.keys() and (name not in WHOLE or fields == value.keys()):
            return name
    return None


def entities(values: list[Any]) -> str | None:
    """The entity that all of a list are; `Domain` for names of servers; None for anything else."""
    if values and all(isinstance(each, str) and "." in each and "/" not in each for each in values):
        return "Domain"
    names = {entity(each) for each in values}
    return names.pop() if len(names) == 1 else None
