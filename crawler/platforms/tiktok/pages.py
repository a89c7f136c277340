"""Reads what TikTok shows to anyone who is not logged in, and answers a person's browser met.

The body's structure says what it is: a page's embedded data in its three generations, the lists
and comments the page asks for, embed pages, oEmbed, the challenge in front of them. Words of the
page's own translations ("has been removed") are in every page and mean nothing.
"""

from __future__ import annotations

import json
from typing import Any

from crawler.document import canonical, root_of, spelled
from crawler.page import Page
from crawler.platforms.tiktok import answers, embed, urls
from crawler.platforms.tiktok.naming import placed
from crawler.platforms.tiktok.older import next_data, sigi
from crawler.platforms.tiktok.sight import READ_BY, Sight
from crawler.take import node
from evidence.errors import ParseError
from evidence.model import Reading, SeenState, StateSeen

__all__ = ("READ_BY", "placed", "read")
UNIVERSAL = "__UNIVERSAL_DATA_FOR_REHYDRATION__"
CHALLENGE = ("wci", "rci", "cs", "rs")
CAPTCHA = ("captcha-verify-container", "captcha_container", "captcha-verify-container-main-page")
DETAILS = ("user-detail", "video-detail", "reflow.video.detail", "photo-detail")


def read(page: Page) -> Reading:
    """All that one answer shows: posts, accounts, comments, states; else drift.

    429, 403 and 5xx are BLOCKED, so are the challenge page and the empty body of a data answer. A
    page's empty `itemList` is no list: the posts come by an answer of its own.
    """
    sight = Sight(page.url)
    refused = _refused(page)
    if refused is not None:
        return Reading(READ_BY, states=(refused,))
    body = page.bare
    try:
        if body[:1] in (b"{", b"["):
            _json(page, sight)
        elif body[:1] == b"<":
            _document(page, sight)
        else:
            sight.fault("body is neither JSON nor HTML" if body else "body is empty")
    except ParseError as error:
        sight.fault(f"{error.what if error.what != page.url else '$'}: {error.why}")
    return sight.reading()


def _refused(page: Page) -> StateSeen | None:
    where, marker = f"page:{page.url}", f"HTTP {page.status}"
    asked = urls.asked(page.url)
    if page.status in (403, 429) or page.status >= 500:
        return StateSeen(where, SeenState.BLOCKED, marker)
    if "bdturing-verify" in page.headers:
        return StateSeen(where, SeenState.BLOCKED, "bdturing-verify")
    if asked.kind == "api" and not page.bare:
        return StateSeen(where, SeenState.BLOCKED, "empty body")
    if asked.kind == "login":
        return StateSeen(where, SeenState.GATED, "redirect to login")
    sent_to = urls.asked(page.headers.get("location", "")).kind
    if page.status in (301, 302, 303, 307, 308) and sent_to == "login":
        return StateSeen(urls.subject(page.url), SeenState.GATED, "redirect to login")
    if page.status == 401:
        return StateSeen(where, SeenState.GATED, marker)
    return None


def _json(page: Page, sight: Sight) -> None:
    value: Any = page.json()
    if isinstance(value, dict) and embed.oembed(value, sight):
        return
    holder = node(value, "$", sight.faults)
    if sight.asked.kind == "oembed" and value.get("code"):
        _refused_oembed(page, str(value["code"])[:12], sight)
        return
    if isinstance(value.get("__DEFAULT_SCOPE__"), dict):
        _scope(value, sight)
    elif value.get("type") == "verify" or "verify_center_decision_conf" in value:
        sight.state(f"page:{page.url}", SeenState.BLOCKED, "verify")
    elif "ItemModule" in value or "UserModule" in value:
        sigi(value, sight)
    elif isinstance(value.get("source"), dict):
        embed.state_of(value, sight)
    elif "author" in value and ("createTime" in value or "create_time" in value):
        answers.note(holder, sight)
    else:
        answers.details(holder, sight)


def _refused_oembed(page: Page, code: str, sight: Sight) -> None:
    """400 is what oEmbed says of a deleted post; it says so of an address it cannot read too."""
    if code == "400":
        sight.state(urls.subject(page.url), SeenState.UNSEEN, f"oembed: {code}")
    else:
        sight.state(f"page:{page.url}", SeenState.GATED, f"oembed: {code}")


def _document(page: Page, sight: Sight) -> None:
    root = root_of(page.text())
    found = False
    for name, reader in (
        (UNIVERSAL, _scope), ("SIGI_STATE", sigi), ("sigi-persisted-data", sigi),
        ("__NEXT_DATA__", next_data), ("__FRONTITY_CONNECT_STATE__", embed.state_of),
    ):  # fmt: skip
        for element in root.xpath("//script[@id=$name]", name=name)[:1]:
            found = True
            reader(_data(element.text or "", name), sight)
    if found:
        _drawn(root, sight)
        return
    if all(root.xpath("//*[@id=$name]", name=name) for name in CHALLENGE[:2]):
        sight.state(f"page:{page.url}", SeenState.BLOCKED, "#wci #rci")
        return
    where = canonical(root)
    kind = urls.asked(where or "").kind
    sight.fault(f"body: none of TikTok's embedded data, canonical {kind or 'nothing known'}")


def _data(text: str, name: str) -> Any:
    """The JSON of a script; older pages assign it (`window['SIGI_STATE']={...};window[...`)."""
    try:
        plain = spelled(text)
        return json.JSONDecoder().raw_decode(plain, max(plain.find("{"), 0))[0]
    except (ValueError, RecursionError) as error:
        raise ParseError(f"script#{name}", f"holds no JSON ({type(error).__name__})") from error


def _scope(value: Any, sight: Sight) -> None:
    """The page's data since 2023: `__DEFAULT_SCOPE__` with one part for each purpose."""
    scope = node(value, "$", sight.faults).inner("__DEFAULT_SCOPE__")
    about = _about(scope.value)
    parts = [name for name in scope.value if name.startswith("webapp.") and name.endswith(DETAILS)]
    if not parts:
        sight.fault("$.__DEFAULT_SCOPE__: neither webapp.user-detail nor webapp.video-detail")
    for name in parts:
        part = node(scope.value[name], f"$.{name}", sight.faults)
        if not answers.details(part, sight, about):
            sight.fault(f"$.{name}: neither userInfo, itemInfo nor a status code that is known")


def _about(scope: dict[str, Any]) -> str | None:
    """The address the page gives itself, as the subject of a marker."""
    part = scope.get("seo.abtest")
    address = part.get("canonical") if isinstance(part, dict) else None
    if not isinstance(address, str):
        return None
    subject = urls.subject(address)
    return None if subject.startswith("page:") else subject


def _drawn(root: Any, sight: Sight) -> None:
    """What the page's script added: links to the posts it lists, a captcha in front of it."""
    for link in root.xpath("//*[@data-e2e='user-post-item']//a/@href"):
        asked = urls.asked(str(link))
        if asked.kind == "post" and asked.post and asked.handle:
            sight.next.append(urls.post(urls.HOST, asked.handle, asked.post))
    for name in CAPTCHA:
        if root.xpath("//*[@id=$name]", name=name):
            sight.state(f"page:{sight.url}", SeenState.BLOCKED, f"#{name}")
            return
