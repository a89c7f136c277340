"""Lists of reposts, which do not name whose they are."""

from __future__ import annotations

import json
from pathlib import Path

from crawler import registry
from crawler.page import Page
from evidence.model import Act

CASES = Path(__file__).parent / "cases"


def page_of(name: str) -> Page:
    said = json.loads((CASES / name / "page.json").read_text("utf-8"))
    return Page(said["url"], said["status"], said["headers"], (CASES / name / "body").read_bytes())


def test_a_list_of_reposts_that_was_handed_in_is_of_the_account_it_was_handed_in_for() -> None:
    reading = registry.read("tiktok", page_of("reposts_are_shares_of_others_posts"))
    placed = registry.place("tiktok", reading, "7400000000000000001", "budi.contoh")

    actors = {(e.actor_id, e.actor_handle) for e in placed.interactions if e.act is Act.SHARE}
    assert actors == {("7400000000000000001", "budi.contoh")}


def test_an_act_whose_actor_is_named_stays_his() -> None:
    reading = registry.read("tiktok", page_of("comments_with_an_answer"))
    placed = registry.place("tiktok", reading, "7400000000000000001", "budi.contoh")

    assert placed.interactions == reading.interactions
