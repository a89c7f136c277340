"""AccountSpider: what every platform's spider shares. Keep, then read; one outcome per visit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import scrapy

from crawler.visit import Seen, Visit


class AccountSpider(scrapy.Spider):
    """Visits watchlist accounts of one platform. A subclass writes `converse` and nothing else.

    The base class claims slots, opens visits, fetches media and rendered pages of new and changed
    posts after `converse` is done, and ends every visit with exactly one outcome.
    """

    platform: str

    def converse(self, visit: Visit) -> AsyncIterator[Seen]:
        """Ask the platform what this account shows; yield each Seen that is worth recording.

        An async generator. To end early, return. Order: resolve the account, list its posts page
        by page, look for known posts that are missing, then (campaign side) who engaged.
        """
        raise NotImplementedError
