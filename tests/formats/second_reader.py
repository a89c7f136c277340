"""A second verifier of packages, written from docs/formats alone.

It shares no code with the writer or with verify.py; where a page of docs/formats left it guessing,
the page was mended. It says that a package is unsound, not in which of the verifier's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature

from tests.formats.second_anchors import anchor_sizes, read_trust, stamped_by, witnessed_by
from tests.formats.second_schedule import due_times
from tests.formats.second_statement import references, statement
from tests.formats.second_times import Times, stamp_time, times_of, versions
from tests.formats.second_words import (
    UnsoundError,
    both_roots,
    canonical,
    derived,
    instant,
    need,
    number,
    path_root,
    sha,
    unbase64,
)

EXTENSIONS = {
    "application/json": ".json", "image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png",
    "image/webp": ".webp", "text/plain": ".txt", "video/mp4": ".mp4",
}  # fmt: skip
BOUND = ("data/report/laporan.html", "verify/README-id.txt", "verify/verify.py")
ALSO_BOUND = re.compile(
    r"(data/(proofs/anchors|report|wacz|warc)|verify)(/[a-z0-9][a-z0-9._-]{0,99}){1,4}"
)
OUR_JSON = {
    "account", "actor", "campaign", "entry", "exchange", "fingerprint", "gaps", "interaction",
    "observation", "officer", "package", "post", "reading",
}  # fmt: skip
MALFORMED = (
    UnsoundError, InvalidSignature, OSError, LookupError, ValueError, TypeError, AttributeError,
)  # fmt: skip
Record = dict[str, Any]


@dataclass
class Verdict:
    """problems empty: intact. holes: slots without outcome, records named and not there.

    unproven: stamps and cosignatures of nobody who is trusted, authorities that gave none.
    """

    problems: list[str] = field(default_factory=list)
    holes: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    stated: bool = False


def read_package(root: Path, trust: str) -> Verdict:
    """Everything that is wrong with a package, and what its period lacks."""
    verdict = Verdict()
    reader = _Reader(root, verdict)
    for step in (reader.files, lambda: reader.heads(trust), reader.records, reader.export, reader.anchors,
                 reader.references, reader.times, reader.completeness):  # fmt: skip
        try:
            step()
        except MALFORMED as error:
            verdict.problems.append(f"{type(error).__name__}: {error}")
    return verdict


@dataclass(frozen=True)
class Head:
    note: bytes
    size: int
    root: bytes


class _Reader:
    """One package on its way through the checks; each step is one part of package.md."""

    def __init__(self, root: Path, verdict: Verdict) -> None:
        self.root, self.verdict = root, verdict
        self.paths: set[str] = set()
        self.head: dict[str, Head] = {}
        self.said: dict[int, Record] = {}
        self.leaf: dict[int, bytes] = {}
        self.opened: dict[tuple[int, str], bytes] = {}
        self.wanted: Record = {}
        self.known = Times()

    def bytes(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def each(self, items: Any, check: Callable[[Any], None]) -> None:
        for item in items:
            try:
                check(item)
            except MALFORMED as error:
                self.verdict.problems.append(f"{item}: {error}")

    def files(self) -> None:
        for path in sorted(self.root.rglob("*")):
            whole = path.is_file() or (path.is_dir() and any(path.iterdir()))
            need(whole and not path.is_symlink(), f"{path}: no file of a package")
            if path.is_file():
                self.paths.add(path.relative_to(self.root).as_posix())
        need(self.bytes("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
             "bagit.txt")  # fmt: skip
        payload = {path for path in self.paths if path.startswith("data/")}
        tags = self.paths - payload - {"tagmanifest-sha256.txt"}
        for name, paths in (("manifest", payload), ("tagmanifest", tags)):
            lines = (f"{sha(self.bytes(path)).hex()}  {path}\n" for path in sorted(paths))
            need(self.bytes(f"{name}-sha256.txt") == "".join(lines).encode(), f"{name} disagrees")

    def heads(self, trust: str) -> None:
        self.trusted = read_trust(trust)
        self.origin = self.trusted.origin
        for name in ("first", "report", "last"):
            self.head[name] = self._note(self.bytes(f"data/checkpoints/{name}.txt"))
        self.each((("first", "report"), ("report", "last")), self._consistency)

    def _note(self, note: bytes) -> Head:
        text, blank, signatures = note.decode().rpartition("\n\n")
        origin, size, root = text.split("\n")
        need(blank and origin == self.origin and len(unbase64(root)) == 32, "not such a head")
        need(signatures.endswith("\n"), "no signatures")
        for line in signatures[:-1].split("\n"):
            dash, name, signed = line.split(" ")
            raw = unbase64(signed)
            need(dash == "—" and name == self.origin, "a stranger signed")
            _, key, until = self.trusted.keys[raw[:4]]
            need(until is None or number(size) <= until, "a retired key signed")
            key.verify(raw[4:], f"{text}\n".encode())
        return Head(note, number(size), unbase64(root))

    def _consistency(self, names: tuple[str, str]) -> None:
        old, new = self.head[names[0]], self.head[names[1]]
        self._continues(old, new, f"data/checkpoints/{names[0]}-{names[1]}.consistency")

    def _continues(self, old: Head, new: Head, path: str) -> None:
        text = self.bytes(path).decode("ascii")
        title, old_line, new_line, *hashes, end = text.split("\n")
        need((title, old_line, new_line, end)
             == ("jejak-consistency v1", f"old {old.size}", f"new {new.size}", ""), "its words")  # fmt: skip
        need(1 <= old.size <= new.size, "heads out of order")
        path = [unbase64(line) for line in hashes]
        need(both_roots(old.size, new.size, path, old.root) == (old.root, new.root),
             "the heads are not of one log")  # fmt: skip

    def records(self) -> None:
        """Every statement, under the last head."""
        found = (re.fullmatch(r"data/statements/(.+)\.json", path) for path in sorted(self.paths))
        self.each(sorted(number(match[1]) for match in found if match), self._record)

    def _record(self, index: int) -> None:
        self.leaf[index] = self.bytes(f"data/statements/{index}.json")
        said = statement(self.leaf[index])
        self.said[index] = said
        last = self.head["last"]
        text, _, rest = self.bytes(f"data/proofs/{index}.tlog-proof").decode().partition("\n\n")
        title, index_line, *hashes = text.split("\n")
        need((title, index_line) == ("c2sp.org/tlog-proof@v1", f"index {index}"), "its proof")
        need(rest.encode() == last.note and index < last.size, "its proof's head")
        path = [unbase64(line) for line in hashes]
        need(path_root(sha(b"\0" + self.leaf[index]), index, last.size, path) == last.root,
             "it is not in the log")  # fmt: skip

    def export(self) -> None:
        """The export's description against what is there."""
        salts = self._openings()
        number_of_export = max(self.said)
        export = self.said[number_of_export]
        need((export["type"], export["facts"]["action"]) == ("custody", "EXPORT"), "no export")
        rows = {}
        own = {"index": number_of_export, "rec": export["rec"], "withheld": [], "erased": []}
        self.each([own], lambda row: self._row(row, salts))
        self.wanted = canonical(self.opened[number_of_export, "package"])
        for row in self.wanted["records"]:
            rows[row["index"]] = row
        need(set(rows) | {number_of_export} == set(self.said), "a record too many or too few")
        need(len(rows) == len(self.wanted["records"]), "a record listed twice")
        need(len({said["rec"] for said in self.said.values()}) == len(self.said), "an id twice")
        need(
            set(self.wanted)
            == {
                "anchors",
                "checkpoints",
                "clock",
                "created_at",
                "files",
                "format",
                "organisation",
                "origin",
                "period",
                "posts",
                "records",
                "software",
                "v",
                "watches",
            },
            "its fields",
        )
        need(self.wanted["clock"] == export["clock"], "its clock")
        need(self.head["last"].size > number_of_export, "the last head")
        need(number_of_export >= self.head["report"].size > max(rows), "the report's head")
        need(self.head["first"].size > min(rows), "the first head")
        need(self.wanted["v"] == 1 and self.wanted["format"] == "jejak-package", "its format")
        need(self.wanted["origin"] == self.origin, "its origin")
        self.each(rows.values(), lambda row: self._row(row, salts))
        need(not salts, "a salt without its object")
        heads = {name: sha(self.head[name].note).hex() for name in ("first", "report")}
        need(self.wanted["checkpoints"] == heads, "another head than the description says")
        need(set(BOUND) <= set(self.wanted["files"]), "a file that nothing answers for")
        for path, noted in self.wanted["files"].items():
            need(path in BOUND or ALSO_BOUND.fullmatch(path), f"{path}: no place for it")
            need(sha(self.bytes(path)).hex() == noted, "another file than the description says")
        for anchor in self.wanted["anchors"]:
            need(set(anchor) == {"authority", "kind", "reason", "size", "status"}, "an anchor")
            states = "anchored" if anchor["reason"] is None else "pending"
            need(anchor["status"] == states, "an anchor's status")
        self._whole_layout()
        self._bag_info(export)

    def _openings(self) -> dict[tuple[int, str], bytes]:
        value = canonical(self.bytes("data/openings.json"))
        need(set(value) == {"openings", "v"} and value["v"] == 1, "openings.json")
        keys = [(o["index"], o["role"]) for o in value["openings"]]
        need(sorted(set(keys)) == keys, "openings out of order")
        need(all(re.fullmatch("[0-9a-f]{64}", o["salt"]) and len(o) == 3 for o in value["openings"]),
             "a salt")  # fmt: skip
        return {k: bytes.fromhex(o["salt"]) for k, o in zip(keys, value["openings"], strict=True)}

    def _row(self, row: Record, salts: dict[tuple[int, str], bytes]) -> None:
        said = self.said[row["index"]]
        need(set(row) == {"index", "rec", "withheld", "erased"} and row["rec"] == said["rec"],
             "a row of the description")  # fmt: skip
        closed = [*row["withheld"], *row["erased"]]
        need(len(set(closed)) == len(closed), "closed twice")
        need(set(closed) <= {ref["role"] for ref in said["objects"]}, "a closed object of nothing")
        for ref in said["objects"]:
            if ref["role"] not in closed:
                data = self.bytes(object_path(row["index"], ref))
                salt = salts.pop((row["index"], ref["role"]))
                commit = sha(b"evidence-commit-v1\0" + salt + sha(data)).hex()
                need((ref["commit"], ref["size"]) == (commit, len(data)), "an object changed")
                self.opened[row["index"], ref["role"]] = data
                if ref["role"] in OUR_JSON:
                    canonical(data)
        erasures = [x for x in self.said.values() if x["type"] == "erasure"]
        if row["erased"] and row["rec"] not in [x["facts"]["subject"] for x in erasures]:
            self.verdict.holes.append(row["rec"])

    def _whole_layout(self) -> None:
        fixed = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
                 "data/openings.json", "data/checkpoints/first-report.consistency",
                 "data/checkpoints/report-last.consistency", *self.wanted["files"],
                 *(f"data/checkpoints/{name}.txt" for name in self.head)}  # fmt: skip
        for index, said in self.said.items():
            fixed |= {f"data/statements/{index}.json", f"data/proofs/{index}.tlog-proof"}
            fixed |= {object_path(index, ref) for ref in said["objects"]
                      if (index, ref["role"]) in self.opened}  # fmt: skip
        need(self.paths == fixed, f"files: {sorted(self.paths ^ fixed)}")

    def _bag_info(self, export: Record) -> None:
        sizes = [(self.root / p).stat().st_size for p in self.paths if p.startswith("data/")]
        lines = (f"Bag-Software-Agent: {self.wanted['software']}",
                 f"Bagging-Date: {self.wanted['created_at'][:10]}",
                 f"External-Identifier: {export['rec']}",
                 f"Payload-Oxum: {sum(sizes)}.{len(sizes)}",
                 f"Source-Organization: {self.wanted['organisation']}")  # fmt: skip
        text = "".join(f"{line}\n" for line in lines)
        need(self.bytes("bag-info.txt") == text.encode(), "bag-info.txt")

    def anchors(self) -> None:
        """Stamps and cosignatures; what cannot be told for want of trusted keys is unproven."""
        covered: set[str | None] = set()
        needed = sorted(self.said)[-2]
        for size in anchor_sizes(self.paths):
            folder = f"data/proofs/anchors/{size}"
            head = self._note(self.bytes(f"{folder}/checkpoint.txt"))
            need(head.size == size, "a head in another's folder")
            self._continues(head, self.head["report"], f"{folder}/report.consistency")
            seen = {self._seen(path, head) for path in sorted(self.paths)
                    if path.startswith(f"{folder}/") and path.endswith((".tsr", ".cosig"))}  # fmt: skip
            covered |= seen if size > needed else set()
        if len(covered & {name for name, _, _ in self.trusted.witnesses.values()}) < (
            self.trusted.quorum
        ):
            self.verdict.unproven.append("quorum")
        self.verdict.unproven += [
            f"{a['authority']} pending" for a in self.wanted["anchors"] if a["status"] == "pending"
        ]

    def _seen(self, path: str, head: Head) -> str | None:
        """The trusted authority or witness that a file shows to have seen a head."""
        file = self.root / path
        if path.endswith(".cosig"):
            text = head.note.decode().rpartition("\n\n")[0] + "\n"
            name = witnessed_by(file.read_bytes(), text, self.trusted)
        else:
            name = next(iter(stamped_by(file.parent, file, self.trusted)), None)
            time = stamp_time(file) if name else None
            self.known.tokens[sha(file.read_bytes()).hex()] = time
            if time:
                self.known.stamps.append((head.size, time))
        if name is None:
            self.verdict.unproven.append(path)
        return name

    def references(self) -> None:
        """What records say of each other."""
        self.by_rec = {said["rec"]: (index, said) for index, said in self.said.items()}
        self.each(self.said, self._references)

    def _references(self, index: int) -> None:
        said = self.said[index]
        self.verdict.holes += references(index, said, self.by_rec)
        if said["type"] == "capture":
            body, exchange = (self.opened.get((index, role)) for role in ("body", "exchange"))
            if body is not None and exchange is not None:
                need(canonical(exchange)["body_sha256"] == sha(body).hex(), "another body")
            for head in self.head.values():
                late = sha(head.note).hex() == said["facts"]["anchor"] and head.size > index
                need(not late, "an anchor from later")

    def times(self) -> None:
        """No record's time, and no version of the schedule, contradicts the others."""
        newest = min(instant(said["at"]) for said in self.said.values())
        for index, said in sorted(self.said.items()):
            try:
                self.verdict.holes += times_of(index, said, newest, self.known)
            except MALFORMED as error:
                self.verdict.problems.append(f"{index}: {error}")
            newest = max(newest, instant(said["at"]))
        self.verdict.holes += versions(
            self.said, self.wanted["watches"], self.verdict.problems.append,
            stated=bool(self.wanted["period"]),
        )  # fmt: skip

    def completeness(self) -> None:
        """Slots of the period that have no outcome."""
        if self.wanted["period"] is None:
            return
        self.verdict.stated = True
        export = self.said[max(self.said)]
        start = instant(self.wanted["period"]["from"])
        end = min(instant(self.wanted["period"]["until"]), instant(export["at"]))
        for watch in self.wanted["watches"]:
            for due in sorted(set(due_times(list(self.said.values()), watch, start, end))):
                slot = f"{watch}@{due:%Y-%m-%dT%H:%M:%SZ}"
                if derived("outcome", slot) not in self.by_rec:
                    self.verdict.holes.append(slot)


def object_path(index: int, ref: Record) -> str:
    extension = EXTENSIONS.get(ref["media"].split(";")[0].strip(" \t").lower(), ".bin")
    return f"data/objects/{index}/{ref['role']}{extension}"
