"""WACZ files: a ZIP of WARCs whose own manifest is checked, member by member.

Source: WACZ 1.1.1 (Webrecorder). What its signature says of who made it is kept, not checked here.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from crawler.ingest.found import Found, Handed, Limits, broken, moment
from crawler.ingest.warc import read_warc

MEMBERS = 2_000
CHUNK = 1 << 20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
ENCRYPTED = 0x1


def read_wacz(data: bytes, name: str, limits: Limits) -> Handed:
    """All that the WARCs of a WACZ hold. Raises ParseError naming the member and the record."""
    members = read_members(data, name, limits)
    package = _package(members, name)
    _check_manifest(package, members, name)
    warcs = [path for path in members if path.startswith("archive/") and _is_warc(path)]
    if not warcs:
        raise broken(name, "holds no WARC under archive/")
    found: list[Found] = []
    left: Counter[str] = Counter()
    for path in warcs:
        inner = read_warc(members[path], f"{name}: {path}", limits)
        found += inner.found
        left.update(dict(inner.left_out))
    created = package.get("created")
    claimed = moment(created) if isinstance(created, str) else None
    times = [one.claimed_at for one in found if one.claimed_at]
    made = claimed or min(times, default=None)
    return Handed("WACZ", "application/wacz", tuple(found), made, tuple(sorted(left.items())))


def read_members(data: bytes, name: str, limits: Limits) -> dict[str, bytes]:
    """Every file of a ZIP by its path, unpacked within the limits, checksums proven."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = [info for info in archive.infolist() if not info.is_dir()]
            if len(listed) > MEMBERS:
                raise broken(name, f"holds more than {MEMBERS} files")
            for info in listed:
                _check_name(info, name)
            twice = [path for path, n in Counter(i.filename for i in listed).items() if n > 1]
            if twice:
                raise broken(f"{name}: {_shown(twice[0])}", "is there twice")
            room = limits.unpacked_bytes
            members: dict[str, bytes] = {}
            for info in listed:
                members[info.filename] = _member(archive, info, name, room)
                room -= len(members[info.filename])
            return members
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise broken(name, f"is not a sound ZIP ({type(error).__name__})") from error


def _check_name(info: zipfile.ZipInfo, name: str) -> None:
    """No path out of the archive, no link, no password, no coding we do not bound."""
    path = PurePosixPath(info.filename)
    place = f"{name}: {_shown(info.filename)}"
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in path.parts[0]:
        raise broken(place, "is a path out of the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise broken(place, "is a link")
    if info.flag_bits & ENCRYPTED:
        raise broken(place, "is encrypted")
    if info.compress_type not in METHODS:
        raise broken(place, "is packed in a way that is not accepted")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, room: int) -> bytes:
    place = f"{name}: {_shown(info.filename)}"
    whole = io.BytesIO()
    try:
        with archive.open(info) as stream:
            while part := stream.read(CHUNK):
                if whole.tell() + len(part) > room:
                    raise broken(place, "unpacks to more than a file may hold")
                whole.write(part)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise broken(place, "is damaged: its checksum or coding is wrong") from error
    return whole.getvalue()


def _package(members: Mapping[str, bytes], name: str) -> dict[str, Any]:
    value = _json(members, PACKAGE, name)
    said = _json(members, DIGEST, name) if DIGEST in members else {}
    digest = said.get("hash")
    if isinstance(digest, str) and not _is_hash(digest, members[PACKAGE]):
        raise broken(f"{name}: {DIGEST}", "its hash is not that of datapackage.json")
    return value


def _json(members: Mapping[str, bytes], path: str, name: str) -> dict[str, Any]:
    if path not in members:
        raise broken(f"{name}: {path}", "is not there")
    try:
        value = json.loads(members[path])
    except (ValueError, RecursionError) as error:
        raise broken(f"{name}: {path}", "is not JSON") from error
    if not isinstance(value, dict):
        raise broken(f"{name}: {path}", "is not a JSON object")
    return value


def _check_manifest(package: Mapping[str, Any], members: Mapping[str, bytes], name: str) -> None:
    """Each file the manifest names is there with its hash, and each WARC is named."""
    listed = package.get("resources")
    if not isinstance(listed, list):
        raise broken(f"{name}: {PACKAGE}", "lists no resources")
    named: set[str] = set()
    for row in listed:
        path = row.get("path") if isinstance(row, dict) else None
        if not isinstance(path, str) or path not in members:
            raise broken(f"{name}: {PACKAGE}", "names a file that is not there")
        digest = row.get("hash")
        if not isinstance(digest, str) or not _is_hash(digest, members[path]):
            raise broken(f"{name}: {_shown(path)}", "its hash is not the one in datapackage.json")
        named.add(path)
    for path in members:
        if path.startswith("archive/") and path not in named:
            raise broken(f"{name}: {_shown(path)}", "is not named in datapackage.json")


def _is_hash(said: str, data: bytes) -> bool:
    kind, _colon, digest = said.partition(":")
    if kind not in ("sha256", "md5"):
        return False
    return hashlib.new(kind, data, usedforsecurity=False).hexdigest() == digest.lower()


def _is_warc(path: str) -> bool:
    return path.lower().endswith((".warc", ".warc.gz"))


def _shown(path: str) -> str:
    """A member's path without what would break a line of a message."""
    return "".join(c if c.isprintable() else "?" for c in path)[:200]
