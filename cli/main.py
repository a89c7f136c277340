"""`jejak`: the root command and its verbs."""

from __future__ import annotations

from pathlib import Path

import click

from cli.command import Root
from cli.shell import Shell
from cli.version import tool
from cli.words import N_, choose_language, use_language
from evidence.errors import ConfigError

MEMBERS = {
    "init": "cli.init:init",
    "doctor": "cli.doctor:doctor",
    "config": "cli.config:config",
    "watchlist": "cli.watchlist:watchlist",
    "campaign": "cli.campaign:campaign",
    "crawl": "cli.crawl:crawl",
    "run": "cli.run:run",
    "status": "cli.status:status",
    "completeness": "cli.completeness:completeness",
    "posts": "cli.posts:posts",
    "history": "cli.history:history",
    "snapshot": "cli.snapshot:snapshot",
    "pictures": "cli.pictures:pictures",
    "interactions": "cli.interactions:interactions",
    "capture": "cli.capture:capture",
    "ledger": "cli.ledger:ledger",
    "witness": "cli.witness:witness",
    "package": "cli.package:package",
    "verify": "cli.verify:verify",
    "custody": "cli.custody:custody",
    "hold": "cli.hold:hold",
    "erase": "cli.erase:erase",
    "retention": "cli.retention:retention",
    "subject": "cli.subject:subject",
    "store": "cli.store:store",
    "demo": "cli.demo:demo",
    "read": "cli.read:read",
    "ingest": "cli.ingest:ingest",
    "platforms": "cli.platforms:platforms",
    "health": "cli.health:health",
    "reread": "cli.reread:reread",
}


@click.group(cls=Root, members=MEMBERS, no_args_is_help=True)
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path, dir_okay=False),
    help=N_("Configuration file; else $JEJAK_CONFIG, else jejak.toml here."),
)  # fmt: skip
@click.option("--language", type=click.Choice(["id", "en"]), help=N_("Language of all words."))
@click.option(
    "--zone", type=click.Choice(["WIB", "WITA", "WIT", "UTC"], case_sensitive=False),
    help=N_("Zone times are shown in; else that of the account."),
)  # fmt: skip
@click.version_option(tool(), message="%(version)s", help=N_("Show the version and end."))
@click.pass_obj
def jejak(shell: Shell, config_file: Path | None, language: str | None, zone: str | None) -> None:
    """Keep what public social-media accounts show, so that anyone can check it."""
    from evidence.config.region import ZONES

    shell.config_file = config_file
    shell.zone = ZONES[zone.upper()] if zone else ""
    if language:
        use_language(language)
        return
    try:
        use_language(choose_language(shell.config.language))
    except ConfigError:
        # The command that needs the configuration says what is wrong with it.
        return


def main() -> None:
    """Entry point of the `jejak` script."""
    jejak.main()
