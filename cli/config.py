"""`jejak config`: the settings in force."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from cli.command import Command, Group
from cli.screen import write_json, write_table
from cli.shell import Shell
from cli.words import _
from crawler.config import URLS


@click.group(cls=Group)
def config() -> None:
    """Show the settings in force."""


@config.command("show", cls=Command)
@click.pass_obj
def show(shell: Shell, as_json: bool) -> None:
    """Show every setting, its value, and where the value comes from."""
    given = shell.config
    names = [f.name for f in fields(given) if f.name != "origin_of"]
    values = {name: _shown(name, getattr(given, name)) for name in names}
    if as_json:
        write_json(
            {n: {"value": values[n], "from": given.origin_of.get(n, "default")} for n in names}
        )
        return
    write_table(
        [_("Setting"), _("Value"), _("From")],
        [(n, _text(values[n]), given.origin_of.get(n, "default")) for n in names],
    )


def _shown(name: str, value: Any) -> Any:
    if name in URLS:
        return without_password(value)
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def without_password(url: str) -> str:
    """A database address with its user and password left out."""
    scheme, mark, rest = url.partition("://")
    hosts, slash, path = rest.partition("/")
    if "@" not in hosts:
        return url
    return f"{scheme}{mark}***@{hosts.rpartition('@')[2]}{slash}{path}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return str(value) if value != "" else "-"
