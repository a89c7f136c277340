import asyncio

import pytest

from crawler.egress import networks
from crawler.handshake import RECEIVED_BYTES, SENT_BYTES
from crawler.proxy import NO_TUNNEL, EgressProxy, Tunnel


class Origin:
    """A server on loopback that counts the connections it gets."""

    def __init__(self) -> None:
        self.connections = 0
        self.heads: list[bytes] = []

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nisi!")
        await writer.drain()
        writer.close()


async def ask(proxy_port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy_port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


async def through(allowed: list[str], make: str) -> tuple[bytes, Origin, EgressProxy]:
    origin = Origin()
    port = await origin.start()
    proxy = EgressProxy(networks(allowed))
    answer = await ask(await proxy.start(), make.replace("PORT", str(port)).encode())
    await proxy.stop()
    origin.server.close()
    return answer, origin, proxy


SPELLINGS = [
    "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.",
    "[::ffff:127.0.0.1]", "0", "0.0.0.0", "[::1]", "[::]", "localhost.",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize(
    "form",
    [
        "GET http://HOST:PORT/x HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "CONNECT HOST:PORT HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ],
)
def test_no_spelling_of_loopback_reaches_a_server_there(host: str, form: str) -> None:
    answer, origin, _ = asyncio.run(through([], form.replace("HOST", host)))

    assert origin.connections == 0
    assert not answer.startswith(b"HTTP/1.1 200")


def test_an_allowed_network_is_reached_in_origin_form_without_proxy_headers() -> None:
    asked = (
        "GET http://127.0.0.1:PORT/jalan?q=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Proxy-Connection: keep-alive\r\nUser-Agent: Jejak\r\n\r\n"
    )
    answer, origin, _ = asyncio.run(through(["127.0.0.0/8"], asked))

    assert answer.endswith(b"isi!")
    assert origin.heads[0].startswith(b"GET /jalan?q=1 HTTP/1.1\r\n")
    assert b"Proxy-" not in origin.heads[0]
    assert b"User-Agent: Jejak" in origin.heads[0]


def test_a_refused_host_is_remembered_by_name() -> None:
    _, _, proxy = asyncio.run(through([], "CONNECT localhost:PORT HTTP/1.1\r\n\r\n"))

    assert proxy.refused == ["localhost"]


@pytest.mark.parametrize(
    "rubbish", ["\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "CONNECT x:y HTTP/1.1\r\n\r\n"]
)
def test_rubbish_gets_an_error_and_the_proxy_lives(rubbish: str) -> None:
    answer, _, _ = asyncio.run(through(["127.0.0.0/8"], rubbish))

    assert answer == b""


def test_a_plain_request_that_is_refused_gets_no_answer_that_could_be_the_servers() -> None:
    answer, _, proxy = asyncio.run(
        through([], "GET http://localhost:PORT/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    )

    assert answer == b""
    assert proxy.troubles == {"localhost": "REFUSED_ADDRESS"}


def test_why_a_host_could_not_be_reached_is_remembered() -> None:
    asked = "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n"
    answer, _, proxy = asyncio.run(through(["127.0.0.0/8"], asked))

    assert answer.startswith(b"HTTP/1.1 502")
    assert proxy.troubles == {"127.0.0.1": "CONNECTION_REFUSED"}


def test_past_the_limit_of_bytes_every_connection_is_cut() -> None:
    async def run() -> tuple[bytes, bytes, EgressProxy]:
        origin = Origin()
        port = await origin.start()
        proxy = EgressProxy(networks(["127.0.0.0/8"]), limit_bytes=10)
        listening = await proxy.start()
        request = f"GET http://127.0.0.1:{port}/x HTTP/1.1\r\nHost: h\r\n\r\n".encode()
        first, second = await ask(listening, request), await ask(listening, request)
        await proxy.stop()
        origin.server.close()
        return first, second, proxy

    first, second, proxy = asyncio.run(run())

    assert not first.endswith(b"isi!")
    assert second == b""
    assert proxy.over


ISI = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nisi!"


def test_a_tunnel_hands_on_both_ways_and_its_beginning_is_kept() -> None:
    asked = "CONNECT 127.0.0.1:PORT HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"

    answer, origin, proxy = asyncio.run(through(["127.0.0.0/8"], asked))

    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n" + ISI
    assert origin.heads == [b"GET / HTTP/1.1\r\n\r\n"]
    (tunnel,) = proxy.tunnels
    assert (bytes(tunnel.sent), bytes(tunnel.received)) == (origin.heads[0], ISI)
    assert proxy.received_bytes == len(ISI)
    assert proxy.addresses == {"127.0.0.1": "127.0.0.1"}
    assert (proxy.refused, proxy.troubles) == ([], {})


def test_of_a_tunnel_no_more_than_its_beginning_is_kept() -> None:
    tunnel = Tunnel("a.example", 443)
    for _ in range(3):
        assert tunnel.went(b"s" * (SENT_BYTES - 1))
        tunnel.came(b"r" * (RECEIVED_BYTES - 1))

    assert (len(tunnel.sent), len(tunnel.received)) == (SENT_BYTES, RECEIVED_BYTES)


def test_a_plain_request_for_another_scheme_than_http_goes_nowhere() -> None:
    asked = "GET https://127.0.0.1:PORT/x HTTP/1.1\r\nHost: h\r\n\r\n"

    answer, origin, _ = asyncio.run(through(["127.0.0.0/8"], asked))

    assert (answer, origin.connections) == (b"", 0)


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses, in this order."""

    async def getaddrinfo(loop: object, host: str, port: int, **_: object) -> list[object]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1", "10.0.0.1"), ("10.0.0.1", "127.0.0.1"), ("127.0.0.1", "8.8.8.8"), ()],
    ids=["one refused", "the first refused", "one not named", "none"],
)
def test_a_name_is_reached_only_when_all_its_addresses_may_be_on_that_port(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    """Else the one that is asked for next may be the other one."""
    named(monkeypatch, *addresses)
    asked = "CONNECT contoh.example:PORT HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"

    answer, origin, proxy = asyncio.run(through(["127.0.0.0/8"], asked))

    assert answer == NO_TUNNEL
    assert origin.connections == 0
    assert proxy.refused == ["contoh.example"]


def test_a_name_is_looked_up_once_and_reached_at_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named(monkeypatch, "127.0.0.1")
    asked = "GET http://contoh.example:PORT/ HTTP/1.1\r\nHost: contoh.example\r\n\r\n"

    answer, origin, proxy = asyncio.run(through(["127.0.0.0/8", "::/0"], asked))

    assert answer == ISI
    assert origin.heads == [b"GET / HTTP/1.1\r\nHost: contoh.example\r\nConnection: close\r\n\r\n"]
    assert proxy.addresses == {"contoh.example": "127.0.0.1"}


def test_connections_that_are_open_when_too_much_came_or_the_proxy_stops_are_cut() -> None:
    async def run(limit_bytes: int) -> bytes:
        silent = await asyncio.start_server(lambda r, w: asyncio.Event().wait(), "127.0.0.1", 0)
        origin = Origin()
        proxy = EgressProxy(networks(["127.0.0.0/8"]), limit_bytes=limit_bytes)
        listening = await proxy.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", listening)
        writer.write(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n\r\n" % silent.sockets[0].getsockname()[1])
        await reader.readuntil(b"\r\n\r\n")
        if limit_bytes < len(ISI):
            port = await origin.start()
            await ask(listening, b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: h\r\n\r\n" % port)
        else:
            await proxy.stop()
        left = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        await proxy.stop()
        silent.close()
        return left

    assert [asyncio.run(run(limit)) for limit in (10, 10_000)] == [b"", b""]
