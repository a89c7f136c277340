"""What commands that show evidence share: purpose and order, the custody record, times asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from cli.person import actor
from cli.shell import Shell
from cli.words import N_, _

F = TypeVar("F", bound=Callable[..., Any])


def reads_evidence(command: F) -> F:
    """Add --purpose and --order; nothing is shown without them, and the log keeps them."""
    return _why(command, required=True)


def may_be_recorded(command: F) -> F:
    """Add --purpose and --order to a command that can do without them."""
    return _why(command, required=False)


def _why(command: F, *, required: bool) -> F:
    more: dict[str, Any] = {"callback": stated} if required else {"default": ""}
    for name, variable, said in (
        ("--order", "JEJAK_ORDER", N_("Number of the assignment order; recorded.")),
        ("--purpose", "JEJAK_PURPOSE", N_("Why evidence is read; recorded. Name no persons here.")),
    ):
        command = click.option(
            name, envvar=variable, show_envvar=True, help=said, required=required, **more
        )(command)
    return command


def order_option(said: str) -> Callable[[F], F]:
    """--order, which has to be named.   said: its help."""
    return click.option("--order", required=True, callback=stated, envvar="JEJAK_ORDER", help=said)


def stated(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """The words of an option, without blanks around them. Raises BadParameter for blanks alone."""
    if not value.strip():
        raise click.BadParameter(_("it says nothing"))
    return value.strip()


def keep_trace(shell: Shell, subjects: Sequence[str], purpose: str, order: str) -> str | None:
    """Record that these are read, before they are shown; the custody record's id."""
    from evidence.query import record_read

    entry = record_read(
        shell.archive, shell.recorder(), subjects, shell.now(),
        actor=actor(), purpose=purpose, order=order,
    )  # fmt: skip
    return entry.statement.rec if entry else None


class Moment(click.ParamType):  # type: ignore[type-arg]
    """A date or time on the command line, as an instant. A bare date is local midnight."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The UTC instant. Fails with the forms that are taken."""
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        from evidence.config.moment import read_moment

        found = ctx.find_object(Shell) if ctx else None
        zone = found.shown_zone() if found else "Asia/Jakarta"
        moment = read_moment(str(value), zone)
        if moment is None:
            self.fail(_("write 2024-11-23 or 2024-11-23T08:00+07:00"), param, ctx)
        return moment


def account_rows(shell: Shell, platform: str | None, account: str | None) -> list[dict[str, Any]]:
    """`watches` rows of one account, given by watch id, native id, handle or address.

    Raises ScopeError when it is not on the watchlist or the name fits several accounts.
    """
    from evidence.query.watch import find_watches

    return find_watches(shell.archive, account, platform)


def watch_ids(shell: Shell, account: str) -> list[str]:
    """Watch ids of the accounts a name fits; a watch id also after its account was erased.

    Raises ScopeError when nothing in the archive has that name.
    """
    from evidence.query.subject import WATCH, find_subject

    if WATCH.match(account.strip()):
        return [find_subject(shell.archive, account).id]
    return [str(row["id"]) for row in account_rows(shell, None, account)]


def post_record(shell: Shell, post: str) -> str:
    """Record id of the first snapshot of a post; `post:` and a record id also after its erasure.

    Raises ScopeError when nothing in the archive has that name.
    """
    from evidence.query import find_post
    from evidence.query.subject import find_subject

    if post.startswith("post:"):
        return find_subject(shell.archive, post).id
    return str(find_post(shell.archive, post)["post"])


def zones_of(shell: Shell) -> dict[str, str]:
    """watch -> IANA zone of its entry."""
    return {row["id"]: row["entry"]["zone"] for row in shell.archive.rows("watches")}
