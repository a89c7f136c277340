"""What every process of ours sees to before it does anything else."""

from __future__ import annotations

import os
import sys


def begin() -> None:
    """Have the standard streams lead somewhere, and let nobody else write what is written here."""
    open_streams()
    os.umask(os.umask(0o022) | 0o022)


def open_streams() -> None:
    """Have standard input, output and error lead somewhere, as they may have been closed for us.

    Else the next file or socket opened would be taken for one of them.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        setattr(sys, name, os.fdopen(number, mode, closefd=False))
