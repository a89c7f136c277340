"""Community posts: text, pictures, polls, and what they pass on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.platforms.youtube import urls
from crawler.platforms.youtube.sight import Sight
from crawler.platforms.youtube.tree import first, inside, needed, nodes, objects, text_at
from crawler.platforms.youtube.words import addresses, figure, is_cut, shown, target, written
from crawler.sight import number
from evidence.errors import ParseError
from evidence.model import Counts, Media, Post

ATTACHED = frozenset(
    ("backstageImageRenderer", "postMultiImageRenderer", "videoRenderer", "pollRenderer",
     "quizRenderer", "playlistRenderer")
)  # fmt: skip
POSTS = ("backstagePostRenderer", "sharedPostRenderer", "postRenderer")


def are_in(data: dict[str, Any]) -> bool:
    """Whether an answer shows community posts."""
    return first(data, *POSTS, "backstagePostThreadRenderer") is not None


def read(content: Any, sight: Sight) -> int:
    """Note the posts of a list or page; returns how many it has.

    A post inside another is the one it passes on, and no post of this channel. A thread whose
    post is of an unknown kind is drift.
    """
    found = _own(content, sight)
    for index, (name, one) in enumerate(found):
        try:
            post = _post(name, one, index)
        except ParseError as error:
            sight.fault(f"{error.what}: {error.why}")
        else:
            sight.posts.setdefault(post.native_id, post)
    return len(found)


def _own(content: Any, sight: Sight) -> list[tuple[str, dict[str, Any]]]:
    """Each post of a list with the name of its kind, without those passed on inside another."""
    found: list[tuple[str, dict[str, Any]]] = []
    threads = nodes(content, "backstagePostThreadRenderer")
    for index, (_, thread) in enumerate(threads):
        held = thread.get("post")
        kinds = [n for n in POSTS if isinstance(held, dict) and isinstance(held.get(n), dict)]
        if isinstance(held, dict) and kinds:
            found.append((kinds[0], held[kinds[0]]))
        else:
            sight.fault(f"backstagePostThreadRenderer[{index}]: holds a kind that is not known")
    if threads:
        return found
    passed_on = [inside(one, "originalPost") for _, one in nodes(content, "sharedPostRenderer")]
    inner = {id(one) for part in passed_on for _, one in nodes(part, *POSTS)}
    return [(name, one) for name, one in nodes(content, *POSTS) if id(one) not in inner]


def _post(name: str, one: dict[str, Any], index: int) -> Post:
    where = f"{name}[{index}]"
    native_id = needed(one, "postId", where)
    end = inside(one, "authorEndpoint.browseEndpoint") or inside(one, "endpoint.browseEndpoint")
    author = needed({"browseEndpoint": end}, "browseEndpoint.browseId", where)
    said = one.get("contentText", one.get("content"))
    _attached(one, where)
    media, poll = tuple(_pictures(one, native_id)), list(_choices(one))
    text = "" if said == {} and media else written(said)
    if text is None:
        raise ParseError(f"{where}.contentText", "expected text, found nothing")
    if is_cut(text):
        raise ParseError(f"{where}.contentText", "an address is shortened, and to where?")
    whole = "\n".join([text or "", *poll]).strip()
    video = text_at(first(one.get("backstageAttachment"), "videoRenderer") or {}, "videoId")
    links = [*addresses(whole), *_linked(said)]
    original = first(one.get("originalPost"), *POSTS) or {}
    if name == "sharedPostRenderer":
        needed(original, "postId", f"{where}.originalPost")
    return Post(
        native_id=native_id,
        author_id=author,
        author_handle=urls.handle_in(inside(end, "canonicalBaseUrl")),
        text=whole,
        published_at=None,
        url=f"{urls.HOST}/post/{native_id}",
        media=media,
        links=tuple(dict.fromkeys(links)),
        quote_of=text_at(original, "postId") or video,
        counts=_counts(one),
    )


def _attached(one: dict[str, Any], where: str) -> None:
    """Raises ParseError for something attached that is of no known kind, or has lost its name."""
    held = one.get("backstageAttachment", {"pollRenderer": {}})
    named = {n for n, v in held.items() if isinstance(v, dict)} if isinstance(held, dict) else set()
    if not named & ATTACHED:
        raise ParseError(f"{where}.backstageAttachment", "is of a kind that is not known")
    if any(name.startswith("backstage") and name != "backstageAttachment" for name in one):
        raise ParseError(where, "holds a part that is not known")


def _pictures(one: dict[str, Any], native_id: str) -> Iterator[Media]:
    """Each picture in its largest size, keyed by its place: the address is signed and changes."""
    held = one.get("backstageAttachment")
    images = nodes(held, "backstageImageRenderer")
    if not images and first(held, "postMultiImageRenderer") is not None:
        raise ParseError("postMultiImageRenderer.images", "expected pictures, found nothing")
    for place, (_, image) in enumerate(images):
        sizes = [
            (number(size.get("width")) or 0, size["url"])
            for size in objects(inside(image, "image.thumbnails"))
            if isinstance(size.get("url"), str)
        ]
        if not sizes:
            raise ParseError("backstageImageRenderer.image", "expected thumbnails, found nothing")
        url = max(sizes)[1]
        whole = f"https:{url}" if url.startswith("//") else url
        yield Media(whole, "image", key=f"{native_id} {place}")


def _choices(one: dict[str, Any]) -> Iterator[str]:
    for _, poll in nodes(one.get("backstageAttachment"), "pollRenderer", "quizRenderer"):
        if not objects(poll.get("choices")):
            raise ParseError("pollRenderer.choices", "expected choices, found nothing")
        for choice in objects(poll.get("choices")):
            text = shown(choice.get("text"))
            if not text:
                raise ParseError("pollRenderer.choices", "expected text, found nothing")
            yield f"- {text}"


def _linked(said: Any) -> Iterator[str]:
    """Where the text's links lead; a hashtag is none."""
    for run in objects(inside(said, "runs")):
        led = target(run.get("navigationEndpoint"))
        if led and not led.startswith(f"{urls.HOST}/hashtag/"):
            yield led


def _counts(one: dict[str, Any]) -> Counts:
    """Likes and comments, rounded above a thousand; votes of a poll are neither."""
    likes, likes_about = figure(shown(one.get("voteCount")))
    reply = inside(first(one, "commentActionButtonsRenderer"), "replyButton.buttonRenderer.text")
    remarks, remarks_about = figure(shown(reply))
    rounded = [("comment", remarks_about), ("like", likes_about)]
    return Counts(
        like=likes, comment=remarks,
        approximate=tuple((name, value) for name, value in rounded if value is not None),
    )  # fmt: skip
