from __future__ import annotations

import array
import fcntl
import io
import os
import signal
import struct
import subprocess
import sys
import termios
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidence.errors import ImageUnreadable
from evidence.imaging import worker as module
from evidence.imaging.fingerprint import read_image
from evidence.imaging.worker import ImageWorker, fingerprint_image


def png(seed: int = 1) -> bytes:
    random = np.random.default_rng(seed)
    rough = Image.fromarray(random.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    sink = io.BytesIO()
    rough.resize((200, 150)).save(sink, "PNG")
    return sink.getvalue()


def png_bomb(side: int) -> bytes:
    packer = zlib.compressobj(9)
    row = b"\0" + bytes((side + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def webp_bomb() -> bytes:
    """A WebP head that promises 16,384 x 16,384 moving pixels."""
    side = (16_383).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side + side
    body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def highest_memory_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def cpu_s(pid: int) -> float:
    """Seconds of a processor that a process has had."""
    said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def worker() -> Iterator[ImageWorker]:
    one = ImageWorker()
    yield one
    one.close()


def test_worker_measures_what_this_process_would(worker: ImageWorker) -> None:
    assert worker.read(png()) == read_image(png())


def test_worker_is_used_again(worker: ImageWorker) -> None:
    worker.read(png(1))
    pid = worker.pid
    worker.read(png(2))

    assert worker.pid == pid is not None


@pytest.mark.parametrize(
    "data",
    [png_bomb(13_000), webp_bomb(), png()[:900], b"%!PS-Adobe-3.0 EPSF-3.0\n", b"II*\0", b"<svg/>"],
    ids=["png bomb", "webp bomb", "cut off", "eps", "tiff", "svg"],
)
def test_bombs_and_other_kinds_are_refused_within_time_and_memory(data: bytes) -> None:
    worker = ImageWorker()
    with pytest.raises(ImageUnreadable):
        worker.read(data)

    assert worker.pid is not None
    assert cpu_s(worker.pid) < 10
    assert highest_memory_kb(worker.pid) < 300_000
    worker.close()


def test_picture_after_a_refused_one_is_read_by_the_same_worker(worker: ImageWorker) -> None:
    worker.read(png())
    pid = worker.pid
    with pytest.raises(ImageUnreadable):
        worker.read(b"no picture")

    assert worker.read(png()).width == 200
    assert worker.pid == pid


def wait_until_asked(worker: ImageWorker) -> None:
    """Until a question lies in the pipe of a worker that does not read."""
    process = worker._process
    assert process is not None
    assert process.stdin is not None
    waiting = array.array("i", [0])
    until_s = time.monotonic() + 20
    while not waiting[0] and time.monotonic() < until_s:
        fcntl.ioctl(process.stdin, termios.FIONREAD, waiting)
        time.sleep(0.005)
    assert waiting[0], "nothing was asked"


def test_killed_worker_is_a_refusal_and_the_next_picture_gets_a_new_one() -> None:
    worker = ImageWorker()
    worker.read(png())
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(worker.read, png())
        wait_until_asked(worker)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ImageUnreadable, match="ended the decoder"):
            reading.result(timeout=10)

    assert worker.read(png()).width == 200
    worker.close()


def test_worker_that_does_not_start_is_a_refusal_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    begun = partial(subprocess.Popen, silent, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    monkeypatch.setattr(module, "_started", begun)
    monkeypatch.setattr(module, "START_S", 0.3)
    worker = ImageWorker()

    with pytest.raises(ImageUnreadable, match=r"did not start: took more than 0\.3 s"):
        worker.read(png())
    assert worker.pid is None


def test_a_slow_start_is_not_the_pictures_time(monkeypatch: pytest.MonkeyPatch) -> None:
    module_itself = "runpy.run_module('evidence.imaging.worker', run_name='__main__')"
    code = f"import runpy, time; time.sleep(3.5); {module_itself}"
    slow = [sys.executable, "-I", "-c", code]
    begun = partial(subprocess.Popen, slow, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    monkeypatch.setattr(module, "_started", begun)
    worker = ImageWorker(wall_s=3)

    try:
        assert worker.read(png()).width == 200
    finally:
        worker.close()


def test_worker_that_hangs_is_killed_at_the_time_limit() -> None:
    worker = ImageWorker()
    worker.read(png())
    worker._wall_s = 0.3
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(ImageUnreadable, match=r"took more than 0\.3 s"):
        worker.read(png())

    assert worker.pid is None
    assert not Path(f"/proc/{pid}").exists()


def test_worker_has_no_environment_of_ours(
    worker: ImageWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEJAK_ARCHIVE_URL", "mongodb://user:geheim@db/")
    one = ImageWorker()
    one.read(png())
    environment = Path(f"/proc/{one.pid}/environ").read_text()
    one.close()

    assert "geheim" not in environment
    assert "JEJAK" not in environment


def test_worker_is_held_to_memory_and_writes_no_file(worker: ImageWorker) -> None:
    worker.read(png())
    limits = Path(f"/proc/{worker.pid}/limits").read_text()
    limit = {line[:25].strip(): line[26:46].strip() for line in limits.splitlines()}

    assert limit["Max file size"] == "0"
    assert int(limit["Max address space"]) < 3_000_000_000
    assert int(limit["Max cpu time"]) < 1000


def test_threads_share_one_worker_without_mixing_answers() -> None:
    expected = [read_image(png(seed)) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda seed: fingerprint_image(png(seed)), range(6)))

    assert found == expected


def test_closed_worker_leaves_no_process() -> None:
    worker = ImageWorker()
    worker.read(png())
    pid = worker.pid
    worker.close()

    assert not Path(f"/proc/{pid}").exists()
