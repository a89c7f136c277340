"""A bounded process that decodes hostile pictures, so that nothing else has to.

The worker gets bytes and gives numbers. It starts with an empty environment (no credentials), may
not write files, and is held to memory and CPU limits; past a wall-clock limit it is killed. The
next picture gets a new one. It has no network namespace of its own.
"""

from __future__ import annotations

import atexit
import resource
import struct
import subprocess
import sys
import threading
import warnings
from contextlib import suppress
from typing import IO

from PIL import Image

from evidence.canonical import decode as parse
from evidence.canonical import encode, from_value, to_value
from evidence.errors import ImageUnreadable, ParseError
from evidence.imaging.decode import MAX_BYTES, MAX_PIXELS
from evidence.imaging.fingerprint import read_image
from evidence.model import ImageReading

WALL_S = 10.0
START_S = 60.0
"""What the worker may take to import what it needs, on a slow disk; no picture's time."""
CPU_S = 8
MEMORY_BYTES = 400_000_000
"""Address space beyond what the worker has after its imports."""
PICTURES_A_WORKER = 500
"""Then it is replaced: what a decoder leaks does not add up."""

LENGTH = struct.Struct(">Q")
READY = b"ready"
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class ImageWorker:
    """One worker process, started when first needed and used again. Safe for threads."""

    def __init__(self, wall_s: float = WALL_S) -> None:
        self._wall_s = wall_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pictures = 0

    def read(self, data: bytes) -> ImageReading:
        """What `fingerprint.read_image` measures, from the worker.

        Raises ImageUnreadable for bytes that are no picture we decode, and when the worker came to
        its end over them (memory, CPU, time, a fault in a decoder).
        """
        if len(data) > MAX_BYTES:
            raise ImageUnreadable("picture", f"has {len(data)} bytes, more than {MAX_BYTES}")
        with self._lock:
            answer = self._ask(data)
        value = parse(answer)
        if "why" in value:
            raise ImageUnreadable("picture", str(value["why"]))
        return from_value(value["reading"], ImageReading)

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None when there is none."""
        return self._process.pid if self._process else None

    def _ask(self, data: bytes) -> bytes:
        if self._pictures >= PICTURES_A_WORKER or (
            self._process is not None and self._process.poll() is not None
        ):
            self._stop()
        if self._process is None:
            self._pictures = 0
            self._process = _started()
            self._within(START_S, self._process)
        self._pictures += 1
        return self._within(self._wall_s, self._process, data)

    def _within(
        self, most_s: float, process: subprocess.Popen[bytes], data: bytes | None = None
    ) -> bytes:
        """The worker's answer to a picture, or the word that it is ready; then it is killed."""
        late = threading.Event()
        timer = threading.Timer(most_s, _end, (process, late))
        timer.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise OSError("the worker has no pipes")
            if data is not None:
                _send(process.stdin, data)
            return _receive(process.stdout)
        except (OSError, EOFError) as error:
            self._stop()
            why = f"ended the decoder (exit {process.returncode})"
            if late.is_set():
                why = f"took more than {most_s:g} s"
            if data is None:
                why = f"is not decoded, because its decoder did not start: {why}"
            raise ImageUnreadable("picture", why) from error
        finally:
            timer.cancel()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # unsent bytes of a dead worker
                    pipe.close()


def _started() -> subprocess.Popen[bytes]:
    # -I: neither the working directory nor PYTHON* variables choose what is imported.
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "evidence.imaging.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )


_shared = ImageWorker()
atexit.register(_shared.close)


def fingerprint_image(data: bytes) -> ImageReading:
    """What is measured on a picture, decoded in the bounded worker shared by this process.

    data: an encoded still picture (JPEG, PNG, WebP; first frame of a GIF), at most 50 MB and 50
    megapixels. Takes at most 10 s, the first one longer by the start of the worker; blocks, so call
    it in a thread.

    Raises ImageUnreadable.
    """
    return _shared.read(data)


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Say READY, then answer framed pictures with framed canonical JSON until the source ends."""
    _send(sink, READY)
    while True:
        try:
            data = _receive(source)
        except EOFError:
            return
        _send(sink, encode(_answer(data)))


def _answer(data: bytes) -> dict[str, object]:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(
        resource.RLIMIT_CPU,
        (int(spent.ru_utime + spent.ru_stime) + CPU_S, resource.RLIM_INFINITY),
    )
    try:
        return {"reading": to_value(read_image(data))}
    except ImageUnreadable as error:
        return {"why": error.why}
    except MemoryError:
        return {"why": "needs more memory than it is given"}


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _bound() -> None:
    """Limits on the process itself; what is imported by now counts as given."""
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123
        size = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY_BYTES, size + MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _send(sink: IO[bytes], data: bytes) -> None:
    sink.write(LENGTH.pack(len(data)))
    sink.write(data)
    sink.flush()


def _receive(source: IO[bytes]) -> bytes:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (size,) = LENGTH.unpack(head)
    if size > MAX_BYTES:
        raise ParseError("image worker", f"a frame of {size} bytes")
    data = source.read(size)
    if len(data) < size:
        raise EOFError
    return data


if __name__ == "__main__":
    _bound()
    serve(sys.stdin.buffer, sys.stdout.buffer)
