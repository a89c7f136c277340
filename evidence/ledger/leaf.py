"""Hashes of the tree: leaves and nodes are told apart by their first byte."""

from __future__ import annotations

import hashlib

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of a log without leaves (RFC 6962 section 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf's bytes: SHA-256(0x00 || data). Source: RFC 6962 section 2.1."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right). Source: RFC 6962 section 2.1."""
    return hashlib.sha256(b"\1" + left + right).digest()
