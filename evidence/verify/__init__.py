"""The stand-alone verifier. `verify.py` is shipped into every package and imports nothing of ours."""

from evidence.verify.verify import (
    Check,
    Finding,
    Report,
    TrustError,
    parse_trust,
    render_text,
    verify,
)

__all__ = ["Check", "Finding", "Report", "TrustError", "parse_trust", "render_text", "verify"]
