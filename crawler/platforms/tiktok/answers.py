"""TikTok's data, embedded in a page or answered to the page's own questions."""

from __future__ import annotations

from typing import Any

from crawler.platforms.tiktok import comments, figures, item, states, urls, user
from crawler.platforms.tiktok.sight import Sight
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import AccountSeen, Act, Interaction, Post, SeenState

LISTS = ("itemList", "items", "aweme_list")


def details(holder: Node, sight: Sight, about: str | None = None) -> bool:
    """Notes what an object with a status code shows: account, post, list or comments.

    about: subject of a marker, where the page names it.   False: it is none of these.
    """
    code = _code(holder)
    if code:
        _marker(holder, code, sight, about)
        if isinstance(holder.value.get("userInfo"), dict) and holder.value["userInfo"].get("user"):
            _guarded(_user_info, holder, sight)
        return True
    known = False
    for name, reader in (("userInfo", _user_info), ("itemInfo", _item_info), ("comments", _comments),
                         ("aweme_detail", _aweme), ("itemStruct", _struct)):  # fmt: skip
        if name in holder.value:
            _guarded(reader, holder, sight)
            known = True
    for name in LISTS:
        if isinstance(holder.value.get(name), list) and "userInfo" not in holder.value:
            _listed(holder, name, sight)
            return True
    if not known and code == 0 and ("hasMore" in holder.value or "has_more" in holder.value):
        sight.state(f"page:{sight.url}", SeenState.UNSEEN, "a list without itemList")
        return True
    return known


def note(entry: Node, sight: Sight, handles: dict[str, Any] | None = None) -> Post:
    """Notes one post with what it says; raises ParseError when it cannot be read."""
    seen = item.post(entry, handles)
    sight.posts.setdefault(seen.native_id, seen)
    sight.acts.update(dict.fromkeys(item.acts(entry, seen)))
    sight.states.update(dict.fromkeys(item.states(entry, seen)))
    return seen


def account(entry: Node, figures_of: Node | None, sight: Sight) -> AccountSeen:
    """Notes one account; raises ParseError when it cannot be read."""
    seen = user.account(entry, figures_of)
    sight.account(seen)
    if seen.state is SeenState.PRIVATE:
        sight.state(f"account:{seen.native_id}", SeenState.PRIVATE, "privateAccount")
    return seen


def _guarded(reader: Any, holder: Node, sight: Sight) -> None:
    try:
        reader(holder, sight)
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")


def _user_info(holder: Node, sight: Sight) -> None:
    """An account's page data. Its `itemList` is always empty: the posts come by another answer.

    The account counts no posts: then, and only then, it is proof that there are none.
    """
    info = holder.inner("userInfo")
    seen = account(info.inner("user"), info, sight)
    listed = info.may("itemList", list) or holder.may("itemList", list) or []
    _each(listed, f"{info.path}.itemList", info, sight)
    if seen.counts.post == 0 and seen.state is SeenState.PRESENT and not _code(holder):
        sight.empty = True


def _item_info(holder: Node, sight: Sight) -> None:
    _struct(holder.inner("itemInfo"), sight)


def _struct(holder: Node, sight: Sight) -> None:
    entry = holder.inner("itemStruct")
    note(entry, sight)
    _author(entry, sight)


def _aweme(holder: Node, sight: Sight) -> None:
    note(holder.inner("aweme_detail"), sight)


def _comments(holder: Node, sight: Sight) -> None:
    comments.read(holder, sight)


def _author(entry: Node, sight: Sight) -> None:
    """The author of a post, with the figures beside it where the page gives them."""
    if entry.may("author", dict) is None:
        return
    figured = entry if entry.may("authorStats", dict) else None
    stats = None
    if figured is not None:
        parts = {"stats": entry.value["authorStats"]}
        if isinstance(entry.value.get("authorStatsV2"), dict):
            parts["statsV2"] = entry.value["authorStatsV2"]
        stats = node(parts, entry.path, entry.faults)
    account(entry.inner("author"), stats, sight)


def _listed(holder: Node, name: str, sight: Sight) -> None:
    """A list of posts: the account's own, or what it passed on, as the address says."""
    asked = sight.asked
    listed = holder.value[name]
    if asked.name in urls.STRANGERS:
        sight.state(f"page:{sight.url}", SeenState.UNSEEN, asked.name)
        return
    if asked.name == "repost/item_list":
        _passed_on(listed, holder, sight)
    else:
        _each(listed, f"{holder.path}.{name}", holder, sight)
    if not listed:
        sight.state(f"page:{sight.url}", SeenState.UNSEEN, f"{name} is empty")
    cursor = figures.number(holder.value.get("cursor"))
    more = _more(holder)
    if more and cursor is None:
        holder.fault("cursor", "expected count")
    following = urls.onward(sight.url, str(cursor)) if more and cursor is not None else None
    if following:
        sight.next.append(following)


def _more(holder: Node) -> bool:
    """Whether a list goes on; a list that does not say is a fault."""
    said = [holder.value.get(n) for n in ("hasMore", "hasMorePrevious", "has_more")]
    known = [value for value in said if value in (0, 1) and isinstance(value, int)]
    if not known:
        holder.fault("hasMore", "expected bool")
    return any(known)


def _each(listed: list[Any], path: str, holder: Node, sight: Sight) -> None:
    for place, value in enumerate(listed):
        try:
            entry = node(value, f"{path}[{place}]", holder.faults)
            note(entry, sight)
            if "authorStats" in entry.value:
                _author(entry, sight)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")


def _passed_on(listed: list[Any], holder: Node, sight: Sight) -> None:
    """Posts of others that an account reposted: SHARE edges of the account that was asked for.

    The answer does not name who reposted; the one who asked knows.
    """
    for place, value in enumerate(listed):
        try:
            seen = item.post(node(value, f"{holder.path}.itemList[{place}]", holder.faults))
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
            continue
        edge = Interaction(Act.SHARE, None, None, seen.native_id, target_account=seen.author_id)
        sight.acts[edge] = None


def _code(holder: Node) -> int | None:
    """The status code, None without one."""
    for name in ("statusCode", "status_code", "code"):
        found = holder.value.get(name)
        if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 12:
            return int(found)
        if isinstance(found, float) and found.is_integer():
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return None


def _marker(holder: Node, code: int, sight: Sight, about: str | None) -> None:
    said = next(
        (
            v
            for n in ("statusMsg", "status_msg", "message", "msg")
            if isinstance(v := holder.value.get(n), str)
        ),
        "",
    )
    state = states.state(code, said)
    asked = sight.asked
    subject = about or urls.subject(sight.url)
    if code in states.OF_ACCOUNT and asked.handle:
        subject = f"account:{asked.handle}"
    if state is SeenState.BLOCKED or (asked.kind == "api" and asked.name.endswith("list")):
        subject = f"page:{sight.url}"
    sight.state(subject, state, states.marker(code, said))
