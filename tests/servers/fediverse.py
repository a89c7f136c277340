"""Two snac2 instances on loopback that federate with each other, and people who act on them."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers.front import ONCE, Front, front
from tests.servers.process import (
    PATIENCE_S,
    SERVERS,
    Unavailable,
    answers,
    free_ports,
    start,
    stop,
    tail,
    wait_for,
)

SNAC = SERVERS / "fediverse/root/usr/bin/snac"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass(slots=True)
class Person:
    """Someone with an account on one instance, able to act in public."""

    instance: Instance
    name: str
    password: str
    token: str = ""

    @property
    def url(self) -> str:
        """The account's profile page and ActivityPub id."""
        return f"{self.instance.url}/{self.name}"

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One API call as this person. Raises httpx.HTTPStatusError when it is refused."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.instance.call(method, path, headers=headers, **options).json()

    def post(self, text: str, image: bytes | None = None, alt: str = "") -> dict[str, Any]:
        """A public status, with a picture when given."""
        body: dict[str, Any] = {"status": text, "visibility": "public"}
        if image is not None:
            file = {"file": ("gambar.jpg", image, "image/jpeg")}
            media = self.call("POST", "/api/v2/media", files=file, data={"description": alt})
            body["media_ids"] = [media["id"]]
        return self.call("POST", "/api/v1/statuses", json=body)

    def edit(self, status: dict[str, Any], text: str) -> dict[str, Any]:
        """The same status with another text."""
        return self.call("PUT", f"/api/v1/statuses/{status['id']}", json={"status": text})

    def delete(self, status: dict[str, Any]) -> None:
        """Take a status back; snac2 offers that on its own pages only, not in the API."""
        self.instance.call(
            "POST",
            f"/{self.name}/admin/action",
            auth=(self.name, self.password),
            data={
                "id": status["uri"],
                "actor": self.url,
                "action": "Delete",
                "redir": f"/{self.name}/admin",
            },
        )

    def follow(self, other: Person) -> None:
        """Follow someone on the other instance, so that their posts arrive here from now on."""
        self.instance.command("follow", str(self.instance.data), self.name, other.url)
        followers = other.instance.data / "user" / other.name / "followers"
        wait_for(lambda: any(followers.glob("*.json")), "the follow was accepted")

    def received(self, text: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """A status by someone followed, once it has arrived in the home timeline."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            home = self.call("GET", "/api/v1/timelines/home")
            found[:] = [status for status in home if text in status["content"]]
            return bool(found)

        wait_for(there, "the status arrived", timeout_s=timeout_s, every_s=0.3)
        return found[0]

    def like(self, status: dict[str, Any]) -> None:
        """Favourite a received status."""
        self.call("POST", f"/api/v1/statuses/{status['id']}/favourite")

    def boost(self, status: dict[str, Any]) -> None:
        """Share a received status."""
        self.call("POST", f"/api/v1/statuses/{status['id']}/reblog")

    def reply(self, status: dict[str, Any], text: str) -> dict[str, Any]:
        """Comment on a received status."""
        body = {"status": text, "in_reply_to_id": status["id"], "visibility": "public"}
        return self.call("POST", "/api/v1/statuses", json=body)

    def rename(self, display_name: str) -> None:
        """Another display name; snac2 has no change of handle."""
        file = self.instance.data / "user" / self.name / "user.json"
        profile = json.loads(file.read_text("utf-8"))
        profile["name"] = display_name
        file.write_text(json.dumps(profile), "utf-8")

    def leave(self) -> None:
        """Remove the account from its instance for good."""
        self.instance.command("deluser", str(self.instance.data), self.name, answer="y\n")


@dataclass(slots=True)
class Instance:
    """One running server behind its front. url: without a trailing slash; data: its folder."""

    url: str
    data: Path
    front: Front
    people: dict[str, Person] = field(default_factory=dict)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request on a connection of its own (snac2 closes every connection).

        Asked again when the connection was lost before an answer. That does nothing twice: the
        front knows the request by its number and passes it on once.
        """
        headers = {"Connection": "close", ONCE: secrets.token_hex(8), **options.pop("headers", {})}
        for left in (4, 3, 2, 1, 0):
            try:
                with httpx.Client(base_url=self.url, timeout=PATIENCE_S) as client:
                    answer = client.request(method, path, headers=headers, **options)
                break
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if not left:
                    raise
        if answer.status_code == 502:
            raise httpx.HTTPStatusError(answer.text, request=answer.request, response=answer)
        if answer.status_code >= 400:
            answer.raise_for_status()
        return answer

    def command(self, *words: str, answer: str = "") -> str:
        """The server's own command line."""
        done = subprocess.run(
            [SNAC, *words],
            input=answer, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        )  # fmt: skip
        return done.stdout + done.stderr

    def join(self, name: str) -> Person:
        """A new person, signed in with a token of their own."""
        said = self.command("adduser", str(self.data), name)
        password = re.search(r"password is (\S+)", said)
        if password is None:
            raise Unavailable("snac2 gave no password for a new user")
        person = Person(self, name, password.group(1))
        person.token = _sign_in(person)
        self.people[name] = person
        return person


@dataclass(frozen=True, slots=True)
class Fediverse:
    """Two instances that deliver to each other."""

    here: Instance
    there: Instance


@contextmanager
def fediverse(directory: Path) -> Iterator[Fediverse]:
    """Start two instances. Raises Unavailable saying what is missing."""
    if not SNAC.exists():
        raise Unavailable("snac2 is not installed")
    with ExitStack() as stack:
        here = stack.enter_context(_instance(directory / "snac-here"))
        there = stack.enter_context(_instance(directory / "snac-there"))
        yield Fediverse(here, there)


@contextmanager
def _instance(data: Path) -> Iterator[Instance]:
    (port,) = free_ports(1)
    log = data.parent / f"{data.name}.log"
    with front(behind=port) as before:  # it has its port first: snac2 must be told its own address
        _set_up(data, port, before.url.removeprefix("http://"))
        server = start([SNAC, "httpd", data], log)
        instance = Instance(before.url, data, before)

        def ready() -> bool:
            if server.poll() is not None:
                raise Unavailable(f"snac2 ended at once: {tail(log)}")
            return answers(f"{instance.url}/api/v1/instance")

        try:
            wait_for(ready, "snac2 answers")
            yield instance
        finally:
            stop(server)


def _set_up(data: Path, port: int, host: str) -> None:
    wishes = f"127.0.0.1\n{port}\n{host}\n\n\n"
    subprocess.run([SNAC, "init", data], input=wishes, capture_output=True, text=True, check=True)
    file = data / "server.json"
    settings = json.loads(file.read_text("utf-8"))
    # Plain HTTP on loopback; eight threads, for two instances that call each other while they
    # answer us; a delivery that failed is tried again at once, not in two minutes.
    settings |= {"protocol": "http", "num_threads": 8, "queue_timeout": 20, "queue_timeout_2": 20}
    settings |= {"queue_retry_minutes": 0, "disable_inbox_collection": True}
    file.write_text(json.dumps(settings), "utf-8")


def _sign_in(person: Person) -> str:
    call = person.instance.call
    wish = {
        "client_name": "t",
        "redirect_uris": OUT_OF_BAND,
        "scopes": "read write",
        "website": "x",
    }
    app = call("POST", "/api/v1/apps", data=wish).json()
    form = call(
        "GET",
        "/oauth/authorize",
        params={
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": OUT_OF_BAND,
            "scope": "read write",
            "state": "",
        },
    )
    action = re.search(r'action="([^"]+)"', form.text)
    login = {
        "login": person.name,
        "passwd": person.password,
        "redir": OUT_OF_BAND,
        "cid": app["client_id"],
        "state": "",
    }
    if action is None:
        raise Unavailable("snac2 offered no sign-in form")
    page = call("POST", action.group(1), data=login)
    code = re.search(r"[0-9a-f]{32}", page.text)
    if code is None:
        raise Unavailable("snac2 gave no sign-in code")
    grant = {
        "grant_type": "authorization_code",
        "code": code.group(0),
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": OUT_OF_BAND,
    }
    token = call("POST", "/oauth/token", data=grant).json()["access_token"]
    return str(token)
