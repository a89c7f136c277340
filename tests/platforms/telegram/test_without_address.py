"""Pages of Telegram that were saved without the address they came from."""

from __future__ import annotations

from pathlib import Path

from crawler import registry
from crawler.page import Page
from evidence.model import SeenState

CASES = Path(__file__).parent / "cases"


def states(body: bytes) -> list[tuple[str, SeenState]]:
    reading = registry.read("telegram", Page("", 200, {}, body))
    return [(state.subject, state.state) for state in reading.states]


def test_the_name_nobody_has_is_taken_from_telegrams_own_sentence() -> None:
    body = (CASES / "embed_says_channel_not_found" / "body").read_bytes()

    assert states(body) == [("account:suaracontoh", SeenState.ABSENT)]


def test_an_invitation_is_known_by_the_pages_link_to_the_app() -> None:
    body = (CASES / "invite_link_is_private" / "body").read_bytes()
    invited = body.replace(b"tg://resolve?domain=x", b"tg://join?invite=Abc123")

    assert [state for _, state in states(invited)] == [SeenState.PRIVATE]
    assert [state for _, state in states(body)] == [SeenState.GATED]
