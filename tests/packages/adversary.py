"""What somebody who may rewrite a package, but has no key, can do to it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")


class Twin:
    """A copy of a sound package, to be tampered with."""

    def __init__(self, sound: Path, root: Path) -> None:
        shutil.copytree(sound, root)
        self.root = root

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    def edit(self, path: str, old: bytes, new: bytes) -> None:
        data = self.read(path)
        assert old in data, f"{old!r} is not in {path}"
        self.write(path, data.replace(old, new, 1))

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def json(self, path: str) -> Any:
        return json.loads(self.read(path))

    def write_json(self, path: str, value: Any) -> None:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.write(path, text.encode())

    def indices(self) -> list[int]:
        return sorted(int(p.stem) for p in (self.root / "data/statements").iterdir())

    def index_of(self, type_: str, /, **facts: object) -> int:
        """Index of the first statement of a type whose facts are these."""
        for index in self.indices():
            said = self.json(f"data/statements/{index}.json")
            if said["type"] == type_ and all(said["facts"].get(k) == v for k, v in facts.items()):
                return index
        raise AssertionError(f"no {type_} statement with {facts}")

    def openings(self, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        value = self.json("data/openings.json")
        value["openings"] = change(value["openings"])
        self.write_json("data/openings.json", value)

    def drop_record(self, index: int) -> None:
        """Take out a record with all that belongs to it."""
        self.remove(f"data/statements/{index}.json")
        self.remove(f"data/proofs/{index}.tlog-proof")
        shutil.rmtree(self.root / f"data/objects/{index}", ignore_errors=True)
        self.openings(lambda openings: [o for o in openings if o["index"] != index])

    def cover_up(self) -> None:
        """Write bag-info's totals and both manifests anew, as anyone can."""
        files = sorted(
            p.relative_to(self.root).as_posix()
            for p in self.root.rglob("*")
            if p.is_file() and not p.is_symlink()
        )
        payload = [p for p in files if p.startswith("data/")]
        size = sum((self.root / p).stat().st_size for p in payload)
        oxum = f"Payload-Oxum: {size}.{len(payload)}\n".encode()
        info = re.sub(rb"Payload-Oxum: [0-9.]+\n", oxum, self.read("bag-info.txt"))
        self.write("bag-info.txt", info)
        self.write(MANIFESTS[0], self._lines(payload))
        tags = [p for p in files if not p.startswith("data/") and p != MANIFESTS[1]]
        self.write(MANIFESTS[1], self._lines(tags))

    def _lines(self, paths: list[str]) -> bytes:
        return "".join(
            f"{hashlib.sha256(self.read(p)).hexdigest()}  {p}\n" for p in sorted(paths)
        ).encode()


def flip_hash(line: bytes) -> bytes:
    """Another 32-byte hash in canonical base64."""
    raw = bytearray(base64.b64decode(line))
    raw[0] ^= 1
    return base64.b64encode(bytes(raw))
