"""What meets faults of the system: a signer, an exporter, a recorder, a keeper of small files.

Each does its work, and once more when a fault made it fail. A fault must come out as an error of this project: any other ends the process.
"""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.canonical import record_id
from evidence.errors import JejakError, StoreError
from evidence.ledger import (
    NoteSignature,
    Tree,
    checkpoint_text,
    consistency_proof,
    leaf_hash,
    make_note,
    verifier_key,
)
from evidence.model import Draft, Plain, StatementType
from evidence.seal import Signer
from evidence.seal.witnessing import WitnessDesk
from evidence.store import open_archive
from evidence.store.attachment import ServerState, folder_secret, read_state, write_state
from tests.faults.archive_roles import AT, Journal, export_one
from tests.faults.nursery import Role
from tests.packages.synthetic import NOW, ORIGIN, make_site


def twice(said: Journal, work: Callable[[], object]) -> None:
    """Say what the work gives; a fault passes, so it may fail once, as an error of ours."""
    try:
        said.say(work())
    except JejakError as error:
        said.say("failed", type(error).__name__)
        said.say(work())


def roles(folder: Path) -> dict[str, Role]:
    """Roles over one site in memory, whose newest leaves are not signed yet."""
    site = make_site(folder / "site")
    (folder / "trust").write_text(site.trust)
    # Whatever is loaded or kept at first use is there before the first fork.
    warm = make_site(folder / "warm")
    export_one(warm.archive, warm.signer, folder / "warm")

    def sign(said: Journal, keys: str) -> None:
        def work() -> str:
            signer = Signer(site.archive, Path(keys), ORIGIN)
            head = signer.seal(NOW) or signer.head()
            assert head is not None
            return f"{signer.vkey} {head.size} {head.root.hex()}"

        twice(said, work)

    def export(said: Journal, keys: str, out: str) -> None:
        def work() -> str:
            return export_one(
                site.archive, Signer(site.archive, Path(keys), ORIGIN), Path(out)
            ).name

        twice(said, work)

    def state(said: Journal, file: str) -> None:
        path = Path(file)

        def work() -> str:
            secret = folder_secret(path.with_suffix(".secret"))
            write_state(path, ServerState(2))
            return f"{secret} {read_state(path).port}"

        twice(said, work)

    heads = [some_head(size) for size in range(1, 5)]

    def cosign(said: Journal, place: str) -> None:
        for _again in range(2):  # a fault fails once
            try:
                desk = WitnessDesk(Path(place), "saksi.test/1", {ORIGIN: (LOG_KEY,)})
                for size, head in enumerate(heads, 1):
                    reply = desk.add_checkpoint(_asking(size, head), size)
                    said.tell(size, reply.status, desk.key)
                return
            except JejakError:
                continue

    works = {"sign": sign, "export": export, "record": record, "state": state, "cosign": cosign}
    return {
        **{name: held(work) for name, work in works.items()},
        **{f"{name} on": let_run(work) for name, work in works.items()},
    }


def record(said: Journal, url: str, name: str) -> None:
    try:
        archive = open_archive(url, Path())
    except StoreError:
        # Opening says at once that a server does not answer; from then on nothing may fail.
        archive = open_archive(url, Path())
    for n in range(3):
        body = Plain("body", "text/plain", f"{name} {n}".encode())
        draft = Draft(
            StatementType.CAPTURE, record_id(name, str(n)), AT, "system", {"n": n}, (body,)
        )
        for entry in archive.record([draft]):
            said.say(entry.index, entry.statement.rec)
    archive.close()


LOG_SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_KEY = verifier_key(ORIGIN, LOG_SECRET.public_key().public_bytes_raw())


def some_tree(size: int) -> Tree:
    """A log of numbered leaves."""
    return Tree(leaf_hash(str(n).encode()) for n in range(size))


def some_head(size: int) -> bytes:
    """Its signed head."""
    text = checkpoint_text(ORIGIN, size, some_tree(size).root())
    signed = NoteSignature(ORIGIN, LOG_KEY.id, LOG_SECRET.sign(text.encode()))
    return make_note(text, [signed])


def _asking(size: int, head: bytes) -> bytes:
    """A request for the head of this size, from one that is smaller by one."""
    old = size - 1
    proof = consistency_proof(some_tree(size), old, size) if old else ()
    lines = "".join(base64.b64encode(h).decode() + "\n" for h in proof)
    return f"old {old}\n{lines}\n".encode() + head


def held(work: Role) -> Role:
    """The work, after a stop in which a tracer can take hold."""

    def role(journal: str, *args: str) -> None:
        said = Journal(journal)
        os.kill(os.getpid(), signal.SIGSTOP)
        work(said, *args)

    return role


def let_run(work: Role) -> Role:
    """The work without a tracer."""

    def role(journal: str, *args: str) -> None:
        work(Journal(journal), *args)

    return role
