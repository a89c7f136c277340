"""HTML of Telegram's public pages, with the classes and attributes its own pages carry."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from html import escape

from sandbox.native import channel
from sandbox.picture import SUFFIXES
from sandbox.text import parts
from sandbox.world import Shown, Stage, World

STYLE = (
    "body{margin:0;background:#d5e2ea;font:16px/1.4 sans-serif;color:#111}"
    ".tgme_header{background:#fff;padding:10px 20px;border-bottom:1px solid #ccd}"
    ".tgme_channel_history,.tgme_page{max-width:560px;margin:20px auto}"
    ".tgme_widget_message_bubble,.tgme_page{background:#fff;border-radius:12px;padding:12px 16px;"
    "margin-bottom:12px}.tgme_widget_message_photo_wrap{display:block;background-size:cover}"
    ".tgme_widget_message_photo{padding-top:66.6%}"
    ".tgme_widget_message_footer,.tgme_page_extra{color:#7a8a95;font-size:13px}"
)


def listing(world: World, stage: Stage, posts: Sequence[Shown], base: str, *, older: bool) -> str:
    """`/s/<channel>`: messages oldest first, with the link to older ones."""
    handle, name = stage.handle, escape(stage.account.name)
    head, more = "", ""
    if older:
        number = posts[0].number
        head = f'<link rel="prev" href="/s/{handle}?before={number}">'
        more = (
            f'<div class="tgme_widget_message_centered js-messages_more_wrap">'
            f'<a href="/s/{handle}?before={number}" class="tme_messages_more js-messages_more" '
            f'data-before="{number}"></a></div>'
        )
    messages = "".join(message(world, stage, post, base) for post in posts)
    if not posts:
        messages = '<div class="tme_no_messages_found">No posts found</div>'
    count = _followers(world, stage)
    return _page(
        f"{stage.account.name} – Telegram",
        f'<header class="tgme_header"><div class="tgme_channel_info">'
        f'<div class="tgme_channel_info_header_title"><span dir="auto">{name}</span></div>'
        f'<div class="tgme_channel_info_header_username">'
        f'<a href="{base}/{handle}">@{handle}</a></div>'
        f'<div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter">'
        f'<span class="counter_value">{count}</span> '
        f'<span class="counter_type">subscribers</span></div></div></div>'
        f'<div class="tgme_header_title"><span dir="auto">{name}</span></div>'
        f'<div class="tgme_header_counter">{count} subscribers</div></header>'
        f'<main class="tgme_main" data-url="/{handle}"><div class="tgme_container">'
        f'<section class="tgme_channel_history js-message_history">{more}{messages}'
        f"</section></div></main>",
        head,
    )


def message(world: World, stage: Stage, post: Shown, base: str) -> str:
    """One message in its wrap."""
    handle = stage.handle
    view = {"c": -channel(stage.account.key), "p": post.number, "t": _unix(world.now), "h": "0"}
    packed = base64.b64encode(json.dumps(view, separators=(",", ":")).encode()).decode()
    edited = "edited &nbsp;" if post.edited_at else ""
    source = world.visible(post.repost_of) or post
    return (
        f'<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message text_not_supported_wrap js-widget_message" '
        f'data-post="{handle}/{post.number}" data-view="{packed.rstrip("=")}">'
        f'<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
        f'<a class="tgme_widget_message_owner_name" href="{base}/{handle}">'
        f'<span dir="auto">{escape(stage.account.name)}</span></a></div>'
        f"{_forwarded(world, post, base)}{_reply(world, post, base)}{_photo(handle, source, base)}"
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{_text(source.text)}'
        f"</div>{_reactions(world, post)}"
        f'<div class="tgme_widget_message_footer compact js-message_footer">'
        f'<div class="tgme_widget_message_info short js-message_info">'
        f'<span class="tgme_widget_message_views">{_views(world, post)}</span>'
        f'<span class="copyonly"> views</span><span class="tgme_widget_message_meta">{edited}'
        f'<a class="tgme_widget_message_date" href="{base}/{handle}/{post.number}">'
        f'<time datetime="{_clock(post.published_at)}" class="time">'
        f"{post.published_at:%H:%M}</time></a></span></div></div></div></div></div>"
    )


def single(world: World, stage: Stage, post: Shown, base: str) -> str:
    """`/<channel>/<n>?embed=1`: the message alone."""
    return _page("Telegram Widget", message(world, stage, post, base))


def error(said: str) -> str:
    """The widget's own error."""
    return _page(
        "Telegram Widget",
        f'<div class="tgme_widget_message_error">{escape(said)}</div>',
    )


def post_page(stage: Stage, number: int, post: Shown | None, base: str) -> str:
    """`/<channel>/<n>`: a landing page with the message in a frame."""
    about = post.text if post else stage.account.note
    frame = f"{base}/{stage.handle}/{number}?embed=1&amp;mode=tme"
    return _page(
        f"Telegram: View @{stage.handle}",
        f'<div class="tgme_page tgme_page_post"><div class="tgme_page_widget">'
        f'<iframe id="telegram-post-{stage.handle}-{number}" src="{frame}" width="100%" '
        f'height="620" frameborder="0"></iframe></div></div>',
        f'<meta property="og:title" content="{escape(stage.account.name)}">'
        f'<meta property="og:description" content="{escape(about)}">{_app(stage.handle)}',
    )


def landing(world: World, stage: Stage, *, preview: bool) -> str:
    """`/<channel>`: exact number of subscribers, and the link to the preview if there is one."""
    link = (
        f'<div class="tgme_page_context_link_wrap"><a class="tgme_page_context_link" '
        f'href="/s/{stage.handle}">Preview channel</a></div>'
    )
    return _page(
        f"Telegram: View @{stage.handle}",
        f'<div class="tgme_page"><div class="tgme_page_title" dir="auto">'
        f'<span dir="auto">{escape(stage.account.name)}</span></div>'
        f'<div class="tgme_page_extra">{_followers(world, stage)} subscribers</div>'
        f'<div class="tgme_page_description" dir="auto">{escape(stage.account.note)}</div>'
        f'<div class="tgme_page_action"><a class="tgme_action_button_new" '
        f'href="tg://resolve?domain={stage.handle}">View in Telegram</a></div>'
        f"{link if preview else ''}</div>",
        _app(stage.handle),
    )


def closed(name: str) -> str:
    """The landing page of something without a preview, with nothing told about it."""
    return _page(
        f"Telegram: View @{name}",
        f'<div class="tgme_page"><div class="tgme_page_title"><span dir="auto">{escape(name)}'
        f'</span></div><div class="tgme_page_action"><a class="tgme_action_button_new" '
        f'href="tg://resolve?domain={escape(name)}">View in Telegram</a></div></div>',
        _app(name),
    )


def nothing(name: str) -> str:
    """The page of a name nobody has: HTTP 200, noindex, no title."""
    return _page(
        f"Telegram: Contact @{name}",
        f'<div class="tgme_page"><div class="tgme_page_icon"><i class="tgme_icon_user"></i></div>'
        f'<div class="tgme_page_description">If you have <strong>Telegram</strong>, you can contact '
        f'<a class="tgme_username_link" href="tg://resolve?domain={escape(name)}">@{escape(name)}'
        f"</a> right away.</div></div>",
        f'<meta name="robots" content="noindex, nofollow">{_app(name)}',
    )


def file_name(post: Shown) -> str:
    """Name of a post's picture file."""
    return hashlib.sha256(b"file\0" + post.key.encode()).hexdigest()[:32]


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="id"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{head}<style>{STYLE}</style></head>"
        f'<body class="widget_frame_base tgme_webpreview">{body}</body></html>'
    )


def _app(name: str) -> str:
    return f'<meta property="al:ios:url" content="tg://resolve?domain={escape(name)}">'


def _text(text: str) -> str:
    said = []
    for part in parts(text):
        word = escape(part.text, quote=False).replace("\n", "<br/>")
        if part.kind == "link":
            said.append(f'<a href="{escape(part.text)}" target="_blank" rel="noopener">{word}</a>')
        elif part.kind == "tag":
            said.append(f'<a href="?q=%23{escape(part.text[1:])}">{word}</a>')
        elif part.kind == "mention":
            said.append(
                f'<a href="https://t.me/{escape(part.text[1:])}" target="_blank">{word}</a>'
            )
        else:
            said.append(word)
    return "".join(said)


def _photo(handle: str, post: Shown, base: str) -> str:
    if post.picture is None:
        return ""
    name = f"{file_name(post)}.{post.media_version}.{SUFFIXES[post.picture.format]}"
    return (
        f'<a class="tgme_widget_message_photo_wrap" href="{base}/{handle}/{post.number}" '
        f"style=\"width:{post.picture.width}px;background-image:url('{base}/file/{name}')\">"
        f'<div class="tgme_widget_message_photo" style="padding-top:66.6%"></div></a>'
    )


def _forwarded(world: World, post: Shown, base: str) -> str:
    original = world.visible(post.repost_of)
    if original is None:
        return ""
    source = world.accounts[original.account]
    return (
        f'<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
        f'<a class="tgme_widget_message_forwarded_from_name" '
        f'href="{base}/{source.handle}/{original.number}">'
        f'<span dir="auto">{escape(source.account.name)}</span></a></div>'
    )


def _reply(world: World, post: Shown, base: str) -> str:
    parent = world.visible(post.reply_to)
    if parent is None:
        return ""
    source = world.accounts[parent.account]
    return (
        f'<a class="tgme_widget_message_reply" href="{base}/{source.handle}/{parent.number}">'
        f'<div class="tgme_widget_message_author"><span dir="auto">{escape(source.account.name)}'
        f'</span></div><div class="tgme_widget_message_metatext">{escape(parent.text[:40])}</div></a>'
    )


def _reactions(world: World, post: Shown) -> str:
    count = len(world.likes_of(post.key))
    if not count:
        return ""
    return (
        f'<div class="tgme_widget_message_reactions js-message_reactions">'
        f'<span class="tgme_reaction"><i class="emoji"><b>👍</b></i>{count}</span></div>'
    )


def _views(world: World, post: Shown) -> str:
    """Views grow with the hours, rounded as the site does from a thousand on."""
    hours = (world.now - post.published_at).total_seconds() / 3600
    count = 40 + int(hours * 37)
    return str(count) if count < 1000 else f"{count / 1000:.2f}".rstrip("0").rstrip(".") + "K"


def _followers(world: World, stage: Stage) -> int:
    return sum(deed.key == stage.account.key for deed in world.follows)


def _clock(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
