"""What commands that show evidence share: purpose and order, the custody record, times asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from cli.shell import Shell, actor
from cli.words import N_, _

F = TypeVar("F", bound=Callable[..., Any])


def reads_evidence(command: F) -> F:
    """Add --purpose and --order; what is shown is recorded in the log under them."""
    for option in (
        click.option(
            "--order", envvar="JEJAK_ORDER", default="", show_envvar=True,
            help=N_("Number of the assignment order; recorded."),
        ),
        click.option(
            "--purpose", envvar="JEJAK_PURPOSE", default="", show_envvar=True,
            help=N_("Why evidence is read; recorded. Name no persons here."),
        ),
    ):  # fmt: skip
        command = option(command)
    return command


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
