"""The operational log tells of faults by class and place, never by what was read."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from crawler.logs import TALKATIVE, JsonFormatter, QuietLogFormatter, silence


def test_a_fault_that_ends_a_process_is_one_line_without_its_message() -> None:
    script = (
        "from crawler.logs import quiet_faults\nquiet_faults()\n"
        "def fall():\n    raise ValueError('hormati 64710117059')\nfall()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert json.loads(done.stderr) == {
        "level": "CRITICAL", "error": "ValueError", "where": "<string>:4",
    }  # fmt: skip


SECRET = "hormati 64710117059"


def fallen() -> tuple[type[BaseException], BaseException, object]:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        return type(error), error, error.__traceback__


def line(message: str, *args: object, exc_info: object = None) -> dict[str, str]:
    record = logging.LogRecord("a.b", logging.WARNING, "f", 1, message, args, exc_info)  # type: ignore[arg-type]
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert text.isascii()
    return json.loads(text)


def test_a_line_tells_time_level_place_and_message_and_stays_one_line() -> None:
    told = line("baris\nkedua %s", "é")

    assert set(told) == {"at", "level", "logger", "message"}
    assert (told["level"], told["logger"], told["message"]) == ("WARNING", "a.b", "baris\nkedua é")


def test_a_logged_fault_is_told_by_class_and_place_and_not_by_its_message() -> None:
    told = line("fell", exc_info=fallen())

    assert told["error"] == "ValueError"
    assert re.fullmatch(r"test_logs\.py:[0-9]+", told["where"])
    assert SECRET not in json.dumps(told)


@pytest.mark.parametrize("nothing", [None, (None, None, None)])
def test_a_line_without_a_fault_names_none(nothing: object) -> None:
    assert "error" not in line("x", exc_info=nothing)


def test_a_fault_without_a_trace_has_no_place() -> None:
    kind, error, _ = fallen()

    assert line("x", exc_info=(kind, error, None))["where"] == ""


def test_the_lines_of_scrapy_that_hold_addresses_of_accounts_are_silenced() -> None:
    before = {name: logging.getLogger(name).level for name in TALKATIVE}
    try:
        silence()
        assert not any(logging.getLogger(name).isEnabledFor(logging.ERROR) for name in TALKATIVE)
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def test_what_scrapy_would_say_of_a_page_names_only_the_class_of_the_reason() -> None:
    told = QuietLogFormatter()
    failure = SimpleNamespace(type=ValueError, value=ValueError(SECRET))
    secret = SimpleNamespace(url=f"https://x.example/?q={SECRET}")

    assert told.crawled(secret, secret, None) is None
    assert told.scraped(SECRET, secret, None) is None
    lines = [
        told.dropped(SECRET, ValueError(SECRET), secret, None),
        told.item_error(SECRET, ValueError(SECRET), secret, None),
        told.spider_error(failure, secret, secret, None),
        told.download_error(failure, secret, None, SECRET),
    ]
    assert [each["args"] for each in lines] == [{"reason": "ValueError"}] * 4
    assert all(SECRET not in each["msg"] % each["args"] for each in lines)
    assert len({each["msg"] for each in lines}) == 4
