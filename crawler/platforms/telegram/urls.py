"""Addresses of Telegram's web preview, and what an address is for."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urljoin, urlsplit

HOST = "https://t.me"


def listing(base_url: str, channel: str, before: str | None = None) -> str:
    """The newest 20 messages of a channel, or the 20 before message number `before`."""
    older = f"?before={quote(before, safe='')}" if before else ""
    return f"{base_url}/s/{quote(channel, safe='')}{older}"


def landing(base_url: str, channel: str) -> str:
    """The page that shows an exact subscriber count, and whether there is a preview."""
    return f"{base_url}/{quote(channel, safe='')}"


def embed(base_url: str, channel: str, message: str) -> str:
    """One message by itself, as other sites embed it."""
    return f"{base_url}/{quote(channel, safe='')}/{quote(message, safe='')}?embed=1&mode=tme"


def kind(url: str) -> str:
    """`listing`, `embed`, `post`, `invite`, `landing`, or empty when it is none of these."""
    parts = _path(url)
    if not parts:
        return ""
    if parts[0] == "s" and len(parts) > 1:
        return "listing"
    if parts[0] == "joinchat" or parts[0].startswith("+"):
        return "invite"
    if len(parts) >= 2 and parts[1].isdigit():
        return "embed" if "embed" in _query(url) else "post"
    return "landing" if len(parts) == 1 else ""


def channel(url: str) -> str | None:
    """The channel name an address is about, None when it names none."""
    parts = _path(url)
    if parts[:1] == ["s"]:
        parts = parts[1:]
    return parts[0] if parts and kind(url) not in ("", "invite") else None


def message(url: str) -> tuple[str, str] | None:
    """(channel name, message number) an address points at, None when it points at no message."""
    parts = _path(url)
    if parts[:1] == ["s"]:
        parts = parts[1:]
    if len(parts) >= 2 and parts[1].isdigit() and parts[1].isascii():
        return parts[0], parts[1]
    return None


def on_telegram(url: str) -> bool:
    """Whether an address lies on t.me or telegram.me."""
    return _split(url)[1].lower() in ("t.me", "telegram.me", "www.t.me")


def absolute(page_url: str, href: str) -> str:
    """`href` as a full address; relative to t.me when the page's own address is no address."""
    base = page_url if _split(page_url)[0] in ("http", "https") else HOST + "/"
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _split(url: str) -> tuple[str, str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", "", ""
    return parts.scheme, parts.netloc, parts.path, parts.query


def _path(url: str) -> list[str]:
    return [part for part in _split(url)[2].split("/") if part]


def _query(url: str) -> dict[str, list[str]]:
    return parse_qs(_split(url)[3], keep_blank_values=True, max_num_fields=None)
