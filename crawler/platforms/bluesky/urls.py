"""Addresses of AT Protocol services, and the parts of at-uris."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from evidence.errors import ConfigError

APPVIEW = "https://public.api.bsky.app"
PLC = "https://plc.directory"
POSTS = "app.bsky.feed.post"
ACTS = ("app.bsky.feed.like", "app.bsky.feed.repost", "app.bsky.graph.follow")
"""Collections in which an account's own likes, reposts and follows lie."""


@dataclass(frozen=True, slots=True)
class Services:
    """Where to ask. pds: None until the DID document has said it."""

    appview: str = APPVIEW
    plc: str = PLC
    pds: str | None = None


def services(base_url: str) -> Services:
    """The services a watchlist row names: `<appview>[;pds=<url>][;plc=<url>]`; empty: the public.

    Raises ConfigError for any other part.
    """
    first, *rest = [part.strip().rstrip("/") for part in base_url.split(";")]
    named: dict[str, str] = {}
    for part in rest:
        name, _, address = part.partition("=")
        if name not in ("pds", "plc") or not address.startswith(("http://", "https://")):
            raise ConfigError(
                f"base_url part {part!r}", "is neither pds=<url> nor plc=<url>", "See the how-to"
            )
        named[name] = address
    return Services(first or APPVIEW, named.get("plc", PLC), named.get("pds"))


def xrpc(service: str, method: str, **parameters: str | int | None) -> str:
    """A query of a service; parameters that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return f"{service}/xrpc/{method}?{urlencode(given, quote_via=quote)}"


def did_document(plc: str, did: str) -> str:
    """Where a DID's document is. did:web is looked up on its own host, did:plc in the directory.

    Raises ConfigError for any other kind of DID.
    """
    if did.startswith("did:web:"):
        host = did.removeprefix("did:web:").replace("%3A", ":").replace("%3a", ":")
        return f"https://{host}/.well-known/did.json"
    if did.startswith("did:plc:"):
        return f"{plc}/{did}"
    raise ConfigError(did, "is neither did:plc nor did:web")


def at_uri(did: str, collection: str, rkey: str) -> str:
    """The at-uri of a record."""
    return f"at://{did}/{collection}/{rkey}"


def parts(uri: str) -> tuple[str, str, str] | None:
    """(repository, collection, record key) of an at-uri; None when it is not one of a record."""
    scheme, _, rest = uri.partition("at://")
    found = rest.split("/")
    if scheme or len(found) != 3 or not all(found):
        return None
    return found[0], found[1], found[2]


def post_url(uri: str) -> str | None:
    """The public page of a post, None when the at-uri is not a post's."""
    found = parts(uri)
    if found is None or found[1] != POSTS:
        return None
    return f"https://bsky.app/profile/{found[0]}/post/{found[2]}"


def kind(url: str) -> str:
    """The XRPC method of an address; `did` for a DID document, `web` for bsky.app, else empty."""
    try:
        split = urlsplit(url)
    except ValueError:
        return ""
    if split.path.startswith("/xrpc/"):
        return split.path.removeprefix("/xrpc/")
    if split.path.startswith("/did:") or split.path == "/.well-known/did.json":
        return "did"
    return "web" if split.hostname == "bsky.app" else ""


def parameter(url: str, name: str) -> str | None:
    """A query parameter of an address, None when it is not there or not once."""
    try:
        values = parse_qs(urlsplit(url).query).get(name, [])
    except ValueError:
        return None
    return values[0] if len(values) == 1 else None


def several(url: str, name: str) -> list[str]:
    """All values of a repeated query parameter (`uris`, also spelled `uris[]`)."""
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return []
    return query.get(name, []) + query.get(f"{name}[]", [])


def origin(url: str) -> str | None:
    """Scheme and host of an http address."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    return f"{split.scheme}://{split.netloc}" if split.scheme in ("http", "https") else None


def with_cursor(url: str, cursor: str) -> str:
    """The same query, continued at a cursor."""
    split = urlsplit(url)
    query = {name: values for name, values in parse_qs(split.query).items() if name != "cursor"}
    query["cursor"] = [cursor]
    return split._replace(query=urlencode(query, doseq=True, quote_via=quote)).geturl()
