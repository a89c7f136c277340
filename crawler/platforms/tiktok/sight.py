"""What has been read so far of one page of TikTok."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.platforms.tiktok.urls import Asked, asked
from evidence.model import (
    AccountSeen,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)

READ_BY = "tiktok.pages@1"


@dataclass(slots=True)
class Sight:
    """Collects posts, accounts, acts and states of a page; each once, in the page's order.

    known: something of the expected structure was met, even if it shows nothing.
    """

    url: str
    faults: list[Drift] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    acts: dict[Interaction, None] = field(default_factory=dict)
    states: dict[StateSeen, None] = field(default_factory=dict)
    next: list[str] = field(default_factory=list)
    known: bool = False
    empty: bool = False

    @property
    def asked(self) -> Asked:
        """What the page's address asks for."""
        return asked(self.url)

    def state(self, subject: str, state: SeenState, marker: str) -> None:
        """Note a marker."""
        self.states[StateSeen(subject, state, marker)] = None

    def fault(self, detail: str) -> None:
        """Note that a part is not as expected."""
        self.faults.append(Drift(detail))

    def account(self, account: AccountSeen) -> None:
        """Note an account; the first sight of an id counts."""
        self.accounts.setdefault(account.native_id or account.handle or "", account)

    def reading(self) -> Reading:
        """All of it; drift when there is nothing."""
        nothing = not (self.posts or self.accounts or self.acts or self.states or self.empty)
        if nothing and not self.faults:
            self.fault("$: nothing that is known of TikTok")
        return Reading(
            READ_BY, tuple(self.posts.values()), tuple(self.accounts.values()), tuple(self.acts),
            tuple(self.states), (), tuple(dict.fromkeys(self.next)),
            tuple(dict.fromkeys(self.faults)), self.empty,
        )  # fmt: skip
