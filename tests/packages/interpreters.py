"""The verifier run by other Pythons and with other programs called openssl, and what they say differently.

    scripts/verifier-interpreters [--verifier FILE] [--openssl PROGRAM]... [PYTHON]...

Without a PYTHON it takes those it finds: `python3.8` to `python3.15` and `pypy3` on PATH, and pyenv's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.packages.verifier_cases import Cases, every_case

VERIFIER = Path(__file__).resolve().parents[2] / "evidence/verify/verify.py"
PROBE = Path(__file__).with_name("verifier_probe.py")
OLDEST, NEWEST = 8, 15
PROBE_S = 1800
"""Seconds that one Python may take over all cases; a minute is usual."""
LINE = "{:18} {:16} {:>6} {:>6} {:>8}"
WHICH = (
    "import platform, sys;"
    " print(platform.python_implementation(), *sys.version_info[:3]);"
    " sys.exit(not (3, 8) <= sys.version_info)"
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """A Python and the folder of the openssl it will find first; None: the one on PATH."""

    name: str
    python: str
    openssl: Path | None = None

    def run(self, *arguments: str, timeout_s: int = PROBE_S) -> subprocess.CompletedProcess[bytes]:
        """Run this Python as the package's instructions say: `-I -S`."""
        return subprocess.run(
            [self.python, "-I", "-S", *arguments],
            env=self._environment(), capture_output=True, timeout=timeout_s, check=False,
        )  # fmt: skip

    def version(self) -> str:
        """`CPython 3.8.18`; empty when this is no Python from 3.8 on that runs here."""
        try:
            done = self.run("-c", WHICH, timeout_s=60)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        kind, *numbers = done.stdout.decode().split() or [""]
        return f"{kind} {'.'.join(numbers)}" if not done.returncode else ""

    def openssl_version(self) -> str:
        """What its openssl says it is; empty when it has none."""
        if shutil.which("openssl", path=self._environment()["PATH"]) is None:
            return ""
        done = subprocess.run(
            ["openssl", "version"], env=self._environment(), capture_output=True, check=False
        )
        return " ".join(done.stdout.decode().split()[:2])

    def _environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", os.defpath)
        return {**os.environ, "PATH": f"{self.openssl}{os.pathsep}{path}" if self.openssl else path}


def interpreters() -> list[Runtime]:
    """The Pythons from 3.8 on that are on this computer, each version once."""
    names = [*(f"python3.{minor}" for minor in range(OLDEST, NEWEST + 1)), "pypy3"]
    programs = [program for name in names if (program := shutil.which(name))]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    programs += [str(p) for p in sorted(pyenv.glob("*/bin/python")) if os.access(p, os.X_OK)]
    found: dict[str, Runtime] = {}
    for program in programs:
        runtime = Runtime(Path(program).name, program)
        if version := runtime.version():
            found.setdefault(version, Runtime(version, program))
    return sorted(found.values(), key=lambda r: _order(r.name))


def _order(version: str) -> tuple[str, list[int]]:
    kind, _, numbers = version.partition(" ")
    return kind, [int(number) for number in numbers.split(".")]


def said_by(runtime: Runtime, cases: Cases, folder: Path, verifier: Path = VERIFIER) -> list[Any]:
    """What the verifier says of each case, in the order of their names.

    Raises RuntimeError with the last line of the error when it stops before its end.
    """
    asked = folder / "cases.json"
    asked.write_text(cases.text(), "utf-8")
    done = runtime.run(str(PROBE), str(verifier), str(asked))
    if done.returncode or done.stderr:
        raise RuntimeError(f"{runtime.name}: {done.stderr.decode('utf-8', 'replace')[-300:]}")
    said = json.loads(done.stdout)
    return [*said["packages"], *said["tokens"], *said["trusts"]]


def meaning(said: Any) -> Any:
    """What is said without its words and paths: codes, severities, verdicts, counts and times."""
    if isinstance(said, str):
        return said
    first, *rest = said
    if not isinstance(first, str):
        return [finding[:2] for finding in first], rest
    report = json.loads(first)
    for finding in report["findings"]:
        finding.update(path="", id="", en="")
    for name in ("integrity", "time", "completeness"):
        report[name] = report[name]["verdict"]
    return report


def differing(expected: Sequence[Any], said: Sequence[Any]) -> tuple[list[int], list[int]]:
    """Numbers of the cases that differ in meaning, and of those that differ in words alone."""
    other = [n for n, pair in enumerate(zip(expected, said, strict=True)) if pair[0] != pair[1]]
    meant = [n for n in other if meaning(expected[n]) != meaning(said[n])]
    return meant, [n for n in other if n not in meant]


def called(
    runtime: Runtime, cases: Cases, folder: Path, verifier: Path = VERIFIER
) -> list[list[Any]]:
    """Exit code and words of the verifier called as its instructions say: good, bad and wrong calls."""
    (sound, trust), (other, _) = (list(cases.packages.values())[n] for n in (0, -1))
    given, empty = folder / "trust.txt", folder / "empty.txt"
    given.write_text(trust, "utf-8")
    empty.write_text("", "utf-8")
    calls = (
        [sound, "--trust", str(given)],
        [other, "--trust", str(given), "--lang", "en"],
        [other, "--trust", str(given), "--json"],
        [sound, "--trust", str(empty)],
    )
    done = [runtime.run(str(verifier), *call) for call in calls]
    return [[d.returncode, d.stdout.decode(), d.stderr.decode()] for d in done]


def compare(
    runtimes: Sequence[Runtime], cases: Cases, folder: Path, verifier: Path = VERIFIER
) -> int:
    """Print a line for each Python and openssl, and each difference; how many mean something else."""
    first, wrong = Runtime("this", sys.executable), 0
    expected = said_by(first, cases, folder, verifier)
    answers = called(first, cases, folder, verifier)
    print(f"expected: what {first.version()} with {first.openssl_version()} says of", end=" ")
    print(f"{len(cases.packages)} packages, {len(cases.tokens)} time stamps,", end=" ")
    print(f"{len(cases.trusts)} trust files, {len(answers)} calls")
    print(LINE.format("Python", "openssl", "same", "words", "meaning"))
    for runtime in runtimes:
        meant, worded = differing(expected, said_by(runtime, cases, folder, verifier))
        again = called(runtime, cases, folder, verifier)
        calls = sum(a != b for a, b in zip(answers, again, strict=True))
        same = len(expected) + len(answers) - len(meant) - len(worded) - calls
        wrong += len(meant) + calls
        about = runtime.version(), runtime.openssl_version()
        print(LINE.format(*about, same, len(worded), len(meant) + calls), flush=True)
        tell(cases, "words", worded)
        tell(cases, "meaning", meant)
    return wrong


def tell(cases: Cases, kind: str, numbers: Sequence[int]) -> None:
    """Name the cases that differ."""
    names = cases.names()
    for number in numbers:
        print(f"    {kind}: {names[number]}")


def chosen(arguments: Sequence[str]) -> tuple[list[Runtime], Path]:
    """The Pythons and programs called openssl that are named, or those that are found; the verifier."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--openssl",
        action="append",
        default=[],
        metavar="PROGRAM",
        help="another program named openssl, tried with this Python",
    )
    parser.add_argument("--verifier", type=Path, default=VERIFIER, help="the verify.py to try")
    parser.add_argument("python", nargs="*", help="a Python to try; without one, those found")
    options = parser.parse_args(arguments)
    named = [Runtime(program, program) for program in options.python] or interpreters()
    for runtime in named:
        if not runtime.version():
            parser.error(f"no Python from 3.8 on that runs here: {runtime.python}")
    programs = [Path(program).absolute() for program in options.openssl]
    for program in programs:
        if program.name != "openssl" or not os.access(program, os.X_OK):
            parser.error(f"no program named openssl: {program}")
    others = [Runtime(str(p), sys.executable, p.parent) for p in programs]
    return named + others, options.verifier


def main(arguments: Sequence[str]) -> int:
    """Try each; 0 when none says anything that means something else."""
    runtimes, verifier = chosen(arguments)
    with tempfile.TemporaryDirectory(prefix="jejak-interpreters-") as name:
        folder = Path(name)
        return int(bool(compare(runtimes, every_case(folder), folder, verifier)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
