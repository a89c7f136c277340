"""The simulated network on loopback: one port per platform, one clock for all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sandbox.answer import Answer, Ask, as_bytes, as_json
from sandbox.event import DropConnection, LoginWall, RateLimit
from sandbox.http import PlatformServer, Served
from sandbox.shapes import SHAPES
from sandbox.world import PLATFORMS, Scenario, World, state

ROBOTS = b"User-agent: *\nAllow: /\n"


class Sandbox:
    """A running simulated network; use it with `with`.

    scenario: what happens.   now: simulated time to start at (aware).
    port:     of the first platform, the others follow; 0 takes free ones.
    robots:   robots.txt of a platform, by its name; the others allow everything.

    Every answer follows from scenario and simulated time; the one exception are rate limits of
    the first n requests, which are counted anew each time the clock is set.
    """

    def __init__(
        self,
        scenario: Scenario,
        now: datetime,
        port: int = 0,
        robots: Mapping[str, bytes] | None = None,
    ) -> None:
        self.scenario = scenario
        self.robots = robots or {}
        self.requests: list[Served] = []
        self.errors: list[str] = []
        self._lock = threading.Lock()
        self._refused: dict[RateLimit, int] = {}
        self._world = state(scenario, now)
        self._servers = {
            name: PlatformServer(self, name, port + n if port else 0)
            for n, name in enumerate(PLATFORMS)
        }
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            for server in self._servers.values()
        ]

    @property
    def bases(self) -> dict[str, str]:
        """Base URL of each platform's service."""
        return {name: server.base for name, server in self._servers.items()}

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self._world.now

    @property
    def world(self) -> World:
        """The network at the simulated time."""
        return self._world

    def set_clock(self, now: datetime) -> None:
        """Make it another simulated time, later or earlier."""
        world = state(self.scenario, now.astimezone(UTC))
        with self._lock:
            self._world = world
            self._refused.clear()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering and free the ports."""
        for server, thread in zip(self._servers.values(), self._threads, strict=True):
            if thread.is_alive():
                server.shutdown()
                thread.join()
            server.server_close()

    def answer(self, platform: str, ask: Ask) -> Answer | None:
        """The answer to one request; None when the connection is to be cut."""
        if ask.path == "/robots.txt":
            said = self.robots.get(platform, ROBOTS)
            return as_bytes(said, "text/plain; charset=utf-8")
        world, shape = self._world, SHAPES[platform]
        if ask.method == "POST" and not shape.by_post:
            return as_json({"error": "Not Found"}, 404)
        beside = shape.interface
        official = beside if beside and ask.path.startswith(beside.prefix) else None
        for fault in world.faults:
            if fault.platform != platform:
                continue
            if isinstance(fault, DropConnection):
                return None
            if isinstance(fault, LoginWall) and (fault.account or official):
                continue  # the shape knows what belongs to the account
            if isinstance(fault, RateLimit) and not self._refuses(fault):
                continue
            return (official or shape).refuse(fault, ask)
        return (official or shape).answer(world, ask)

    def _refuses(self, fault: RateLimit) -> bool:
        if fault.refusals is None:
            return True
        with self._lock:
            count = self._refused.get(fault, 0)
            self._refused[fault] = count + 1
        return count < fault.refusals

    def note(self, served: Served) -> None:
        """Keep a request in the log."""
        with self._lock:
            self.requests.append(served)
