"""What people did with a post: figures, and the comments a page shows with their authors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from crawler.figure import figure
from crawler.platforms.facebook import urls
from crawler.relay import NOISE, drilled, walk
from crawler.sight import identity, moment, number
from evidence.model import Act, Counts, Interaction

OF_FEEDBACK = frozenset(
    ("reaction_count", "i18n_reaction_count", "total_comment_count", "comment_rendering_instance",
     "share_count", "share_count_reduced", "i18n_share_count", "likers", "reactors", "comment_count",
     "display_comments_count", "video_view_count", "video_post_view_count")
)  # fmt: skip
ASIDE = frozenset(("attached_story", "top_reactions")) | NOISE
NOT_OF_POST = ASIDE | frozenset(("attachments", "comments", "comment", "replies"))
"""Fields that hold figures of something else than the post: its pictures, comments, each reaction."""
HOLDERS = ("feedback", "comet_ufi_summary_and_actions_renderer", "comment_rendering_instance",
           "ufi_summary_and_actions_renderer", "feedback_target_with_context")  # fmt: skip
EXACT = {
    "like": (
        ("reaction_count", "count"),
        ("reactors", "count"),
        ("cannot_see_top_custom_reactions", "reactors", "count"),
        ("likers", "count"),
    ),
    "comment": (
        ("comment_rendering_instance", "comments", "total_count"),
        ("comments_count_summary_renderer", "feedback", "comment_rendering_instance", "comments",
         "total_count"),
        ("total_comment_count",),
        ("comment_count", "total_count"),
        ("display_comments_count", "count"),
        ("comment_count",),
    ),
    "share": (("share_count", "count"),),
    "view": (("video_view_count",), ("video_post_view_count",), ("play_count",)),
}  # fmt: skip
WRITTEN = {
    "like": ("i18n_reaction_count",),
    "comment": ("i18n_comment_count",),
    "share": ("i18n_share_count", "share_count_reduced"),
    "view": ("play_count_reduced", "video_view_count_reduced"),
}
"""Fields that hold a figure as written for people: `59` as it is, `1.2K` rounded."""


def is_feedback(value: dict[str, Any]) -> bool:
    """Whether an object holds figures of what people did with something.

    Not one that counts a single kind of reaction (an edge of `top_reactions`).
    """
    return not OF_FEEDBACK.isdisjoint(value) and {"creation_story", "node"}.isdisjoint(value)


def of(
    native_id: str, parts: list[dict[str, Any]], figures: dict[str | None, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Figures that name the post, or stand in it without naming anything else.

    figures: all of a page, by the number of what they are of.
    """
    own = list(figures.get(native_id, ()))
    for part in parts:
        for inner in walk(part, skip=NOT_OF_POST):
            if is_feedback(inner) and target(inner) is None:
                own.append(inner)
    if not own:
        inside = (v for part in parts for v in walk(part, skip=ASIDE) if is_feedback(v))
        first = next(inside, None)
        own = figures.get(target(first), []) if first else []
    return own


def target(value: dict[str, Any]) -> str | None:
    """The number of what the figures are of; None when the object does not say.

    `123_456` for those of comment 456 to post 123.
    """
    told = identity(value.get("subscription_target_id"))
    if told is not None:
        return told
    parts = urls.opened(value.get("id"))
    return "_".join(parts[1:]) if parts[:1] == ["feedback"] else None


def counts(found: Iterable[dict[str, Any]]) -> Counts:
    """Figures of some feedback objects of one post: the first exact one of each kind, else a
    rounded one as `approximate`.
    """
    values = list(found)
    exact = {name: _first(values, paths) for name, paths in EXACT.items()}
    rounded: dict[str, int] = {}
    for name, fields in WRITTEN.items():
        if exact[name] is None:
            written = (value.get(f) for value in values for f in fields)
            text = next((t for t in written if isinstance(t, str) and t), None)
            exact[name], near = figure(text)
            rounded |= {name: near} if near is not None else {}
    return Counts(**exact, approximate=tuple(sorted(rounded.items())))


def owed(found: Iterable[dict[str, Any]], counted: Counts) -> list[str]:
    """Figures whose siblings are there while they are not, by the field that should hold one.

    A figure may be null where a page does not tell it. Renderers since 2022 (`reaction_count`)
    tell all three; older ones tell likes and comments.
    """
    values = list(found)
    names = {name for value in values for name in value}
    kinds = ("like", "comment", "share") if "reaction_count" in names else ("like", "comment")
    missing = [kind for kind in kinds if not _is_told(kind, values, counted)]
    missing += [
        kind for kind in ("share", "view") if kind not in missing and _is_odd(kind, values, counted)
    ]
    return [f"feedback.{EXACT[kind][0][0]}" for kind in missing if names & OF_FEEDBACK]


def _is_odd(kind: str, values: list[dict[str, Any]], counted: Counts) -> bool:
    """Whether a field for such a figure is there, holds something, and gives none."""
    held = [value.get(name) for value in values for name in _fields(kind)]
    shown = getattr(counted, kind) is not None or kind in dict(counted.approximate)
    return not shown and any(each is not None for each in held)


def _fields(kind: str) -> set[str]:
    return {*WRITTEN[kind], *(path[0] for path in EXACT[kind])}


def _is_told(kind: str, values: list[dict[str, Any]], counted: Counts) -> bool:
    if getattr(counted, kind) is not None or kind in dict(counted.approximate):
        return True
    fields = _fields(kind)
    return any(name in value and value[name] is None for value in values for name in fields)


def broken(value: dict[str, Any]) -> list[str]:
    """Parts that lead to figures and comments and are not what they should be."""
    faults = [name for name in HOLDERS if _is_odd_part(value.get(name))]
    edges = drilled(value.get("comments"), "edges")
    if edges is not None and not isinstance(edges, list):
        faults.append("comments.edges")
    elif not all(isinstance(drilled(each, "node"), dict) for each in edges or ()):
        faults.append("comments.edges[].node")
    return faults


def is_comment(value: dict[str, Any]) -> bool:
    """Whether an object is a comment: words, and an id or type that says so."""
    named = value.get("__typename") == "Comment" or "legacy_fbid" in value
    named = named or urls.opened(value.get("id"))[:1] == ["comment"]
    return named and bool({"preferred_body", "body", "body_renderer"} & value.keys())


def _is_odd_part(value: Any) -> bool:
    """Whether a list or a number stands where a part is due; words in such a field are another's."""
    return isinstance(value, list | int | float) and not isinstance(value, bool)


def comment(value: dict[str, Any], post: str | None) -> Interaction | None:
    """The act a comment is; None when neither it nor its place says what it is towards.

    post: the post it stands under, where it does not say it itself.
    """
    parts = urls.opened(value.get("id"))
    told = parts[1] if len(parts) == 3 and parts[0] == "comment" else None
    by = value.get("author") if isinstance(value.get("author"), dict) else _badge(value)
    towards = post or told
    if towards is None or not isinstance(by, dict) or identity(by.get("id")) is None:
        return None
    own = comment_id(value)
    words = next(_words(value), None)
    handle = urls.handle(by.get("url"))
    at = moment(value.get("created_time"))
    return Interaction(Act.COMMENT, identity(by.get("id")), handle, towards, own, at, words)


def comment_target(value: dict[str, Any]) -> str | None:
    """The number a comment's own id says it is towards."""
    parts = urls.opened(value.get("id"))
    return parts[1] if len(parts) == 3 and parts[0] == "comment" else None


def comment_id(value: dict[str, Any]) -> str | None:
    """The number of a comment; a page may give its words and its author in parts of their own."""
    parts = urls.opened(value.get("id"))
    named = len(parts) == 3 and parts[0] == "comment"
    return identity(value.get("legacy_fbid")) or (parts[-1] if named else None)


def _badge(value: dict[str, Any]) -> Any:
    path = ("comet_comment_author_name_and_badges_renderer", "comment", "user")
    return drilled(value, *path)


def _words(value: dict[str, Any]) -> Iterator[str]:
    for name in ("body", "preferred_body", "body_renderer"):
        text = drilled(value, name, "text")
        if isinstance(text, str):
            yield text


def _first(values: list[dict[str, Any]], paths: tuple[tuple[str, ...], ...]) -> int | None:
    for path in paths:
        for value in values:
            found = number(drilled(value, *path))
            if found is not None:
                return found
    return None
