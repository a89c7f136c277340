"""Who is at the keyboard, as the kernel tells it: no variable and no option says otherwise."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from evidence.errors import ScopeError

LOGIN_UID = Path("/proc/self/loginuid")
SESSION_ID = Path("/proc/self/sessionid")
SESSIONS = Path("/run/systemd/sessions")
"""Where systemd-logind, as root, notes whose each session is, by the number the kernel gave it."""
UID_MAP = Path("/proc/self/uid_map")
ROOT = 0
UNSET = 2**32 - 1
"""What Linux gives as the login's user where nobody logged in: a service, a container."""
FIRST_NAMESPACE = "0 0 4294967295"


def actor() -> str:
    """Name of the account that logged in; it stays the same through `sudo` and `su`.

    Where the system keeps no such account (a service, a container without logins), or nobody
    vouches for it, it is the account the program runs under. `uid 1234` where it has no name.
    """
    uid = _login_uid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def sure_actor() -> str:
    """As `actor`, for acts that need two persons.

    Raises ScopeError in a user namespace, where anyone can be any user (`unshare --map-user`).
    """
    try:
        within = " ".join(UID_MAP.read_text("ascii").split())
    except OSError:
        within = FIRST_NAMESPACE  # no Linux: it has no user namespaces either
    if within != FIRST_NAMESPACE:
        raise ScopeError(
            "who is asking", "cannot be told inside a user namespace",
            "Run it outside, under the officer's own login",
        )  # fmt: skip
    return actor()


def _login_uid() -> int:
    own = os.getuid()
    try:
        uid = int(LOGIN_UID.read_text("ascii"))
    except (OSError, ValueError):
        return own
    return uid if uid != UNSET and vouched(uid) else own


def vouched(uid: int) -> bool:
    """Whether a login as this user is noted by root.

    Where nobody logged in, any process may write any user into its own `loginuid` (Linux,
    audit_set_loginuid: an unset one needs no privilege), so the kernel's word alone is not enough.
    """
    if uid == os.getuid():
        return True
    try:
        note = SESSIONS / str(int(SESSION_ID.read_text("ascii")))
        said = note.read_text("utf-8").splitlines()
        return note.stat().st_uid == ROOT and f"UID={uid}" in said
    except (OSError, ValueError):
        return False
