"""X's own words for what is not shown, and the states they stand for.

What a code means is only taken where it says so itself; every other one is GATED, cause unknown.
"""

from __future__ import annotations

import re

from evidence.model import SeenState

UNAVAILABLE = {
    "Suspended": SeenState.SUSPENDED,
    "Protected": SeenState.PRIVATE,
    "Deleted": SeenState.ABSENT,
    "BounceDeleted": SeenState.ABSENT,
    "Deactivated": SeenState.ABSENT,
    "Withheld": SeenState.WITHHELD,
    "CountryWithheld": SeenState.WITHHELD,
}
"""`reason` of TweetUnavailable and `reason` or `unavailable_reason` of UserUnavailable.
NsfwLoggedOut, NsfwViewerHasNoStatedAge, BlockedBy and whatever else comes is GATED."""

ERRORS = {
    34: SeenState.UNSEEN,
    50: SeenState.ABSENT,
    63: SeenState.SUSPENDED,
    64: SeenState.BLOCKED,
    88: SeenState.BLOCKED,
    130: SeenState.BLOCKED,
    131: SeenState.BLOCKED,
    144: SeenState.ABSENT,
    179: SeenState.PRIVATE,
    239: SeenState.BLOCKED,
    326: SeenState.BLOCKED,
    32: SeenState.GATED,
    37: SeenState.GATED,
    89: SeenState.GATED,
    215: SeenState.GATED,
    353: SeenState.GATED,
    421: SeenState.ABSENT,
    422: SeenState.WITHHELD,
}
"""Numbers of X's error objects: 50 user not found, 63 suspended, 88 rate limit, 144 no status with
that id, 179 protected, 421 no longer available, 422 rules. 34 (no such page) is also what a
query that moved answers, so it says UNSEEN alone."""
OF_PAGE = frozenset({SeenState.BLOCKED, SeenState.GATED})

_TOMBSTONES = (
    ("is from a suspended account", SeenState.SUSPENDED),
    ("account has been suspended", SeenState.SUSPENDED),
    ("was deleted", SeenState.ABSENT),
    ("is from an account that no longer exists", SeenState.ABSENT),
    ("account owner limits who can view", SeenState.PRIVATE),
    ("violated the ", SeenState.WITHHELD),
    ("has been withheld", SeenState.WITHHELD),
    ("dari akun yang ditangguhkan", SeenState.SUSPENDED),
    ("dihapus oleh penulis", SeenState.ABSENT),
    ("dari akun yang sudah tidak ada", SeenState.ABSENT),
    ("membatasi siapa yang dapat melihat", SeenState.PRIVATE),
    ("melanggar Peraturan ", SeenState.WITHHELD),
    ("telah ditahan", SeenState.WITHHELD),
)
"""Parts of the fixed sentences of a TweetTombstone, in English and Indonesian; "Tweet" and "Post"
wordings are both in use."""
LONGEST_TOMBSTONE = 200
EMPTY_STATES = {
    "Account suspended": SeenState.SUSPENDED,
    "This account doesn’t exist": SeenState.ABSENT,
    "This account doesn't exist": SeenState.ABSENT,
    "These posts are protected": SeenState.PRIVATE,
    "These Posts are protected": SeenState.PRIVATE,
    "Account withheld": SeenState.WITHHELD,
    "Something went wrong. Try reloading.": SeenState.BLOCKED,
    "Akun ditangguhkan": SeenState.SUSPENDED,
    "Akun ini tidak ada": SeenState.ABSENT,
    "Postingan ini dilindungi": SeenState.PRIVATE,
    "Akun ditahan": SeenState.WITHHELD,
    "Terjadi kesalahan. Coba muat ulang.": SeenState.BLOCKED,
}
"""Whole text of `[data-testid=empty_state_header_text]`, in English and Indonesian pages."""
NOTHING_YET = re.compile(
    r"@\w{1,20} (?:hasn[’']t (?:posted|Tweeted)|belum (?:memposting|men-Tweet))"
)
"""What stands there on the page of an account without posts."""


def unavailable(reason: str) -> SeenState:
    """State for a reason of TweetUnavailable or UserUnavailable."""
    return UNAVAILABLE.get(reason, SeenState.GATED)


def tombstone(text: str) -> tuple[SeenState, str]:
    """State and marker for the text of a TweetTombstone; GATED for a sentence that is not known.

    The sentence stands in X's own field, never in a post. One in a third language is GATED too.
    """
    said = " ".join(text.split())[:LONGEST_TOMBSTONE]
    for part, state in _TOMBSTONES:
        if part in said:
            return state, f"TweetTombstone: {said}"
    return SeenState.GATED, f"TweetTombstone: {said}"
