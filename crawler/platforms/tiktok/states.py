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
    10111: SeenState.BLOCKED,
    10113: SeenState.BLOCKED,
    10114: SeenState.BLOCKED,
    100000: SeenState.BLOCKED,
}
"""10202 and 10221 no such user (TikTok's own list calls the second USER_BAN, and gives it for names
nobody has), 10216 private post, 10217 post gone, 10222 private account, 10231 not in this country;
10000, 10101, 10111, 10113, 10114 and 100000 refuse the caller. Source: the list in TikTok's own web
program, as davidteather/TikTok-Api and others copied it."""
WITHHELD = "cross_border_violation"
"""Part of the message of a 10204 that is withheld in the caller's country (seen in 2026)."""
SELF_ALONE = ("status_self_see", "status_friend_see")
"""Parts of the message of a 10204 that its author shows to himself or his friends alone (2026)."""
OF_ACCOUNT = frozenset({10202, 10221, 10222, 10223, 10225})
LONGEST_MESSAGE = 120


def state(code: int, message: str) -> SeenState:
    """State for a status code and its message."""
    if WITHHELD in message:
        return SeenState.WITHHELD
    if code == 10204 and any(part in message for part in SELF_ALONE):
        return SeenState.PRIVATE
    return CODES.get(code, SeenState.GATED)


def marker(code: int, message: str) -> str:
    """Code and message as TikTok gives them."""
    return f"{code} {' '.join(message.split())[:LONGEST_MESSAGE]}".strip()
