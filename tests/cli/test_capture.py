"""`jejak capture export`: one capture handed out, and the trace it leaves."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from cli import exits
from evidence.model import StatementType


def capture_of(archive, kind="exchange"):
    return next(
        e for e in archive.entries()
        if e.statement.type is StatementType.CAPTURE and e.statement.facts["kind"] == kind
    )  # fmt: skip


def bodies(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [
            r.raw_stream.read()
            for r in ArchiveIterator(file, check_digests="raise")
            if r.rec_type == "response"
        ]


def test_an_exported_capture_holds_the_body_as_received(call, archive):
    entry = capture_of(archive)
    rec = entry.statement.rec

    result = call("capture", "export", rec)

    assert result.exit_code == exits.OK
    assert bodies(Path(f"{rec}.warc.gz")) == [archive.open_object(rec, "body").data]
    assert hashlib.sha256(Path(f"{rec}.warc.gz").read_bytes()).hexdigest() in result.stdout


def test_an_export_leaves_a_trace_with_its_purpose_before_the_file(call, archive):
    rec = capture_of(archive).statement.rec
    call(
        "capture", "export", rec, "--purpose", "sidang", "--order", "7/ST", "--output", "a.warc.gz"
    )
    newest = archive.entry(list(archive.entries())[-1].statement.rec).statement

    assert newest.type is StatementType.CUSTODY
    assert newest.facts["subjects"] == [rec]
    assert (newest.facts["action"], newest.facts["purpose"], newest.facts["order"]) == (
        "READ", "sidang", "7/ST",
    )  # fmt: skip


def test_an_export_says_file_hash_and_leaf_as_json(call, archive):
    entry = capture_of(archive, "media")
    said = json.loads(call("capture", "export", entry.statement.rec, "--json").stdout)

    assert said["sha256"] == hashlib.sha256(Path(said["file"]).read_bytes()).hexdigest()
    assert (said["index"], said["leaf_hash"]) == (entry.index, entry.leaf_hash.hex())


def test_a_file_that_is_there_is_not_written_over_and_nothing_is_recorded(call, archive):
    Path("a.warc.gz").write_text("mine")
    before = archive.size()

    result = call("capture", "export", capture_of(archive).statement.rec, "--output", "a.warc.gz")

    assert result.exit_code == exits.USAGE
    assert "a.warc.gz exists already" in result.stderr
    assert Path("a.warc.gz").read_text() == "mine"
    assert archive.size() == before


def test_what_is_no_capture_is_refused_and_leaves_no_trace(call, archive):
    watch = next(e for e in archive.entries() if e.statement.type is StatementType.WATCH)
    before = archive.size()

    for rec in (watch.statement.rec, "f" * 32):
        result = call("capture", "export", rec)
        assert result.exit_code == exits.SCOPE
        assert "is no capture in the archive" in result.stderr
    assert archive.size() == before


def test_an_erased_capture_is_named_and_no_file_is_left(call, archive):
    rec = capture_of(archive).statement.rec
    archive.erase(rec)

    result = call("capture", "export", rec)

    assert result.exit_code == exits.PACKAGE
    assert "its contents were erased" in result.stderr
    assert not Path(f"{rec}.warc.gz").exists()


def test_a_folder_that_is_not_there_is_a_package_error(call, archive):
    rec = capture_of(archive).statement.rec

    result = call("capture", "export", rec, "--output", "no/such/a.warc.gz")

    assert result.exit_code == exits.PACKAGE
