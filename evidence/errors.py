"""The whole error taxonomy. Exceptions carry facts; they never log, print or exit.

    JejakError
    ├── ConfigError      configuration, watchlist or campaign data that cannot be used as given
    ├── ScopeError       asked for something outside what this archive may watch or disclose
    ├── FetchError       a page could not be got; says nothing about what is there
    ├── ParseError       bytes that are not what their format promises
    │   └── ImageUnreadable   bytes that are not a picture we decode
    ├── StoreError       the archive cannot take or give what was asked
    ├── IntegrityError   stored evidence does not match its commitments, leaf hashes or heads
    └── PackageError     an evidence package cannot be written or read

Exit codes live in `cli/exits.py` only.
"""

from __future__ import annotations


class JejakError(Exception):
    """Something failed; says what, why, and what to do about it.

    what:   the thing that failed, named exactly (account, URL, record, file and row). Never post
            text, never a secret, never a NIP or NIK: messages reach logs.
    why:    the reason, one sentence without a full stop.
    remedy: what the reader can do now, one sentence; empty when there is nothing.
    """

    def __init__(self, what: str, why: str = "", remedy: str = "") -> None:
        self.what = what
        self.why = why
        self.remedy = remedy
        super().__init__(what, why, remedy)

    def __str__(self) -> str:
        said = f"{self.what}: {self.why}" if self.why else self.what
        return f"{said}. {self.remedy}" if self.remedy else said


class ConfigError(JejakError):
    """Configuration, watchlist or campaign data cannot be used as given."""


class ScopeError(JejakError):
    """The request lies outside what this archive may watch, read or disclose."""


class FetchError(JejakError):
    """A page could not be got. Says nothing about whether the thing exists."""


class ParseError(JejakError):
    """Bytes are not what their format promises."""


class ImageUnreadable(ParseError):
    """Bytes are not a still picture of a supported kind, or exceed the pixel limit."""


class StoreError(JejakError):
    """The archive cannot take or give what was asked; nothing was acknowledged."""


class IntegrityError(JejakError):
    """Stored evidence does not match its commitment, leaf hash or signed head."""


class PackageError(JejakError):
    """An evidence package cannot be written or read."""
