"""The child process: visit accounts of one platform, then end. `python -m crawler.run --batch F`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.child import PARENT, end_with_parent
from crawler.collector import spare_collector
from crawler.logs import JsonFormatter, quiet_faults
from crawler.spider import AccountSpider

EXIT_FAILED = 1


def crawl(platform: str, *, account: str | None = None, batch: Path | None = None) -> int:
    """Visit in this process until done; 0 when every page could be recorded, else 1.

    Runs the reactor, so once per process. Configuration comes from the environment.
    """
    _log_as_json()
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    settings = get_project_settings()
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(platform)
    process.crawl(crawler, account=account, batch=str(batch) if batch else None)
    spare_collector()
    process.start()
    spider = crawler.spider
    sound = isinstance(spider, AccountSpider) and spider.opened and not spider.failed
    return 0 if sound and not process.bootstrap_failed else EXIT_FAILED


def command(platform: str, *, account: str | None = None, batch: Path | None = None) -> list[str]:
    """The command line of a child process that does the same."""
    line = [sys.executable, "-P", "-m", "crawler.run", "--platform", platform]
    if account:
        line += ["--account", account]
    if batch:
        line += ["--batch", str(batch)]
    return line


def _log_as_json() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    # On the handler: Scrapy opens the root logger to everything when it starts.
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], force=True)


def leave_closed_folder() -> None:
    """Go to `/` where the current folder is closed to us: Scrapy looks there for a project of its own.

    It is, when an officer runs `jejak` as another user from a home that is the officer's alone.
    """
    if not os.access(".", os.X_OK):
        os.chdir("/")


def main() -> int:
    """Entry of `python -m crawler.run`."""
    quiet_faults()
    leave_closed_folder()
    parser = argparse.ArgumentParser(prog="crawler.run", description=__doc__)
    parser.add_argument("--platform")
    parser.add_argument("--account")
    parser.add_argument("--batch", type=Path)
    said = parser.parse_args()
    if PARENT in os.environ:
        end_with_parent(int(os.environ[PARENT]))
    platform = said.platform
    if said.batch:
        platform = json.loads(said.batch.read_text("utf-8"))["platform"]
    if not platform:
        parser.error("--platform or --batch is needed")
    return crawl(platform, account=said.account, batch=said.batch)


if __name__ == "__main__":
    sys.exit(main())
