"""Accounts as people write them: a handle, an address, user@host; checked per platform.

The rules only keep out what can never be an account there; whether it exists is for the first visit
to say. A platform without a rule here takes any visible handle without blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit

from evidence.config.table import code_point


@dataclass(frozen=True, slots=True)
class Written:
    """An account as written: its handle, its service when the writing says so, perhaps its id."""

    handle: str
    base_url: str = ""
    native_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a writing cannot be an account: a code of PROBLEMS and its values."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a handle of one platform looks like.

    pattern: the whole handle.   hosts: where addresses of accounts may point; empty: anywhere.
    path:    the path of such an address, with one group `handle`.   example: shown to the user.
    numbered: path of an address that gives the account's number in its query, and its name there.
    """

    pattern: re.Pattern[str]
    example: str
    hosts: tuple[str, ...] = ()
    path: re.Pattern[str] = re.compile(r"/@?(?P<handle>[^/]+)/?")
    numbered: tuple[str, str] = ("", "")


_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
_HOST = rf"({_DOMAIN}|localhost)(:[0-9]{{1,5}})?"
_FEDIVERSE_USER = r"[A-Za-z0-9_]+([A-Za-z0-9_.-]*[A-Za-z0-9_]+)?"
_DID = r"did:(plc:[a-z2-7]{24}|web:[A-Za-z0-9.%-]{1,253})"

_NO_INSTAGRAM = r"(?i:p|reel|reels|tv|stories|explore|accounts|direct|api|about|legal)\Z"
_NO_FACEBOOK = (
    r"(?i:(profile|photo|story|permalink|home|login|video|l|r)\.php|pages|people|groups|events|watch"
    r"|login|share|sharer|reels?|photos?|videos|stories|marketplace|gaming|search|hashtag|checkpoint"
    r"|plugins|help|policies|settings)\Z"
)
"""Parts of the sites that have the form of a name and are nobody's."""

RULES: dict[str, Rule] = {
    "mastodon": Rule(
        re.compile(rf"{_FEDIVERSE_USER}(@{_HOST})?"),
        "@nama@mastodon.social",
        path=re.compile(rf"/(@|users/)?(?P<handle>{_FEDIVERSE_USER}(@{_HOST})?)/?"),
    ),
    "bluesky": Rule(
        re.compile(rf"{_DOMAIN}|{_DID}"),
        "nama.bsky.social",
        ("bsky.app",),
        re.compile(rf"/profile/(?P<handle>{_DOMAIN}|{_DID})/?"),
    ),
    "telegram": Rule(
        re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}"),
        "nama_kanal",
        ("t.me", "telegram.me"),
        re.compile(r"/(s/)?(?P<handle>[A-Za-z0-9_]+)/?"),
    ),
    "x": Rule(
        re.compile(r"[A-Za-z0-9_]{1,15}"),
        "nama",
        ("x.com", "www.x.com", "mobile.x.com", "twitter.com", "www.twitter.com"),
    ),
    "instagram": Rule(
        re.compile(rf"(?!{_NO_INSTAGRAM})(?!.*\.\.)(?!\.)[A-Za-z0-9._]{{1,30}}(?<!\.)"),
        "nama",
        ("instagram.com", "www.instagram.com", "m.instagram.com"),
    ),
    "threads": Rule(
        re.compile(r"(?!.*\.\.)(?!\.)[A-Za-z0-9._]{1,30}(?<!\.)"),
        "nama",
        ("threads.net", "www.threads.net", "threads.com", "www.threads.com"),
    ),
    "tiktok": Rule(
        re.compile(r"[A-Za-z0-9._]{2,24}(?<!\.)"), "nama", ("tiktok.com", "www.tiktok.com")
    ),
    "youtube": Rule(
        re.compile(r"UC[A-Za-z0-9_-]{22}|[\w.\-·]{3,30}"),
        "@nama",
        ("youtube.com", "www.youtube.com", "m.youtube.com"),
        # /c/ and /user/ carry older names, which may be another channel's handle today.
        re.compile(r"/(@|channel/(?=UC))(?P<handle>[^/]+)(/[a-z]+)?/?"),
    ),
    "facebook": Rule(
        re.compile(rf"(?!{_NO_FACEBOOK})[A-Za-z0-9.]{{5,50}}|[0-9]{{5,20}}"),
        "nama.halaman",
        (
            "facebook.com",
            "www.facebook.com",
            "m.facebook.com",
            "web.facebook.com",
            "fb.com",
            "www.fb.com",
            "mbasic.facebook.com",
            "id-id.facebook.com",
        ),
        re.compile(
            r"/(?:(?:people|pages)/[^/]+/(?=[0-9])|p/[^/]*-(?=[0-9]+/?\Z))?(?P<handle>[^/]+)/?"
        ),
        ("/profile.php", "id"),
    ),
}
_ANY = Rule(re.compile(r"\S{1,500}"), "nama")
ADDRESSED = frozenset({"feed", "web"})
"""Platforms whose account is an address and nothing else."""


def read_account(platform: str, text: str, base_url: str = "") -> Written | Refusal:
    """The account that `text` names on a platform.

    base_url: the row's own, checked already; with it addresses on its host are taken too, and
    plain http.
    """
    if platform in ADDRESSED:
        refusal = flaw_in_address(text, plain_http=bool(base_url))
        return refusal or Written(text, "", text)
    rule = RULES.get(platform, _ANY)
    if "://" in text:
        found = _from_address(platform, rule, text, base_url)
    else:
        found = Written(text.removeprefix("@"))
    return found if isinstance(found, Refusal) else _checked(platform, rule, found, base_url)


def flaw_in_address(text: str, *, plain_http: bool = False) -> Refusal | None:
    """What keeps an address from being fetched: scheme, credentials, host, port, blanks.

    plain_http: http:// is taken for any host, not for loopback alone.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return _address("it is not an address")
    if parts.scheme not in ("https", "http"):
        return Refusal("NOT_HTTPS")
    if "@" in parts.netloc:
        return _address("it holds a user name before the host")
    if any(c.isspace() or c == "\\" for c in text):
        return _address("it holds a blank or a backslash")
    if not _is_host(host):
        return _address("its host is not a name or a public form of an address")
    if parts.scheme == "http" and not plain_http and not is_loopback(host):
        return Refusal("NOT_HTTPS")
    return None


def flaw_in_base_url(text: str) -> Refusal | None:
    """What keeps a base_url from being used. Form: an address without path, https or loopback.

    Further services of the same account may follow as `;name=address`.
    """
    first, *others = text.split(";")
    for part in (first, *(other.partition("=")[2] for other in others)):
        if (refusal := flaw_in_address(part)) is not None:
            return refusal
        parts = urlsplit(part)
        if parts.query or parts.fragment:
            return _address("it has a query or fragment")
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def account_key(platform: str, handle: str, base_url: str) -> tuple[str, str]:
    """The same for two writings of the same account: (platform, name in one spelling)."""
    if platform in ADDRESSED or handle.startswith("did:") or re.fullmatch(r"UC[\w-]{22}", handle):
        return platform, handle
    name = handle.lower()
    if platform == "mastodon" and "@" not in name:
        name = f"{name}@{urlsplit(base_url.split(';')[0]).netloc.lower()}"
    return platform, name


def _from_address(platform: str, rule: Rule, text: str, base_url: str) -> Written | Refusal:
    refusal = flaw_in_address(text, plain_http=bool(base_url))
    if refusal:
        return refusal
    parts = urlsplit(text)
    own = _origin(urlsplit(base_url.split(";")[0])) if base_url else ""
    host = (parts.hostname or "").lower()
    if rule.hosts and host not in rule.hosts and _origin(parts) != own:
        known = ", ".join(rule.hosts)
        return Refusal("WRONG_HOST", (("host", host), ("known", known), ("platform", platform)))
    path, name = rule.numbered
    number = parse_qs(parts.query).get(name, [""])[0] if path and parts.path == path else ""
    if number.isdecimal():
        return Written(number, "" if rule.hosts else _origin(parts))
    match = rule.path.fullmatch(parts.path)
    if not match:
        return _impossible(platform, rule, "the address is not that of an account")
    return Written(match["handle"], "" if rule.hosts else _origin(parts))


def _checked(platform: str, rule: Rule, found: Written, base_url: str) -> Written | Refusal:
    handle = found.handle
    if not rule.pattern.fullmatch(handle):
        return _why(platform, rule, handle)
    if platform == "mastodon":
        return _on_server(found, base_url)
    if platform == "bluesky":
        return Written(handle if handle.startswith("did:") else handle.lower(), found.base_url,
                       handle if handle.startswith("did:") else None)  # fmt: skip
    if platform == "youtube" and re.fullmatch(r"UC[\w-]{22}", handle):
        return Written(handle, found.base_url, handle)
    return found


def _on_server(found: Written, base_url: str) -> Written | Refusal:
    """A fediverse account needs its server: from user@server, its address or base_url."""
    host = found.handle.partition("@")[2]
    base = base_url or found.base_url
    if not base and not host:
        return Refusal("NO_SERVER")
    if not base:
        scheme = "http" if is_loopback(host.split(":")[0]) else "https"
        base = f"{scheme}://{host.lower()}"
    return Written(found.handle, base)


def _why(platform: str, rule: Rule, handle: str) -> Refusal:
    for character in handle:
        if character.isspace():
            return _impossible(platform, rule, "it holds a blank")
        if not character.isascii():
            values = (
                ("code_point", code_point(character)),
                ("example", rule.example),
                ("platform", platform),
            )
            return Refusal("IMPOSSIBLE_CHARACTER", values)
    return _impossible(platform, rule, "it is in a form not given out there")


def _impossible(platform: str, rule: Rule, reason: str) -> Refusal:
    return Refusal(
        "IMPOSSIBLE_ACCOUNT",
        (("example", rule.example), ("platform", platform), ("reason", reason)),
    )


def _address(reason: str) -> Refusal:
    return Refusal("BAD_ADDRESS", (("reason", reason),))


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_host(host: str) -> bool:
    if host == "localhost" or re.fullmatch(_DOMAIN, host):
        return True
    if ":" in host or re.fullmatch(r"[0-9.]+", host):
        try:
            ip_address(host)
        except ValueError:
            return False
        return True
    return False
