"""What a reader saw in one capture: plain values in, nothing inferred.

Times are aware UTC. Unknown is None, never a default. Counts are exact integers; where the
platform only shows a rounded figure the exact one is None and `approximate` holds the rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SeenState(StrEnum):
    """What an account or post was seen to be, decided by structured markers alone."""

    PRESENT = "PRESENT"
    EDITED = "EDITED"
    UNSEEN = "UNSEEN"
    """Looked for and not found once; becomes ABSENT only when a second visit agrees."""
    ABSENT = "ABSENT"
    PRIVATE = "PRIVATE"
    SUSPENDED = "SUSPENDED"
    WITHHELD = "WITHHELD"
    GATED = "GATED"
    BLOCKED = "BLOCKED"
    DRIFT = "DRIFT"


class Act(StrEnum):
    """A public act of one account towards another account or its post."""

    LIKE = "LIKE"
    COMMENT = "COMMENT"
    SHARE = "SHARE"
    FOLLOW = "FOLLOW"
    MENTION = "MENTION"
    TAG = "TAG"


@dataclass(frozen=True, slots=True)
class Counts:
    """Engagement figures as shown. approximate: sorted (name, rounded value) pairs."""

    like: int | None = None
    share: int | None = None
    comment: int | None = None
    view: int | None = None
    approximate: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """Profile figures as shown. approximate: as in Counts."""

    follower: int | None = None
    following: int | None = None
    post: int | None = None
    approximate: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, video or file of a post. url may expire and is never an identity.

    type: `image`, `video`, `gifv`, `audio`, `document` or `unknown`.
    key:  what stays the same when the URL is signed anew (blob CID, media id); else None.
    """

    url: str
    type: str
    alt: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """One post as one page showed it. `repost_of` set and empty text means a bare repost."""

    native_id: str
    author_id: str | None
    author_handle: str | None
    text: str | None
    published_at: datetime | None
    edited_at: datetime | None = None
    url: str | None = None
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    reply_to: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    counts: Counts = Counts()


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as one page showed it."""

    native_id: str | None
    handle: str | None
    display_name: str | None
    state: SeenState
    counts: AccountCounts = AccountCounts()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One edge: actor did act to target.

    target:    native id of the post, or of the account for FOLLOW.
    native_id: the platform's own id of the act (comment id, like record URI), where it has one.
    at:        the platform's time of the act, where it shows one.
    text:      the comment's text; None for wordless acts.
    target_account: id or handle of the account the target is or belongs to, as the page shows it;
               needed where the target's id means something on one server alone. Else None.
    """

    act: Act
    actor_id: str | None
    actor_handle: str | None
    target: str
    native_id: str | None = None
    at: datetime | None = None
    text: str | None = None
    target_account: str | None = None


@dataclass(frozen=True, slots=True)
class StateSeen:
    """A structured marker that something is not plainly there.

    subject: `account:<native id or handle>`, `post:<native id>` or `page:<url>`.
    marker:  the platform's own code or field verbatim (`HTTP 404`, `RepoDeactivated`,
             `Account.suspended`), never words from a post.
    """

    subject: str
    state: SeenState
    marker: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A checked cryptographic proof the author's own repository gave (AT Protocol).

    present: True: the record is in the signed tree; False: the tree proves it is not.
    cid:     content id of the record when present.
    commit:  content id of the signed commit the proof is under.
    signer:  did:key that signed the commit; None when the key was not at hand, so the signature
             was not checked and the proof rests on the server's word.
    signed_at: when the commit was made, by its own word (`rev`, the clock of the author's server);
             None when it names no time. A tree from before a post was seen says nothing of it.
    """

    native_id: str
    present: bool
    cid: str | None
    commit: str
    signer: str | None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """The page lacks the structure a sound page must have: neither empty nor absent.

    detail: which part was expected and what stood there (JSON path, selector, type name);
            never content.
    """

    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one pure reader saw in one page.

    empty: True only on positive proof that the list exists and shows nothing more.
    next:  addresses the page itself offers as continuation, in order.
    """

    read_by: str
    posts: tuple[Post, ...] = ()
    accounts: tuple[AccountSeen, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    states: tuple[StateSeen, ...] = ()
    proofs: tuple[Proof, ...] = ()
    next: tuple[str, ...] = ()
    drift: tuple[Drift, ...] = ()
    empty: bool = False
