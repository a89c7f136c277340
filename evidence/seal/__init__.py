"""Signed heads of the log: the signer, its key, and the trust file others check it with."""

from evidence.seal.key import SigningKey, check_ed25519, open_key
from evidence.seal.signer import Signer
from evidence.seal.trust import Trust, parse_trust, trust_text

__all__ = [
    "Signer",
    "SigningKey",
    "Trust",
    "check_ed25519",
    "open_key",
    "parse_trust",
    "trust_text",
]
