"""`jejak platforms`: what can be seen where, as the platforms' own manifests say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.command import Command
from cli.screen import write_json, write_line, write_table
from cli.words import N_, _

if TYPE_CHECKING:
    from crawler.registry import Manifest

SIDES = {
    "account side": N_("account"),
    "campaign side": N_("campaign"),
    "NOT_OBSERVABLE": "-",
}
"""From which side an act shows -> the word in the table; `-`: to nobody."""


@click.command(cls=Command)
@click.option("--markdown", is_flag=True, help=N_("As a page of the documentation, in English."))
@click.argument("platform", required=False)
def platforms(platform: str | None, markdown: bool, as_json: bool) -> None:
    """Show what can be seen on each PLATFORM without an account, and what cannot.

    An act is seen from the page of the account that does it, or only from the page of the campaign
    account it is done to; `-` means that no public page shows who did it.
    """
    from crawler.registry import PLATFORMS

    if platform is not None and platform not in PLATFORMS:
        said = _("platform {name} is not known; known are: {known}")
        raise click.UsageError(said.format(name=platform, known=", ".join(sorted(PLATFORMS))))
    shown = [p.manifest for name, p in sorted(PLATFORMS.items()) if platform in (None, name)]
    if as_json:
        write_json([_json(manifest) for manifest in shown])
    elif markdown:
        write_line(page(shown))
    elif platform is not None:
        _one(shown[0])
    else:
        write_table([_(h) for h in _headers()], [_row(m, _) for m in shown])
        write_line(_("More of one of them: jejak platforms NAME"))


def page(shown: list[Manifest]) -> str:
    """The page docs/how-to/platforms.md, made from the manifests."""
    lines = [
        "# What can be seen where",
        "",
        "Made by `scripts/platforms-page` from the manifests in `crawler/platforms/*/platform.toml`; do not",
        "edit it by hand. `account`: the pages of the account that acts show it. `campaign`: only the page of the",
        "campaign account acted upon shows who did it. `-`: no public page shows who did it; a visit says",
        "NOT_OBSERVABLE, and a person's own capture ([ingest.md](ingest.md)) or an official interface may help.",
        "",
        *_markdown([[*_headers()], *([*_row(m, str)] for m in shown)]),
    ]
    for manifest in shown:
        lines += ["", f"## {manifest.title}", "", f"`{manifest.name}`. {_pace(manifest)}", ""]
        surfaces = [[f"`{s.url}`", s.gives] for s in manifest.surfaces]
        lines += _markdown([["address", "what it gives"], *surfaces])
        lines += ["", f"robots.txt: {manifest.robots}", "", f"Terms: {flat(manifest.terms)}"]
        if manifest.official:
            said = manifest.official
            key = f" Key: `{said.env}`." if said.env else ""
            export = " Its exports can be handed in." if said.export else ""
            lines += ["", f"Official interface: {said.title}. {flat(said.gives)}{key}{export}"]
    return "\n".join(lines)


def flat(text: str) -> str:
    """A text of several lines on one."""
    return " ".join(text.split())


def _headers() -> tuple[str, ...]:
    from evidence.model import Act

    first = (N_("Platform"), N_("Surfaces"))
    return (*first, *(act.value for act in Act), N_("Browser"), N_("Official interface"))


def _row(manifest: Manifest, word: Any) -> tuple[str, ...]:
    from evidence.model import Act

    sides = (word(SIDES[manifest.observable[act].value]) for act in Act)
    browser = N_("yes") if manifest.browser.answers else "-"
    official = manifest.official.title if manifest.official else "-"
    return (manifest.name, str(len(manifest.surfaces)), *sides, word(browser), official)


def _one(manifest: Manifest) -> None:
    write_line(f"{manifest.title} ({manifest.name})")
    write_line(_(flat(manifest.terms)))
    write_line(f"robots.txt: {_(flat(manifest.robots))}")
    for surface in manifest.surfaces:
        write_line(f"  {surface.url}\n      {_(flat(surface.gives))}")
    seen = [[act.value, _(SIDES[side.value])] for act, side in manifest.observable.items()]
    write_table([_("Act"), _("Seen from")], seen)
    if manifest.official:
        said = _("Official interface: {title}. {gives}")
        write_line(said.format(title=manifest.official.title, gives=flat(manifest.official.gives)))


def _json(manifest: Manifest) -> dict[str, Any]:
    official = manifest.official
    return {
        "name": manifest.name, "title": manifest.title, "hosts": list(manifest.hosts),
        "pace_s": manifest.pace_s, "concurrency": manifest.concurrency,
        "surfaces": [{"url": s.url, "gives": s.gives} for s in manifest.surfaces],
        "observable": {act.value: side.value for act, side in manifest.observable.items()},
        "robots": flat(manifest.robots), "terms": flat(manifest.terms),
        "expectations": dict(manifest.expectations),
        "browser_answers": list(manifest.browser.answers),
        "official": None if official is None else {
            "title": official.title, "gives": flat(official.gives), "terms": flat(official.terms),
            "env": official.env, "hosts": list(official.hosts), "export": official.export,
        },
    }  # fmt: skip


def _pace(manifest: Manifest) -> str:
    hosts = ", ".join(f"`{host}`" for host in manifest.hosts) or "the hosts its watchlist rows name"
    return f"Hosts: {hosts}; at least {manifest.pace_s:g} s between two requests to one."


def _markdown(rows: list[list[str]]) -> list[str]:
    head, *body = rows
    cells = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in body]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {c} |" for c in cells)]
