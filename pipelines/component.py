"""Component: how each step is built by Scrapy and reaches the desk of its process."""

from __future__ import annotations

from typing import Any

from crawler.desk import Desk


class Component:
    """A pipeline step; `desk` is the spider's, open while items flow."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> Component:
        """As Scrapy builds it."""
        return cls(crawler)

    @property
    def desk(self) -> Desk:
        """Archive, recorder and watchlist index of this process."""
        desk = self.crawler.spider.desk
        if not isinstance(desk, Desk):
            raise TypeError("the spider has no Desk")
        return desk
