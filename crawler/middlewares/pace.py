"""PaceMiddleware: a host that asks for quiet has it from every visit of this process."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.pace import ASKS_FOR_QUIET, OWN, retry_after_s


class PaceMiddleware:
    """Next to the downloader: sees answers that Scrapy itself asks again for, and robots.txt."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> PaceMiddleware:
        """As Scrapy builds it."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note a Retry-After for whoever wants to ask the same host next."""
        spider, said = self.crawler.spider, response.headers.get("Retry-After")
        if said is None or response.status not in ASKS_FOR_QUIET:
            return response
        wait_s = retry_after_s(said.decode("latin-1"), spider.desk.clock.now())
        if wait_s and request.meta.get("download_slot") != OWN:
            spider.pace.hold(request.url, wait_s)
        if spider.pace.is_closed(request.url):
            request.meta["dont_retry"] = True
        return response
