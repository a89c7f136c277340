"""`jejak ledger anchor`, `jejak ledger export`: the log shown to those outside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import exits
from cli.command import Command
from cli.ledger import signer
from cli.screen import local, write_json, write_line, write_table
from cli.shell import Shell
from cli.words import _

if TYPE_CHECKING:
    from evidence.seal.anchor import Anchors, Standing


@click.command(cls=Command)
@click.pass_obj
def anchor(shell: Shell, as_json: bool) -> int:
    """Seal the log and have the head stamped and signed by the authorities of anchors.toml."""
    from evidence.errors import IntegrityError

    head = None
    try:
        head = signer(shell).seal(shell.now())
    except IntegrityError as error:
        # A clock that is off is measured anew by asking; every other refusal stands.
        if "clock" not in error.why:
            raise
    standings = anchors(shell).run(head or signer(shell).head(), at_once=True)
    if as_json:
        write_json([as_values(s) for s in standings])
    else:
        show(shell, standings)
    return exits.FINDINGS if any(s.reason for s in standings) else exits.OK


@click.command(cls=Command)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export(shell: Shell, directory: Path, as_json: bool) -> None:
    """Write the signed log as C2SP tiles into DIRECTORY, for an independent auditor."""
    from evidence.errors import IntegrityError, ScopeError
    from evidence.ledger import Tree, leaf_hash, parse_checkpoint, tiles

    notes = shell.archive.checkpoints()
    if not notes:
        raise ScopeError("log", "has no signed checkpoint yet", "Run `jejak ledger seal`")
    head = parse_checkpoint(notes[-1][1])
    leaves = list(shell.archive.raw_leaves(0, head.size))
    tree = Tree(leaf_hash(data) for _index, data, _stored in leaves)
    if len(leaves) < head.size or tree.root(head.size) != head.root:
        raise IntegrityError(
            "log", "the leaves do not give the signed root", "See `jejak ledger fsck`"
        )
    files = tiles([data for _index, data, _stored in leaves], tree, head.note, head.size)
    _write_tiles(directory, files)
    if as_json:
        write_json({"files": len(files), "size": head.size})
    else:
        said = _("{n} files written; the log has {size} leaves.")
        write_line(said.format(n=len(files), size=head.size))


def _write_tiles(directory: Path, files: Mapping[str, bytes]) -> None:
    """The files of an export, by their place in it. Raises PackageError."""
    from evidence.errors import PackageError
    from evidence.seal.disk import write_durably

    # The checkpoint is written last: whoever reads meanwhile never sees a head without its tiles.
    for name in sorted(files, key=lambda path: path == "checkpoint"):
        place = directory / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PackageError(
                str(directory), f"{error.strerror}", "Name another folder"
            ) from error
        write_durably(place, files[name], mode=0o644)


def anchors(shell: Shell) -> Anchors:
    """The anchors of this installation, by its anchors.toml."""
    from crawler.egress import is_allowed, networks
    from evidence.seal.authorities import open_anchors

    clock = shell.config.clock().source
    reach = partial(is_allowed, allowed=networks(shell.config.egress_allow))
    return open_anchors(shell.archive, shell.config.data_dir, shell.now, clock, reach=reach)


def show(shell: Shell, standings: tuple[Standing, ...]) -> None:
    """How each authority stands, as a table; a sentence when there is none."""
    if not standings:
        write_line(_("No authority is configured: anchors.toml in the data folder names them."))
        return
    write_table(
        [_("Kind"), _("Authority"), _("Leaves"), _("State"), _("Reason"), _("Time")],
        [
            (s.kind, s.authority, str(s.size), s.status, s.reason or without(s) or "-",
             local(s.time, shell.shown_zone()))
            for s in standings
        ],
    )  # fmt: skip


def without(standing: Standing) -> str:
    """That what is published about the stamp's certificates was not kept; empty when it was."""
    if standing.revocation in (None, "KEPT"):
        return ""
    return _("revocation not kept: {word}").format(word=standing.revocation)


def as_values(standing: Standing) -> dict[str, Any]:
    """A standing as JSON values."""
    return {**standing.facts(), "time": standing.time, "revocation": standing.revocation}
