"""YouTube's sentences in place of a video or a channel, in English and Indonesian."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from evidence.model import SeenState

ABSENT, SUSPENDED, WITHHELD = SeenState.ABSENT, SeenState.SUSPENDED, SeenState.WITHHELD
PRIVATE, GATED, UNSEEN = SeenState.PRIVATE, SeenState.GATED, SeenState.UNSEEN
BLOCKED = SeenState.BLOCKED
URL = "https://www.youtube.com/watch?v=contoh00001"
VIDEOS = [
    ("ERROR", "This video has been removed by the uploader", ABSENT),
    ("ERROR", "This video isn’t available anymore", ABSENT),
    ("ERROR", "This video is unavailable", UNSEEN),
    ("UNPLAYABLE", "This video is not available", GATED),
    ("ERROR", ("This video is no longer available because the uploader has closed their YouTube "
     "account."), ABSENT),
    ("ERROR", ("This video is no longer available because the YouTube account associated with this "
     "video has been terminated."), SUSPENDED),
    ("ERROR", "This video is no longer available due to a copyright claim by Contoh", ABSENT),
    ("ERROR", ("This video has been removed for violating YouTube's policy on hate speech. Learn "
     "more about combating hate speech in your country."), ABSENT),
    ("UNPLAYABLE", ("This video contains content from Contoh, who has blocked it in your country on "
     "copyright grounds."), WITHHELD),
    ("UNPLAYABLE", ("This video contains content from Contoh, who has blocked it on copyright "
     "grounds."), WITHHELD),
    ("UNPLAYABLE", "This content is not available on this country domain due to a legal complaint.",
     WITHHELD),
    ("UNPLAYABLE", ("Join this channel to get access to members-only content like this video, and "
     "other exclusive perks."), GATED),
    ("UNPLAYABLE", "This live stream recording is not available.", GATED),
    ("LOGIN_REQUIRED", "This is a private video. Please sign in to verify that you may see it.",
     PRIVATE),
    ("LOGIN_REQUIRED", "Sign in to confirm your age", GATED),
    ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", BLOCKED),
    ("CONTENT_CHECK_REQUIRED", "This video may be inappropriate for some users.", GATED),
    ("AGE_VERIFICATION_REQUIRED", "Video for adults", GATED),
    ("ERROR", "Video ini telah dihapus oleh pengupload", ABSENT),
    ("ERROR", "Video ini telah dihapus karena melanggar Pedoman Komunitas YouTube", ABSENT),
    ("ERROR", "Video ini tidak tersedia", UNSEEN),
    ("ERROR", "Video ini tidak tersedia lagi", ABSENT),
    ("ERROR", ("Video ini tidak tersedia lagi karena akun YouTube yang terkait dengan video ini "
     "telah dihentikan."), SUSPENDED),
    ("ERROR", "Video ini tidak tersedia lagi karena pengupload telah menutup akun YouTube-nya.",
     ABSENT),
    ("ERROR", "Video ini tidak tersedia lagi karena klaim hak cipta oleh Contoh", ABSENT),
    ("UNPLAYABLE", "Pengupload tidak menyediakan video ini di negara Anda", WITHHELD),
    ("LOGIN_REQUIRED", "Video ini bersifat pribadi", PRIVATE),
    ("LOGIN_REQUIRED", "Video pribadi", PRIVATE),
    ("LOGIN_REQUIRED", "Login untuk mengonfirmasi usia Anda", GATED),
    ("LOGIN_REQUIRED", "Login untuk mengonfirmasi bahwa Anda bukan bot", BLOCKED),
]  # fmt: skip
CHANNELS = [
    ("This channel does not exist.", ABSENT),
    ("This account has been terminated for a violation of YouTube's Terms of Service.", SUSPENDED),
    ("This channel was removed because it violated our Community Guidelines.", SUSPENDED),
    ("This channel is not available in your country.", WITHHELD),
    ("This channel is not available.", GATED),
    ("Channel ini tidak ada.", ABSENT),
    ("Akun ini telah dihentikan karena melanggar Persyaratan Layanan YouTube.", SUSPENDED),
    ("Channel ini telah dihapus karena melanggar Pedoman Komunitas kami.", SUSPENDED),
    ("Channel ini tidak tersedia di negara Anda.", WITHHELD),
    ("Channel ini tidak tersedia.", GATED),
]


def state_in(value: dict[str, Any], url: str = URL) -> tuple[str, SeenState]:
    body = json.dumps(value).encode()
    (state,) = registry.read("youtube", Page(url, 200, {}, body)).states
    return state.subject, state.state


def older(status: str, said: str) -> dict[str, Any]:
    return {"status": status, "reason": said, "messages": [said]}


def screened(status: str, said: str) -> dict[str, Any]:
    screen = {"reason": {"simpleText": "Video"}, "subreason": {"runs": [{"text": said}]}}
    return {
        "status": status,
        "reason": "Video",
        "errorScreen": {"playerErrorMessageRenderer": screen},
    }


def modelled(status: str, said: str) -> dict[str, Any]:
    screen = {"title": {"content": "Video"}, "subtitle": {"content": said}}
    return {"status": status, "errorScreen": {"playerErrorMessageViewModel": screen}}


@pytest.mark.parametrize("shape", [older, screened, modelled])
@pytest.mark.parametrize(("status", "said", "meant"), VIDEOS, ids=range(len(VIDEOS)))
def test_a_sentence_in_place_of_a_video_has_its_state(
    shape: Any, status: str, said: str, meant: SeenState
) -> None:
    assert state_in({"playabilityStatus": shape(status, said)}) == ("post:contoh00001", meant)


@pytest.mark.parametrize(("said", "meant"), CHANNELS, ids=range(len(CHANNELS)))
def test_a_sentence_in_place_of_a_channel_has_its_state(said: str, meant: SeenState) -> None:
    told = {"alerts": [{"alertRenderer": {"type": "ERROR", "text": {"simpleText": said}}}]}

    assert state_in(told, "https://www.youtube.com/@contoh")[1] is meant
