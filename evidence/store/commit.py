"""Group commit: many small submissions become few durable writes.

A few threads take whatever is queued and record it in one call each. None waits for company: while
batches are being made durable, the next one gathers. A durable write is mostly waiting for the
journal, and those waits overlap.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from evidence.errors import ParseError, StoreError
from evidence.model import Draft, Entry
from evidence.store.intake import draft_bytes
from evidence.store.ports import Archive

Entries = tuple[Entry, ...]
After = Callable[[Sequence[Draft], Entries], None]

MAX_DRAFTS = 256
MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Submission:
    drafts: tuple[Draft, ...]
    size: int
    done: Future[Entries]


class GroupCommit:
    """Records submitted drafts; those of one submission in order, submissions in no order.

    workers: batches under way at once; with 1, submissions are recorded in the order submitted.
    after: told of each batch that is durable, before those who wait are; what it raises, they get.
    max_drafts, max_bytes: bound of one batch; a single larger submission is a batch of its own.
    queue_bytes, queue_drafts: bound of what waits; `submit` blocks while either is exceeded.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        after: After | None = None,
        workers: int = 1,
        max_drafts: int = MAX_DRAFTS,
        max_bytes: int = MAX_BYTES,
        queue_drafts: int = 4 * MAX_DRAFTS,
        queue_bytes: int = 4 * MAX_BYTES,
    ) -> None:
        self._archive = archive
        self._after = after
        self._max_drafts, self._max_bytes = max_drafts, max_bytes
        self._queue_drafts, self._queue_bytes = queue_drafts, queue_bytes
        self._changed = threading.Condition()
        self._queue: deque[_Submission] = deque()
        self._drafts = 0
        self._bytes = 0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"group-commit-{n}", daemon=True)
            for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, drafts: Sequence[Draft]) -> Future[Entries]:
        """Entries of these drafts, in order, once they are durable; or the error of their batch.

        The drafts of one submission are recorded in one call. Blocks while the queue is full; who
        must not block asks `has_room` first. Raises StoreError after `close`.
        """
        size = sum(draft_bytes(draft) for draft in drafts)
        submission = _Submission(tuple(drafts), size, Future())
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._room())
            if self._closed:
                raise StoreError("group commit", "it was closed", "Submit before closing")
            self._queue.append(submission)
            self._drafts += len(submission.drafts)
            self._bytes += size
            self._changed.notify_all()
        return submission.done

    def has_room(self) -> bool:
        """True when `submit` would not block now."""
        with self._changed:
            return self._closed or self._room()

    def wait_for_room(self, timeout_s: float) -> bool:
        """Block at most timeout_s until `submit` would not block; True when it would not."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or self._room(), timeout_s)

    def close(self) -> None:
        """Record all that is queued, then stop. The archive stays open."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _room(self) -> bool:
        return self._drafts < self._queue_drafts and self._bytes < self._queue_bytes

    def _work(self) -> None:
        while batch := self._next_batch():
            self._record(batch)

    def _next_batch(self) -> list[_Submission]:
        """What is queued, up to the bound; blocks while nothing is. Empty when closed."""
        batch: list[_Submission] = []
        drafts = size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._queue))
            while self._queue:
                first = self._queue[0]
                drafts += len(first.drafts)
                size += first.size
                if batch and (drafts > self._max_drafts or size > self._max_bytes):
                    break
                batch.append(self._queue.popleft())
                self._drafts -= len(first.drafts)
                self._bytes -= first.size
            self._changed.notify_all()
        return batch

    def _record(self, batch: Sequence[_Submission]) -> None:
        live = [each for each in batch if each.done.set_running_or_notify_cancel()]
        try:
            entries = self._recorded([draft for each in live for draft in each.drafts])
        except ParseError as error:
            if len(live) == 1:
                live[0].done.set_exception(error)
                return
            # Nothing of the batch was recorded; one malformed draft must not cost its neighbours.
            for each in live:
                self._record_alone(each)
        except Exception as error:  # noqa: BLE001 -- a fault of ours reaches those who wait
            for each in live:
                each.done.set_exception(error)
        else:
            _hand_out(live, entries)

    def _recorded(self, drafts: Sequence[Draft]) -> Entries:
        entries = self._archive.record(drafts)
        if self._after is not None:
            self._after(drafts, entries)
        return entries

    def _record_alone(self, submission: _Submission) -> None:
        try:
            submission.done.set_result(self._recorded(submission.drafts))
        except Exception as error:  # noqa: BLE001 -- a fault of ours reaches those who wait
            submission.done.set_exception(error)


def _hand_out(live: Sequence[_Submission], entries: Entries) -> None:
    start = 0
    for each in live:
        each.done.set_result(entries[start : start + len(each.drafts)])
        start += len(each.drafts)
