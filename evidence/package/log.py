"""The part of the log that a package proves: leaves, tree, and the heads it rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from evidence.canonical import entry_of
from evidence.errors import IntegrityError
from evidence.ledger import (
    Checkpoint,
    Tree,
    VerifierKey,
    parse_checkpoint,
    parse_note,
    verify_note,
)
from evidence.model import Entry
from evidence.seal import check_ed25519
from evidence.store.ports import Archive


@dataclass(slots=True)
class LogView:
    """A growing view of the log: its tree, and the entries that were asked for."""

    archive: Archive
    tree: Tree = field(default_factory=Tree)
    entries: dict[int, Entry] = field(default_factory=dict)

    def grow(self, head: Checkpoint, wanted: Collection[int]) -> None:
        """Read on to a head's size. Raises IntegrityError when the leaves are not under it."""
        for index, data, stored in self.archive.raw_leaves(self.tree.size, head.size):
            if index != self.tree.size:
                raise IntegrityError(f"log entry {self.tree.size}", "is missing or doubled")
            self.tree.append(stored)
            if index in wanted:
                self.entries[index] = entry_of(index, data, stored)
        if self.tree.size != head.size or self.tree.root() != head.root:
            raise IntegrityError(
                f"log {head.origin}",
                f"its first {head.size} leaves are not those that were signed",
                "Run a full check of the log; nothing may be exported until it is explained",
            )

    def first_head(
        self, after: int, keys: Collection[VerifierKey], newest: Checkpoint
    ) -> Checkpoint:
        """The oldest stored head that covers leaf `after`, signed by one of these keys.

        Raises IntegrityError when a stored head is not one of this log.
        """
        for size, note in self.archive.checkpoints():
            if not after < size <= newest.size or not _signed(note, keys):
                continue
            head = parse_checkpoint(note)
            if head.size != size or self.tree.root(size) != head.root:
                raise IntegrityError(f"stored checkpoint {size}", "is not a head of this log")
            return head
        return newest


def _signed(note: bytes, keys: Collection[VerifierKey]) -> bool:
    """Whether one of these keys signed. Raises ParseError, IntegrityError for a broken note."""
    known = {(key.name, key.id) for key in keys}
    if known.isdisjoint((s.name, s.id) for s in parse_note(note).signatures):
        return False
    verify_note(note, tuple(keys), check_ed25519)
    return True
