"""Exit codes: the only place where an error becomes a number."""

from __future__ import annotations

from evidence.errors import (
    ConfigError,
    FetchError,
    IntegrityError,
    JejakError,
    PackageError,
    ParseError,
    ScopeError,
    StoreError,
)

OK = 0
FINDINGS = 1
"""The command ran and found something wrong, or visits failed."""
USAGE = 2
CONFIG = 3
STORE = 4
INTEGRITY = 5
SCOPE = 6
FETCH = 7
PARSE = 8
PACKAGE = 9
FAULT = 70
"""A fault of this program (EX_SOFTWARE of sysexits.h)."""
OUTPUT = 74
"""Standard output could not be written (EX_IOERR of sysexits.h)."""
INTERRUPTED = 130

CODES: dict[type[JejakError], int] = {
    ConfigError: CONFIG,
    StoreError: STORE,
    IntegrityError: INTEGRITY,
    ScopeError: SCOPE,
    FetchError: FETCH,
    ParseError: PARSE,
    PackageError: PACKAGE,
}


def exit_code(error: JejakError) -> int:
    """The exit code of an error: that of the narrowest class named in CODES, else FINDINGS."""
    return next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), FINDINGS)
