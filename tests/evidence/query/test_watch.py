"""Accounts by their many names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evidence.config import parse_watchlist, watch_drafts
from evidence.errors import ScopeError
from evidence.model import Watchlist
from evidence.projection import project_entries
from evidence.query.watch import find_watches, watchlist
from evidence.store import MemoryArchive

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
HEAD = (
    "platform,account,side,person,region_code,tier,assignment_order,legal_basis,basis,"
    "confidence,attributed_by\n"
)
ROW = "{platform},{account},CAMPAIGN,Tim,64.71,A,1,UU,KPU,HIGH,Budi\n"


@pytest.fixture
def archive() -> MemoryArchive:
    rows = [("mastodon", "@tim@contoh.social"), ("telegram", "tim_lain"), ("telegram", "timm")]
    text = HEAD + "".join(ROW.format(platform=p, account=a) for p, a in rows)
    imported = parse_watchlist(
        text.encode(), "w.csv", existing=Watchlist(), platforms={"mastodon", "telegram"}, now=NOW,
        imported_by="t",
    )  # fmt: skip
    archive = MemoryArchive()
    project_entries(archive, archive.record(watch_drafts(imported, NOW, "system")))
    return archive


@pytest.mark.parametrize(
    "name",
    ["@tim@contoh.social", "TIM@contoh.social", "tim", "https://contoh.social/@tim",
     "https://contoh.social/users/tim/"],
)  # fmt: skip
def test_a_fediverse_account_is_found_by_handle_and_address(archive, name):
    assert [row["platform"] for row in find_watches(archive, name)] == ["mastodon"]


def test_the_platform_narrows_the_search(archive):
    with pytest.raises(ScopeError, match="not on the watchlist"):
        find_watches(archive, "tim", "telegram")


def test_a_part_of_a_name_finds_nothing(archive):
    with pytest.raises(ScopeError):
        find_watches(archive, "tim_")


def test_without_a_name_all_active_accounts_are_given(archive):
    assert len(find_watches(archive, None)) == 3
    assert len(find_watches(archive, None, "telegram")) == 2


def test_the_watchlist_is_read_back_as_it_was_imported(archive):
    handles = sorted(e.account.handle for e in watchlist(archive).entries)

    assert handles == ["tim@contoh.social", "tim_lain", "timm"]
