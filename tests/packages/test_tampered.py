"""Each tampered twin is named for its fault and must be found by the code of that fault."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import (
    NoteSignature,
    checkpoint_text,
    inclusion_proof,
    make_note,
    make_tlog_proof,
    parse_checkpoint,
    verifier_key,
)
from evidence.package.log import LogView
from evidence.verify import verify
from tests.packages.adversary import Twin, flip_hash
from tests.packages.synthetic import OTHER, Site

LAST = "data/checkpoints/last.txt"
Tamper = Callable[[Twin, Site], None]
TWINS: dict[str, tuple[str, Tamper, bool]] = {}


def twin(code: str, *, covered: bool = True) -> Callable[[Tamper], Tamper]:
    """Register a twin. covered: the adversary writes the manifests anew."""

    def register(tamper: Tamper) -> Tamper:
        TWINS[tamper.__name__] = (code, tamper, covered)
        return tamper

    return register


@twin("PROOF_INCLUSION")
def statement_reworded(t: Twin, site: Site) -> None:
    index = t.index_of("outcome", outcome="FAILED")
    t.edit(f"data/statements/{index}.json", b'"FAILED"', b'"EMPTY"')


@twin("STATEMENT_FORMAT")
def statement_respelled(t: Twin, site: Site) -> None:
    t.edit("data/statements/1.json", b'{"at"', b'{ "at"')


@twin("RECORD_MISSING")
def inconvenient_record_left_out(t: Twin, site: Site) -> None:
    t.drop_record(t.index_of("snapshot", change="EDITED"))


@twin("RECORD_MISSING")
def failed_visit_left_out(t: Twin, site: Site) -> None:
    t.drop_record(t.index_of("outcome", outcome="FAILED"))


@twin("RECORD_UNLISTED")
def record_of_somebody_else_added(t: Twin, site: Site) -> None:
    """The added record is genuine: it is in the log, with a sound proof under the same head."""
    head = parse_checkpoint(t.read(LAST))
    log = LogView(site.archive)
    log.grow(head, range(head.size))
    entry = next(
        e
        for e in log.entries.values()
        if e.statement.type == "outcome" and e.statement.facts["watch"] == OTHER
    )
    t.write(f"data/statements/{entry.index}.json", entry.statement_bytes)
    proof = make_tlog_proof(
        entry.index, inclusion_proof(log.tree, entry.index, head.size), head.note
    )
    t.write(f"data/proofs/{entry.index}.tlog-proof", proof)


@twin("REC_DOUBLE")
def record_doubled_under_another_number(t: Twin, site: Site) -> None:
    data = t.read("data/statements/1.json")
    t.write("data/statements/9999.json", data)


@twin("OBJECT_COMMITMENT")
def received_page_replaced(t: Twin, site: Site) -> None:
    index = t.index_of("capture", kind="exchange")
    t.edit(f"data/objects/{index}/body.json", b"dukung", b"tolak!")


@twin("OBJECT_COMMITMENT")
def screenshot_replaced(t: Twin, site: Site) -> None:
    index = t.index_of("capture", kind="screenshot")
    data = bytearray(t.read(f"data/objects/{index}/body.png"))
    data[-20] ^= 1
    t.write(f"data/objects/{index}/body.png", bytes(data))


@twin("OBJECT_SIZE")
def object_emptied(t: Twin, site: Site) -> None:
    index = t.index_of("snapshot")
    t.write(f"data/objects/{index}/post.json", b"")


@twin("OBJECT_COMMITMENT")
def salt_replaced(t: Twin, site: Site) -> None:
    t.openings(lambda all_: [{**all_[0], "salt": "0" * 64}, *all_[1:]])


@twin("OBJECT_UNACCOUNTED")
def object_withheld_afterwards(t: Twin, site: Site) -> None:
    index = t.index_of("snapshot", change="EDITED")
    t.remove(f"data/objects/{index}/post.json")
    t.openings(lambda all_: [o for o in all_ if o["index"] != index])


@twin("OPENINGS_FORMAT")
def salt_in_capitals(t: Twin, site: Site) -> None:
    t.openings(lambda all_: [{**o, "salt": o["salt"].upper()} for o in all_])


@twin("OPENINGS_FORMAT")
def openings_respelled(t: Twin, site: Site) -> None:
    t.write("data/openings.json", t.read("data/openings.json") + b"\n")


@twin("OPENING_UNKNOWN")
def opening_of_nothing(t: Twin, site: Site) -> None:
    t.openings(lambda all_: [*all_, {"index": 9999, "role": "body", "salt": "0" * 64}])


@twin("FILE_MISSING")
def object_lost(t: Twin, site: Site) -> None:
    t.remove(f"data/objects/{t.index_of('snapshot')}/post.json")


@twin("FILE_MISSING")
def proof_lost(t: Twin, site: Site) -> None:
    t.remove("data/proofs/1.tlog-proof")


@twin("PROOF_INCLUSION")
def proof_hash_altered(t: Twin, site: Site) -> None:
    path = "data/proofs/1.tlog-proof"
    line = t.read(path).split(b"\n")[2]
    t.edit(path, line, flip_hash(line))


@twin("PROOF_INDEX")
def proof_of_another_entry(t: Twin, site: Site) -> None:
    t.write("data/proofs/1.tlog-proof", t.read("data/proofs/0.tlog-proof"))


@twin("PROOF_FORMAT")
def proof_with_other_tail_bits(t: Twin, site: Site) -> None:
    path = "data/proofs/1.tlog-proof"
    line = t.read(path).split(b"\n")[2]
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = alphabet[alphabet.index(line[-2]) ^ 1 : (alphabet.index(line[-2]) ^ 1) + 1]
    assert base64.b64decode(line) == base64.b64decode(line[:-2] + other + b"=")
    t.edit(path, line, line[:-2] + other + b"=")


@twin("PROOF_FORMAT")
def proof_word_respelled(t: Twin, site: Site) -> None:
    t.edit("data/proofs/1.tlog-proof", b"index 1", b"Index 1")


@twin("PROOF_CHECKPOINT")
def proof_under_another_head(t: Twin, site: Site) -> None:
    report = t.read("data/checkpoints/report.txt")
    t.edit("data/proofs/1.tlog-proof", t.read(LAST), report)


@twin("NOTE_KEY")
def head_signed_by_a_stranger(t: Twin, site: Site) -> None:
    secret = Ed25519PrivateKey.generate()
    key = verifier_key(site.signer.vkey.name, secret.public_key().public_bytes_raw())
    head = parse_checkpoint(t.read(LAST))
    text = checkpoint_text(head.origin, head.size, head.root)
    note = make_note(text, [NoteSignature(key.name, key.id, secret.sign(text.encode()))])
    for index in t.indices():
        t.edit(f"data/proofs/{index}.tlog-proof", head.note, note)
    t.write(LAST, note)


@twin("NOTE_SIGNATURE")
def head_with_another_root(t: Twin, site: Site) -> None:
    line = t.read(LAST).split(b"\n")[2]
    t.edit(LAST, line, flip_hash(line))


@twin("NOTE_SIGNATURE")
def head_with_another_size(t: Twin, site: Site) -> None:
    line = t.read(LAST).split(b"\n")[1]
    t.edit(LAST, b"\n" + line + b"\n", b"\n%d\n" % (int(line) + 1))


@twin("NOTE_UNKNOWN_SIGNATURE")
def head_with_an_unread_signature_line(t: Twin, site: Site) -> None:
    extra = "— saksi.test " + base64.b64encode(b"abcd" + b"x" * 64).decode() + "\n"
    note = t.read(LAST)
    for index in t.indices():
        t.edit(f"data/proofs/{index}.tlog-proof", note, note + extra.encode())
    t.write(LAST, note + extra.encode())


@twin("NOTE_ORIGIN")
def head_of_another_log(t: Twin, site: Site) -> None:
    t.edit(LAST, b"bawaslu.test", b"lainnya.test")


@twin("NOTE_FORMAT")
def head_with_an_extension_line(t: Twin, site: Site) -> None:
    t.edit(LAST, b"\n\n", b"\nextra\n\n")


@twin("CONSISTENCY")
def continuation_altered(t: Twin, site: Site) -> None:
    path = "data/checkpoints/first-report.consistency"
    line = t.read(path).split(b"\n")[3]
    t.edit(path, line, flip_hash(line))


@twin("CONSISTENCY_FORMAT")
def continuation_respelled(t: Twin, site: Site) -> None:
    t.edit("data/checkpoints/first-report.consistency", b"old ", b"Old ")


@twin("CONSISTENCY")
def log_forked_with_the_stolen_key(t: Twin, site: Site) -> None:
    """The key signs another history; the head that was noted before does not continue into it."""
    head = parse_checkpoint(t.read(LAST))
    key = site.signer._key
    text = checkpoint_text(head.origin, head.size, hashlib.sha256(b"other history").digest())
    t.write(LAST, key.sign(text))


@twin("CHECKPOINT_OTHER")
def older_head_replaced_by_a_newer_one(t: Twin, site: Site) -> None:
    t.write("data/checkpoints/first.txt", t.read("data/checkpoints/report.txt"))


@twin("FILE_HASH")
def report_reworded(t: Twin, site: Site) -> None:
    t.edit("data/report/laporan.html", b"Contoh Pegawai", b"Orang Lain    ")


@twin("FILE_HASH")
def verifier_made_lenient(t: Twin, site: Site) -> None:
    t.edit("verify/verify.py", b"return 0 if report.ok else 1", b"return 0")


@twin("FILE_HASH")
def page_made_lenient(t: Twin, site: Site) -> None:
    t.edit("verify/verify.html", b'? "NOT_INTACT"', b'? "INTACT"')


@twin("FILE_HASH")
def instructions_reworded(t: Twin, site: Site) -> None:
    t.edit("verify/README-id.txt", b"Jangan memakai kunci", b"Silakan pakai kunci ")


@twin("FILE_UNKNOWN")
def file_slipped_in(t: Twin, site: Site) -> None:
    t.write("data/objects/1/catatan.txt", b"tambahan")


@twin("FILE_UNKNOWN")
def tag_file_slipped_in(t: Twin, site: Site) -> None:
    t.write("keys.txt", b"vkey")


@twin("FILE_UNKNOWN")
def empty_folder_slipped_in(t: Twin, site: Site) -> None:
    (t.root / "data/objects/lampiran").mkdir()


@twin("FILE_NOT_REGULAR")
def file_replaced_by_a_link(t: Twin, site: Site) -> None:
    path = t.root / "data/report/laporan.html"
    moved = t.root.parent / f"{t.root.name}-outside.html"
    shutil.move(path, moved)
    path.symlink_to(moved)


@twin("BAG_INFO")
def sender_renamed(t: Twin, site: Site) -> None:
    t.edit("bag-info.txt", b"Bawaslu Uji", b"Bawaslu Ini")


@twin("BAGIT_TXT")
def bag_version_changed(t: Twin, site: Site) -> None:
    t.edit("bagit.txt", b"1.0", b"0.9")


@twin("EXPORT_MISSING")
def export_itself_left_out(t: Twin, site: Site) -> None:
    t.drop_record(max(t.indices()))


@twin("OBJECT_COMMITMENT")
def description_rewritten_to_leave_a_record_out(t: Twin, site: Site) -> None:
    gone = t.index_of("snapshot", change="EDITED")
    t.drop_record(gone)
    path = f"data/objects/{max(t.indices())}/package.json"
    value = t.json(path)
    value["records"] = [r for r in value["records"] if r["index"] != gone]
    t.write_json(path, value)


@twin("MANIFEST_HASH", covered=False)
def payload_changed_and_manifest_forgotten(t: Twin, site: Site) -> None:
    t.edit("data/report/laporan.html", b"Contoh", b"contoh")


@twin("MANIFEST_ABSENT", covered=False)
def manifest_line_removed(t: Twin, site: Site) -> None:
    lines = t.read("manifest-sha256.txt").split(b"\n")
    t.write("manifest-sha256.txt", b"\n".join(lines[1:]))


@twin("MANIFEST_EXTRA", covered=False)
def manifest_line_added(t: Twin, site: Site) -> None:
    line = b"0" * 64 + b"  data/../../etc/passwd\n"
    t.write("manifest-sha256.txt", line + t.read("manifest-sha256.txt"))


@twin("MANIFEST_FORMAT", covered=False)
def manifest_reordered(t: Twin, site: Site) -> None:
    lines = t.read("tagmanifest-sha256.txt").split(b"\n")[:-1]
    t.write("tagmanifest-sha256.txt", b"\n".join([*reversed(lines), b""]))


@pytest.mark.parametrize("name", sorted(TWINS))
def test_the_tampered_twin_is_found_by_the_code_of_its_fault(
    name: str, sound: Path, site: Site, tmp_path: Path
) -> None:
    code, tamper, covered = TWINS[name]
    twin_package = Twin(sound, tmp_path / name)
    tamper(twin_package, site)
    if covered:
        twin_package.cover_up()

    report = verify(twin_package.root, site.trust)

    assert not report.ok
    assert code in {f.code for f in report.findings if f.severity == "error"}
    assert report.integrity[0] == "NOT_INTACT"
    if covered:
        assert not any(f.code.startswith("MANIFEST") for f in report.findings)


def test_the_sound_package_has_no_error(sound: Path, site: Site) -> None:
    report = verify(sound, site.trust)

    assert report.ok
    assert [f.code for f in report.findings if f.severity != "notice"] == []
    assert report.integrity[0] == "INTACT"
    assert report.completeness[0] == "ACCOUNTED"
    assert report.time[0] == "OWN_CLOCK"


def test_covering_up_nothing_leaves_the_sound_package_sound(
    sound: Path, site: Site, tmp_path: Path
) -> None:
    """The adversary's manifests are the real ones: what finds a twin is never the covering up."""
    same = Twin(sound, tmp_path / "same")
    same.cover_up()

    assert verify(same.root, site.trust).ok


def test_all_faults_are_reported_not_only_the_first(
    sound: Path, site: Site, tmp_path: Path
) -> None:
    many = Twin(sound, tmp_path / "many")
    for name in ("received_page_replaced", "report_reworded", "proof_hash_altered"):
        TWINS[name][1](many, site)
    many.remove("data/proofs/0.tlog-proof")
    many.cover_up()

    codes = {f.code for f in verify(many.root, site.trust).findings}

    assert codes >= {"OBJECT_COMMITMENT", "FILE_HASH", "PROOF_INCLUSION", "FILE_MISSING"}
