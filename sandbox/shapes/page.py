"""Public HTML pages of posts and profiles, for a browser."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sandbox.native import iso
from sandbox.text import paragraphs

STYLE = (
    "body{margin:0;background:#eef1f4;color:#1d2733;font:17px/1.5 sans-serif}"
    "header{background:#23435e;color:#fff;padding:14px 24px;font-weight:bold}"
    "main{max-width:640px;margin:24px auto}"
    "article{background:#fff;border-radius:10px;padding:20px 24px;margin:0 0 16px;"
    "box-shadow:0 1px 4px #0003}"
    "article img{max-width:100%;border-radius:8px;display:block;margin:12px 0}"
    ".who{font-weight:bold}.handle,time,.counts{color:#66717d;font-size:14px}"
)


@dataclass(frozen=True, slots=True)
class Card:
    """One post as a page shows it. picture: its address, empty when there is none."""

    name: str
    handle: str
    text: str
    at: datetime
    picture: str = ""
    alt: str = ""
    counts: str = ""
    edited: bool = False


def page(service: str, title: str, cards: Iterable[Card], note: str = "") -> str:
    """A whole page in Indonesian with any number of posts."""
    body = "".join(_article(card) for card in cards)
    return (
        f'<!DOCTYPE html>\n<html lang="id"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta property="og:title" content="{escape(title)}"><style>{STYLE}</style></head>'
        f"<body><header>{escape(service)} (peragaan)</header><main>"
        f"{f'<p>{escape(note)}</p>' if note else ''}{body}</main></body></html>"
    )


def login(service: str) -> str:
    """A page that asks to log in."""
    return (
        f'<!DOCTYPE html>\n<html lang="id"><head><meta charset="utf-8">'
        f"<title>Masuk - {escape(service)}</title><style>{STYLE}</style></head><body><main>"
        f'<form id="new_user" action="/auth/sign_in" method="post"><h1>Masuk ke {escape(service)}'
        f'</h1><input type="email" name="user[email]"><input type="password" name="user[password]">'
        f"<button>Masuk</button></form></main></body></html>"
    )


def _article(card: Card) -> str:
    picture = f'<img src="{escape(card.picture)}" alt="{escape(card.alt)}">' if card.picture else ""
    edited = " (disunting)" if card.edited else ""
    return (
        f'<article><div class="who">{escape(card.name)}</div>'
        f'<div class="handle">@{escape(card.handle)}</div><p>{paragraphs(card.text)}</p>{picture}'
        f'<time datetime="{iso(card.at)}">{card.at:%d-%m-%Y %H:%M} UTC{edited}</time>'
        f'<div class="counts">{escape(card.counts)}</div></article>'
    )
