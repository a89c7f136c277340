"""First sights: which edges, and ends of edges, pages of this process are recording now.

Each is said once.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock


class FirstSights:
    """Keys of edges on their way into the log, each held by the capture that showed it first.

    Two visits of one process may meet the same edge before either has recorded it. A key is held
    until its page is settled: by then the archive knows the edge, or recording it has failed.
    """

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._lock = Lock()

    def take(self, capture: str, keys: Iterable[str]) -> frozenset[str]:
        """Hold those of the keys that no other capture holds; returns all that this one holds now.

        Look into the archive only after this: what another page recorded before is there then.
        """
        with self._lock:
            return frozenset(key for key in keys if self._held.setdefault(key, capture) == capture)

    def settle(self, capture: str) -> None:
        """Let go of what a capture holds: its page is recorded, dropped, or has failed."""
        with self._lock:
            for key in [key for key, holder in self._held.items() if holder == capture]:
                del self._held[key]
