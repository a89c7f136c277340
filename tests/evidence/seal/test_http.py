"""One exchange with a service of our own naming is bounded from its first byte to its last."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from evidence.seal.http import MAX_ANSWER_BYTES, Unanchored, exchange

OK = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=x\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nisi\r\n0\r\n"
Says = Callable[[], Iterator[bytes]]


@contextmanager
def saying(parts: Says) -> Iterator[str]:
    """Address of a server that says these parts to whoever asks, until nobody listens."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), listening.accept()[0] as connection:
            connection.recv(65_536)
            for part in parts():
                connection.sendall(part)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    listening.close()
    thread.join(10)


def dripping(begin: bytes, part: bytes) -> Says:
    def parts() -> Iterator[bytes]:
        yield begin
        while True:
            time.sleep(0.05)
            yield part

    return parts


def code(parts: Says, timeout_s: float) -> str:
    with saying(parts) as url, pytest.raises(Unanchored) as caught:
        exchange("GET", url, timeout_s=timeout_s)
    return caught.value.code


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (OK, b"X: isi\r\n"),
        (OK, b"a" * 1_000),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (CHUNKED, b"X: isi\r\n"),
        (OK + b"\r\n", b"a" * 10_000),
    ],
    ids=["headers", "a line", "interim responses", "trailers", "body"],
)
def test_an_answer_without_end_is_too_large(begin: bytes, part: bytes) -> None:
    assert code(lambda: itertools.chain([begin], itertools.repeat(part)), 10) == "TOO_LARGE"


@pytest.mark.parametrize(
    ("begin", "part"),
    [(OK, b"a"), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (CHUNKED, b"a"), (OK + b"\r\n", b"a")],
    ids=["a line", "interim responses", "trailers", "body"],
)
def test_an_answer_that_drips_is_let_go_in_time(begin: bytes, part: bytes) -> None:
    began_s = time.monotonic()

    assert code(dripping(begin, part), 0.3) == "TIMEOUT"
    assert time.monotonic() - began_s < 30


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + CHUNKED + b"X: a\r\n\r\n",
        OK + b"Content-Length: 3\r\n\r\nisi",
        OK + b"\r\nisi",
    ],
    ids=["chunked, after an interim response", "of a stated length", "until the end"],
)
def test_a_sound_answer_is_given_whole(answer: bytes) -> None:
    with saying(lambda: iter([answer])) as url:
        given = exchange("GET", url, timeout_s=10)

    assert (given.status, given.media, given.body) == (200, "text/plain", b"isi")


def test_an_answer_as_large_as_may_be_is_given_whole() -> None:
    body = bytes(MAX_ANSWER_BYTES)
    with saying(lambda: iter([OK, b"\r\n", body])) as url:
        assert exchange("GET", url, timeout_s=10).body == body
