"""Hosts that asked for quiet, remembered for every process that may ask them next."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path

from crawler.clock import Clock

LONGEST_HOLD_S = 7 * 86_400
"""The largest Retry-After that is honoured."""
MOST = 1_000
"""Most holds that are remembered; beyond, those that end soonest are let go."""
NAME = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{0,11})\.([1-9][0-9]{0,5})")
"""Of a hold that was written here; any other file is left alone."""

logger = logging.getLogger(__name__)
Held = tuple[str, int, int]


class Quiet:
    """Holds as empty files of a folder, so that no process can undo what another one wrote.

    A file's name is all of it: digest of the host, second of Unix time it was asked at, and for how
    many seconds. A hold that began in the future was written before the clock was set back: it
    begins anew, now, so it ends after its own length at the latest.

    folder: made when the first host asks.   clock: ours.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def hold(self, host: str, wait_s: float) -> None:
        """Remember that a host is to be left alone for so long; what has ended is forgotten.

        Where the folder cannot be written, this process alone knows, and the log says so.
        """
        length_s = min(ceil(wait_s), LONGEST_HOLD_S)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path((_digest(host), self._now(), length_s)).touch(mode=0o600)
            self._forget()
        except OSError as error:
            logger.warning("a host's wish for quiet is not remembered: %s", type(error).__name__)

    def left_s(self, host: str) -> float:
        """How long a host is still to be left alone, by what is remembered; 0 when it may be asked."""
        digest = _digest(host)
        return max((self._left(held) for held in self._all() if held[0] == digest), default=0)

    def is_asked_for(self) -> bool:
        """Whether anything is remembered of any host."""
        return next(self._all(), None) is not None

    def _all(self) -> Iterator[Held]:
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return
        except OSError as error:
            logger.warning("who asked for quiet cannot be read: %s", type(error).__name__)
            return
        for name in names:
            found = NAME.fullmatch(name)
            if found is not None and int(found[3]) <= LONGEST_HOLD_S:
                yield found[1], int(found[2]), int(found[3])

    def _left(self, held: Held) -> int:
        digest, at, length_s = held
        now = self._now()
        if at <= now:
            return max(0, at + length_s - now)
        try:
            with suppress(FileNotFoundError):  # another process did it first
                self._path(held).rename(self._path((digest, now, length_s)))
        except OSError as error:
            logger.warning("a wish for quiet cannot be begun anew: %s", type(error).__name__)
        return length_s

    def _forget(self) -> None:
        held = sorted(self._all(), key=self._left, reverse=True)
        for place, one in enumerate(held):
            if place >= MOST or not self._left(one):
                self._path(one).unlink(missing_ok=True)

    def _path(self, held: Held) -> Path:
        return self._folder / ".".join(map(str, held))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _digest(host: str) -> str:
    return hashlib.sha256(host.lower().encode()).hexdigest()[:32]
