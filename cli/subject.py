"""`jejak subject`: what a person the records are about may ask for."""

from __future__ import annotations

from pathlib import Path

import click

from cli.command import Command, Group
from cli.person import actor
from cli.reading import order_option
from cli.screen import json_text, visible, write_json, write_line
from cli.shell import Shell
from cli.words import N_, _

NOTE = """\
SALINAN DATA PRIBADI (UU 27/2022 Pasal 32)

data.json  apa yang disimpan tentang akun ini, kunjungan kepadanya, dan rekam jejak pemrosesannya
berkas/    gambar dan tangkapan layar yang disimpan dari akun ini

Tidak disertakan: halaman mentah, karena menampilkan orang lain juga; nama petugas; nama akun orang lain
yang berinteraksi dengan akun ini (disebut dengan nama semu). Yang sudah dihapus ditandai "erased".
Tidak dicari: unggahan akun lain yang menyebut pemegang akun ini dalam teks atau gambarnya. Gambar, tangkapan
layar, dan teks di dalam salinan ini dapat memperlihatkan orang lain; program tidak mengenali siapa.
"""


@click.group(cls=Group)
def subject() -> None:
    """Answer the person the records are about."""


@subject.command("export", cls=Command)
@click.argument("account")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@order_option(N_("Number of the written order."))
@click.option(
    "--purpose", default="UU 27/2022 Pasal 32", show_default=True, help=N_("What it is for.")
)
@click.pass_obj
def export(
    shell: Shell, account: str, directory: Path, order: str, purpose: str, as_json: bool
) -> None:
    """Write a copy of what is kept about ACCOUNT, and of what was done with it, into DIRECTORY.

    For the account's holder (UU 27/2022 article 32). Raw pages and other people's accounts are left
    out; pictures, screenshots and texts may still show others: look at them first. The copy is
    recorded in the log before it is written.
    """
    from evidence.errors import PackageError, ScopeError
    from evidence.query.copy import subject_copy, subject_files, subject_records
    from evidence.query.custody import Action, custody_draft, record_custody
    from evidence.query.subject import SubjectKind, find_subject

    found = find_subject(shell.archive, account)
    if found.kind is not SubjectKind.ACCOUNT:
        raise ScopeError(f"subject {account!r}", "is not an account", "Give its watch id")
    entries = subject_records(shell.archive, found.id)
    draft = custody_draft(
        shell.recorder(), Action.SUBJECT_EXPORT, [found.token, *(e.statement.rec for e in entries)],
        shell.now(), actor=actor(), purpose=purpose, order=order,
    )  # fmt: skip
    rec = record_custody(shell.archive, draft).statement.rec
    target = directory / f"salinan-data-{rec[:8]}"
    try:
        target.mkdir(parents=True, mode=0o700)
        (target / "berkas").mkdir()
        (target / "BACA.txt").write_text(NOTE, "utf-8")
        said = subject_copy(shell.archive, found.id, entries)
        (target / "data.json").write_text(json_text(said, indent=1) + "\n", "utf-8")
        for name, data in subject_files(shell.archive, entries):
            (target / "berkas" / name).write_bytes(data)
    except OSError as error:
        raise PackageError(str(target), f"{error.strerror}") from error
    if as_json:
        write_json({"copy": str(target), "records": len(entries), "rec": rec})
        return
    write_line(_("copy: {name}").format(name=visible(str(target))))
