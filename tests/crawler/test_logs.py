"""The operational log tells of faults by class and place, never by what was read."""

from __future__ import annotations

import json
import subprocess
import sys


def test_a_fault_that_ends_a_process_is_one_line_without_its_message() -> None:
    script = (
        "from crawler.logs import quiet_faults\nquiet_faults()\n"
        "def fall():\n    raise ValueError('hormati 64710117059')\nfall()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert json.loads(done.stderr) == {
        "level": "CRITICAL", "error": "ValueError", "where": "<string>:4",
    }  # fmt: skip
