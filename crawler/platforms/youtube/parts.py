"""Which of the posts a page shows are whole, so that they can be compared with earlier sights."""

from __future__ import annotations

from dataclasses import replace

from crawler.platforms.youtube import urls
from crawler.platforms.youtube.video import BY_DAY
from evidence.model import Post, Reading


def is_whole(post: Post) -> bool:
    """Whether a page showed the whole of a post, not its title alone.

    Community posts are whole wherever they stand; a video is where its exact time is, on its own
    page and in the feed. A card in a list would look like an edit to the title.
    """
    return urls.POST.fullmatch(post.native_id) is not None or post.published_at is not None


def placed(reading: Reading, native_id: str | None, handle: str) -> Reading:
    """The reading of a page by itself, without the videos it shows in part."""
    del native_id, handle  # a page names its channel itself
    by_day = {told.subject for told in reading.states if told.marker == BY_DAY}
    kept = (post for post in reading.posts if is_whole(post) or f"post:{post.native_id}" in by_day)
    return replace(reading, posts=tuple(kept))
