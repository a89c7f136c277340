"""The browser as a process: made anew, crashed, killed, and never left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.browser.conftest import Rig, usable

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
CRAWLER = """
import asyncio, json, os, sys
from datetime import UTC, datetime
from crawler.browser import Asking, Browser
from crawler.config import Config

async def yes(url):
    return True

async def main():
    config = Config(egress_allow=("127.0.0.0/8",), chromium=os.environ["JEJAK_CHROMIUM"])
    browser = Browser(config, "Jejak/uji")
    asking = Asking(sys.argv[1], (), 0, None, lambda: datetime.now(UTC), yes)
    await browser.look(asking)
    print(os.getpid(), flush=True)
    if sys.argv[2:]:
        await browser.look(Asking(sys.argv[2], (), 0, None, lambda: datetime.now(UTC), yes))
    await asyncio.sleep(100)

asyncio.run(main())
"""


def below(pid: int) -> list[int]:
    """Ids of all processes that descend from one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                said = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(said[1]), []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        more = children.get(queue.pop(), [])
        found += more
        queue += more
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pids: list[int]) -> list[int]:
    """Those that still run; a zombie does not."""
    living = []
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            living.append(pid)
    return living


def gone(pids: list[int], wait_s: float = 10) -> bool:
    until = time.monotonic() + wait_s
    while alive(pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pids)


def browsers() -> list[int]:
    """Chromium processes below this one."""
    return [pid for pid in below(os.getpid()) if "user-data-dir" in command(pid)]


@pytest.fixture
def fresh(rigged: Callable[..., Rig]) -> Iterator[Rig]:
    """A browser of the test's own."""
    rig = rigged(replace(usable(), browser_looks=2, browser_timeout_s=60))
    yield rig
    rig.run(rig.browser.close())


def test_the_browser_is_sandboxed_and_never_root(fresh: Rig, site: Any) -> None:
    said: list[tuple[str, str, list[str]]] = []

    def look_around(handler: Any) -> None:
        for pid in below(os.getpid()):
            status = Path(f"/proc/{pid}/status").read_text()
            seccomp = status.partition("Seccomp:")[2].split()[0]
            said.append((command(pid), seccomp, status.partition("Uid:")[2].split()[:3]))
        handler.send_error(500)

    site.do("/keliling", look_around)
    fresh.look(site.say("/p", "<p>halo</p><img src=/keliling>"))

    chromium = [one for one in said if "user-data-dir" in one[0] or "--type=" in one[0]]
    assert chromium
    assert not [line for line, _, _ in chromium if "--no-sandbox" in line]
    assert not [line for line, _, uids in chromium if "0" in uids]
    assert {seccomp for line, seccomp, _ in chromium if "--type=renderer" in line} == {"2"}


def test_the_browser_is_made_anew_after_so_many_looks(fresh: Rig, site: Any) -> None:
    url = site.say("/p", "<p>halo</p>")
    fresh.look(url)
    first = set(browsers())
    fresh.look(url)
    same = set(browsers())
    fresh.look(url)

    assert first & same
    assert not first & set(browsers())
    assert gone(sorted(first))


def test_a_page_whose_process_ends_is_a_gap_and_the_next_look_is_sound(
    fresh: Rig, site: Any
) -> None:
    url = site.say("/p", "<p>halo</p>")

    def kill_renderer(handler: Any) -> None:
        for pid in below(os.getpid()):
            if "--type=renderer" in command(pid):
                os.kill(pid, signal.SIGKILL)
        handler.send_error(500)

    site.do("/mati", kill_renderer)
    broken = fresh.look(site.say("/rusak", "<p>isi</p><img src=/mati>"))
    after = fresh.look(url)

    assert "BROWSER_CRASHED" in dict(broken.troubles)
    assert broken.document.body.startswith(b"<p>isi")
    assert after.shot is not None
    assert after.troubles == ()


def test_a_browser_that_is_killed_is_a_gap_and_the_next_look_is_sound(
    fresh: Rig, site: Any
) -> None:
    url = site.say("/p", "<p>halo</p>")

    def kill_browser(handler: Any) -> None:
        for pid in browsers():
            if "--type=" not in command(pid):
                os.kill(pid, signal.SIGKILL)
        handler.send_error(500)

    site.do("/tamat", kill_browser)
    broken = fresh.look(site.say("/rusak", "<p>isi</p><img src=/tamat>"))
    after = fresh.look(url)

    assert "BROWSER_CRASHED" in dict(broken.troubles)
    assert broken.document.body.startswith(b"<p>isi")
    assert after.troubles == ()


def slowly(site: Any, path: str, wait_s: float) -> str:
    """A page that is not loaded until so much time has passed; gives its address."""

    def late(handler: Any) -> None:
        time.sleep(wait_s)
        handler.send_error(404)

    site.do(f"{path}-lambat", late)
    return str(site.say(path, f"<p>halo dari sini</p><img src={path}-lambat>"))


def test_a_browser_that_is_always_busy_is_made_anew_all_the_same(fresh: Rig, site: Any) -> None:
    seen: list[int] = []

    def note(handler: Any) -> None:
        seen.extend(pid for pid in browsers() if "--type=" not in command(pid))
        handler.send_error(404)

    site.do("/catat", note)
    pages = [site.say(f"/p{n}", f"<p>halo {n}</p><img src=/catat?{n}>") for n in range(5)]
    looks = fresh.together(pages)

    assert [look.troubles for look in looks] == [()] * 5
    assert len(set(seen)) >= 2


def test_a_browser_that_stands_still_for_a_while_costs_none_of_several_looks(
    fresh: Rig, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that has too much to do; alone, a browser that stands still is replaced."""
    monkeypatch.setattr("crawler.browser.pool.OPEN_S", 1)
    fresh.look(site.say("/p", "<p>halo</p>"))
    (main,) = (pid for pid in browsers() if "--type=" not in command(pid))
    os.kill(main, signal.SIGSTOP)
    wake = threading.Timer(2.5, os.kill, (main, signal.SIGCONT))
    wake.start()
    looks = fresh.together([site.say(f"/p{n}", f"<p>halo {n}</p>") for n in range(3)])
    wake.join()

    assert [look.troubles for look in looks] == [()] * 3
    assert [look.document.error for look in looks] == [""] * 3


@pytest.mark.parametrize("how", ["cannot open a page", "cannot close one in time"])
def test_no_look_fails_for_what_another_one_did_to_the_browser(
    fresh: Rig, site: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "cannot open a page":
        opened, stuck = fresh.browser._fresh_context, [1]

        async def open_or_not(port: int) -> Any:
            if fresh.browser._working > 1 and stuck:
                stuck.pop()
                await asyncio.sleep(0.5)
                raise TimeoutError
            return await opened(port)

        monkeypatch.setattr(fresh.browser, "_fresh_context", open_or_not)
    else:
        monkeypatch.setattr("crawler.browser.pool.CLOSE_S", 0)
    looks = fresh.together([slowly(site, f"/{n}", 0.5 + n / 4) for n in range(3)])

    assert [look.troubles for look in looks] == [()] * 3
    assert all(look.shot is not None and look.shot.state.value == "COMPLETE" for look in looks)


def test_closing_leaves_nothing(fresh: Rig, site: Any) -> None:
    fresh.look(site.say("/p", "<p>halo</p>"))
    running = browsers()
    fresh.run(fresh.browser.close())

    assert running
    assert gone(running)


@pytest.mark.parametrize(
    "hung",
    [pytest.param(False, marks=pytest.mark.soak), True],
    ids=["idle", "in a page that hangs"],
)
@pytest.mark.parametrize("group", [False, True], ids=["the crawler alone", "its whole group"])
def test_no_browser_outlives_a_crawler_that_is_killed(site: Any, hung: bool, group: bool) -> None:
    config = usable()
    pages = [site.say("/p", "<p>halo</p>")]
    if hung:
        pages.append(site.say("/macet", "<p>x</p><script>for(;;);</script>"))
    crawler = subprocess.Popen(
        [sys.executable, "-c", CRAWLER, *pages], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "JEJAK_CHROMIUM": config.chromium}, start_new_session=True,
    )  # fmt: skip
    try:
        assert crawler.stdout is not None
        assert json.loads(crawler.stdout.readline()) == crawler.pid
        if hung:
            time.sleep(1)
        running = below(crawler.pid)
        assert [pid for pid in running if "user-data-dir" in command(pid)]
        if group:
            os.killpg(crawler.pid, signal.SIGKILL)
        else:
            crawler.kill()
        crawler.wait(10)

        assert gone(running)
    finally:
        crawler.kill()
        crawler.wait(10)
