"""What changed about a post between two visits. Pure: the last known state in, an observation out.

What counts as there or not there is decided by structured markers alone, never by words in a post.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from evidence.canonical import encode_thing, instant
from evidence.errors import IntegrityError
from evidence.model import Change, KnownPost, Media, Observation, Post, SeenState, StateSeen

DIGEST_TAG = b"post-state-v1\0"

SHOWN = frozenset({SeenState.PRESENT, SeenState.EDITED})
"""States in which the content itself was seen."""
CLOSED = frozenset({SeenState.PRIVATE, SeenState.SUSPENDED, SeenState.WITHHELD, SeenState.GATED})
"""States that say the post is kept from us; they contradict absence."""
SAYS_NOTHING = frozenset(
    {SeenState.BLOCKED, SeenState.DRIFT, SeenState.UNSEEN, SeenState.PRESENT, SeenState.EDITED}
)
"""Markers that are no ground to change a post's state: a refusal and a page we cannot read say
nothing about the post; UNSEEN is our own word; a post that is shown comes as a Post."""


def state_digest(post: Post) -> str:
    """SHA-256 hex of what makes a state of a post: equal content, equal digest.

    In it: text, links, media (identity and alternative text, in order), what it replies to,
    reposts or quotes, and the platform's time of edit. Not in it: counts, author's names, URLs of
    the post itself, times of publication and of sight.
    """
    value = {
        "text": post.text,
        "links": list(post.links),
        "media": [{"id": media_identity(media), "alt": media.alt} for media in post.media],
        "reply_to": post.reply_to,
        "repost_of": post.repost_of,
        "quote_of": post.quote_of,
        "edited_at": instant(post.edited_at) if post.edited_at else None,
    }
    return hashlib.sha256(DIGEST_TAG + encode_thing(value)).hexdigest()


def media_identity(media: Media) -> str:
    """What stays the same of a medium when its URL is signed anew or served by another mirror.

    The platform's key, else the last two labels of the host and the path: query, fragment and the
    names of single servers (`scontent-cgk1-1.`) change without an edit. An address in numbers is
    kept whole. Signatures in the path cannot be told from names: such a platform must give a key.
    """
    if media.key is not None:
        return f"key:{media.key}"
    try:
        parts = urlsplit(media.url)
        host = parts.hostname or ""
    except ValueError:
        # Not a URL (broken IPv6 brackets); verbatim is the only identity left.
        return f"raw:{media.url}"
    return f"url:{_site(host)}{parts.path}"


def compare(
    known: KnownPost | None, post: Post, seen_at: datetime, digest: str | None = None
) -> Observation:
    """What a post that was seen says against what is known of it.

    known:  None for a post never seen before.   seen_at: when the page was fetched.
    digest: `state_digest(post)`, from a caller that has it.

    NEW, EDITED and RETURNED call for a snapshot; UNCHANGED does not. An EDITED post was changed
    between last_seen_at and seen_at. A RETURNED one had been UNSEEN, ABSENT or closed; its state is
    EDITED when its content is not that of the last snapshot.

    Raises IntegrityError when known is another post.
    """
    if known is None:
        return Observation(post.native_id, Change.NEW, SeenState.PRESENT, None, seen_at, post=post)
    if known.native_id != post.native_id:
        raise IntegrityError(f"post {known.post}", "was compared with another post")
    same = known.state_digest == (digest or state_digest(post))
    if known.state not in SHOWN:
        change, state = Change.RETURNED, SeenState.PRESENT if same else SeenState.EDITED
    elif same:
        change, state = Change.UNCHANGED, known.state
    else:
        change, state = Change.EDITED, SeenState.EDITED
    return Observation(
        native_id=post.native_id,
        change=change,
        state=state,
        previous_state=known.state,
        seen_at=seen_at,
        last_seen_at=known.sighted_at,
        first_absent_at=known.first_absent_at,
        post=post,
    )


def not_found(
    known: KnownPost | None,
    state: StateSeen,
    seen_at: datetime,
    control: str | None,
    proof: str | None = None,
) -> Observation | None:
    """What a look for a known post that was not shown says; None when it says nothing new.

    To be called at most once per post and visit.
    state:   the platform's own marker for this post.
    control: record id of a capture of the same visit that shows the surface answered soundly.
    proof:   content id of a signed commit whose signature was checked, whose tree does not hold
             the post, and which is newer than the post's last sight. Never an unchecked one.

    * ABSENT marker with control, first time: UNSEEN; again at a later visit: ABSENT, with the
      interval last seen to first absent. Without control: None, it is a gap of the visit.
    * ABSENT marker with proof: ABSENT at once. Control and second visit exist to tell absence from
      a faulty answer; a tree signed by the author's own repository is no faulty answer.
    * PRIVATE, SUSPENDED, WITHHELD, GATED: that state at once, and the interval of absence ends.
    * BLOCKED, DRIFT: None; they say nothing about the post.
    """
    if known is None or state.state in SAYS_NOTHING or not state.marker:
        return None
    if state.state in CLOSED:
        if known.state == state.state:
            return None
        return _state_change(known, state, state.state, seen_at, None, control, None)
    if known.state is SeenState.ABSENT:
        return None
    first = known.first_absent_at or seen_at
    if proof is not None:
        return _state_change(known, state, SeenState.ABSENT, seen_at, first, control, proof)
    if control is None:
        return None
    if known.state is not SeenState.UNSEEN:
        return _state_change(known, state, SeenState.UNSEEN, seen_at, seen_at, control, None)
    if seen_at <= first:
        return None
    return _state_change(known, state, SeenState.ABSENT, seen_at, first, control, None)


def next_known(
    known: KnownPost | None,
    observation: Observation,
    snapshot: str | None,
    *,
    platform: str,
    watch: str,
) -> KnownPost:
    """What is known of a post after an observation.

    snapshot: record id of the snapshot made for a NEW, EDITED or RETURNED observation.
    platform, watch: of the post; used for a NEW one, else what is known stays.

    Raises IntegrityError when a change of content has no snapshot, or a post nobody knows changes.
    """
    post = observation.post
    if observation.change in (
        Change.NEW,
        Change.EDITED,
        Change.REREAD,
        Change.RETURNED,
        Change.SURFACE,
    ):
        if post is None or snapshot is None:
            raise IntegrityError(f"observation {observation.change}", "has no post or no snapshot")
        if known is None:
            return _first_known(observation, post, snapshot, platform, watch)
        known = replace(
            known,
            snapshot=snapshot,
            snapshots=known.snapshots + 1,
            state_digest=state_digest(post),
            has_media=bool(post.media),
        )
    if known is None:
        raise IntegrityError(f"observation {observation.change}", "is of a post nobody knows")
    if observation.change is Change.STATE:
        absent = observation.state in (SeenState.UNSEEN, SeenState.ABSENT)
        return replace(
            known,
            state=observation.state,
            first_absent_at=observation.first_absent_at,
            absent_marker=observation.marker if absent else None,
        )
    return replace(
        known,
        state=observation.state,
        last_seen_at=max(known.last_seen_at, observation.seen_at),
        published_at=(post.published_at if post else None) or known.published_at,
        url=(post.url if post else None) or known.url,
        first_absent_at=None,
        absent_marker=None,
    )


def _first_known(
    observation: Observation, post: Post, snapshot: str, platform: str, watch: str
) -> KnownPost:
    return KnownPost(
        platform=platform,
        native_id=post.native_id,
        watch=watch,
        post=snapshot,
        snapshot=snapshot,
        snapshots=1,
        state=observation.state,
        state_digest=state_digest(post),
        first_seen_at=observation.seen_at,
        last_seen_at=observation.seen_at,
        published_at=post.published_at,
        url=post.url,
        has_media=bool(post.media),
    )


def _state_change(
    known: KnownPost,
    seen: StateSeen,
    state: SeenState,
    seen_at: datetime,
    first_absent_at: datetime | None,
    control: str | None,
    proof: str | None,
) -> Observation:
    return Observation(
        native_id=known.native_id,
        change=Change.STATE,
        state=state,
        previous_state=known.state,
        seen_at=seen_at,
        last_seen_at=known.sighted_at,
        first_absent_at=first_absent_at,
        marker=seen.marker,
        control=control,
        proof=proof,
    )


def _site(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ".".join(host.split(".")[-2:])
