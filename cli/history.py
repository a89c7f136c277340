"""`jejak history`: every recorded state of one post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.reading import keep_trace, reads_evidence, zones_of
from cli.screen import local, visible, write_json, write_line
from cli.shell import Shell
from cli.words import _

if TYPE_CHECKING:
    from evidence.query import History, SnapshotSeen


@click.command(cls=Command)
@click.argument("post")
@reads_evidence
@click.pass_obj
def history(shell: Shell, post: str, purpose: str, order: str, as_json: bool) -> None:
    """Show every snapshot of POST with its text, and when it was seen, missed or gone.

    POST is platform|native id, a native id, an address, or the id of one of its snapshots.
    Absence is an interval: last seen, first not found.
    """
    from evidence.query import history as ask

    found = ask(shell.archive, post)
    recs = [s.row["id"] for s in found.snapshots] + [o["id"] for o in found.observations]
    keep_trace(shell, recs, purpose, order)
    if as_json:
        write_json(_json(found))
        return
    zone = shell.shown_zone(zones_of(shell).get(found.row["watch"], ""))
    _show(found, zone)


def _json(found: History) -> dict[str, Any]:
    return {
        "post": found.row,
        "snapshots": [{**s.row, "content": s.post} for s in found.snapshots],
        "observations": list(found.observations),
    }


def _show(found: History, zone: str) -> None:
    row = found.row
    write_line(visible(f"{row['id']}"))
    write_line(_("Address: {text}").format(text=visible(row["url"] or "-")))
    write_line(
        _("State: {state}; first seen {first}, last seen {last}").format(
            state=row["state"],
            first=local(row["first_seen_at"], zone),
            last=local(row["last_seen_at"], zone),
        )
    )
    events = [(s.row["index"], _snapshot(s, zone)) for s in found.snapshots]
    events += [(o["index"], _observation(o, zone)) for o in found.observations]
    for _index, lines in sorted(events, key=lambda e: e[0]):
        write_line("")
        for line in lines:
            write_line(line)


def _snapshot(seen: SnapshotSeen, zone: str) -> list[str]:
    head = _("Snapshot {number} ({change}), seen {moment}, record {rec}").format(
        number=seen.row["number"],
        change=seen.row["change"],
        moment=local(seen.row["seen_at"], zone),
        rec=seen.row["id"],
    )
    via = (seen.capture or {}).get("via")
    said = {
        "HUMAN": _("From a file a person handed in; the time is when we received it."),
        "OFFICIAL": _("From an official interface."),
    }
    return [head, *(["  " + said[via]] if via in said else []), *content_lines(seen.post)]


def content_lines(post: Mapping[str, Any] | None) -> list[str]:
    """Text, media and links of a post, indented, safe for a terminal."""
    if post is None:
        return ["  " + _("(erased)")]
    lines = ["  " + visible(line) for line in (post["text"] or "").splitlines()]
    for item in post["media"]:
        alt = f" — {item['alt']}" if item["alt"] else ""
        lines.append("  " + visible(f"[{item['type']}] {item['url']}{alt}"))
    lines += ["  " + visible(f"→ {link}") for link in post["links"]]
    names = {"reply_to": _("Reply to"), "repost_of": _("Repost of"), "quote_of": _("Quotes")}
    lines += [f"  {word}: {visible(post[key])}" for key, word in names.items() if post[key]]
    return lines


def _observation(row: Mapping[str, Any], zone: str) -> list[str]:
    head = _("{state} (before: {previous}), observed {moment}, record {rec}").format(
        state=row["state"],
        previous=row["previous_state"] or "-",
        moment=local(row["seen_at"], zone),
        rec=row["id"],
    )
    lines = [head]
    if row["first_absent_at"]:
        lines.append(
            "  "
            + _("last seen {last}, first not found {first}").format(
                last=local(row["last_seen_at"], zone), first=local(row["first_absent_at"], zone)
            )
        )
    if row["marker"]:
        control = row["control"] or _("none")
        said = _("marker: {marker}; control: {control}")
        lines.append("  " + said.format(marker=visible(row["marker"]), control=control))
    return lines
