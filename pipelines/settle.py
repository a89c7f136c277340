"""Settle: tell the visit that its page is recorded, so that it goes on."""

from __future__ import annotations

from pipelines.component import Component
from pipelines.page import Recorded


class SettlePipeline(Component):
    """The last step: whoever waits for the page is told."""

    def process_item(self, item: Recorded) -> Recorded:
        """The same page."""
        self.crawler.spider.settle(item.seen.capture)
        return item
