"""RFC 6962 Merkle log, C2SP checkpoints, proofs and tiles. Pure; standard library only."""

from evidence.ledger.checkpoint import (
    Checkpoint,
    Note,
    NoteSignature,
    VerifierKey,
    checkpoint_text,
    make_note,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    verifier_key,
    verify_note,
)
from evidence.ledger.leaf import EMPTY_ROOT, leaf_hash, node_hash
from evidence.ledger.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from evidence.ledger.tiles import tiles
from evidence.ledger.tlogproof import (
    TlogProof,
    make_consistency,
    make_tlog_proof,
    parse_consistency,
    parse_tlog_proof,
)
from evidence.ledger.tree import Frontier, Tree

__all__ = [
    "EMPTY_ROOT",
    "Checkpoint",
    "Frontier",
    "Note",
    "NoteSignature",
    "TlogProof",
    "Tree",
    "VerifierKey",
    "checkpoint_text",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "make_consistency",
    "make_note",
    "make_tlog_proof",
    "node_hash",
    "parse_checkpoint",
    "parse_consistency",
    "parse_note",
    "parse_tlog_proof",
    "parse_vkey",
    "tiles",
    "verifier_key",
    "verify_consistency",
    "verify_inclusion",
    "verify_note",
]
