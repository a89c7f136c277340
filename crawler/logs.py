"""The operational log: JSON lines of ids and digests, never what was read."""

from __future__ import annotations

import json
import logging
import sys
from types import TracebackType
from typing import Any

from scrapy.logformatter import LogFormatter

TALKATIVE = (
    "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.robotstxt",
    "scrapy.downloadermiddlewares.httpcompression",
    "scrapy.core.downloader",
    "scrapy.core.engine",
    "scrapy.statscollectors",
)
"""Loggers whose lines hold addresses of accounts; what they tell is in captures and outcomes."""


def silence() -> None:
    """Keep addresses out of the log."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)


class JsonFormatter(logging.Formatter):
    """One JSON object a line; control characters are escaped, so a line stays a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON: time, level, logger, message, and the class of an exception."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True)


def quiet_faults() -> None:
    """Let a fault that ends this process be told by class and place: messages may quote a page."""

    def told(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        said = {"level": "CRITICAL", "error": kind.__name__, "where": _where(trace)}
        sys.stderr.write(json.dumps(said) + "\n")

    sys.excepthook = told


class QuietLogFormatter(LogFormatter):
    """Scrapy's messages without items, addresses' queries or response texts."""

    def crawled(self, request: Any, response: Any, spider: Any) -> Any:
        """Nothing: captures are in the archive."""
        return None

    def scraped(self, item: Any, response: Any, spider: Any) -> Any:
        """Nothing: readings are in the archive."""
        return None

    def dropped(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """That an item was dropped, and the class of the reason."""
        return _line(logging.WARNING, "page dropped: %(reason)s", type(exception).__name__)

    def item_error(self, item: Any, exception: BaseException, response: Any, spider: Any) -> Any:
        """That recording a page failed, and the class of the reason."""
        return _line(logging.ERROR, "page not recorded: %(reason)s", type(exception).__name__)

    def spider_error(self, failure: Any, request: Any, response: Any, spider: Any) -> Any:
        """That the spider failed, and the class of the reason."""
        return _line(logging.ERROR, "spider failed: %(reason)s", failure.type.__name__)

    def download_error(
        self, failure: Any, request: Any, spider: Any, errmsg: str | None = None
    ) -> Any:
        """That a download failed, and the class of the reason."""
        return _line(logging.INFO, "download failed: %(reason)s", failure.type.__name__)


def _line(level: int, message: str, reason: str) -> dict[str, Any]:
    return {"level": level, "msg": message, "args": {"reason": reason}}


def _where(traceback: Any) -> str:
    """File and line of the innermost frame; no source text, no values."""
    frame = traceback
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return ""
    return f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}"
