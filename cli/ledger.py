"""`jejak ledger`: the log, its head, its proofs and its full check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli import exits
from cli.command import Command, Group
from cli.screen import visible, write_error, write_json, write_line
from cli.shell import Shell
from cli.words import N_, _

if TYPE_CHECKING:
    from evidence.query import Check
    from evidence.seal import Signer


MEMBERS = {
    "anchor": "cli.anchor:anchor",
    "export": "cli.anchor:export",
    "rotate-key": "cli.keys:rotate",
    "restore-head": "cli.keys:restore",
    "sheet": "cli.sheet:sheet",
    "scrub": "cli.guard:scrub",
}


@click.group(cls=Group, members=MEMBERS)
def ledger() -> None:
    """Show and check the log of all statements."""


@ledger.command("head", cls=Command)
@click.pass_obj
def head(shell: Shell, as_json: bool) -> None:
    """Show the newest signed checkpoint and its fingerprint, to be written into the minutes."""
    from evidence.ledger import parse_checkpoint

    size, notes = shell.archive.size(), shell.archive.checkpoints()
    newest = parse_checkpoint(notes[-1][1]) if notes else None
    if as_json:
        write_json(
            {
                "entries": size,
                "sealed": newest.size if newest else 0,
                "origin": newest.origin if newest else None,
                "root": newest.root.hex() if newest else None,
                "fingerprint": newest.fingerprint() if newest else None,
                "note": newest.note.decode() if newest else None,
            }
        )
        return
    if newest is None:
        write_line(_("No checkpoint is signed yet; the log has {n} leaves.").format(n=size))
        return
    write_line(newest.note.decode().rstrip("\n"))
    write_line("")
    write_line(_("Fingerprint: {text}").format(text=newest.fingerprint()))
    said = _("{sealed} of {n} leaves lie under it")
    write_line(said.format(sealed=newest.size, n=size))


@ledger.command("seal", cls=Command)
@click.pass_obj
def seal(shell: Shell, as_json: bool) -> None:
    """Sign a checkpoint over all leaves there are now."""
    made = signer(shell).seal(shell.now())
    if as_json:
        write_json({"size": made.size if made else None})
    elif made is None:
        write_line(_("Nothing new to sign."))
    else:
        write_line(_("Signed a checkpoint over {n} leaves.").format(n=made.size))


@ledger.command("trust", cls=Command)
@click.pass_obj
def trust(shell: Shell, as_json: bool) -> None:
    """Write the trust file: the log's name, its keys and its authorities, to be handed over apart."""
    from evidence.seal.authorities import read_authorities
    from evidence.seal.trust import Trust

    log, said = signer(shell), read_authorities(shell.config.data_dir)
    text = Trust(
        shell.config.origin,
        log.keys,
        log.retired,
        tuple(witness.key for witness in said.witnesses),
        said.quorum,
        tuple((tsa.name, tsa.roots.decode("utf-8", "replace")) for tsa in said.tsas),
    ).text()
    if as_json:
        write_json({"trust": text})
    else:
        write_line(text.rstrip("\n"))


@ledger.command("prove", cls=Command)
@click.argument("rec")
@click.pass_obj
def prove(shell: Shell, rec: str, as_json: bool) -> None:
    """Show the statement of the record REC and the proof that it lies under a signed checkpoint."""
    from evidence.errors import ScopeError
    from evidence.ledger import inclusion_proof, make_tlog_proof, parse_checkpoint
    from evidence.seal.treefile import grown_tree

    archive = shell.archive
    entry = archive.entry(rec)
    if entry is None:
        raise ScopeError(f"record {rec!r}", "is not in the log", "Record ids have 32 hex digits")
    sealed = [(size, note) for size, note in archive.checkpoints() if size > entry.index]
    if not sealed:
        raise ScopeError(
            f"record {rec}", "is not under a signed checkpoint yet", "Run `jejak ledger seal`"
        )
    size, note = sealed[-1]
    tree = grown_tree(archive, parse_checkpoint(note), entry, shell.config.data_dir / "tree")
    proof = make_tlog_proof(entry.index, inclusion_proof(tree, entry.index, size), note)
    if as_json:
        write_json(
            {
                "rec": rec,
                "index": entry.index,
                "leaf_hash": entry.leaf_hash.hex(),
                "statement": entry.statement_bytes.decode(),
                "proof": proof.decode(),
            }
        )
        return
    write_line(visible(entry.statement_bytes.decode()))
    write_line("")
    write_line(proof.decode().rstrip("\n"))


@ledger.command("fsck", cls=Command)
@click.option("--quick", is_flag=True, help=N_("Leave out the kept objects."))
@click.pass_obj
def fsck(shell: Shell, quick: bool, as_json: bool) -> int:
    """Check every leaf, every kept object and every checkpoint; name everything that is wrong."""
    check = full_check(shell, objects=not quick)
    if as_json:
        write_json(_check_json(check))
    else:
        _show_check(check, signed=has_key(shell))
    return exits.INTEGRITY if check.faults else exits.OK


def full_check(shell: Shell, *, objects: bool = True) -> Check:
    """The whole archive against itself, its projections and, where we hold it, the signed head."""
    from evidence.query import fsck as check_all
    from evidence.seal import check_ed25519

    log = signer(shell) if has_key(shell) else None
    return check_all(
        shell.archive,
        keys=list(log.keys) if log else [],
        check_signature=check_ed25519,
        signed=log.head() if log else None,
        objects=objects,
        projections=True,
    )


def signer(shell: Shell) -> Signer:
    """The signer of this archive's log; makes its key when there is none."""
    from evidence.seal import Signer

    return Signer(
        shell.signing, shell.key_dir, shell.config.origin, clock=shell.config.clock().source
    )


def has_key(shell: Shell) -> bool:
    """Whether this installation holds the log's key."""
    return (shell.key_dir / "log.key").is_file()


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "leaves": check.leaves,
        "objects": check.objects,
        "erased": check.erased,
        "checkpoints": check.checkpoints,
        "signatures": check.signatures,
        "faults": [{"code": f.code, "place": f.place, "detail": f.detail} for f in check.faults],
        "notes": [{"code": f.code, "place": f.place, "detail": f.detail} for f in check.notes],
    }


def _show_check(check: Check, *, signed: bool) -> None:
    said = _("{leaves} leaves, {objects} objects ({erased} erased), {checkpoints} checkpoints read")
    write_line(
        said.format(
            leaves=check.leaves,
            objects=check.objects,
            erased=check.erased,
            checkpoints=check.checkpoints,
        )
    )
    if not signed:
        write_line(_("Signatures were not checked: this installation does not hold the key."))
    for note in check.notes:
        write_line(_("Note: {text}").format(text=f"{note.code}  {note.place}: {_(note.detail)}"))
    for fault in check.faults:
        write_error(f"{fault.code}  {fault.place}: {_(fault.detail)}")
    if check.faults:
        write_error(_("{n} faults found").format(n=len(check.faults)))
    else:
        write_line(_("No fault found."))
