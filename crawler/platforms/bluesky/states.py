"""What AT Protocol's error objects, statuses and labels say of an account or a post."""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from crawler.platforms.bluesky import urls
from crawler.take import Node
from evidence.errors import ParseError
from evidence.model import AccountSeen, SeenState, StateSeen

BY_ERROR = {
    "RecordNotFound": SeenState.ABSENT,
    "NotFound": SeenState.ABSENT,
    "RepoNotFound": SeenState.ABSENT,
    "RepoDeactivated": SeenState.ABSENT,
    "AccountDeactivated": SeenState.ABSENT,
    "BlobNotFound": SeenState.ABSENT,
    "RepoTakendown": SeenState.SUSPENDED,
    "RepoSuspended": SeenState.SUSPENDED,
    "AccountTakedown": SeenState.SUSPENDED,
    "AccountSuspended": SeenState.SUSPENDED,
    "RateLimitExceeded": SeenState.BLOCKED,
    "AuthMissing": SeenState.GATED,
    "AuthenticationRequired": SeenState.GATED,
    "InvalidToken": SeenState.GATED,
    "ExpiredToken": SeenState.GATED,
    "Forbidden": SeenState.GATED,
    "BlockedActor": SeenState.GATED,
    "BlockedByActor": SeenState.GATED,
    "RepoDesynchronized": SeenState.GATED,
    "RepoThrottled": SeenState.BLOCKED,
    "InternalServerError": SeenState.BLOCKED,
    "UpstreamFailure": SeenState.BLOCKED,
    "UpstreamTimeout": SeenState.BLOCKED,
    "NotEnoughResources": SeenState.BLOCKED,
}
"""Error names (`bluesky-social/atproto`: lexicons) and what they say."""

BY_SENTENCE = {
    "Profile not found": SeenState.ABSENT,
    "Account has been suspended": SeenState.SUSPENDED,
    "Account is deactivated": SeenState.ABSENT,
    "Could not find repo": SeenState.ABSENT,
    "Could not locate record": SeenState.ABSENT,
    "Actor not found": SeenState.ABSENT,
    "Unable to resolve handle": SeenState.UNSEEN,
    "Blob not found": SeenState.ABSENT,
}
"""`InvalidRequest` tells its kinds apart only by the service's own sentence, up to a colon."""

BY_REPO_STATUS = {
    "takendown": SeenState.SUSPENDED,
    "suspended": SeenState.SUSPENDED,
    "deleted": SeenState.ABSENT,
    "deactivated": SeenState.ABSENT,
    "desynchronized": SeenState.GATED,
    "throttled": SeenState.BLOCKED,
}
NOT_IN_DIRECTORY = ("DID not registered", "DID not available")
MODERATION = "did:plc:ar7c4by46qjdydhdevvrndac"
"""Bluesky's own moderation service, whose labels its AppView applies to everybody."""
LOGIN_ONLY = "!no-unauthenticated"
ON_ACCOUNT = {
    LOGIN_ONLY: SeenState.GATED,
    "!takedown": SeenState.SUSPENDED,
    "!suspend": SeenState.SUSPENDED,
    "!hide": SeenState.WITHHELD,
}
ON_POST = {
    LOGIN_ONLY: SeenState.GATED,
    "!takedown": SeenState.WITHHELD,
    "!hide": SeenState.WITHHELD,
}
_ABOUT_POSTS = ("RecordNotFound", "NotFound", "Could not locate record")


def by_status(page: Page) -> StateSeen | None:
    """What an HTTP status says by itself, when the body says nothing of the protocol."""
    marker = f"HTTP {page.status}"
    if page.status == 429 or page.status >= 500:
        return StateSeen(f"page:{page.url}", SeenState.BLOCKED, marker)
    if page.status in (401, 403):
        return StateSeen(f"page:{page.url}", SeenState.GATED, marker)
    if page.status == 451:
        return StateSeen(f"page:{page.url}", SeenState.WITHHELD, marker)
    return None


def by_directory(page: Page, value: dict[str, Any]) -> StateSeen | None:
    """What the directory of DIDs says of one it does not give; None when it says something else.

    Its own sentences alone count: a 404 without them may be anybody's (did-method-plc, server).
    """
    said = value.get("message")
    if page.status not in (404, 410) or not isinstance(said, str):
        return None
    if urls.kind(page.url) != "did" or not said.startswith(NOT_IN_DIRECTORY):
        return None
    did = "did:" + page.url.partition("did:")[2]
    return StateSeen(f"account:{did}", SeenState.ABSENT, f"HTTP {page.status}")


def by_error(page: Page, value: dict[str, Any]) -> StateSeen:
    """What an error object says, of whom the address asked.

    Raises ParseError for an error that says nothing of an account or post: our question was wrong,
    or the service has changed.
    """
    said, message = value.get("error"), value.get("message")
    name = said if isinstance(said, str) else None
    sentence = message.partition(":")[0].strip() if isinstance(message, str) else ""
    if name in BY_ERROR:
        state, marker = BY_ERROR[str(name)], str(name)
    elif name == "InvalidRequest" and sentence in BY_SENTENCE:
        state, marker = BY_SENTENCE[sentence], f"InvalidRequest: {sentence}"
    else:
        refused = by_status(page)
        if refused is None:
            raise ParseError("error", f"HTTP {page.status} with an error object not known here")
        return refused
    about_post = name in _ABOUT_POSTS or sentence in _ABOUT_POSTS
    return StateSeen(_subject(page.url, state, about_post), state, marker)


def repo_status(node: Node) -> tuple[tuple[AccountSeen, ...], tuple[StateSeen, ...]]:
    """com.atproto.sync.getRepoStatus: {did, active, status?}."""
    did = node.must("did", str)
    if node.must("active", bool):
        return (AccountSeen(did, None, None, SeenState.PRESENT),), ()
    status = node.must("status", str)
    if status not in BY_REPO_STATUS:
        raise ParseError("getRepoStatus.status", "is a word not known here")
    marker = f"getRepoStatus.status={status}"
    return (), (StateSeen(f"account:{did}", BY_REPO_STATUS[status], marker),)


def labelled(node: Node, subject: str, meaning: dict[str, SeenState]) -> tuple[StateSeen, ...]:
    """States that labels give; a negated label says nothing.

    Anybody may run a labelling service. Only the network's own moderation takes down or hides; the
    same word by another is told as what it is: there, and by whom.
    """
    values = node.value.get("labels")
    found: dict[StateSeen, None] = {}
    for label in values if isinstance(values, list) else []:
        word = label.get("val") if isinstance(label, dict) and not label.get("neg") else None
        if not isinstance(word, str) or word not in meaning:
            continue
        source = label.get("src")
        if word == LOGIN_ONLY or source is None or source == MODERATION:
            found[StateSeen(subject, meaning[word], f"label {word}")] = None
        else:
            found[StateSeen(subject, SeenState.PRESENT, f"label {word} by {source}")] = None
    return tuple(found)


def _subject(url: str, state: SeenState, about_post: bool) -> str:
    if state is SeenState.BLOCKED or urls.kind(url).endswith("getBlob"):
        return f"page:{url}"
    uri = urls.parameter(url, "uri")
    repo = urls.parameter(url, "repo") or urls.parameter(url, "did")
    collection, rkey = urls.parameter(url, "collection"), urls.parameter(url, "rkey")
    if about_post and uri:
        return f"post:{uri}"
    if about_post and repo and collection and rkey:
        return f"post:{urls.at_uri(repo, collection, rkey)}"
    actor = urls.parameter(url, "actor") or repo or urls.parameter(url, "handle")
    return f"account:{actor}" if actor and not about_post else f"page:{url}"
