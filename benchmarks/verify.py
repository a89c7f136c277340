"""The stand-alone verifier against `sha256sum` over the same files: few large, and many small.

Budget: at most sha256sum's time / 0.5 + 0.2 s, start of Python included.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.packages.synthetic import END, WATCH, Visitor, make_package, make_site

CASES = (("14 captures of 5 MB", 14, 5_000_000), ("720 captures of 20 kB", 720, 20_000))
RUNS = 3
LATE = END - timedelta(minutes=1)
"""After all that the site holds already: a log's times do not run backwards."""


def best_s(command: list[str]) -> float:
    """Shortest of some runs."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def measure(name: str, captures: int, body_bytes: int) -> None:
    """Write one package and print both times."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        site = make_site(root)
        visitor = Visitor(site.archive, "system")
        for number in range(captures):
            body = os.urandom(body_bytes)
            page = visitor.capture(WATCH, None, f"https://contoh.test/{number}", body, LATE)
            visitor.snapshot(WATCH, page, f"teks {number}", LATE, None)
        start = time.perf_counter()
        package = make_package(site, root / "out")
        written_s = time.perf_counter() - start
        trust = root / "trust.txt"
        trust.write_text(site.trust)
        files = [str(p) for p in package.rglob("*") if p.is_file()]
        listed = root / "files"
        listed.write_bytes(b"\0".join(f.encode() for f in files))
        plain_s = best_s(["xargs", "-0", "-a", str(listed), "sha256sum"])
        script = str(package / "verify" / "verify.py")
        verify_s = best_s([sys.executable, "-I", "-S", script, "--trust", str(trust)])
        size = sum(Path(f).stat().st_size for f in files)
    budget_s = plain_s / 0.5 + 0.2
    print(f"{name}: {len(files)} files, {size / 1e6:.0f} MB, written in {written_s:.2f} s")
    print(
        f"  sha256sum {plain_s:.3f} s, verify.py {verify_s:.3f} s, budget {budget_s:.3f} s", end=""
    )
    print(f": {'kept' if verify_s <= budget_s else 'EXCEEDED'}")


if __name__ == "__main__":
    print(
        f"verify: Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    )
    for case in CASES:
        measure(*case)
