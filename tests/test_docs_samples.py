"""Samples in the documents: each is taken by the very reader that takes a user's own file."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from cli.guards import CONCERNS
from crawler.registry import PLATFORMS
from evidence.config import parse_campaign, parse_watchlist
from evidence.model import Watchlist
from evidence.package.case import read_case
from evidence.retention import parse_rules
from evidence.seal.authorities import read_authorities
from sandbox.scenarios.demo import watchlist
from sandbox.summary import MESSAGES
from tests.evidence.seal.tsa import LocalTsa

ROOT = Path(__file__).resolve().parents[1]
HOW_TO = ROOT / "docs/how-to"
CODE = re.compile(r"`([A-Z]{2,}(?:_[A-Z0-9]+)+)`")
KINDS = {".py", ".toml", ".js", ".html"}
READMES = ("README.md", "README.id.md")
VERDICTS = ("    Integrity: ", "    Time: ", "    Completeness: ")
WHEN, WORD = "2026-11-23T09:00:00+07:00", '"x"'
VKEY = "saksi.example/1+18001b74+BLV2tbFzTjQwsSVn68HtIJ6V1YvRmvCx/4rYUubV3yeF"


def sample(page: str, language: str, number: int = 0) -> str:
    """The numbered block of a language on a page of docs/, without the indent of a list."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    indent, block = found[number]
    return re.sub(f"^{indent}", "", block, flags=re.MULTILINE)


def test_the_watchlist_of_the_page_is_imported_whole():
    imported = parse_watchlist(
        sample("how-to/watchlist.md", "csv").encode(), "daftar.csv", existing=Watchlist(),
        platforms=set(PLATFORMS), now=datetime(2026, 11, 22, tzinfo=UTC), imported_by="uji",
    )  # fmt: skip

    assert [entry.account.platform for entry in imported.added] == ["mastodon", "telegram"]


def test_the_campaign_of_the_page_is_one():
    read = parse_campaign(sample("formats/campaign.md", "toml").encode(), "tahapan.toml")

    assert [phase.name for phase in read.phases] == ["CAMPAIGN"]


def test_the_case_file_of_the_page_is_one(tmp_path):
    file = tmp_path / "case.toml"
    file.write_text(sample("how-to/package.md", "toml"), "utf-8")

    assert read_case(file).number == "012/LHP/PM.01.02/XI/2026"
    assert len(read_case(file).holidays()) == 1


def test_every_field_of_a_case_file_that_the_page_names_is_one(tmp_path):
    """Each field in the remark behind a table is given a word; the reader refuses what is none."""
    text = sample("how-to/package.md", "toml")
    lines = []
    for line in text.splitlines():
        lines.append(line)
        if line.startswith("[") and "holidays" not in line:
            named = re.sub(r"\(.*?\)|:.*|;.*", "", line.partition("#")[2])
            names = [name.strip() for name in named.split(",")]
            lines += [f"{n} = {WHEN if n.endswith('_at') else WORD}" for n in names]
    file = tmp_path / "case.toml"
    file.write_text("\n".join(lines), "utf-8")

    assert len(read_case(file).fields) > 25


def test_the_retention_rules_of_the_page_are_rules():
    assert len(parse_rules(sample("how-to/retention.md", "toml").encode(), "retention.toml")) == 1


def test_the_authorities_of_the_page_can_be_asked(tmp_path):
    """All but the witness's key, which is shortened on the page."""
    text = re.sub(r'vkey = "[^"]+"', f'vkey = "{VKEY}"', sample("how-to/anchors.md", "toml"))
    (tmp_path / "anchors.toml").write_text(text, "utf-8")
    (tmp_path / "tsa-satu.pem").write_bytes(LocalTsa(tmp_path / "one", "Satu").roots)

    said = read_authorities(tmp_path)

    assert (len(said.tsas), len(said.witnesses), said.quorum, said.revocation) == (1, 1, 1, True)


def test_the_sandbox_can_be_started_as_its_page_shows():
    known: dict[str, object] = {}
    exec(sample("how-to/sandbox.md", "python"), known)

    assert known["sandbox"].errors == []  # type: ignore[attr-defined]


def test_the_page_of_the_sandbox_gives_an_address_to_all_of_the_example():
    page = (HOW_TO / "sandbox.md").read_text("utf-8")
    wanted = re.findall(r"\{sandbox:\w+\}", (ROOT / "sandbox/example/watchlist.csv").read_text())

    assert set(wanted) == set(re.findall(r"s#(\{sandbox:\w+\})#", page))
    assert watchlist({name: "http://127.0.0.1:1" for name in PLATFORMS})


def test_the_run_that_the_readmes_show_has_only_lines_the_program_prints():
    shown = [
        re.findall(r"```text\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)[0]
        for name in READMES
    ]
    forms = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(m))) for m in MESSAGES]
    bootstrap = (ROOT / "scripts/bootstrap").read_text("utf-8")

    strange = [
        line
        for line in shown[0].splitlines()[1:]
        if not line.startswith(VERDICTS)
        and not any(form.fullmatch(line) for form in forms)
        and not (line.startswith("bootstrap: ") and line.split(" ")[1] in bootstrap)
    ]
    assert shown[0] == shown[1]
    assert strange == []


def test_every_concern_of_the_guards_is_explained_on_the_page_of_the_scheduler():
    page = (HOW_TO / "scheduler.md").read_text("utf-8")

    assert [code for code in CONCERNS if f"| `{code}` |" not in page] == []


def test_every_code_in_the_documents_is_one_of_the_program():
    folders = ("cli", "crawler", "evidence", "pipelines", "sandbox", "tests", "benchmarks")
    sources = [ROOT / "scheduler.py", ROOT / "Makefile", ROOT / "scripts"]
    files = [
        f for d in folders for f in (ROOT / d).rglob("*") if f.suffix in {".py", ".toml", ".js"}
    ]
    known = "\n".join(
        file.read_text("utf-8") for file in (*files, *(s for s in sources if s.is_file()))
    )
    words = set(re.findall(r"[A-Z][A-Z0-9_]+", known))
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "README.id.md"]

    strange = [
        f"{page.relative_to(ROOT)}: {code}"
        for page in pages
        for code in CODE.findall(page.read_text("utf-8"))
        if code not in words
    ]
    assert strange == []
