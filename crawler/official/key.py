"""Keys of official interfaces: from the environment, to their own hosts, into nothing that is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crawler.registry import Manifest

SANDBOX = "localhost"
LOOPBACK = (SANDBOX, "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Key:
    """One platform's key, and how and to whom it is sent. Shows itself in no message.

    hosts: with or without a port.   plain: whether it may be sent to loopback without TLS (sandbox).
    """

    hosts: frozenset[str]
    header: str
    value: str = field(repr=False)
    secret: str = field(repr=False)
    plain: bool = False

    def placed(self, url: str, base_url: str) -> str:
        """Where an address of the interface is asked: there, or in the sandbox.

        base_url: the account's own service. The sandbox has the interface beside it, under the
        name `localhost`, so that what is public is asked at another host than what needs the key.
        """
        service, parts = urlsplit(base_url), urlsplit(url)
        if not self.plain or parts.hostname == SANDBOX:
            return url
        return parts._replace(scheme="http", netloc=f"{SANDBOX}:{service.port or 80}").geturl()

    def speaks_to(self, url: str) -> bool:
        """Whether this address is the interface's own, so that the key is sent with the question."""
        parts = urlsplit(url)
        named = (parts.hostname or "") in self.hosts or parts.netloc in self.hosts
        own = self.plain and (parts.hostname or "") in LOOPBACK
        return named and (parts.scheme == "https" or own)


def key_of(
    manifest: Manifest,
    allowed: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    sandbox: bool = False,
) -> Key | None:
    """The key to use for a platform; None unless it is there and the configuration allows it.

    allowed: names of platforms whose official interface is used (`official` in jejak.toml).
    sandbox: whether all is simulated: then the key goes to loopback, and nowhere else.
    """
    said = manifest.official
    if said is None or not said.env or manifest.name not in allowed:
        return None
    secret = (os.environ if environment is None else environment).get(said.env, "").strip()
    if not secret or not secret.isprintable():
        return None
    hosts = frozenset({SANDBOX} if sandbox else said.hosts)
    return Key(hosts, said.header, f"{said.prefix}{secret}", secret, plain=sandbox)
