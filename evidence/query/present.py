"""Whether anything of a record can still be opened."""

from __future__ import annotations

from evidence.errors import IntegrityError
from evidence.store.ports import Archive


def present_objects(archive: Archive, rec: str) -> tuple[str, ...]:
    """Roles of a record's objects that can be opened; none of them after a whole erasure.

    Keys are there although the log tells of an erasure when it was cut off or stopped by a hold, or
    when `keys` was restored from a backup made before it.
    """
    try:
        entry = archive.entry(rec)
    except IntegrityError:
        # A fault of the leaf, found in its own place; nothing of it can be opened.
        return ()
    refs = entry.statement.objects if entry else ()
    return tuple(ref.role for ref in refs if _is_present(archive, rec, ref.role))


def _is_present(archive: Archive, rec: str, role: str) -> bool:
    try:
        return archive.open_object(rec, role) is not None
    except IntegrityError:
        # Its key or its bytes are not whole: a fault of its own, found elsewhere; not readable.
        return False
