"""What is watched, when and why, as people write it: watchlist and campaign files."""

from evidence.config.campaign import CampaignErrors, campaign_drafts, parse_campaign
from evidence.config.problem import ImportRefused, Problem
from evidence.config.watchlist import (
    WatchlistErrors,
    WatchlistImport,
    parse_watchlist,
    watch_drafts,
)

__all__ = [
    "CampaignErrors",
    "ImportRefused",
    "Problem",
    "WatchlistErrors",
    "WatchlistImport",
    "campaign_drafts",
    "parse_campaign",
    "parse_watchlist",
    "watch_drafts",
]
