"""Posts of Instagram, in the two families of objects its pages and answers give them in.

`code` family: api/v1 and the present web app (`pk, code, user, caption, image_versions2`).
`shortcode` family: GraphQL as of 2016 to 2024 (`shortcode, owner, edge_media_to_caption`), with the
oldest form (`code, date, display_src`) beside it. Read on purpose not: location, music, dash
manifests, tracking tokens, effects, what a viewer may do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.instagram import figures
from crawler.platforms.instagram.urls import HOST
from crawler.platforms.instagram.urls import post as address
from crawler.platforms.instagram.urls import story as story_address
from crawler.relay import drilled
from crawler.sight import identity, moment, number, number_of
from crawler.take import Node
from crawler.variant import lost_film, medium
from evidence.errors import ParseError
from evidence.model import Media, Post

OF_CODE = frozenset(
    ("taken_at", "image_versions2", "media_type", "carousel_media", "display_src", "date",
     "video_versions", "product_type", "like_count", "display_uri", "caption", "user",
     "carousel_media_count")
)  # fmt: skip
OF_SHORTCODE = frozenset(
    ("taken_at_timestamp", "edge_media_to_caption", "display_url", "edge_media_preview_like",
     "edge_liked_by", "edge_media_to_comment", "edge_sidecar_to_children", "is_video")
)  # fmt: skip


TOLD = frozenset(("caption", "taken_at", "taken_at_timestamp", "date", "edge_media_to_caption"))
"""Words and time of a post, of which at least one stands wherever it is shown whole."""


def is_post(value: dict[str, Any]) -> bool:
    """Whether an object is a post of one of the families: its code, and two fields of a post's."""
    if "if_not_gated_logged_out" in value or is_elsewhere(value):
        return False  # what is around a post, with its number and code; a post of Threads
    if isinstance(value.get("code"), str) and len(OF_CODE & value.keys()) >= 2:
        return True
    named = str(value.get("__typename", ""))
    is_graph = named.startswith(("Graph", "XDTGraph", "XDTMedia", "XIGPolaris"))
    told = len((OF_SHORTCODE | OF_CODE) & value.keys())
    if isinstance(value.get("shortcode"), str):
        return told >= (1 if is_graph else 2)
    if named.startswith("GraphStory"):
        return True
    # A post whose code was renamed is still a post: it has an author and a time.
    return told >= 3 and ("owner" in value or "user" in value) and "carousel_parent_id" not in value


def is_elsewhere(value: dict[str, Any]) -> bool:
    """Whether an object is a post of Threads, which are written almost as those of Instagram."""
    return isinstance(drilled(value, "text_post_app_info", "share_info"), dict)


def post(item: Node) -> Post:
    """The post an object shows.

    Raises ParseError without an id, code, author, caption field or any picture: half a post must
    not pass for an edited one.
    """
    value = item.value
    native_id = media_id(value)
    code = value.get("code") or value.get("shortcode")
    if native_id is None or not (isinstance(code, str) or is_story(value)):
        raise ParseError(item.path, "expected pk and code of a post")
    author = item.inner("user" if isinstance(value.get("user"), dict) else "owner")
    who = number_of(author.value)
    handle = author.value.get("username")
    if who is None and not handle:
        raise ParseError(author.path, "expected pk, id or username")
    published = _moment(item)
    always = "owner" in value if is_story(value) else "user" in value
    if always and not isinstance(handle, str):
        author.fault("username", "expected a handle, found nothing")
    return Post(
        native_id=native_id,
        author_id=who,
        author_handle=handle if isinstance(handle, str) else None,
        text=_text(item),
        published_at=published,
        url=_address(value, code, handle, native_id),
        media=tuple(_media(item, native_id)),
        counts=figures.counts(item),
    )


def _address(value: dict[str, Any], code: Any, handle: Any, native_id: str) -> str | None:
    if is_story(value):
        return story_address(handle, native_id)
    return address(HOST, code)


def is_thin(value: dict[str, Any]) -> bool:
    """Whether a post stands in a list that gives its cover alone, without time and parts.

    So do profile pages of 2026 (`polaris_ordered_timeline_connection`).
    """
    told = {"taken_at", "taken_at_timestamp", "date", "image_versions2", "video_versions"}
    return "display_uri" in value and told.isdisjoint(value)


def is_wordless(value: dict[str, Any]) -> bool:
    """Whether a post stands in a list of reels, which gives pictures and figures, and neither words
    nor time nor the author's name (`xdt_api__v1__clips__user__connection_v2`, since 2023).

    Such a one read as a post would seem to have been emptied.
    """
    author = value.get("user")
    listed = {"play_count", "clips_tab_pinned_user_ids", "image_versions2"} <= value.keys()
    stub = isinstance(author, dict) and "username" not in author
    return listed and stub and TOLD.isdisjoint(value) and media_id(value) is not None


def is_story(value: dict[str, Any]) -> bool:
    """Whether an object is a story: it ends by itself, has no caption and shows no figures."""
    named = str(value.get("__typename", ""))
    return named.startswith("GraphStory") or any(
        value.get(name) for name in ("expiring_at", "expiring_at_timestamp")
    )


def media_id(value: dict[str, Any]) -> str | None:
    """The number of a post or of a part of it; `123_456` names post and author."""
    for name in ("pk", "id", "media_id"):
        found = identity(value.get(name))
        if found is not None and found.partition("_")[0].isdecimal():
            return found.partition("_")[0]
    return None


def _moment(item: Node) -> Any:
    for name in ("taken_at", "taken_at_timestamp", "date"):
        if name in item.value:
            found = moment(item.value[name])
            if found is None:
                item.fault(name, "expected seconds since 1970")
            return found
    if not is_thin(item.value):
        item.fault("taken_at", "expected a time, found nothing")
    return None


def _text(item: Node) -> str:
    value = item.value
    if "edge_media_to_caption" in value:
        edges = drilled(value, "edge_media_to_caption", "edges")
        if not isinstance(edges, list):
            raise ParseError(f"{item.path}.edge_media_to_caption", "expected edges")
        said = drilled(edges[0], "node", "text") if edges else ""
    elif isinstance(value.get("caption"), str):
        said = value["caption"]
    elif "caption" in value:
        caption = item.exact("caption", dict)
        said = "" if caption is None else caption.get("text")
    elif "display_src" in value or is_story(value):
        said = ""  # the oldest form leaves the field out when there are no words, stories always
    else:
        said = None
    if not isinstance(said, str):
        raise ParseError(f"{item.path}.caption", "expected the text of the caption")
    return said


def _media(item: Node, native_id: str) -> Iterator[Media]:
    """Pictures and videos, each by its own id, so that a newly signed address is the same one."""
    children = _children(item)
    for place, child in enumerate(children):
        found = medium(child, media_id(child) or (None if place else native_id))
        if found is None:
            raise ParseError(f"{item.path}.carousel_media[{place}]", "expected a picture or video")
        if not is_thin(item.value) and lost_film(child):
            item.fault("video_versions", "expected a film, or null")
        yield found


def _without_film(value: dict[str, Any]) -> bool:
    if value.get("is_video") is True:
        return not (value.get("video_url") or value.get("video_resources"))
    return value.get("media_type") == 2 and not (is_thin(value) or value.get("video_versions"))


def hidden(value: dict[str, Any]) -> str:
    """What of a post is not offered: parts of a carousel that it counts, a film whose owner allows
    no embedding; empty when all is.
    """
    edges = drilled(value, "edge_sidecar_to_children", "edges")
    inner = [drilled(edge, "node") for edge in edges] if isinstance(edges, list) else []
    outer = value.get("carousel_media")
    inner += outer if isinstance(outer, list) else []
    if any(isinstance(each, dict) and _without_film(each) for each in (value, *inner)):
        return "no film"
    if (
        str(value.get("__typename", "")).endswith("Sidecar")
        and "edge_sidecar_to_children" not in value
    ):
        return "carousel: its parts are not shown"  # lists of 2018 to 2020 gave the first alone
    counted, shown = number(value.get("carousel_media_count")), value.get("carousel_media")
    if counted is None or not isinstance(shown, list) or counted <= len(shown):
        return ""
    return f"carousel_media: {len(shown)} of {counted}"


def _children(item: Node) -> list[dict[str, Any]]:
    value = item.value
    listed = value.get("carousel_media")
    if listed is None and "edge_sidecar_to_children" in value:
        edges = drilled(value, "edge_sidecar_to_children", "edges")
        listed = [drilled(edge, "node") for edge in edges] if isinstance(edges, list) else "none"
    if not listed:
        kind = str(value.get("__typename", ""))
        many = value.get("media_type") == 8 or value.get("product_type") == "carousel_container"
        many = many or (kind.endswith("Sidecar") and "edge_sidecar_to_children" in value)
        if many and not is_thin(value):
            item.fault("carousel_media", "expected the parts of a carousel, found none")
        return [value]
    if not isinstance(listed, list) or not all(isinstance(child, dict) for child in listed):
        raise ParseError(f"{item.path}.carousel_media", "expected a list of objects")
    return listed
