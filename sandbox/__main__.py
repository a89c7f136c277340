"""`python -m sandbox serve`: the simulated network by itself."""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import datetime

from sandbox.scenarios import SCENARIOS, START
from sandbox.server import Sandbox


def main() -> int:
    """Serve until interrupted; prints the base URL of each platform."""
    parser = argparse.ArgumentParser(prog="python -m sandbox")
    serve = parser.add_subparsers(dest="command", required=True).add_parser("serve")
    serve.add_argument("--port", type=int, default=0, help="of the first platform; 0: free ones")
    serve.add_argument("--scenario", choices=sorted(SCENARIOS), default="demo")
    serve.add_argument("--now", type=datetime.fromisoformat, default=START)
    asked = parser.parse_args()
    if asked.now.tzinfo is None:
        parser.error("--now needs an offset, for example 2026-11-01T17:30:00+00:00")
    try:
        network = Sandbox(SCENARIOS[asked.scenario](), asked.now, asked.port)
    except OSError as error:
        parser.error(f"port {asked.port} and on: {error.strerror}; give another with --port")
    with network as sandbox:
        for name, base in sandbox.bases.items():
            sys.stdout.write(f"{name} {base}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
