"""`jejak snapshot`: one recorded state of one post, with all that was kept for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.history import content_lines
from cli.reading import keep_trace, reads_evidence, zones_of
from cli.screen import local, visible, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import _

if TYPE_CHECKING:
    from evidence.query import SnapshotFile


@click.command(cls=Command)
@click.argument("snapshot_id", metavar="ID")
@reads_evidence
@click.pass_obj
def snapshot(shell: Shell, snapshot_id: str, purpose: str, order: str, as_json: bool) -> None:
    """Show the snapshot ID: its text, its page, its pictures and their fingerprints."""
    from evidence.query import snapshot as ask

    found = ask(shell.archive, snapshot_id)
    page = found.seen.row["capture"]
    keep_trace(shell, [snapshot_id, page, *(m["id"] for m in found.media)], purpose, order)
    if as_json:
        write_json(_json(found))
        return
    _show(found, shell.shown_zone(zones_of(shell).get(found.seen.row["watch"], "")))


def _json(found: SnapshotFile) -> dict[str, Any]:
    return {
        **found.seen.row,
        "content": found.seen.post,
        "capture": found.seen.capture,
        "leaf_hash": found.leaf_hash.hex(),
        "objects": [
            {"role": o.role, "media": o.media, "size": o.size, "commit": o.commit}
            for o in found.objects
        ],
        "kept": list(found.media),
        "fingerprints": dict(found.fingerprints),
    }


def _show(found: SnapshotFile, zone: str) -> None:
    row, capture = found.seen.row, found.seen.capture
    write_line(_("Snapshot {rec} of {post}").format(rec=row["id"], post=visible(row["native_id"])))
    write_line(
        _("Number {number} ({change}); published {published}; seen {seen}").format(
            number=row["number"],
            change=row["change"],
            published=local(row["published_at"], zone),
            seen=local(row["seen_at"], zone),
        )
    )
    write_line(
        _("Leaf {index}, hash {hash}").format(index=row["index"], hash=found.leaf_hash.hex())
    )
    if capture:
        said = _("Read from: {url}, capture {rec}")
        write_line(said.format(url=visible(capture["url"]), rec=row["capture"]))
    for line in content_lines(found.seen.post):
        write_line(line)
    if not found.media:
        return
    write_table(
        [_("Kept"), _("State"), _("Bytes"), _("Type"), _("Record"), _("Fingerprint")],
        [
            (m["kind"], m["state"], m["size"], m["media"], m["id"], _prints(found, m["id"]))
            for m in found.media
        ],
    )


def _prints(found: SnapshotFile, capture: str) -> str:
    row = found.fingerprints.get(capture)
    if row is None:
        return "-"
    if row["flat"]:
        return _("(flat picture: compares with nothing)")
    return str(row["values"].get("phash", "-"))
