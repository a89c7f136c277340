"""Commands and groups that speak the user's language and all take --json."""

from __future__ import annotations

import importlib
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cli import exits
from cli.process import begin
from cli.screen import json_text, let_go_of_output, output_is_lost, write_error, write_line
from cli.shell import Shell
from cli.told import told
from cli.words import N_, _, choose_language, use_language
from evidence.errors import ConfigError, JejakError

JSON_HELP = N_("Answer as JSON.")


class Command(click.Command):
    """A command with --json, whose help is put into words when it is shown."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        if not any(p.name == "as_json" for p in self.params):
            self.params.append(click.Option(["--json", "as_json"], is_flag=True, help=JSON_HELP))

    def get_short_help_str(self, limit: int = 45) -> str:
        """First sentence of the help, in the user's language."""
        return _(flat(self.help)).split("\n\n")[0]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it does, arguments and options, in the user's language."""
        write_help(self, ctx, formatter)


class Group(click.Group):
    """A noun with verbs; each verb's module is imported when it is asked for.

    members: verb -> `module:attribute`.
    """

    command_class = Command

    def __init__(self, *args: Any, members: Mapping[str, str] | None = None, **values: Any) -> None:
        super().__init__(*args, **values)
        self._members = dict(members or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order given."""
        return [*self._members, *(name for name in self.commands if name not in self._members)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of this name; None when there is none."""
        if cmd_name in self._members:
            module, _colon, attribute = self._members[cmd_name].partition(":")
            found = getattr(importlib.import_module(module), attribute)
            return found if isinstance(found, click.Command) else None
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb the arguments begin with. Raises UsageError naming the verbs there are."""
        if self.get_command(ctx, args[0]) is None:
            said = _("there is no command {name}; there are: {known}")
            raise click.UsageError(
                said.format(name=args[0], known=", ".join(self.list_commands(ctx))), ctx
            )
        return super().resolve_command(ctx, args)

    def get_short_help_str(self, limit: int = 45) -> str:
        """First sentence of the help, in the user's language."""
        return _(flat(self.help)).split("\n\n")[0]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it does, options and verbs, in the user's language."""
        write_help(self, ctx, formatter)


class Root(Group):
    """The outermost command: turns every error into one message and one exit code."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        standalone_mode: bool = True,
        obj: Shell | None = None,
        **extra: Any,
    ) -> Any:
        """Run, show what went wrong, exit. obj: a prepared Shell (tests)."""
        begin()
        given = list(sys.argv[1:] if args is None else args)
        shell = obj or Shell()
        use_language(choose_language(os.environ.get("JEJAK_LANGUAGE", "")))
        try:
            code = self._run(given, prog_name or "jejak", shell, extra)
        finally:
            left = close_down(shell)
        code = code or left
        if not standalone_mode:
            return code
        sys.exit(code)

    def _run(self, given: list[str], name: str, shell: Shell, extra: Mapping[str, Any]) -> int:
        as_json = "--json" in given
        try:
            done = super().main(given, name, standalone_mode=False, obj=shell, **extra)
            return done if isinstance(done, int) else exits.OK
        except click.exceptions.Exit as end:
            return end.exit_code
        except click.ClickException as error:
            usage = _usage(error.ctx) if isinstance(error, click.UsageError) and error.ctx else ""
            return show_error(_usage_message(error), "", usage, "UsageError", exits.USAGE, as_json)
        except JejakError as error:
            return show_jejak_error(error, as_json)
        except BrokenPipeError:
            let_go_of_output()  # its reader has gone, and knows it
            return exits.OK
        except (KeyboardInterrupt, click.Abort):
            return show_error(_("interrupted"), "", "", "Interrupted", exits.INTERRUPTED, as_json)
        except Exception as error:
            if isinstance(error, OSError) and output_is_lost():
                return show_lost(error)
            # The outermost loop. A foreign message may quote what was captured, so only its class
            # and place are told.
            if os.environ.get("JEJAK_DEBUG"):
                raise
            if isinstance(error, OSError) and isinstance(error.filename, str):
                why = f"cannot be used ({error.strerror})"
                return show_jejak_error(ConfigError(error.filename, why), as_json)
            return show_fault(error, as_json)


def close_down(shell: Shell) -> int:
    """Let go of what a command had open; says what could not be, and returns the exit code."""
    try:
        shell.close()
    except Exception as error:  # noqa: BLE001 (the outermost end; class and place are told)
        known = isinstance(error, JejakError)
        return show_jejak_error(error, False) if known else show_fault(error, False)
    return exits.OK


def show_lost(error: OSError) -> int:
    """Say that standard output could not be written: a full disk, most likely."""
    let_go_of_output()
    said = _("standard output: cannot be written ({reason})")
    return show_error(
        said.format(reason=told(error.strerror or type(error).__name__)), "",
        _("What the command recorded is kept. Send its output somewhere else and ask again."),
        "OutputLost", exits.OUTPUT, False,
    )  # fmt: skip


def show_fault(error: Exception, as_json: bool) -> int:
    """Say that this program failed: the class of the error and where, never its message."""
    said = _("a fault of this program ({kind} at {place})")
    return show_error(
        said.format(kind=type(error).__name__, place=fault_place(error)), "",
        _("Please report it. JEJAK_DEBUG=1 shows all of it, which may quote captured content."),
        type(error).__name__, exits.FAULT, as_json,
    )  # fmt: skip


def fault_place(error: Exception) -> str:
    """File and line an error came from."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(place.filename).name}:{place.lineno}"


def show_jejak_error(error: JejakError, as_json: bool) -> int:
    """One message: what failed, why, what to do; returns the exit code."""
    return show_error(
        told(error.what), told(error.why), told(error.remedy), type(error).__name__,
        exits.exit_code(error), as_json,
    )  # fmt: skip


def show_error(what: str, why: str, remedy: str, kind: str, code: int, as_json: bool) -> int:
    """Write one error to standard error, or as {"error": {...}} to standard output."""
    if as_json:
        said = {"kind": kind, "what": what, "why": why, "remedy": remedy, "exit": code}
        write_line(json_text({"error": said}))
        return code
    head = f"{what}: {why}" if why else what
    write_error(_("Error: {message}").format(message=head))
    if remedy:
        write_error(remedy)
    return code


def write_help(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """A command's help page in the user's language."""
    pieces = command.collect_usage_pieces(ctx)
    formatter.write_usage(ctx.command_path, " ".join(pieces), _("Usage:") + " ")
    formatter.write_paragraph()
    with formatter.indentation():
        for paragraph in _(flat(command.help)).split("\n\n"):
            formatter.write_text(paragraph)
            formatter.write_paragraph()
    if isinstance(command, click.Group):
        verbs = [(name, command.get_command(ctx, name)) for name in command.list_commands(ctx)]
        with formatter.section(_("Commands")):
            formatter.write_dl(
                [(name, verb.get_short_help_str()) for name, verb in verbs if verb is not None]
            )
    options = [
        (record[0], _option_help(p))
        for p in command.get_params(ctx)
        if getattr(p, "help", None) and (record := p.get_help_record(ctx)) is not None
    ]
    with formatter.section(_("Options")):
        formatter.write_dl(options)


def _option_help(option: click.Parameter) -> str:
    """What an option is for, and whether it has to be named, where else it may be, or what is taken."""
    said = _(flat(getattr(option, "help", "") or ""))
    variable = option.envvar if isinstance(option.envvar, str) else ""
    if option.required:
        more = _("must be named, here or as {variable}") if variable else _("must be named")
    elif variable:
        more = _("also as {variable}")
    elif getattr(option, "show_default", None):
        more = _("else {value}")
    else:
        return said
    return f"{said} ({more.format(variable=variable, value=option.default)})"


def _usage(ctx: click.Context) -> str:
    """How a command is called, and where more is said, in the user's language."""
    line = " ".join([ctx.command_path, *ctx.command.collect_usage_pieces(ctx)])
    more = _("More: {command} --help").format(command=ctx.command_path)
    return f"{_('Usage:')} {line}\n{more}"


def flat(text: str | None) -> str:
    """Docstring paragraphs, each on one line: the form in which catalogues hold them."""
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n")).strip()


def _usage_message(error: click.ClickException) -> str:
    """What is wrong with the command line, in the user's language where we know the case."""
    if isinstance(error, click.NoSuchOption):
        return _("there is no option {name}").format(name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.human_readable_name if error.param.param_type_name == "argument" else (
            error.param.opts[0]
        )  # fmt: skip
        variable = error.param.envvar
        if isinstance(variable, str):
            return _("{name} is missing (or {variable} in the environment)").format(
                name=name, variable=variable
            )
        return _("{name} is missing").format(name=name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _bad_value(error.message, error.param)
    if isinstance(error, click.BadOptionUsage):
        return _("{name} needs a value").format(name=error.option_name)
    more = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message, re.DOTALL)
    if more:
        return _("more is given than this command takes: {words}").format(words=more[1])
    return error.format_message()


def _bad_value(message: str, parameter: click.Parameter) -> str:
    """Why a value cannot be used.   message: click's own words, for the cases it knows better."""
    missing = re.fullmatch(r"\w+ '(.*)' does not exist\.", message)
    if missing and isinstance(parameter.type, click.Path):
        return f"{missing[1]}: {_('there is no such file')}"
    reason = message
    if isinstance(parameter.type, click.Choice):
        known = ", ".join(str(choice) for choice in parameter.type.choices)
        reason = _("choose one of {known}").format(known=known)
    elif isinstance(parameter.type, click.types.IntParamType):
        reason = _("it is no whole number, or too small or large")
    name = parameter.opts[0] if parameter.opts else ""
    return _("{name} cannot be used: {reason}").format(name=name, reason=reason)


def usage_error(message: str) -> click.UsageError:
    """An error of the command line: exit code 2."""
    return click.UsageError(message)
