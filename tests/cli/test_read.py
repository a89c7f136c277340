"""`jejak read`: any body, any header, one JSON object a line, exit code 0."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
import zlib
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import exits
from crawler.registry import PLATFORMS
from crawler.unpack import MAX_BYTES, Oversize, unpack

ROOT = Path(__file__).parents[2]
STATUS = {
    "id": "1", "uri": "https://contoh.example/users/a/statuses/1", "url": "https://contoh.example/@a/1",
    "created_at": "2026-11-20T02:00:00.000Z", "edited_at": None, "content": "<p>Halo \u2028 dunia</p>",
    "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "id",
    "in_reply_to_id": None, "in_reply_to_account_id": None, "reblog": None, "poll": None,
    "card": None, "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
    "replies_count": 0, "reblogs_count": 0, "favourites_count": 3,
    "account": {
        "id": "9", "username": "a", "acct": "a", "display_name": "A", "locked": False,
        "url": "https://contoh.example/@a", "followers_count": 1, "following_count": 2,
        "statuses_count": 3, "created_at": "2026-01-01T00:00:00.000Z",
    },
}  # fmt: skip
BODY = json.dumps([STATUS]).encode()
URL = "https://contoh.example/api/v1/accounts/9/statuses"


def lines(result) -> list[dict]:
    assert result.exit_code == exits.OK, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def read(call, body: bytes, *args: str, platform: str = "mastodon"):
    Path("body").write_bytes(body)
    return call("read", platform, "body", "--url", URL, *args)


def test_a_page_becomes_one_json_object_a_line(call):
    seen = lines(read(call, BODY))

    posts = [line for line in seen if line["kind"] == "post"]
    assert [p["native_id"] for p in posts] == ["1"]
    assert posts[0]["counts"]["like"] == 3
    assert posts[0]["text"].endswith("dunia")


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
     ("deflate", lambda b: zlib.compress(b)[2:-4]), ("gzip, br", lambda b: brotli.compress(gzip.compress(b)))],
    ids=["gzip", "zlib", "brotli", "raw deflate", "both"],
)  # fmt: skip
def test_a_compressed_body_is_unpacked_as_its_header_says(call, encoding, pack):
    packed = lines(read(call, pack(BODY), "-H", f"Content-Encoding: {encoding}"))

    assert packed == lines(read(call, BODY))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "compress", "gzip, gzip"])
def test_a_body_saved_unpacked_under_its_old_header_is_read_as_it_is(call, encoding):
    kept = lines(read(call, BODY, "-H", f"Content-Encoding: {encoding}"))

    assert kept == lines(read(call, BODY))


def test_a_body_that_unpacks_without_end_is_drift(call):
    bomb = gzip.compress(bytes(MAX_BYTES + 1), 9)

    (line,) = lines(read(call, bomb, "-H", "content-encoding: gzip"))

    assert line == {"kind": "drift", "detail": f"body unpacks to more than {MAX_BYTES} bytes"}


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00" * 1000, b"\xff\xfe" * 99, b"[" * 100_000, b'{"a":' * 50_000, b"<html>", b"null",
     b'{"id": 1e999}', b"\xed\xa0\x80", b'"' + b"x" * 2_000_000],
    ids=lambda b: repr(b[:12]),
)  # fmt: skip
@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_a_hostile_body_is_drift_or_a_state_and_never_an_error(call, platform, body):
    seen = lines(read(call, body, platform=platform))

    assert seen
    assert {line["kind"] for line in seen} <= {"drift", "state"}


def test_a_lone_surrogate_comes_out_as_valid_utf8(call):
    body = BODY.replace(b"<p>Halo", b"<p>\\ud83d")

    result = read(call, body)

    assert result.stdout_bytes.decode("utf-8")
    assert lines(result)


def test_a_recorded_response_brings_its_own_address_and_status(call):
    said = {"url": URL, "status": 200, "headers": {}, "body": BODY.decode()}
    Path("body").write_text(json.dumps(said))

    plain = lines(call("read", "mastodon", "body"))

    assert plain == lines(read(call, BODY))


def test_what_the_command_line_says_wins_over_the_recorded_response(call):
    said = {"url": "https://x.example/", "status": 404, "headers": {}, "body": BODY.decode()}
    Path("body").write_text(json.dumps(said))

    kept = lines(call("read", "mastodon", "body", "--url", URL, "--status", "200"))

    assert kept == lines(read(call, BODY))


def test_a_body_without_any_address_is_read_for_what_it_holds(call):
    Path("body").write_bytes(b"{}")

    assert {line["kind"] for line in lines(call("read", "mastodon", "body"))} <= {"drift", "state"}


def test_an_unknown_platform_is_a_usage_error_that_names_the_known(call):
    result = read(call, BODY, platform="frendster")

    assert result.exit_code == exits.USAGE
    assert "platform frendster is not known; known are: bluesky," in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("-H", "no colon"), "header 'no colon' is not of the form"),
        (("--status", "99"), "--status cannot be used"),
    ],
)
def test_a_wrong_option_is_a_usage_error(call, args, said):
    result = read(call, BODY, *args)

    assert result.exit_code == exits.USAGE
    assert said in result.stderr


def test_a_file_that_is_not_there_is_a_usage_error(call):
    result = call("read", "mastodon", "nowhere", "--url", URL)

    assert result.exit_code == exits.USAGE
    assert "file nowhere cannot be read" in result.stderr


def test_standard_input_is_read_and_nothing_else_is_needed(tmp_path):
    """In a folder with a broken configuration and without a database."""
    (tmp_path / "jejak.toml").write_text("nonsense = 1\n")
    program = "from cli.main import main; main()"
    began = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", program, "read", "mastodon", "-", "--url", URL],
        input=BODY, capture_output=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip

    assert done.returncode == exits.OK, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["kind"]
    assert done.stderr == b""
    assert time.monotonic() - began < 30


def test_reading_loads_neither_scrapy_nor_a_database_driver(tmp_path):
    program = (
        "import sys\nfrom cli.main import jejak\n"
        "jejak.main(sys.argv[1:], standalone_mode=False)\n"
        "sys.exit(','.join(m for m in ('scrapy', 'twisted', 'pymongo', 'playwright', 'rich',"
        " 'apscheduler', 'PIL', 'numpy') if m in sys.modules) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, "read", "mastodon", "-", "--url", URL],
        input=BODY, capture_output=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip

    assert done.stderr == b""
    assert done.returncode == 0


@given(st.binary(max_size=2_000), st.sampled_from(["gzip", "deflate", "br", "zstd", "x", ""]))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_unpacking_never_raises_for_what_the_bytes_are(body, encoding):
    assert isinstance(unpack(body, encoding), bytes)


def test_a_stream_cut_short_gives_what_there_is():
    whole = gzip.compress(BODY * 50)

    assert (BODY * 50).startswith(unpack(whole[:-20], "gzip")[:100])
    assert unpack(whole[:-20], "gzip")


def test_a_bomb_is_stopped_at_the_limit():
    with pytest.raises(Oversize):
        unpack(brotli.compress(bytes(MAX_BYTES + 1)), "br")
