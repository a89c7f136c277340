"""What has been gathered of one page whose data say each thing once: the first sight counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence.model import (
    AccountSeen,
    Drift,
    Interaction,
    Post,
    Reading,
    SeenState,
    StateSeen,
)


@dataclass(slots=True)
class Gathered:
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

    def state(self, subject: str, state: SeenState, marker: str) -> None:
        """Note a marker."""
        self.states[StateSeen(subject, state, marker)] = None

    def fault(self, detail: str) -> None:
        """Note that a part is not as expected."""
        self.faults.append(Drift(detail))

    def account(self, account: AccountSeen) -> None:
        """Note an account; the first sight of an id counts."""
        self.accounts.setdefault(account.native_id or account.handle or "", account)

    def reading_by(self, reader: str, title: str) -> Reading:
        """All of it, by this reader of the platform of this title; drift when there is nothing."""
        nothing = not (self.posts or self.accounts or self.acts or self.states or self.empty)
        if nothing and not self.faults:
            self.fault(f"$: nothing that is known of {title}")
        return Reading(
            reader, tuple(self.posts.values()), tuple(self.accounts.values()), tuple(self.acts),
            tuple(self.states), (), tuple(dict.fromkeys(self.next)),
            tuple(dict.fromkeys(self.faults)), self.empty,
        )  # fmt: skip
