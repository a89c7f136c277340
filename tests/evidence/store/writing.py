"""A process that records until it is killed, and says each record id only once it is acknowledged.

Run as: python writing.py URL DATA_DIR [HOW_MANY [OBJECT_BYTES]]
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from evidence.canonical import new_record_id, record_id
from evidence.model import Draft, Plain, StatementType
from evidence.store import open_archive

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def main(url: str, data_dir: str, how_many: str = "1000000", object_bytes: str = "200") -> None:
    # Tests that were themselves started in the background hand on that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    archive = open_archive(url, Path(data_dir))
    print("ready", flush=True)
    for n in range(int(how_many)):
        own = new_record_id()
        body = own.encode() + b"x" * int(object_bytes)
        shared = b"shared by all"
        drafts = [
            Draft(
                StatementType.CAPTURE, own, AT, "system", {"n": n},
                (Plain("body", "text/plain", body), Plain("media", "image/png", shared)),
            ),
            Draft(StatementType.ALARM, record_id("once", str(n)), AT, "system", {"n": n}),
        ]  # fmt: skip
        for entry in archive.record(drafts):
            print(entry.index, entry.statement.rec, flush=True)
    archive.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
