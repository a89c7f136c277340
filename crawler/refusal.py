"""Errors Meta's GraphQL and page-part answers give instead of data, by their codes."""

from __future__ import annotations

from typing import Any

from crawler.relay import drilled
from evidence.model import SeenState

CODES = {
    1675004: SeenState.BLOCKED,  # rate limit exceeded
    1675030: SeenState.BLOCKED,  # query refused to this caller
    1357001: SeenState.GATED,  # log in to continue
    1357004: SeenState.BLOCKED,  # session or request refused
    1348009: SeenState.BLOCKED,
    368: SeenState.BLOCKED,  # temporarily blocked
    4: SeenState.BLOCKED,
    17: SeenState.BLOCKED,
    32: SeenState.BLOCKED,
    613: SeenState.BLOCKED,
    190: SeenState.GATED,
    102: SeenState.GATED,
}
"""Source: error codes of Meta's Graph API reference, and of public tools for the web's own."""


def refusal(document: Any) -> tuple[SeenState, str] | None:
    """(state, marker) of an answer that holds a known error; None when it holds none.

    An error without data whose code is not known (a stale query id, a missing variable) is no
    refusal: the reader has to call it drift.
    """
    if not isinstance(document, dict):
        return None
    told = document.get("errors")
    first = told[0] if isinstance(told, list) and told else document.get("error")
    code = first.get("code", first.get("api_error_code")) if isinstance(first, dict) else first
    if isinstance(code, int) and not isinstance(code, bool) and code in CODES:
        return CODES[code], f"error {code}"
    if "redirect" in document and "/login" in str(drilled(document, "redirect")):
        return SeenState.GATED, "redirect to login"
    return None


def failed(document: Any) -> bool:
    """Whether an answer says it failed: errors without data, or an error number."""
    if not isinstance(document, dict):
        return False
    hollow = not any(document.get("data") or {}) if isinstance(document.get("data"), dict) else True
    return bool((document.get("errors") or document.get("error")) and hollow)
