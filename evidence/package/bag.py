"""Files written once, hashed as they are written, and made to last."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from evidence.errors import PackageError
from evidence.package import layout
from evidence.seal.disk import sync_folder


@dataclass(slots=True)
class Bag:
    """A BagIt 1.0 bag being written in `root`; hashes and sizes of what is in it so far."""

    root: Path
    hashes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def write(self, path: str, data: bytes) -> str:
        """Write one file of the bag; returns its SHA-256 in hex. Raises PackageError."""
        if path in self.hashes:
            raise PackageError(f"package file {path}", "would be written twice")
        try:
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            raise PackageError(f"package file {path}", f"{error.strerror}") from error
        self.hashes[path] = hashlib.sha256(data).hexdigest()
        self.sizes[path] = len(data)
        return self.hashes[path]

    def adopt(self, path: str) -> str:
        """Take in a file that was written into the bag piece by piece; returns its SHA-256 in hex.

        Raises PackageError.
        """
        if path in self.hashes:
            raise PackageError(f"package file {path}", "would be written twice")
        try:
            with (self.root / path).open("rb") as file:
                self.hashes[path] = hashlib.file_digest(file, "sha256").hexdigest()
                self.sizes[path] = file.tell()
        except OSError as error:
            raise PackageError(f"package file {path}", f"{error.strerror}") from error
        return self.hashes[path]

    def payload(self) -> dict[str, int]:
        """{path: bytes} of the payload files."""
        return {path: size for path, size in self.sizes.items() if path.startswith("data/")}

    def finish(self, bag_info: bytes) -> None:
        """Write the tag files and manifests."""
        self.write("bagit.txt", layout.BAGIT_TXT)
        self.write(layout.BAG_INFO, bag_info)
        payload = {p: h for p, h in self.hashes.items() if p.startswith("data/")}
        self.write(layout.MANIFEST, layout.manifest(payload))
        tags = {p: h for p, h in self.hashes.items() if not p.startswith("data/")}
        self.write(layout.TAG_MANIFEST, layout.manifest(tags))


def publish(bag: Bag, target: Path) -> None:
    """Make all files of a bag durable, then give its folder its final name.

    Raises PackageError when the name is taken or cannot be given.
    """
    # One sync of the whole disk costs less than an fsync for each of thousands of small files.
    os.sync()
    try:
        if target.exists():
            raise PackageError(str(target), "exists already")
        bag.root.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise PackageError(str(target), f"{error.strerror}") from error


def drop(bag: Bag) -> None:
    """Remove what was written of a bag that will not be finished."""
    shutil.rmtree(bag.root, ignore_errors=True)
