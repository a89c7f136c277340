"""The page's data in its older generations: SIGI_STATE (2021 to 2023), __NEXT_DATA__ before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crawler.platforms.tiktok import answers, embed, figures, item
from crawler.platforms.tiktok.sight import Sight
from crawler.sight import is_set
from crawler.take import Node, node
from evidence.errors import ParseError
from evidence.model import AccountCounts, AccountSeen, Act, Interaction, SeenState

DUE = {"ItemModule": "VideoPage", "UserModule": "ItemModule"}
"""Modules, and what stands in a page that has to have them."""
OLDEST = {"follower": "fans", "following": "following", "post": "video"}
"""Figures of an account in pages of 2019. Source: the scrapers of that year; none is recorded here."""
PAGES = ("UserPage", "VideoPage", "MobileUserPage", "SharingVideoModule")


def sigi(value: Any, sight: Sight) -> None:
    """Notes the modules of SIGI_STATE: posts by number, users and figures by handle, comments.

    Raises ParseError when none of the modules is there.
    """
    root = node(value, "$", sight.faults)
    users, stats = _users(root)
    known = False
    for module in ("ItemModule", "UserModule", "CommentItem"):
        known = known or isinstance(root.value.get(module), dict)
    missing = [m for m, part in DUE.items() if part in root.value and m not in root.value]
    for module in missing:
        root.fault(module, "expected dict, found nothing")
    for entry in _parts(root, "ItemModule"):
        _try(partial(answers.note, entry, sight, users), sight)
    for handle, person in users.items():
        _try(partial(_account, person, stats.get(handle), sight), sight)
    for entry in _parts(root, "CommentItem"):
        _try(partial(_comment, entry, users, sight), sight)
    for name in PAGES:
        part = root.value.get(name)
        if isinstance(part, dict) and part.get("statusCode"):
            known = answers.details(node(part, f"$.{name}", sight.faults), sight) or known
    if not known:
        raise ParseError("$.SIGI_STATE", "has neither ItemModule, UserModule nor a status code")


def _account(person: Any, stats: Any, sight: Sight) -> None:
    beside = node({"stats": stats}, "$.UserModule.stats", sight.faults)
    answers.account(node(person, "$.UserModule.users", sight.faults), beside, sight)


def next_data(value: Any, sight: Sight) -> None:
    """Notes `props.pageProps`: account or post, or the status code in their place.

    Raises ParseError when it shows neither.
    """
    page = node(value, "$", sight.faults).inner("props").inner("pageProps")
    known = answers.details(page, sight)
    if not known and page.may("userData", dict) is not None:
        _oldest_account(page.inner("userData"), sight)
        known = True
    if not known and page.may("videoData", dict) is not None:
        embed.video(page.inner("videoData"), sight)
        known = True
    if not known:
        raise ParseError("$.props.pageProps", "has neither userInfo, itemInfo nor a status code")


def _oldest_account(person: Node, sight: Sight) -> None:
    """The account of a page of 2019: figures stand beside the names, the posts came later."""
    exact = {name: figures.number(person.value.get(field)) for name, field in OLDEST.items()}
    if None in exact.values():
        person.fault("fans", "expected figures of an account")
    counts = AccountCounts(exact["follower"], exact["following"], exact["post"])
    id, handle = person.must("userId", str), person.must("uniqueId", str)
    name = person.want("nickName", str)
    closed = is_set(person.value.get("isSecret"))
    state = SeenState.PRIVATE if closed else SeenState.PRESENT
    sight.account(AccountSeen(id, handle, name, state, counts))
    if closed:
        sight.state(f"account:{id}", SeenState.PRIVATE, "isSecret")


def _users(root: Node) -> tuple[dict[str, Any], dict[str, Any]]:
    module = root.may("UserModule", dict) or {}
    if "UserModule" in root.value and not module:
        root.fault("UserModule", "expected dict")
    users, stats = module.get("users"), module.get("stats")
    if module and not (isinstance(users, dict) and isinstance(stats, dict)):
        root.fault("UserModule", "expected users and stats")
    return (users if isinstance(users, dict) else {}), (stats if isinstance(stats, dict) else {})


def _parts(root: Node, name: str) -> list[Node]:
    """The objects of a module, which are keyed by their number."""
    module = root.may(name, dict) or {}
    if name in root.value and root.value[name] is None:
        root.fault(name, "expected dict, found null")
    parts = [node(v, f"$.{name}[*]", root.faults) for v in module.values() if isinstance(v, dict)]
    if len(parts) < len(module):
        root.fault(name, "holds a part that is no object")
    return parts


def _comment(entry: Node, users: dict[str, Any], sight: Sight) -> None:
    """A comment of the page; its author is a handle here."""
    author = entry.must("user", str)
    known = users.get(author)
    number = known.get("id") if isinstance(known, dict) else None
    if figures.number(entry.value.get("create_time")) is None:
        raise ParseError(f"{entry.path}.create_time", "expected seconds since 1970")
    edge = Interaction(
        Act.COMMENT,
        number if isinstance(number, str) else None,
        author,
        entry.must("aweme_id", str),
        entry.must("cid", str),
        item.moment(entry),
        item.written(entry, "text"),
    )
    sight.acts[edge] = None


def _try(work: Callable[[], object], sight: Sight) -> None:
    try:
        work()
    except ParseError as error:
        sight.fault(f"{error.what}: {error.why}")
