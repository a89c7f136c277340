"""Addresses of Instagram's web pages and answers, and what an address is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from crawler.shortcode import number_of

HOST = "https://www.instagram.com"
PRIVATE_TAIL = 28
"""Shortcodes of private posts carry so many more characters (seen in public tools' notes)."""
RESERVED = frozenset(
    ("p", "reel", "reels", "tv", "stories", "explore", "accounts", "api", "graphql", "challenge",
     "web", "direct", "about", "legal", "developer", "ajax", "data", "static", "checkpoint", "embed",
     "consent", "oauth", "emails", "session", "privacy", "terms", "locations", "tags")
)  # fmt: skip
_POST = re.compile(
    r"/(?!share/|reels/audio/)(?:[^/]+/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{5,80})(?:/.*)?"
)
"""Codes under `/share/` are no shortcodes: they lead to the post's own address."""
_MEDIA = re.compile(r"/api/v1/media/(\d{5,25})(?:_\d+)?/(info|comments|likers)\b.*")
_FRIENDS = re.compile(r"/api/v1/friendships/(\d{1,25})/(followers|following)\b.*")
_OF_USER = re.compile(r"/api/v1/(?:feed/user|users)/(\d{1,25})(?:/.*)?")
_PROFILE = re.compile(r"/([A-Za-z0-9._]{1,30})(?:/(?:reels|tagged|embed)?)?/?")


_STORY = re.compile(r"/stories/(?!highlights/)([A-Za-z0-9._]{1,30})/(\d{5,25})/?")


@dataclass(frozen=True, slots=True)
class About:
    """What an address is about. kind: `profile`, `post`, `likers`, `followers`, `following`,
    `ruling`, `login`, `challenge`, `home`, or empty. name: handle or account id; post: media id.
    """

    kind: str = ""
    name: str | None = None
    post: str | None = None

    @property
    def subject(self) -> str | None:
        """As a StateSeen names it; None when the address is about no account and no post."""
        if self.post:
            return f"post:{self.post}"
        return f"account:{self.name}" if self.name else None


def profile(base_url: str, handle: str) -> str:
    """The public page of an account."""
    return f"{base_url}/{quote(handle, safe='')}/"


def post(base_url: str, code: str) -> str:
    """The public page of a post."""
    return f"{base_url}/p/{quote(code, safe='')}/"


def story(handle: object, number: str) -> str | None:
    """The public page of a story; None when its author's name is not known."""
    return f"{HOST}/stories/{handle}/{number}/" if isinstance(handle, str) and handle else None


def about(url: str) -> About:
    """What an address is about, by its path and query alone."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return About()
    path = parts.path
    if path.startswith(("/accounts/login", "/accounts/signup", "/accounts/emailsignup")):
        return About("login")
    if path.startswith(("/challenge", "/checkpoint", "/accounts/suspended", "/consent")):
        return About("challenge")
    if found := _POST.fullmatch(path):
        code = found[1][:-PRIVATE_TAIL] if len(found[1]) > PRIVATE_TAIL else found[1]
        return About("post", None, number_of(code))
    if found := _STORY.fullmatch(path):
        return About("post", found[1], found[2])
    if path.startswith(("/api/", "/graphql")):
        return _of_answer(path, query)
    if path in ("", "/"):
        return About("home" if parts.netloc else "")
    found = _PROFILE.fullmatch(path)
    if found and found[1].lower() not in RESERVED and parts.netloc:
        return About("profile", found[1])
    return About()


def _of_answer(path: str, query: dict[str, list[str]]) -> About:
    if found := _MEDIA.fullmatch(path):
        return About("likers" if found[2] == "likers" else "post", None, found[1])
    if found := _FRIENDS.fullmatch(path):
        return About(found[2], found[1])
    if "web_profile_info" in path:
        return About("profile", next(iter(query.get("username", [])), None))
    if "get_ruling_for_content" in path:
        target = next(iter(query.get("target_id", [])), None)
        is_post = query.get("content_type") == ["MEDIA"]
        return About("ruling", None if is_post else target, target if is_post else None)
    if found := _OF_USER.fullmatch(path):
        return About("profile", found[1])
    return About()
