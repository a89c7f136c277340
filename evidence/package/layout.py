"""Where things lie in a package and what its tag files say; docs/formats/package.md is the norm."""

from __future__ import annotations

from collections.abc import Mapping

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
BAG_INFO = "bag-info.txt"
OPENINGS = "data/openings.json"
REPORT = "data/report/laporan.html"
VERIFIER = "verify/verify.py"
PAGE = "verify/verify.html"
README = "verify/README-id.txt"
BOUND_FOLDERS = ("data/proofs/anchors/", "data/report/", "data/wacz/", "data/warc/", "verify/")
"""Every file in these has its hash in the package description; package.md says their names."""
DESCRIPTION_ROLE = "package"
EXTENSIONS = {
    "application/json": ".json",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
}
"""All other media get `.bin`: a double click on captured HTML or SVG must not run it."""


def statement_path(index: int) -> str:
    """Where the bytes of leaf `index` lie."""
    return f"data/statements/{index}.json"


def proof_path(index: int) -> str:
    """Where the inclusion proof of leaf `index` lies."""
    return f"data/proofs/{index}.tlog-proof"


def object_path(index: int, role: str, media: str) -> str:
    """Where a disclosed object lies."""
    extension = EXTENSIONS.get(media.split(";")[0].strip(" \t").lower(), ".bin")
    return f"data/objects/{index}/{role}{extension}"


def checkpoint_path(name: str) -> str:
    """Where the head `first`, `report` or `last` lies."""
    return f"data/checkpoints/{name}.txt"


def consistency_path(old: str, new: str) -> str:
    """Where the proof lies that head `new` continues head `old`."""
    return f"data/checkpoints/{old}-{new}.consistency"


def is_bound(path: str) -> bool:
    """Whether a file's hash stands in the package description."""
    return path.startswith(BOUND_FOLDERS)


def anchor_path(size: int, name: str) -> str:
    """Where a file about the anchored head of this size lies."""
    return f"data/proofs/anchors/{size}/{name}"


def manifest(hashes: Mapping[str, str]) -> bytes:
    """A BagIt manifest of {path: SHA-256 hex}, ordered by path."""
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)).encode()


def bag_info(
    *, software: str, created_at: str, identifier: str, sizes: Mapping[str, int], organisation: str
) -> bytes:
    """bag-info.txt. sizes: bytes of each payload file."""
    return (
        f"Bag-Software-Agent: {software}\n"
        f"Bagging-Date: {created_at[:10]}\n"
        f"External-Identifier: {identifier}\n"
        f"Payload-Oxum: {sum(sizes.values())}.{len(sizes)}\n"
        f"Source-Organization: {organisation}\n"
    ).encode()
