"""TikTok's status codes, and the states they stand for.

Only what says one thing alone is taken at its word. 10204 is given for deleted, private, withheld
and held-back posts alike, and to callers it does not like: GATED, with code and message as given.
"""

from __future__ import annotations

from evidence.model import SeenState

CODES = {
    10202: SeenState.ABSENT,
    10216: SeenState.PRIVATE,
    10217: SeenState.ABSENT,
    10221: SeenState.ABSENT,
    10222: SeenState.PRIVATE,
    10231: SeenState.WITHHELD,
    10000: SeenState.BLOCKED,
    10101: SeenState.BLOCKED,
    100000: SeenState.BLOCKED,
}
"""10202 and 10221 no such user, 10216 private post, 10217 post gone, 10222 private account,
10231 not in this country; 10000, 10101 and 100000 refuse the caller."""
WITHHELD = "cross_border_violation"
"""Part of the message of a 10204 that is withheld in the caller's country (seen in 2026)."""
OF_ACCOUNT = frozenset({10202, 10221, 10222, 10223})
LONGEST_MESSAGE = 120


def state(code: int, message: str) -> SeenState:
    """State for a status code and its message."""
    if WITHHELD in message:
        return SeenState.WITHHELD
    return CODES.get(code, SeenState.GATED)


def marker(code: int, message: str) -> str:
    """Code and message as TikTok gives them."""
    return f"{code} {' '.join(message.split())[:LONGEST_MESSAGE]}".strip()
