"""The proxy of the rigs: whatever goes wrong, whoever asked gets an answer, and nothing happens twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.servers.front import ONCE, front
from tests.servers.process import free_ports


@contextmanager
def server(says: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A port where every connection is told the same, and what was asked there."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(says)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


@pytest.mark.parametrize(
    "says", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_a_server_that_answers_badly_is_said_to_be_the_reason(says: bytes) -> None:
    with server(says) as (port, _), front(behind=port) as before:
        answer = httpx.get(f"{before.url}/x")

    assert answer.status_code == 502
    assert answer.text  # the reason, for whoever reads the failed test


def test_a_server_that_is_not_there_is_said_to_be_the_reason() -> None:
    with front(behind=free_ports(1)[0]) as before:
        answer = httpx.get(f"{before.url}/x")

    assert (answer.status_code, "ConnectionRefused" in answer.text) == (502, True)


def test_a_request_that_comes_again_is_passed_on_once() -> None:
    says = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with server(says) as (port, asked), front(behind=port) as before:
        answers = [
            httpx.post(before.url, content=b"satu", headers={ONCE: name}).text
            for name in ("a", "a", "b")
        ]

    assert (answers, len(asked)) == (["ok"] * 3, 2)


def test_forty_callers_at_once_are_all_answered() -> None:
    says = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    found: list[int] = []
    with server(says) as (port, _), front(behind=port) as before:
        callers = [
            threading.Thread(target=lambda: found.append(httpx.get(before.url).status_code))
            for _ in range(40)
        ]
        for one in callers:
            one.start()
        for one in callers:
            one.join(60)

    assert found == [200] * 40


def test_a_port_is_given_once() -> None:
    first, second = free_ports(20), free_ports(20)

    assert len({*first, *second}) == 40
