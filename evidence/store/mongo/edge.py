"""Where pymongo's errors end: tried again while that can help, then said once as a StoreError."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from evidence.errors import StoreError
from evidence.store.mongo.settled import TRIES, Settled
from evidence.store.ports import MAY_NOT

T = TypeVar("T")

DUPLICATE = 11000
UNAUTHORIZED = 13
PASSING = frozenset({6, 7, 43, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435})
"""Server codes of a state that passes: no primary, shutting down, write concern not met, cursor
lost, write conflict. MongoDB error_codes.yml."""
FULL = frozenset({12501, 14031})
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0


class Edge:
    """Runs calls to one server.

    address:  the server's name for messages, without credentials.
    budget_s: seconds from a call's start to the last time it is tried again.
    revive:   asked between two tries, when the server is one that we start ourselves.
    settled:  gives a primary that is up to date; a call that another one may have answered is made anew.
    """

    def __init__(
        self,
        address: str,
        budget_s: float,
        revive: Callable[[], None] | None = None,
        settled: Settled | None = None,
    ) -> None:
        self.address = address
        self._budget_s = budget_s
        self._revive = revive
        self._settled = settled

    def run(self, what: str, call: Callable[[], T]) -> T:
        """What `call` returns. It is called again while the server is away, so it must be
        harmless to repeat: after an unknown outcome it looks first at what is there.

        Raises StoreError when the budget is spent or the failure will not pass; of a server that
        could not be started, the reason of the last try.
        """
        deadline = time.monotonic() + self._budget_s
        pause = FIRST_PAUSE_S
        while True:
            try:
                return self._answered(call)
            except (PyMongoError, BSONError) as error:
                if not passing(error) or time.monotonic() >= deadline:
                    raise self.wrapped(what, error) from error
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
            self._start_again(deadline)

    def _answered(self, call: Callable[[], T]) -> T:
        if self._settled is None:
            return call()
        for _ in range(TRIES):
            primary = self._settled.wait()
            answer = call()
            if self._settled.holds(primary):
                return answer
        raise AutoReconnect("the primary changes")

    def _start_again(self, deadline: float) -> None:
        """Start a server of ours that is gone; one that is killed as it starts gets another try."""
        if self._revive is None:
            return
        try:
            self._revive()
        except StoreError:
            if time.monotonic() >= deadline:
                raise

    def has_one_log(self) -> bool:
        """Whether a write that a majority keeps vouches for all writes before it in the same call.

        It does in a replica set: its primary orders them in one log, and a call during which
        another primary came is made anew as a whole.
        """
        return self._settled is not None and self._settled.has_one_log()

    def each(self, what: str, found: Iterable[T]) -> Iterator[T]:
        """The items of a cursor; a failure is said as StoreError, not tried again."""
        if self._settled is not None:
            self.run(what, self._settled.wait)
        try:
            yield from found
        except (PyMongoError, BSONError) as error:
            raise self.wrapped(what, error) from error

    def wrapped(self, what: str, error: Exception) -> StoreError:
        """The StoreError that says a foreign error without quoting what was being stored."""
        why, remedy = _reading(error)
        return StoreError(what, f"{why} (MongoDB at {self.address})", remedy)


def passing(error: Exception) -> bool:
    """True when the same call may succeed later: the outcome of this one is unknown."""
    if isinstance(error, BulkWriteError):
        details = error.details or {}
        codes = {e.get("code") for e in details.get("writeErrors", ())}
        return codes <= PASSING and bool(codes or details.get("writeConcernErrors"))
    if isinstance(error, ConnectionFailure | WriteConcernError | ExecutionTimeout):
        return True
    return isinstance(error, OperationFailure) and (
        error.code in PASSING or error.has_error_label("RetryableWriteError")
    )


def duplicates(error: BulkWriteError | DuplicateKeyError) -> frozenset[str] | None:
    """Ids that were there already, when that is all that went wrong; else None.

    An id that is not a string is given by its `str`.
    """
    if isinstance(error, DuplicateKeyError):
        return frozenset()
    details = error.details or {}
    errors = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or any(e.get("code") != DUPLICATE for e in errors):
        return None
    return frozenset(str(e.get("op", {}).get("_id")) for e in errors)


def _reading(error: Exception) -> tuple[str, str]:
    name = type(error).__name__
    code = error.code if isinstance(error, OperationFailure) else None
    if isinstance(error, BulkWriteError):
        for each in (error.details or {}).get("writeErrors", ())[:1]:
            code = each.get("code", code)
    if code in FULL:
        return "the disk is full", "Free at least 1 GB on the database's disk, then try again"
    if code == UNAUTHORIZED:
        return MAY_NOT, "Run `jejak store secure` or use another role"
    if code == 18:
        return "the database refused the login", "Check user, password and authSource in the URL"
    if isinstance(error, ConnectionFailure):
        return (
            f"the server does not answer ({name})",
            "Nothing is known to be recorded by this call; start the server and run it again",
        )
    return f"it was refused ({name}, code {code})", "See the server's log; `jejak doctor` may help"
