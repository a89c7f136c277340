"""A small archive with one account, an edited and later missing post, a picture and a like."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import jejak
from cli.shell import Shell
from evidence.config import parse_watchlist, watch_drafts
from evidence.history import compare, not_found, state_digest
from evidence.model import (
    Act,
    CaptureKind,
    Exchange,
    Fingerprint,
    ImageReading,
    Interaction,
    Media,
    Outcome,
    Post,
    SeenState,
    StateSeen,
    VisitEnd,
    Watchlist,
)
from evidence.projection import project_entries
from evidence.record import Recorder
from evidence.store import MemoryArchive

T0 = datetime(2026, 11, 18, 2, tzinfo=UTC)
RECORDER = Recorder("system", "jejak test")
WATCHLIST = """\
platform,account,side,person,status_class,region_code,tier,assignment_order,legal_basis,basis,\
confidence,attributed_by
telegram,siti_contoh,WATCHED,Siti Contoh,PNS,91.71,A,001/ST,UU 7/2017,profil,HIGH,Budi
telegram,tim_contoh,CAMPAIGN,Tim Contoh,,64.71,A,001/ST,UU 7/2017,daftar KPU,HIGH,Budi
"""


class Kept(MemoryArchive):
    """A memory archive that outlives the command that closes it."""

    def close(self) -> None:
        """Stay open."""


def kept_archive() -> Kept:
    """The archive of this module's docstring."""
    archive = Kept()
    imported = parse_watchlist(
        WATCHLIST.encode(), "w.csv", existing=Watchlist(), platforms={"telegram"}, now=T0,
        imported_by="test",
    )  # fmt: skip
    _keep(archive, watch_drafts(imported, T0, "system"))
    siti, tim = (e.watch for e in imported.added)
    first = _page(archive, siti, T0)
    post = Post(
        "42", "7", "siti_contoh", "Ayo \x1b[31mdukung\x1b[0m", T0, url="https://t.me/siti_contoh/42",
        media=(Media("https://cdn.example/1.jpg", "image", "poster"),),
    )  # fmt: skip
    known = _snapshot(archive, siti, post, None, first, T0)
    like = Interaction(Act.LIKE, "7", "siti_contoh", "99")
    _keep(archive, [
        RECORDER.interaction(like, platform="telegram", actor_watch=siti, target_watch=tim,
                             capture=first, at=T0)
    ])  # fmt: skip
    end = VisitEnd("v1", siti, f"{siti}@2026-11-18T02:00:00Z", T0, T0, _at(0), Outcome.COMPLETE, "")
    _keep(archive, [RECORDER.outcome(end)])
    _picture(archive, siti, known.snapshot)
    known = _snapshot(archive, siti, _edited(post), known, _page(archive, siti, _at(1)), _at(1))
    for days in (2, 3):
        _missing(archive, siti, known, _page(archive, siti, _at(days)), _at(days))
    return archive


Call = Callable[..., Result]
Login = Callable[[int], None]
INVESTIGATOR, INVESTIGATOR_UID = "uid 4000001", 4000001
"""An account without a name, so that it is called the same on every machine."""


@pytest.fixture
def archive() -> Kept:
    """The archive of this module's docstring."""
    return kept_archive()


@pytest.fixture
def login(tmp_path_factory, monkeypatch) -> Login:
    """Log in as another account; the investigator is logged in at first."""
    kernel = tmp_path_factory.mktemp("kernel")
    for name, said in (("LOGIN_UID", INVESTIGATOR_UID), ("UID_MAP", "0 0 4294967295")):
        (kernel / name).write_text(f"{said}\n")
        monkeypatch.setattr(f"cli.person.{name}", kernel / name)
    monkeypatch.setattr("cli.person.vouched", lambda _uid: True)
    return lambda uid: monkeypatch.setattr(
        "cli.person.LOGIN_UID", _written(kernel / f"uid-{uid}", str(uid))
    )


@pytest.fixture
def call(archive: Kept, login: Login, tmp_path, monkeypatch) -> Call:
    """Run one command line against the archive, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str, **more) -> Result:
        shell = Shell(opener=lambda _config: archive)
        return CliRunner(env=_environment()).invoke(jejak, args, obj=shell, **more)

    return run


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


def _environment() -> dict[str, str | None]:
    ours = {name: None for name in os.environ if name.startswith(("JEJAK_", "LC_", "LANG"))}
    return {**ours, "LANG": "C.UTF-8", "JEJAK_PURPOSE": "uji", "JEJAK_ORDER": "0/ST"}


def _at(days: int) -> datetime:
    return T0 + timedelta(days=days)


def _keep(archive: Kept, drafts) -> str:
    entries = archive.record(drafts)
    project_entries(archive, entries)
    return entries[-1].statement.rec


def _page(archive: Kept, watch: str, at: datetime, **more) -> str:
    url = "https://cdn.example/1.jpg" if more.get("of") else "https://t.me/s/siti_contoh"
    exchange = Exchange(url, "GET", at, at, (), 200, (), b"<html/>", **more)
    return _keep(archive, [RECORDER.capture(exchange, visit="v1", watch=watch, slot=None)])


def _edited(post: Post) -> Post:
    return Post(post.native_id, post.author_id, post.author_handle, "Ralat: \u202ehormati aturan",
                post.published_at, url=post.url, media=post.media)  # fmt: skip


def _snapshot(archive: Kept, watch: str, post: Post, known, capture: str, at: datetime):
    observation = compare(known, post, at)
    rec = _keep(archive, [
        RECORDER.snapshot(observation, known, platform="telegram", watch=watch, capture=capture,
                          digest=state_digest(post))
    ])  # fmt: skip
    return _known(archive, rec)


def _known(archive: Kept, rec: str):
    from crawler.desk import known_post

    (row,) = archive.rows("posts", {"snapshot": rec})
    return known_post(row)


def _missing(archive: Kept, watch: str, known, capture: str, at: datetime) -> None:
    now_known = _known(archive, known.snapshot)
    state = StateSeen("post:42", SeenState.ABSENT, "HTTP 404")
    observation = not_found(now_known, state, at, capture, None)
    assert observation is not None
    _keep(archive, [RECORDER.observation(observation, now_known, watch=watch, capture=capture)])


def _picture(archive: Kept, watch: str, snapshot: str) -> None:
    capture = _page(archive, watch, _at(1), kind=CaptureKind.MEDIA, of=snapshot, media="image/jpeg")
    image = ImageReading(
        10, 10, "JPEG", "test", False, (Fingerprint("phash", 64, "ff00ff00ff00ff00", "test"),)
    )
    _keep(archive, [RECORDER.fingerprint(image, capture=capture, watch=watch, at=_at(1))])
