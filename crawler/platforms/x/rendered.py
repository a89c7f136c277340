"""X's pages as a browser shows them: profile and post, logged out.

What data the page loaded comes by its own answers; this is read where those are not at hand, and
it knows less: no account numbers but the profile's own, no edits, no short links of cards.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from crawler.document import canonical, linked_data
from crawler.page import utc
from crawler.platforms.x import dom, states, urls
from crawler.platforms.x.media import key_of, original
from crawler.platforms.x.sight import Sight
from crawler.sight import identity, number
from evidence.errors import ParseError
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Media,
    Post,
    SeenState,
)

UNNAMED = frozenset(("", "Image", "Gambar", "Embedded video", "Video yang disematkan"))
"""Alternative texts X itself puts where the author gave none."""
FIGURES = {"FollowAction": "follower", "SubscribeAction": "following", "WriteAction": "post"}
MORE = "tweet-text-show-more-link"
"""Marker of a long post of which the page shows the beginning only."""
_STATUS = re.compile(r"/(\w{1,20})/status/(\d{1,20})")
_MENTION = re.compile(r"/(\w{1,20})/?$")


def is_rendered(root: Any) -> bool:
    """Whether the page was drawn by X's script, as a browser leaves it."""
    return bool(dom.marked(root, "primaryColumn") or dom.marked(root, "tweet"))


def read(root: Any, sight: Sight) -> None:
    """Notes the account, its posts, and the marker in place of them.

    Posts of others (reposts on a profile, answers below a post) are not the account's: a repost is
    a SHARE edge, an answer is left to the data answers, which say what it answers.
    """
    address = canonical(root) or sight.url
    profile = _profile(root)
    if profile is not None:
        sight.account(profile)
    asked = urls.asked(address)
    articles = [a for a in dom.marked(root, "tweet") if a.tag == "article"]
    owner = profile.handle if profile else asked.handle
    for article in articles:
        try:
            _article(article, owner, asked.post, profile, sight)
        except ParseError as error:
            sight.fault(f"article: {error.why}")
    _empty(root, address, profile.counts.post if profile else None, sight)
    if articles and profile is None and asked.kind == "profile":
        sight.fault("script[type=application/ld+json]: expected the account's ProfilePage")
    if not articles:
        _nothing_listed(root, profile, sight)


def _article(
    article: Any, owner: str | None, focal: str | None, profile: AccountSeen | None, sight: Sight
) -> None:
    boxes = dom.quotes(article)
    author, id, at = _permalink(article, boxes)
    own = owner is None or author.lower() == owner.lower()
    if not own and focal != id:
        sharer = _sharer(article)
        if sharer and owner and sharer.lower() == owner.lower():
            number = profile.native_id if profile else None
            sight.acts[Interaction(Act.SHARE, number, sharer, id, target_account=author)] = None
        return
    post = _post(article, boxes, author, id, at)
    if profile is not None and own:
        post = replace(post, author_id=profile.native_id)
    elif focal == id:
        name = dom.name(article, boxes)
        sight.account(AccountSeen(None, author, name, SeenState.PRESENT))
    sight.posts.setdefault(id, post)
    sight.acts.update(dict.fromkeys(_acts(article, boxes, post)))
    if dom.outside(dom.marked(article, "tweet-text-show-more-link"), boxes):
        sight.state(f"post:{id}", SeenState.PRESENT, MORE)


def _post(article: Any, boxes: list[Any], author: str, id: str, at: Any) -> Post:
    texts = dom.outside(dom.marked(article, "tweetText"), boxes)
    pictures = _media(article, boxes)
    if not texts and not pictures and not boxes and not dom.marked(article, "card.wrapper"):
        raise ParseError("article", "has neither tweetText, tweetPhoto, card nor a quoted post")
    text, links = dom.shown(texts[0]) if texts else ("", ())
    cards = [a.get("href") for c in dom.marked(article, "card.wrapper") for a in c.iter("a")]
    counts = _counts(article)
    return Post(
        native_id=id,
        author_id=None,
        author_handle=author,
        text=text,
        published_at=at,
        url=f"https://x.com/{author}/status/{id}",
        media=pictures,
        links=tuple(dict.fromkeys((*links, *(href for href in cards if href)))),
        quote_of=_quoted(boxes),
        counts=counts,
    )


def _counts(article: Any) -> Counts:
    """Figures of the buttons, rounded ones apart. Raises ParseError when a button is not there."""
    exact: dict[str, int | None] = {}
    rounded: list[tuple[str, int]] = []
    for name, button in (("comment", "reply"), ("like", "like"), ("share", "retweet")):
        exact[name], shown = dom.count(article, button)
        rounded += [] if shown is None else [(name, shown)]
    view = dom.views(article)
    return Counts(exact["like"], exact["share"], exact["comment"], view, tuple(sorted(rounded)))


def _permalink(article: Any, boxes: list[Any]) -> tuple[str, str, Any]:
    """(handle, number, time) of a post, from the link around its time."""
    for stamp in dom.outside(list(article.iter("time")), boxes):
        for above in stamp.iterancestors("a"):
            found = _STATUS.fullmatch(dom.own_path(above.get("href")) or "")
            at = utc(stamp.get("datetime"))
            if found and at:
                return found[1], found[2], at
    raise ParseError("article", "has no time[datetime] inside a link to the post")


def _media(article: Any, boxes: list[Any]) -> tuple[Media, ...]:
    """Pictures, and the stills of videos: the bytes of a video are not named in the page."""
    found: dict[str, Media] = {}
    for holder in dom.outside(dom.marked(article, "tweetPhoto"), boxes):
        for part in holder.iter("img", "video"):
            address = part.get("src") if part.tag == "img" else part.get("poster")
            file = part.get("src") if part.tag == "video" else None
            if not address or not address.startswith(("http://", "https://")):
                continue
            alt = part.get("alt") or holder.get("aria-label") or ""
            key = key_of(address)
            medium = Media(original(address), "image", None if alt in UNNAMED else alt, key)
            if file and file.startswith("https://"):  # moving pictures alone; videos are blob:
                medium = replace(medium, url=file, type="gifv")
            found.setdefault(key or address, medium)
    return tuple(found.values())


def _quoted(boxes: list[Any]) -> str | None:
    """The number of a quoted post, where one of its parts links to it."""
    for box in boxes:
        for anchor in box.iter("a"):
            found = _STATUS.match(dom.own_path(anchor.get("href")) or "")
            if found:
                return found[2]
    return None


def _acts(article: Any, boxes: list[Any], post: Post) -> list[Interaction]:
    named = []
    for text in dom.outside(dom.marked(article, "tweetText"), boxes)[:1]:
        for anchor in text.iter("a"):
            found = _MENTION.fullmatch(dom.own_path(anchor.get("href")) or "")
            if found and dom.words(anchor).startswith("@"):
                named.append(found[1])
    edges = [(Act.MENTION, name) for name in dict.fromkeys(named)]
    if post.quote_of:
        edges.append((Act.SHARE, post.quote_of))
    return [
        Interaction(
            act, post.author_id, post.author_handle, target, post.native_id, post.published_at
        )
        for act, target in edges
    ]


def _sharer(article: Any) -> str | None:
    """Who reposted the post, by the link around its social context."""
    for context in dom.marked(article, "socialContext"):
        for above in (context, *context.iterancestors("a")):
            found = (
                _MENTION.fullmatch(dom.own_path(above.get("href")) or "")
                if above.tag == "a"
                else None
            )
            if found:
                return found[1]
        for anchor in context.iter("a"):
            found = _MENTION.fullmatch(dom.own_path(anchor.get("href")) or "")
            if found:
                return found[1]
    return None


def _profile(root: Any) -> AccountSeen | None:
    """The account of a profile page, by the page's own ProfilePage data."""
    for data in linked_data(root):
        person = data.get("mainEntity")
        if data.get("@type") != "ProfilePage" or not isinstance(person, dict):
            continue
        handle, name = person.get("additionalName"), person.get("name")
        native_id = identity(person.get("identifier"))
        if isinstance(handle, str) and native_id is not None:
            return AccountSeen(native_id, handle, name if isinstance(name, str) else None,
                               SeenState.PRESENT, _figures(person))  # fmt: skip
    return None


def _figures(person: dict[str, Any]) -> AccountCounts:
    found: dict[str, int | None] = {}
    listed = person.get("interactionStatistic")
    for entry in listed if isinstance(listed, list) else [listed]:
        if not isinstance(entry, dict):
            continue
        name = FIGURES.get(str(entry.get("interactionType")).rsplit("/", 1)[-1])
        if name:
            found[name] = number(entry.get("userInteractionCount"))
    return AccountCounts(found.get("follower"), found.get("following"), found.get("post"))


def _empty(root: Any, address: str, counted: int | None, sight: Sight) -> None:
    """What X writes in place of a profile or post, in the elements it has for that alone.

    counted: posts the account counts. "hasn't posted" is shown to those who are not logged in for
    accounts with posts as well, so it proves nothing beside another figure than 0.
    """
    for header in dom.marked(root, "empty_state_header_text"):
        said = dom.words(header)
        if states.NOTHING_YET.fullmatch(said):
            if counted != 0:
                sight.state(f"page:{address}", SeenState.UNSEEN, "empty_state_header_text")
            continue
        state = states.EMPTY_STATES.get(said, SeenState.GATED)
        page = state is SeenState.BLOCKED
        subject = f"page:{address}" if page else urls.subject(address)
        sight.state(subject, state, f"empty_state_header_text: {said[:80]}")
    for detail in dom.marked(root, "error-detail"):
        said = dom.words(detail)[:120]
        sight.state(urls.subject(address), SeenState.UNSEEN, f"error-detail: {said}")


def _nothing_listed(root: Any, profile: AccountSeen | None, sight: Sight) -> None:
    """A page without posts is empty only when the account itself counts none."""
    if sight.states:
        return
    if profile is not None and profile.counts.post == 0:
        sight.empty = True
    else:
        sight.fault("[data-testid=primaryColumn] without article[data-testid=tweet]")
