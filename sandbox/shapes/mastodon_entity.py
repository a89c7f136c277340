"""Mastodon's entities: Account, Status, MediaAttachment, StatusEdit."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from sandbox.event import LoginWall
from sandbox.native import fold, iso, snowflake
from sandbox.picture import SUFFIXES
from sandbox.text import parts
from sandbox.world import Access, Shown, Stage, World


def account_id(stage: Stage) -> str:
    """The account's numeric id; a rename does not touch it."""
    return snowflake(stage.account.created_at, stage.account.key)


def status_id(post: Shown) -> str:
    """The status's numeric id."""
    return snowflake(post.published_at, post.key)


def by_handle(world: World, name: str) -> Stage | None:
    """The account that has this user name now."""
    return next((s for s in world.on("mastodon") if s.handle.lower() == name), None)


def by_id(world: World, id_: str) -> Stage | None:
    """The account with this id."""
    return next((s for s in world.on("mastodon") if account_id(s) == id_), None)


def status_by_id(world: World, id_: str) -> Shown | None:
    """The status with this id, if it is there and its account is open."""
    for post in world.posts.values():
        mine = world.accounts[post.account].account.platform == "mastodon"
        if mine and status_id(post) == id_:
            return world.visible(post.key)
    return None


def walled(world: World, stage: Stage) -> bool:
    """The account is behind a login wall of its own now."""
    key = stage.account.key
    return any(isinstance(f, LoginWall) and f.account == key for f in world.faults)


def picture_url(post: Shown, base: str) -> str:
    """Address of a post's picture; another one after each expiry."""
    suffix = SUFFIXES[post.picture.format] if post.picture else "bin"
    name = f"{status_id(post)}/original/{post.media_version}.{suffix}"
    return f"{base}/system/media_attachments/files/{name}"


def account(world: World, stage: Stage, base: str) -> dict[str, Any]:
    """Entity Account. A suspended one is emptied; a private one is `locked`."""
    gone = stage.access is Access.SUSPENDED
    key = stage.account.key
    value = {
        "id": account_id(stage),
        "username": stage.handle,
        "acct": stage.handle,
        "display_name": "" if gone else stage.account.name,
        "locked": stage.access is Access.PRIVATE,
        "bot": False,
        "discoverable": not gone,
        "group": False,
        "created_at": iso(stage.account.created_at),
        "note": "" if gone else f"<p>{escape(stage.account.note, quote=False)}</p>",
        "url": f"{base}/@{stage.handle}",
        "uri": f"{base}/users/{stage.handle}",
        "avatar": f"{base}/avatars/original/missing.png",
        "avatar_static": f"{base}/avatars/original/missing.png",
        "header": f"{base}/headers/original/missing.png",
        "header_static": f"{base}/headers/original/missing.png",
        "followers_count": sum(d.key == key for d in world.follows),
        "following_count": sum(d.account == key for d in world.follows),
        "statuses_count": 0 if gone else len(world.live(key)),
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }
    if gone:
        value["suspended"] = True
    elif posts := world.live(key):
        value["last_status_at"] = f"{posts[0].published_at:%Y-%m-%d}"
    return value


def status(world: World, post: Shown, base: str) -> dict[str, Any]:
    """Entity Status; a repost carries the whole original as `reblog`."""
    stage = world.accounts[post.account]
    id_ = status_id(post)
    parent = world.visible(post.reply_to)
    original = world.visible(post.repost_of)
    shown_by = f"{base}/@{stage.handle}/{id_}"
    return {
        "id": id_,
        "created_at": iso(post.published_at),
        "in_reply_to_id": status_id(parent) if parent else None,
        "in_reply_to_account_id": account_id(world.accounts[parent.account]) if parent else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "id",
        "uri": f"{base}/users/{stage.handle}/statuses/{id_}" + ("/activity" if original else ""),
        "url": shown_by,
        "replies_count": len(world.answers_to(post.key)),
        "reblogs_count": len(world.reposts_of(post.key)),
        "favourites_count": len(world.likes_of(post.key)),
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "content": content(world, post.text, base),
        "reblog": status(world, original, base) if original else None,
        "application": {"name": "Web", "website": None},
        "account": account(world, stage, base),
        "media_attachments": attachments(post, base),
        "mentions": list(mentions(world, post.text, base)),
        "tags": [
            {"name": p.text[1:].lower(), "url": f"{base}/tags/{p.text[1:]}"}
            for p in parts(post.text)
            if p.kind == "tag"
        ],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def attachments(post: Shown, base: str) -> list[dict[str, Any]]:
    """Entities MediaAttachment of a status."""
    if post.picture is None:
        return []
    url = picture_url(post, base)
    size = {"width": post.picture.width, "height": post.picture.width * 2 // 3}
    return [
        {
            "id": str(fold("media", post.key) % 10**17),
            "type": "image",
            "url": url,
            "preview_url": url,
            "remote_url": None,
            "text_url": None,
            "meta": {"original": size},
            "description": post.picture.alt or None,
            "blurhash": "UEC$]:kC4.xu~qt7j[t70Kj[WBj[?bt7WBof",
        }
    ]


def mentions(world: World, text: str, base: str) -> Iterator[dict[str, Any]]:
    """Entities Mention of a status: accounts of the same server named in its text."""
    for part in parts(text):
        named = by_handle(world, part.text[1:].lower()) if part.kind == "mention" else None
        if named:
            yield {
                "id": account_id(named),
                "username": named.handle,
                "acct": named.handle,
                "url": f"{base}/@{named.handle}",
            }


def content(world: World, text: str, base: str) -> str:
    """A status's text as Mastodon writes it in HTML."""
    if not text:
        return ""
    said = []
    for part in parts(text):
        word = escape(part.text, quote=False)
        bare = escape(part.text[1:], quote=False)
        if part.kind == "link":
            said.append(f'<a href="{word}" target="_blank" rel="nofollow noopener">{word}</a>')
        elif part.kind == "tag":
            said.append(
                f'<a href="{base}/tags/{bare}" class="mention hashtag" rel="tag">#<span>{bare}</span></a>'
            )
        elif part.kind == "mention" and by_handle(world, part.text[1:].lower()):
            said.append(
                f'<span class="h-card"><a href="{base}/@{bare}" class="u-url mention">'
                f"@<span>{bare}</span></a></span>"
            )
        else:
            said.append(word.replace("\n\n", "</p><p>").replace("\n", "<br />"))
    return f"<p>{''.join(said)}</p>"


def ancestors(world: World, post: Shown) -> list[Shown]:
    """The visible posts a post answers, oldest first."""
    above: list[Shown] = []
    at = world.visible(post.reply_to)
    while at:
        above.insert(0, at)
        at = world.visible(at.reply_to)
    return above


def descendants(world: World, post: Shown) -> list[Shown]:
    """The visible answers to a post, depth first."""
    below: list[Shown] = []
    for reply in world.answers_to(post.key):
        below += [reply, *descendants(world, reply)]
    return below


def history(world: World, post: Shown, base: str) -> list[dict[str, Any]]:
    """Entities StatusEdit, oldest first; one only when the status was never edited."""
    author = account(world, world.accounts[post.account], base)
    return [
        {
            "content": content(world, text, base),
            "spoiler_text": "",
            "sensitive": False,
            "created_at": iso(at),
            "account": author,
            "media_attachments": attachments(post, base),
            "emojis": [],
        }
        for at, text in post.versions
    ]
