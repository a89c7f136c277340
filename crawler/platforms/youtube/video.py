"""One video: what the player was told of it, and what its page shows around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crawler.page import utc
from crawler.platforms.youtube import states, urls
from crawler.platforms.youtube.sight import Sight, cover
from crawler.platforms.youtube.tree import first, inside, mutations, needed, nodes, text_at
from crawler.platforms.youtube.words import addresses, figure, is_cut, shown, viewed, written
from crawler.sight import is_set, number
from evidence.errors import ParseError
from evidence.model import (
    AccountCounts,
    AccountSeen,
    Act,
    Counts,
    Interaction,
    Post,
    SeenState,
)

DETAILS = "videoDetails"
MICROFORMAT = "microformat.playerMicroformatRenderer"
LIKES = ("accessibility.label", "accessibilityData.accessibilityData.label",
         "defaultText.accessibility.accessibilityData.label")  # fmt: skip
"""Where a button of the older kind tells a screen reader its figure."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
BY_DAY = "publishDate: a day without an hour"
"""Marker of a video whose page gives no time: players named the day alone until 2023."""


def read_player(player: dict[str, Any], sight: Sight) -> None:
    """The video and its state as the player was told; `videoDetails` has the author's own title.

    A player that may play and has no details is drift; so is one without a status.
    """
    video = _named(player, sight.url)
    told = states.playability(player)
    if told is not None:
        sight.state(f"post:{video}" if video else None, *told)
    spoken = isinstance(inside(player, "playabilityStatus.status"), str)
    if not spoken and inside(player, MICROFORMAT) is None:
        sight.fault("player: expected playabilityStatus.status, found nothing")
    if DETAILS in player:
        try:
            post = _post(player)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
        else:
            sight.posts[post.native_id] = post
            for marker in _marks(player):
                sight.state(f"post:{post.native_id}", SeenState.PRESENT, marker)
    elif told is None:
        sight.fault("player: OK without videoDetails")


def read_next(data: dict[str, Any], sight: Sight) -> None:
    """The video as its page shows it: adds to what the player said, or stands alone.

    Its title and description may be translated and its date has no time; so the player's word
    comes first. What is beside and below (other people's videos) is not read.
    """
    results = (first(data, "twoColumnWatchNextResults") or {"results": data}).get("results")
    if not isinstance(results, dict):
        sight.fault("video page: expected results, found nothing")
        return
    primary = first(results, "videoPrimaryInfoRenderer")
    secondary = first(results, "videoSecondaryInfoRenderer")
    video = _shown_video(data, sight.url)
    if primary is None and secondary is None:
        _without_info(data, video, sight)
        return
    if video is None:
        sight.fault("video page: names no video")
        return
    post, account = _around(video, primary or {}, secondary or {}, data)
    known = sight.posts.get(video)
    if primary is None or secondary is None or post.text is None or post.author_id is None:
        sight.fault("video page: expected title, channel and description, found a part")
    if known is None and is_cut(post.text):
        sight.fault("video page: an address is shortened, and to where?")
    if known and "\n\n" in (known.text or "") and _about(secondary or {}, data) is None:
        sight.fault("video page: expected the description the player has, found nothing")
    sight.posts[video] = _joined(known, post) if known else post
    if account is not None:
        sight.accounts.append(account)
    _mentions(sight.posts[video], _about(secondary or {}, data), sight)
    sight.next += _comments(results)


def _without_info(data: dict[str, Any], video: str | None, sight: Sight) -> None:
    """A page that shows no video: the player said why, or nobody did."""
    if video in sight.posts and first(data, "singleColumnWatchNextResults") is not None:
        return  # the pages for telephones: the player says all that is read
    if not sight.states:
        sight.fault("video page: neither videoPrimaryInfoRenderer nor a reason")
    if video and first(data, "backgroundPromoRenderer") is not None and not sight.states:
        sight.state(f"post:{video}", SeenState.UNSEEN, "backgroundPromoRenderer")


def _named(player: dict[str, Any], url: str) -> str | None:
    """The video a player answer is about; without details the address or an entity's key says."""
    named = text_at(player, f"{DETAILS}.videoId") or urls.video_of(url)
    if named:
        return named
    return next((v for key, _, _ in mutations(player) if (v := urls.packed_video(key))), None)


def _post(player: dict[str, Any]) -> Post:
    video = needed(player, f"{DETAILS}.videoId", "player")
    title, about = _said(player)
    author = text_at(player, f"{MICROFORMAT}.externalChannelId")
    author = text_at(player, f"{DETAILS}.channelId") or author
    if author is None:
        needed(player, f"{DETAILS}.channelId", "player")
    text = whole(title, about)
    seen = number(inside(player, f"{DETAILS}.viewCount"))
    seen = number(inside(player, f"{MICROFORMAT}.viewCount")) if seen is None else seen
    return Post(
        native_id=video,
        author_id=author,
        author_handle=urls.handle_in(text_at(player, f"{MICROFORMAT}.ownerProfileUrl")),
        text=text,
        published_at=utc(inside(player, f"{MICROFORMAT}.publishDate"))
        or utc(inside(player, f"{MICROFORMAT}.uploadDate")),
        url=f"{urls.HOST}/watch?v={video}",
        media=cover(video, inside(player, f"{DETAILS}.thumbnail.thumbnails")),
        links=addresses(text),
        counts=Counts(
            like=figure(text_at(player, f"{MICROFORMAT}.likeCount"))[0],
            view=seen,
        ),
    )


def _marks(player: dict[str, Any]) -> Iterator[str]:
    """What an answer says of a video beside its text: in no list; by day; without a description."""
    if is_set(inside(player, f"{MICROFORMAT}.isUnlisted")):
        yield "isUnlisted"
    if DAY.fullmatch(text_at(player, f"{MICROFORMAT}.publishDate") or ""):
        yield BY_DAY
    own = text_at(player, f"{DETAILS}.title")
    if own is None and inside(player, f"{MICROFORMAT}.description") is None:
        yield "microformat without description"


def _said(player: dict[str, Any]) -> tuple[str, str]:
    """Title and description: the author's own, else those the answer has for search engines.

    Raises ParseError where neither half is there.
    """
    own = text_at(player, f"{DETAILS}.title")
    title = own or shown(inside(player, f"{MICROFORMAT}.title"))
    about = inside(player, f"{DETAILS}.shortDescription")
    if about is None and own is None:
        said = inside(player, f"{MICROFORMAT}.description")
        about = "" if said is None else shown(said)
    if not isinstance(about, str):
        raise ParseError(f"player.{DETAILS}.shortDescription", "expected text, found nothing")
    return title or needed(player, f"{DETAILS}.title", "player"), about


def whole(title: str, about: str | None) -> str:
    """A video's text: its title, an empty line, its description, as far as there is one."""
    return f"{title.strip()}\n\n{(about or '').strip()}".strip()


def _around(
    video: str, primary: dict[str, Any], secondary: dict[str, Any], data: dict[str, Any]
) -> tuple[Post, AccountSeen | None]:
    owner = first(secondary, "videoOwnerRenderer") or {}
    run = inside(owner, "navigationEndpoint.browseEndpoint") or first(owner, "browseEndpoint") or {}
    author, handle = text_at(run, "browseId"), urls.handle_in(inside(run, "canonicalBaseUrl"))
    author = author or text_at(first(secondary, "subscribeButtonRenderer") or {}, "channelId")
    title = shown(primary.get("title"))
    text = whole(title, written(_about(secondary, data))) if title else None
    post = Post(
        native_id=video, author_id=author, author_handle=handle, text=text, published_at=None,
        url=f"{urls.HOST}/watch?v={video}", media=cover(video), links=addresses(text),
        counts=_counts(primary, data),
    )  # fmt: skip
    if author is None:
        return post, None
    exact, rounded = figure(shown(owner.get("subscriberCountText")))
    counts = AccountCounts(follower=exact, approximate=_pairs(follower=rounded))
    named = shown(owner.get("title")) or shown(owner.get("attributedTitle"))
    return post, AccountSeen(author, handle, named, SeenState.PRESENT, counts)


def _joined(player: Post, page: Post) -> Post:
    """The player's word, with what the page alone shows."""
    counts = replace(
        page.counts,
        view=player.counts.view if player.counts.view is not None else page.counts.view,
        like=page.counts.like if page.counts.like is not None else player.counts.like,
    )
    return replace(player, author_handle=player.author_handle or page.author_handle, counts=counts)


def _counts(primary: dict[str, Any], data: dict[str, Any]) -> Counts:
    views = first(primary, "videoViewCountRenderer") or {}
    now = is_set(views.get("isLive"))  # whoever is watching at the moment is no view of it
    seen, seen_about = (None, None) if now else viewed(shown(views.get("viewCount")))
    likes, likes_about = _likes(primary)
    header = first(data, "commentsEntryPointHeaderRenderer") or {}
    remarks, remarks_about = figure(shown(header.get("commentCount")) or _panel(data))
    rounded = _pairs(comment=remarks_about, like=likes_about, view=seen_about)
    return Counts(like=likes, comment=remarks, view=seen, approximate=rounded)


def _likes(primary: dict[str, Any]) -> tuple[int | None, int | None]:
    """Likes: exact in what a screen reader is told (`along with 16,805 other people`)."""
    button = first(primary, "likeButtonViewModel") or first(primary, "toggleButtonRenderer") or {}
    for _, one in nodes(button, "buttonViewModel", "defaultButtonViewModel"):
        exact, _ = figure(text_at(one, "accessibilityText"))
        if exact is not None:
            return exact, None
    for place in LIKES:
        told = text_at(button, place)
        if figure(told)[0] is not None:
            return figure(told)
    titles = (text_at(one, "title") for _, one in nodes(button, "buttonViewModel"))
    return figure(next((title for title in titles if title), shown(button.get("defaultText"))))


def _panel(data: dict[str, Any]) -> str | None:
    """Figure of comments in the head of their panel."""
    for _, panel in nodes(data.get("engagementPanels"), "engagementPanelSectionListRenderer"):
        if "comments" in str(panel.get("panelIdentifier") or panel.get("targetId")):
            head = first(panel, "engagementPanelTitleHeaderRenderer") or {}
            return shown(head.get("contextualInfo"))
    return None


def _comments(results: dict[str, Any]) -> list[str]:
    """Where the comments begin, as the section of the page that loads them says."""
    for _, section in nodes(results, "itemSectionRenderer"):
        said = f"{section.get('sectionIdentifier')} {section.get('targetId')}"
        command = first(section, "continuationCommand") or {}
        if "comment" in said and text_at(command, "token"):
            return [urls.onward("next", command["token"])]
    return []


def _about(secondary: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
    """The description as the page shows it, under the video or in its own panel."""
    panel = first(data.get("engagementPanels"), "expandableVideoDescriptionBodyRenderer") or {}
    for held, name in (
        (secondary, "attributedDescription"), (secondary, "description"),
        (panel, "attributedDescriptionBodyText"), (panel, "descriptionBodyText"),
    ):  # fmt: skip
        found = held.get(name)
        if found is None:
            continue
        if not isinstance(found, dict) or shown(found) is None:
            raise ParseError(f"video page.{name}", f"expected text, found {type(found).__name__}")
        return found
    return None


def _mentions(post: Post, about: Any, sight: Sight) -> None:
    """Channels a description links by their `@name`."""
    for _, end in nodes(about, "browseEndpoint"):
        named = text_at(end, "browseId")
        if named and urls.CHANNEL.fullmatch(named) and named != post.author_id:
            handle = urls.handle_in(end.get("canonicalBaseUrl"))
            sight.edges.setdefault(
                Interaction(
                    Act.MENTION,
                    post.author_id,
                    post.author_handle,
                    named,
                    at=post.published_at,
                    target_account=handle,
                )
            )


def _shown_video(data: dict[str, Any], url: str) -> str | None:
    named = text_at(data, "currentVideoEndpoint.watchEndpoint.videoId") or text_at(
        data, "currentVideoEndpoint.reelWatchEndpoint.videoId"
    )
    if named or urls.video_of(url):
        return named or urls.video_of(url)
    tokens = (text_at(one, "token") for _, one in nodes(data, "continuationCommand"))
    return next((v for token in tokens if (v := urls.packed_video(token))), None)


def _pairs(**rounded: int | None) -> tuple[tuple[str, int], ...]:
    return tuple((name, value) for name, value in sorted(rounded.items()) if value is not None)
