"""What a full check found, and what it counted."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be, or that a person should know of.

    code:  docs/how-to/fsck.md says all of them.
    place: `leaf 17`, `record 4f..., role body`, `checkpoint 120`, `collection blobs`.
    """

    code: str
    place: str
    detail: str


@dataclass(slots=True)
class Check:
    """What was checked, counted, and what was found.

    faults: evidence, or the store's own shape, is not as it was made.
    notes:  what a crash leaves as well, or what could not be asked: no fault by itself.
    """

    leaves: int = 0
    objects: int = 0
    erased: int = 0
    checkpoints: int = 0
    signatures: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(self, code: str, place: str, detail: str) -> None:
        """Say one fault."""
        self.faults.append(Fault(code, place, detail))

    def note(self, code: str, place: str, detail: str) -> None:
        """Say one thing that is no fault by itself."""
        self.notes.append(Fault(code, place, detail))
