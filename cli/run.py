"""`jejak run`: the scheduler in the foreground."""

from __future__ import annotations

import os
import sys

import click

from cli.command import Command
from cli.crawl import child_environment
from cli.shell import Shell, require_installation
from cli.words import N_


@click.command(cls=Command)
@click.option("--once", is_flag=True, help=N_("Do what is due now, then end."))
@click.pass_obj
def run(shell: Shell, once: bool, as_json: bool) -> None:
    """Run the scheduler until it is stopped: visit what is due, seal the log.

    Its messages are JSON lines on standard error. SIGTERM or Ctrl-C ends the visits under way,
    then the scheduler.
    """
    require_installation(shell.config)
    environment = child_environment(shell, os.environ)
    shell.close()
    line = [sys.executable, "-P", "-m", "scheduler", *(["--once"] if once else [])]
    sys.stdout.flush()
    # The scheduler takes this process over, so that signals reach it and nothing stands between.
    os.execve(sys.executable, line, environment)  # noqa: S606 - our own interpreter and module
