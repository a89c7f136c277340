"""What a page of Instagram says of itself in its head, where its data came only later.

The pages of 2024 and 2025 carried no post and no profile for visitors without a login: figures
and words stand in the meta tags alone, ids in the route (`profile_logged_out.html`,
`post_photo_logged_out.html`, recorded 2024-12-30).
"""

from __future__ import annotations

import re

from crawler.figure import FIGURE, figure
from crawler.headings import Headings
from crawler.platforms.instagram import urls
from crawler.platforms.instagram.states import Fields
from crawler.relay import drilled
from crawler.shortcode import code_of
from crawler.sight import Sight, identity
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

OF_PROFILE = re.compile(
    rf"{FIGURE} (?:followers?|pengikut), {FIGURE} (?:following|mengikuti|diikuti), "
    rf"{FIGURE} (?:posts?|postingan|kiriman)",
    re.IGNORECASE,
)
OF_LIKES = re.compile(rf"{FIGURE} (?:likes?|suka)\b", re.IGNORECASE)
OF_COMMENTS = re.compile(rf"{FIGURE} (?:comments?|komentar)\b", re.IGNORECASE)
BY = re.compile(r"[^\"]*? - (?:[^\"]{0,100} \(@)?([A-Za-z0-9._]{1,30})\)? (?:on|di|pada) ")
QUOTED = re.compile(
    r".{1,200}? \w{1,12} Instagram\s?: (?:[\"“](.*)[\"”]|«\s?(.*?)\s?»)\.?\s*", re.DOTALL
)
"""`Name on Instagram: "words"`; between name and Instagram stands one word in many languages."""
UNQUOTED = re.compile(r".{1,200}? \w{1,12} Instagram")
WORDLESS = re.compile(
    r"Instagram (?:photo|video|post|reel) by .{1,200}|.{1,200} • Instagram (?:photo|video|post|reel)"
)
"""Titles of posts without words, 2017 to 2024."""
FIGURES = ("follower", "following", "post")
NAMED = re.compile(r"(.*?) \(@([A-Za-z0-9._]{1,30})\)")
USER_LINK = re.compile(r"instagram://user\?username=([A-Za-z0-9._]{1,30})")
MEDIA_LINK = re.compile(r"instagram://media\?id=(\d{5,25})")


def read(head: Headings, fields: Fields, url: str, sight: Sight) -> None:
    """Notes the profile or the post the head of a page tells of.

    A post's time is not there (a day without a clock), nor are a carousel's other pictures.
    Raises ParseError when the page is said to be of a profile or post, and its tags do not say what.
    """
    link = head.meta.get("al:ios:url", "")
    canonical = urls.about(head.links.get("canonical") or head.meta.get("og:url", ""))
    if USER_LINK.match(link) or head.meta.get("og:type") == "profile":
        _profile(head, fields, canonical, sight)
    elif MEDIA_LINK.match(link) or canonical.kind == "post":
        _post(head, fields, canonical, url, sight)


def _profile(head: Headings, fields: Fields, canonical: urls.About, sight: Sight) -> None:
    link = USER_LINK.match(head.meta.get("al:ios:url", ""))
    handle = link[1] if link else canonical.name
    told = OF_PROFILE.match(head.meta.get("og:description", ""))
    if handle is None:
        raise ParseError("og:url", "expected the address of a profile")
    if told is None:
        sight.fault("og:description: expected followers, following and posts")
    named = NAMED.match(head.meta.get("og:title", ""))
    said = {
        name: figure(text)
        for name, text in zip(FIGURES, told.groups() if told else (None,) * 3, strict=True)
    }
    rounded = tuple(sorted((n, f[1]) for n, f in said.items() if f[1] is not None))
    counts = AccountCounts(**{n: f[0] for n, f in said.items()}, approximate=rounded)
    native_id = _prop(fields, "profile_id") or _route_id(fields, "profilePage")
    if native_id is None:
        sight.fault("route.props: expected the id of the profile, found none")
    name = named[1] if named else None
    sight.account(AccountSeen(native_id, handle, name, SeenState.PRESENT, counts))


def _post(head: Headings, fields: Fields, canonical: urls.About, url: str, sight: Sight) -> None:
    link = MEDIA_LINK.match(head.meta.get("al:ios:url", ""))
    native_id = link[1] if link else _prop(fields, "media_id") or canonical.post
    owner = head.meta.get("instapp:owner_user_id") or _prop(fields, "media_owner_id")
    if native_id is None:
        raise ParseError("al:ios:url", "expected the number of a post")
    if not (owner and owner.isascii() and owner.isdecimal()):
        sight.fault("instapp:owner_user_id: expected the number of the author, found none")
        owner = None
    told, picture = head.meta.get("og:description", ""), head.meta.get("og:image")
    film = head.meta.get("og:video:secure_url") or head.meta.get("og:video")
    if not picture:
        sight.fault("og:image: expected a picture, found none")
    if not told:
        sight.fault("og:description: expected figures and words, found nothing")
    if not film and head.meta.get("og:type", "").startswith("video"):
        sight.state(f"page:{url}#{native_id}", SeenState.UNSEEN, "og:video: no film")
    text = _words(head.meta.get("og:title", ""), told)
    if text.rstrip().endswith(("...", "…")):
        sight.state(f"page:{url}#{native_id}", SeenState.UNSEEN, "og:title: its end may be cut off")
    by, named = BY.match(told), NAMED.match(head.meta.get("twitter:title", ""))
    handle = named[2] if named else by[1] if by else None
    post = Post(
        native_id=native_id,
        author_id=owner or None,
        author_handle=handle,
        text=text,
        published_at=None,
        url=urls.post(urls.HOST, code_of(native_id)),
        media=_media(film, picture, native_id),
        counts=figures(told),
    )
    sight.post(post)
    for name in dict.fromkeys(re.findall(r"(?<![\w.@/])@([A-Za-z0-9._]{1,29}[A-Za-z0-9_])", text)):
        edge = Interaction(Act.MENTION, owner, handle, name, native_id, target_account=name)
        sight.edge(edge)


def _media(film: str | None, picture: str | None, native_id: str) -> tuple[Media, ...]:
    if film:
        return (Media(film, "video", None, native_id),)
    return (Media(picture, "image", None, native_id),) if picture else ()


def _words(title: str, told: str) -> str:
    """Words of a post from its og:title; empty for one without words.

    told: the og:description, which quotes words where there are any.
    Raises ParseError when it is neither.
    """
    if WORDLESS.fullmatch(title) and not re.search(r": [\"“]", told):
        return ""
    quoted = QUOTED.fullmatch(title)
    if quoted is None and not UNQUOTED.fullmatch(title):
        raise ParseError("og:title", "expected the words of the post")
    return next((said for said in quoted.groups() if said is not None), "") if quoted else ""


def figures(told: str) -> Counts:
    """Likes and comments as a post's og:description begins with them; rounded ones apart."""
    likes = figure((OF_LIKES.match(told) or [None, None])[1])
    comments = figure((OF_COMMENTS.search(told[:80]) or [None, None])[1])
    rounded = (("comment", comments[1]), ("like", likes[1]))
    return Counts(
        like=likes[0],
        comment=comments[0],
        approximate=tuple((name, value) for name, value in rounded if value is not None),
    )


def _prop(fields: Fields, name: str) -> str | None:
    """An id the page's route carries under a name of its own."""
    numbers = (str(value) for value in fields[name] if identity(value))
    return next((value for value in numbers if value.isdecimal()), None)


def _route_id(fields: Fields, page: str) -> str | None:
    for route in fields["route"]:
        if drilled(route, "polarisRouteConfig", "pageID") == page:
            return identity(drilled(route, "rootView", "props", "id"))
    return None
