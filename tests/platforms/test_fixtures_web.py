"""The reader of web pages on recorded ones, against what another project's people expect of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import registry
from crawler.page import Page
from crawler.recorded import unwrap
from evidence.model import Reading, SeenState

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/web"
pytestmark = pytest.mark.fixtures
MALAY_MAIL = (
    "https://www.malaymail.com/news/malaysia/2024/11/22/"
    "all-paid-their-own-way-on-pm-anwars-foreign-trips-fahmi-clarifies/157698"
)
BBC = "https://www.bbc.com/news/business-40504764"


def recorded(file: str) -> bytes:
    path = FIXTURES / file
    if not path.is_file():
        pytest.skip(f"{path.resolve()} is not there; put the recorded responses beside the project")
    return path.read_bytes()


def read(file: str, url: str = "") -> Reading:
    body = recorded(file)
    page = unwrap(body) or Page("", 200, {}, body)
    return registry.read("web", Page(url or page.url, page.status, page.headers, page.body))


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recorded("malay_mail_expected.json"))["V1"]
    return found


@pytest.mark.parametrize("url", ["", MALAY_MAIL, MALAY_MAIL + "?utm_source=uji"])
def test_malay_mail_is_one_post_named_by_its_canonical_address(url: str) -> None:
    reading = read("malay_mail_2024_11_22.html.gz", url)
    (post,), (account,) = reading.posts, reading.accounts

    assert (post.native_id, post.url) == (MALAY_MAIL, MALAY_MAIL)
    assert post.author_id == account.native_id == "https://www.malaymail.com/"
    assert (account.display_name, account.state) == ("Malay Mail", SeenState.PRESENT)
    assert not reading.drift
    assert not reading.states
    assert not reading.next


def test_malay_mail_text_is_title_and_every_paragraph_and_nothing_else(
    expected: dict[str, Any],
) -> None:
    (post,) = read("malay_mail_2024_11_22.html.gz").posts
    paragraphs = expected["body"]["sections"][0]["paragraphs"]

    assert (post.text or "").split("\n\n") == [expected["title"], *paragraphs]


def test_malay_mail_author_time_and_pictures(expected: dict[str, Any]) -> None:
    (post,) = read("malay_mail_2024_11_22.html.gz").posts
    (cover,) = (image["versions"][0]["url"] for image in expected["images"])

    assert post.author_handle == ", ".join(expected["authors"])
    assert post.published_at == datetime.fromisoformat(expected["publishing_date"]).astimezone(UTC)
    assert post.edited_at is None  # the page says it was modified 8 seconds before it was published
    assert [media.url for media in post.media] == [
        "https://www.malaymail.com/malaymail/uploads/images/2024/11/22/thumbs/400x400/246270.jpg",
        cover,
    ]
    assert post.media[1].alt == expected["images"][0]["description"]
    assert post.links == ()


def test_bbc_is_one_post_with_author_times_and_text() -> None:
    reading = read("bbc_article.html")
    (post,), (account,) = reading.posts, reading.accounts
    text = post.text or ""

    assert post.native_id == BBC
    assert (post.author_id, post.author_handle) == ("https://www.bbc.com/", "Will Smale")
    assert post.published_at == datetime(2017, 7, 9, 23, 17, 52, tzinfo=UTC)
    assert post.edited_at == datetime(2017, 7, 14, 20, 28, 7, tzinfo=UTC)
    assert text.startswith("The man who built a $1bn firm in his basement\n\n")
    assert (
        "Carl Rodrigues says that his family and friends all thought he had lost his mind." in text
    )
    assert (
        '"My mother-in-law is not a shy person shall we say... but I think she is pleased' in text
    )
    assert "cookies" not in text.lower()
    assert "Business reporter, BBC News" in text
    assert post.links == ("http://www.bbc.co.uk/news/business-22449886",)
    assert account.display_name == "BBC News"
    assert not reading.drift
    assert not reading.states


def test_bbc_pictures_are_those_of_the_article_with_their_words() -> None:
    (post,) = read("bbc_article.html").posts
    names = [(media.url.rsplit("/", 1)[-1], media.alt) for media in post.media]

    assert names[:3] == [
        ("_96817735_carl4.jpg", "Carl Rodrigues"),
        ("_96817735_carl4.jpg", "Carl Rodrigues"),
        ("_96811016_carl_img-150604091817-0004.jpg", "Carl Rodrigues"),
    ]
    assert ("_96817839_staff1.jpg", "Soti staff at work") in names
    assert {media.type for media in post.media} == {"image"}
