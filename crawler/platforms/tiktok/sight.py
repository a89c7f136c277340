"""What has been read so far of one page of TikTok."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.gathered import Gathered
from crawler.platforms.tiktok.urls import Asked, asked
from evidence.model import Reading

READ_BY = "tiktok.pages@3"


@dataclass(slots=True)
class Sight(Gathered):
    """Posts, accounts, acts and states of one page, and what its address asks for."""

    @property
    def asked(self) -> Asked:
        """What the page's address asks for."""
        return asked(self.url)

    def reading(self) -> Reading:
        """All of it; drift when there is nothing."""
        return self.reading_by(READ_BY, "TikTok")
