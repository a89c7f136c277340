"""TikTok's status codes, and its data in the forms that pages of other years have it in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import Act, Reading, SeenState

CASES = Path(__file__).parent / "cases"
POST = "https://www.tiktok.com/@budi.contoh/video/7550000000000000001"
DELETED = "item_privacy_authorization&status_deleted"
CODES = [
    (10202, "", SeenState.ABSENT),
    (10204, DELETED, SeenState.GATED),
    (10204, "item_privacy_authorization&status_self_see", SeenState.PRIVATE),
    (10204, "cross_border_violation_ur", SeenState.WITHHELD),
    (10213, "", SeenState.GATED),
    (10214, "", SeenState.GATED),
    (10215, "", SeenState.GATED),
    (10216, "", SeenState.PRIVATE),
    (10221, "", SeenState.ABSENT),
    (10222, "", SeenState.PRIVATE),
    (10223, "", SeenState.GATED),
    (10231, "", SeenState.WITHHELD),
    (10000, "", SeenState.BLOCKED),
    (10114, "", SeenState.BLOCKED),
    (99999, "", SeenState.GATED),
]


def read(body: bytes, url: str = POST) -> Reading:
    return registry.read("tiktok", Page(url, 200, {}, body))


def detail(code: int, said: str) -> dict[str, Any]:
    part = {"statusCode": code, "statusMsg": said}
    return {"__DEFAULT_SCOPE__": {"webapp.video-detail": part}}


@pytest.mark.parametrize(("code", "said", "meant"), CODES)
def test_a_code_in_place_of_a_post_has_its_state(code: int, said: str, meant: SeenState) -> None:
    (state,) = read(json.dumps(detail(code, said)).encode()).states

    assert state.state is meant
    assert state.marker == f"{code} {said}".strip()


@pytest.mark.parametrize("form", ["window['SIGI_STATE']={};window['SIGI_RETRY']={{}};", " {}\n"])
def test_data_that_a_page_assigns_is_read_like_data_it_holds(form: str) -> None:
    body = (CASES / "older_page_sigi_state" / "body").read_text("utf-8")
    start, end = body.index("{"), body.rindex("}") + 1
    held = form.replace("{{}}", "[]").replace("{}", body[start:end], 1).replace("[]", "{}", 1)
    changed = body[:start] + held + body[end:]

    assert read(changed.encode()).posts == read(body.encode()).posts
    assert len(read(body.encode()).posts) == 1


def test_a_name_that_only_a_part_of_the_caption_holds_is_a_mention() -> None:
    body = (CASES / "video_page" / "body").read_text("utf-8")
    start, end = body.index('{"__DEFAULT'), body.rindex("}") + 1
    value = json.loads(body[start:end])
    item = value["__DEFAULT_SCOPE__"]["webapp.video-detail"]["itemInfo"]["itemStruct"]
    item["contents"] = [{"desc": item["desc"], "textExtra": item.pop("textExtra")}]
    changed = body[:start] + json.dumps(value) + body[end:]

    (edge,) = [e for e in read(changed.encode()).interactions if e.act is Act.MENTION]
    assert edge.target_account == "siti.misal"
