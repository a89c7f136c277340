"""Who is at the keyboard, as the kernel tells it: no variable and no option says otherwise."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from evidence.errors import ScopeError

LOGIN_UID = Path("/proc/self/loginuid")
UID_MAP = Path("/proc/self/uid_map")
UNSET = 2**32 - 1
"""What Linux gives as the login's user where nobody logged in: a service, a container."""
FIRST_NAMESPACE = "0 0 4294967295"


def actor() -> str:
    """Name of the account that logged in; it stays the same through `sudo` and `su`.

    Where the system keeps no such account (a service, a container without logins) it is the
    account the program runs under. `uid 1234` where the account has no name.
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
    try:
        uid = int(LOGIN_UID.read_text("ascii"))
    except (OSError, ValueError):
        return os.getuid()
    return os.getuid() if uid == UNSET else uid
