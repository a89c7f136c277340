"""Stored values become dataclasses in any number of threads at once."""

from __future__ import annotations

import subprocess
import sys

FIRST_USE = r"""
import sys, threading, types
from evidence.canonical import from_value

SOURCE = '''
from __future__ import annotations
from dataclasses import dataclass

@dataclass(frozen=True, slots=True)
class Inner:
    number: int
    text: str
    counts: dict[str, int]

@dataclass(frozen=True, slots=True)
class Outer:
    first: Inner
    more: tuple[Inner, ...]
    text: str | None
'''
INNER = {"number": 1, "text": "a", "counts": {"n": 2}}
OUTER = {"first": INNER, "more": [INNER], "text": None}
FOUND = []
ASKED = (("Outer", OUTER), ("Inner", INNER)) * 3


def convert(module, name, value, together):
    together.wait()
    found = from_value(value, getattr(module, name))
    FOUND.append(name + " " + (found.first if name == "Outer" else found).text)


sys.setswitchinterval(1e-6)
for n in range(150):
    module = types.ModuleType(f"kinds{n}")
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    together = threading.Barrier(len(ASKED))
    threads = [
        threading.Thread(target=convert, args=(module, name, value, together))
        for name, value in ASKED
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(*FOUND, sep="\n")
"""


def test_a_class_first_met_by_many_threads_at_once_is_known_whole_to_each() -> None:
    """In a process of its own: what this looks for is the end of the process."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST_USE], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    found = done.stdout.splitlines()
    assert (found.count("Inner a"), found.count("Outer a"), len(found)) == (450, 450, 900)
