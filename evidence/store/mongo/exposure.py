"""What a server's own settings leave open, as codes; docs/how-to/production.md says what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

OLD_VERSION = "OLD_VERSION"
NO_LOGIN = "NO_LOGIN"
NO_TLS = "NO_TLS"
ZLIB = "ZLIB"
SCRIPTING = "SCRIPTING"
LOCALHOST_BYPASS = "LOCALHOST_BYPASS"
ONE_NODE = "ONE_NODE"

CODES = (OLD_VERSION, NO_LOGIN, NO_TLS, ZLIB, SCRIPTING, LOCALHOST_BYPASS, ONE_NODE)

FIXED = {(4, 4): 30, (5, 0): 32, (6, 0): 27, (7, 0): 28, (8, 0): 17, (8, 2): 3}
"""First patch release of each line without CVE-2025-14847 (heap read through zlib, no login)."""
NEWEST_FIXED = (8, 2)


def exposures(client: MongoClient[dict[str, Any]]) -> tuple[str, ...]:
    """Codes of what the server leaves open; asked as an administrator.

    A setting the server will not tell counts as open.
    """
    return tuple(dict.fromkeys(_exposures(client)))


def is_fixed(version: Sequence[int]) -> bool:
    """True when a server version (major, minor, patch...) has CVE-2025-14847 fixed."""
    line = (version[0], version[1])
    if line in FIXED:
        return version[2] >= FIXED[line]
    return line > NEWEST_FIXED


def _exposures(client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    if not is_fixed(client.server_info()["versionArray"]):
        yield OLD_VERSION
    options = _said(client, "getCmdLineOpts").get("parsed", {})
    security, net = options.get("security", {}), options.get("net", {})
    if not security.get("keyFile") and security.get("authorization") != "enabled":
        yield NO_LOGIN
    if net.get("tls", {}).get("mode") != "requireTLS":
        yield NO_TLS
    compressors = net.get("compression", {}).get("compressors", "snappy,zstd,zlib")
    if "zlib" in compressors:
        yield ZLIB
    if security.get("javascriptEnabled", True):
        yield SCRIPTING
    if _parameter(client, "enableLocalhostAuthBypass") is not False:
        yield LOCALHOST_BYPASS
    if len(client.admin.command("hello").get("hosts", ())) < 3:
        yield ONE_NODE


def _parameter(client: MongoClient[dict[str, Any]], name: str) -> Any:
    return _said(client, {"getParameter": 1, name: 1}).get(name)


def _said(
    client: MongoClient[dict[str, Any]], command: str | MutableMapping[str, Any]
) -> Mapping[str, Any]:
    try:
        return client.admin.command(command)
    except OperationFailure:
        # Not told: every setting asked of it counts as open.
        return {}
