from __future__ import annotations

import json
from datetime import UTC, datetime

from crawler.lines import reading_lines
from evidence.model import Counts, Drift, Media, Post, Proof, Reading

POST = Post(
    "1", "7", "bunga", "halo \ud800", datetime(2024, 11, 1, tzinfo=UTC),
    media=(Media("https://x.example/1.png", "image", None, "cid"),),
)  # fmt: skip


def test_post_line_has_exactly_the_promised_fields() -> None:
    (line,) = reading_lines(Reading("x@1", posts=(POST,)))

    assert list(line) == [
        "kind", "native_id", "author_id", "author_handle", "text", "published_at", "edited_at",
        "url", "media", "links", "reply_to", "repost_of", "quote_of", "counts",
    ]  # fmt: skip
    assert line["published_at"] == "2024-11-01T00:00:00Z"
    assert line["media"] == [{"url": "https://x.example/1.png", "type": "image", "alt": None}]
    assert line["counts"] == {"like": None, "share": None, "comment": None, "view": None}


def test_line_can_always_be_written_as_utf_8() -> None:
    (line,) = reading_lines(Reading("x@1", posts=(POST,)))

    assert json.dumps(line, ensure_ascii=False).encode("utf-8")
    assert line["text"] == "halo \ufffd"


def test_rounded_figure_stands_beside_the_unknown_exact_one() -> None:
    post = Post("1", None, None, "", None, counts=Counts(approximate=(("view", 8_670_000),)))
    (line,) = reading_lines(Reading("x@1", posts=(post,)))

    assert line["counts"]["view"] is None
    assert line["counts"]["approximate"] == {"view": 8_670_000}


def test_proof_of_emptiness_names_the_page() -> None:
    (line,) = reading_lines(Reading("x@1", empty=True), "https://x.example/list")

    assert line == {
        "kind": "state",
        "subject": "page:https://x.example/list",
        "state": "PRESENT",
        "marker": "empty list",
    }


def test_proof_continuation_and_drift_have_lines() -> None:
    reading = Reading(
        "x@1",
        proofs=(Proof("at://a/b/c", True, "bafy", "bafc", None),),
        next=("https://x.example/2",),
        drift=(Drift("$.items: expected list, found nothing"),),
    )

    assert [line["kind"] for line in reading_lines(reading)] == ["proof", "next", "drift"]
