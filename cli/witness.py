"""`jejak witness`: be the other eye on another office's log."""

from __future__ import annotations

from pathlib import Path

import click

from cli.command import Command, Group
from cli.screen import write_json, write_line
from cli.shell import Shell
from cli.words import N_, _


@click.group(cls=Group)
def witness() -> None:
    """Remember how other offices' logs grow, and sign no other history."""


@witness.command("key", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, help=N_("Name of this witness, such as kantor.example/1."))
@click.pass_obj
def key(shell: Shell, folder: Path, name: str, as_json: bool) -> None:
    """Show the key of the witness kept in FOLDER; one is made when there is none."""
    from evidence.seal.witnessing import WitnessDesk

    said = str(WitnessDesk(folder, name, {}).key)
    if as_json:
        write_json({"vkey": said})
    else:
        write_line(said)


@witness.command("serve", cls=Command)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", required=True, help=N_("Name of this witness, such as kantor.example/1."))
@click.option(
    "--log", "logs", multiple=True, required=True,
    help=N_("Verifier key of a log that is watched; may be repeated."),
)  # fmt: skip
@click.option("--host", default="127.0.0.1", help=N_("Address to listen at."))
@click.option("--port", default=8480, type=click.IntRange(0, 65535), help=N_("Port to listen at."))
@click.pass_obj
def serve(
    shell: Shell, folder: Path, name: str, logs: tuple[str, ...], host: str, port: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Answer requests to sign heads, keeping memory and key in FOLDER, until stopped."""
    from evidence.ledger import VerifierKey, parse_vkey
    from evidence.seal.serve import witness_server
    from evidence.seal.witnessing import WitnessDesk

    known: dict[str, tuple[VerifierKey, ...]] = {}
    for text in logs:
        vkey = parse_vkey(text)
        known[vkey.name] = (*known.get(vkey.name, ()), vkey)
    desk = WitnessDesk(folder, name, known)
    server = witness_server(desk, host, port, shell.now, _say)
    said = f"{server.server_address[0]!s}:{server.server_address[1]}"
    if as_json:
        write_json({"address": said, "vkey": str(desk.key)})
    else:
        write_line(_("Witness {key} listens at {address}").format(key=desk.key, address=said))
    with server:
        server.serve_forever()


def _say(path: str, status: int) -> None:
    write_line(f"{path} {status}")
