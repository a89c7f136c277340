"""t.me/<name> and t.me/<name>/<id>: what lies behind a name, without the messages themselves."""

from __future__ import annotations

from typing import Any

from crawler.page import Page
from crawler.platforms.telegram import urls
from crawler.platforms.telegram.markup import attributes, every, figure, first, words
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, Reading, SeenState, StateSeen

NO_SUCH_NAME = "no tgme_page_title, robots noindex"
NO_PREVIEW = "no preview link on landing page"


def read(page: Page, root: Any, read_by: str) -> Reading:
    """The account a landing page shows, and whether its messages can be read on the web.

    A name nobody has: HTTP 200, no title, robots noindex (seen 2026-08-09) -> ABSENT. Without a
    preview link -> GATED: a channel whose owner turned it off, a group, a user or a bot.
    Raises ParseError for a page that has neither title nor the marks of a free name.
    """
    name = _name(page, root)
    title = first(root, "tgme_page_title")
    if urls.kind(page.url) == "invite" or _is_invite(root):
        return Reading(
            read_by, states=(StateSeen(f"page:{page.url}", SeenState.PRIVATE, "invite link"),)
        )
    frames = attributes(root, "//iframe[starts-with(@id, 'telegram-post-')]/@src")
    if frames:
        return _post_page(page, root, read_by, frames[0])
    if title is None:
        if name is None or not _noindex(root) or first(root, "tgme_page_photo_image") is not None:
            raise ParseError("landing page", "no tgme_page_title, yet not the page of a free name")
        absent = StateSeen(f"account:{name}", SeenState.ABSENT, NO_SUCH_NAME)
        return Reading(read_by, states=(absent,))
    return _account_page(page, root, read_by, name, words(title.find("span")) or words(title))


def _account_page(
    page: Page, root: Any, read_by: str, name: str | None, title: str | None
) -> Reading:
    if name is None:
        raise ParseError("landing page", "names no account: no tg://resolve?domain=")
    previews = [
        urls.absolute(page.url, href)
        for href in attributes(root, "//div[contains(@class, 'tgme_page')]//a/@href")
        if urls.kind(urls.absolute(page.url, href)) == "listing"
    ]
    states = () if previews else (StateSeen(f"account:{name}", SeenState.GATED, NO_PREVIEW),)
    seen = SeenState.PRESENT if previews else SeenState.GATED
    account = AccountSeen(None, name, title, seen, _counts(root))
    return Reading(read_by, accounts=(account,), states=states, next=tuple(dict.fromkeys(previews)))


def _post_page(page: Page, root: Any, read_by: str, frame: str) -> Reading:
    """The message is in the frame, not here.

    The page's og:description is no proof of it: it may be the channel's own description.
    """
    place = urls.message(frame) or urls.message(page.url)
    if place is None:
        raise ParseError("iframe", "src names no message")
    title = attributes(root, "//meta[@property='og:title']/@content")
    account = AccountSeen(None, place[0], title[0] if title else None, SeenState.PRESENT)
    behind = StateSeen(f"post:{place[0]}/{place[1]}", SeenState.GATED, "message only in iframe")
    return Reading(
        read_by,
        accounts=(account,),
        states=(behind,),
        next=(urls.absolute(page.url, frame),),
    )


def _name(page: Page, root: Any) -> str | None:
    """The name the page is about: by its own app link, else by its address."""
    for href in attributes(
        root, "//meta[@property='al:ios:url' or @property='al:android:url']/@content"
    ):
        _, _, domain = href.partition("tg://resolve?domain=")
        if domain:
            return str(domain.partition("&")[0])
    return urls.channel(page.url)


def _is_invite(root: Any) -> bool:
    """Whether the page's own app link joins a chat by its invitation."""
    links = attributes(
        root, "//meta[@property='al:ios:url' or @property='al:android:url']/@content"
    )
    return any(link.startswith("tg://join?invite=") for link in links)


def _noindex(root: Any) -> bool:
    return any("noindex" in said for said in attributes(root, "//meta[@name='robots']/@content"))


def _counts(root: Any) -> AccountCounts:
    """Subscribers or members, exact here; a group's `, 120 online` and a bot's users are not."""
    for extra in every(root, "tgme_page_extra"):
        said = words(extra) or ""
        if "subscriber" in said or "member" in said:
            exact, rounded = figure(said)
            return AccountCounts(
                follower=exact,
                approximate=(("follower", rounded),) if rounded is not None else (),
            )
    return AccountCounts()
