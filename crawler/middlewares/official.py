"""KeyMiddleware: puts a key on the wire, and takes it off before anything sees the exchange."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.official.key import Key

WITHHELD = "key_withheld"
"""Flag of a response that repeated the key; the place where it stood is blotted out."""
BLOT = b"[key]"


class KeyMiddleware:
    """Sits between KeepMiddleware and the downloader, so that no kept request has the key in it."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> KeyMiddleware:
        """As Scrapy builds it."""
        return cls(crawler)

    @property
    def key(self) -> Key | None:
        """The spider's key; None when no official interface is used."""
        key = getattr(self.crawler.spider, "key", None)
        return key if isinstance(key, Key) else None

    def process_request(self, request: Request) -> None:
        """Add the key for the interface's own hosts alone; also after a redirect."""
        key = self.key
        if key is not None and key.speaks_to(request.url):
            request.headers[key.header] = key.value
            # A coded body could not be looked through for the key.
            request.headers["Accept-Encoding"] = "identity"

    def process_response(self, request: Request, response: Response) -> Response:
        """Take the key off the request, and out of an answer that repeats it."""
        key = self.key
        if key is None or not key.speaks_to(request.url):
            return response
        request.headers.pop(key.header, None)
        secret = key.secret.encode()
        named = [n for n, vs in response.headers.items() if any(secret in v for v in vs)]
        if secret not in response.body and not named:
            return response
        headers = response.headers.copy()
        for name in named:
            headers[name] = [v.replace(secret, BLOT) for v in headers.getlist(name)]
        return response.replace(
            body=response.body.replace(secret, BLOT), headers=headers,
            flags=[*response.flags, WITHHELD],
        )  # fmt: skip

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Take the key off a request that failed."""
        key = self.key
        if key is not None:
            request.headers.pop(key.header, None)
