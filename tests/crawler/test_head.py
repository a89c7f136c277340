"""The head of a response is bounded over all its lines, whatever they are cut into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from scrapy import Request as ScrapyRequest
from scrapy.settings import Settings, default_settings
from scrapy.utils.misc import load_object
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request
from twisted.web.client import ResponseFailed
from twisted.web.http_headers import Headers

from crawler import settings
from crawler.middlewares.head import (
    HEAD_BYTES,
    HEAD_LINES,
    HeadHandler,
    HeadTooLarge,
    Protocol,
    connections_kept,
)
from evidence.errors import FetchError

OK = b"HTTP/1.1 200 OK\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


class Transport(StringTransport):
    """A connection that knows whether it was cut."""

    cut = False

    def abortConnection(self) -> None:
        self.cut = True


def told(data: bytes, piece: int = 65_536) -> tuple[list[Any], Transport]:
    """What a request gave for an answer that came in pieces, and the connection after it."""
    transport, given = Transport(), []
    protocol = Protocol(lambda _: None)
    protocol.makeConnection(transport)
    asked = Request(b"GET", b"/", Headers({b"Host": [b"contoh.example"]}), None, persistent=False)
    protocol.request(asked).addBoth(given.append)
    for at in range(0, len(data), piece):
        protocol.dataReceived(data[at : at + piece])
        if given:
            break
    return given, transport


def refused(given: list[Any], transport: Transport) -> bool:
    if not given or not isinstance(getattr(given[0], "value", None), ResponseFailed):
        return False
    return bool(given[0].value.reasons[0].check(HeadTooLarge)) and transport.cut


def interim(lines: int) -> bytes:
    """A head of so many lines, most of them in responses before the last."""
    rest = lines % 3
    return EARLY * (lines // 3 - 1) + OK + b"X: a\r\n" * (rest + 1) + b"\r\n"


@pytest.mark.parametrize(
    ("make", "steps"),
    [
        (lambda n: OK + b"X: a\r\n" * (n - 2) + b"\r\n", HEAD_LINES),
        (lambda n: OK + b"X: a\r\n" + b" b\r\n" * (n - 3) + b"\r\n", HEAD_LINES),
        (interim, HEAD_LINES),
        (lambda n: OK + b"X: " + b"a" * (n - len(OK) - 7) + b"\r\n\r\n", HEAD_BYTES),
    ],
    ids=["headers", "one folded header", "interim responses", "one line"],
)
@pytest.mark.parametrize("piece", [65_536, 1_000])
def test_a_head_as_long_as_may_be_is_read_and_one_more_is_refused(
    make: Callable[[int], bytes], steps: int, piece: int
) -> None:
    whole, _ = told(make(steps), piece)

    assert whole[0].code == 200
    assert refused(*told(make(steps + 1), piece))


@pytest.mark.parametrize(
    ("first", "part"), [(OK, b"X: a\r\n"), (OK + b"X: a\r\n", b" a\r\n"), (b"", EARLY), (OK, b"a")]
)
def test_a_head_without_end_is_cut(first: bytes, part: bytes) -> None:
    assert refused(*told(first + part * (4 * HEAD_BYTES // len(part))))


def test_lines_of_a_body_are_no_lines_of_its_head() -> None:
    given, transport = told(OK + b"\r\n" + b"isi\r\n" * (2 * HEAD_LINES))

    assert given[0].code == 200
    assert not transport.cut


def test_a_head_too_large_is_not_asked_for_again() -> None:
    again = tuple(load_object(name) for name in default_settings.RETRY_EXCEPTIONS)

    assert not issubclass(HeadTooLarge, again)


def test_every_scheme_we_ask_by_is_bounded_and_nothing_is_asked_through_a_proxy() -> None:
    handlers = {name for name in settings.DOWNLOAD_HANDLERS.values() if name}
    handler = object.__new__(HeadHandler)  # one that is made whole needs a reactor
    asked = ScrapyRequest("https://contoh.example/", meta={"proxy": "http://127.0.0.1:1"})

    assert {name for name in handlers if load_object(name) is not HeadHandler} == set()
    assert settings.HTTPPROXY_ENABLED is False
    with pytest.raises(FetchError):
        asyncio.run(handler.download_request(asked))


def test_a_host_of_ones_own_keeps_the_connections_it_may_be_asked_by() -> None:
    with_own = {"CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_SLOTS": {"own": {"concurrency": 16}}}
    without = {"CONCURRENT_REQUESTS_PER_DOMAIN": 2, "DOWNLOAD_SLOTS": {}}

    assert [connections_kept(Settings(each)) for each in (with_own, without)] == [16, 2]
