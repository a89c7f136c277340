"""The hour that stamps say: synthetic packages have their own, so their stamps have it too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.evidence.seal.tsa import LocalTsa
from tests.packages.synthetic import NOW


@dataclass
class Hand:
    """The hand of the clock on the wall of every local authority. at: what it says now."""

    at: datetime = NOW + timedelta(minutes=1)

    def now(self) -> datetime:
        return self.at

    @contextmanager
    def moved(self, at: datetime) -> Iterator[None]:
        """Stamps of another hour."""
        before, self.at = self.at, at
        try:
            yield
        finally:
            self.at = before


HAND = Hand()


@contextmanager
def local_hour() -> Iterator[None]:
    """All local authorities go by the hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalTsa, "clock", staticmethod(HAND.now))
        yield
