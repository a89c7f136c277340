"""The simulated network at one moment: a pure function of a scenario and a simulated time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sandbox.event import (
    DropConnection,
    Edit,
    Event,
    ExpireMedia,
    Fault,
    Follow,
    GoPrivate,
    Like,
    LoginWall,
    Picture,
    Publish,
    RateLimit,
    Remove,
    Rename,
    Reply,
    Repost,
    ServerError,
    Suspend,
)

PLATFORMS = (
    "mastodon",
    "bluesky",
    "telegram",
    "feed",
    "youtube",
    "web",
    "threads",
    "instagram",
    "facebook",
    "tiktok",
    "x",
)


class Access(StrEnum):
    """To whom an account shows itself."""

    OPEN = "OPEN"
    PRIVATE = "PRIVATE"
    SUSPENDED = "SUSPENDED"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the scenario sets it up. key: unique; handle: the first one."""

    key: str
    platform: str
    handle: str
    name: str
    created_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Accounts and what happens to them; events in any order."""

    name: str
    accounts: tuple[Account, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """An account at one moment. handles: all it has had, newest last."""

    account: Account
    handles: tuple[str, ...]
    access: Access = Access.OPEN

    @property
    def handle(self) -> str:
        """The present handle."""
        return self.handles[-1]


@dataclass(frozen=True, slots=True)
class Deed:
    """A like or follow that holds now. key: of the post or account it is towards."""

    account: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A post at one moment.

    versions: (time, text), newest last. number: its place among the account's posts, from 1.
    removed:  it was published once and is not there now.
    media_version: counts how often the picture's address has changed.
    """

    key: str
    account: str
    number: int
    published_at: datetime
    versions: tuple[tuple[datetime, str], ...]
    picture: Picture | None = None
    link: str = ""
    reply_to: str | None = None
    repost_of: str | None = None
    removed: bool = False
    media_version: int = 0

    @property
    def text(self) -> str:
        """The present text."""
        return self.versions[-1][1]

    @property
    def edited_at(self) -> datetime | None:
        """When the present text was set, None for the first one."""
        return self.versions[-1][0] if len(self.versions) > 1 else None


@dataclass(frozen=True, slots=True)
class World:
    """Everything at `now`. posts holds removed ones as well; `live` leaves them out."""

    scenario: Scenario
    now: datetime
    accounts: dict[str, Stage]
    posts: dict[str, Shown]
    likes: tuple[Deed, ...] = ()
    follows: tuple[Deed, ...] = ()
    faults: tuple[Fault, ...] = field(default=())

    def live(self, account: str) -> list[Shown]:
        """The account's posts that are there now, newest first."""
        mine = [p for p in self.posts.values() if p.account == account and not p.removed]
        return sorted(mine, key=lambda p: (p.published_at, p.number), reverse=True)

    def visible(self, key: str | None) -> Shown | None:
        """A post if it is there now and its account is open, else None."""
        post = self.posts.get(key or "")
        if post is None or post.removed:
            return None
        return post if self.accounts[post.account].access is Access.OPEN else None

    def on(self, platform: str) -> list[Stage]:
        """All accounts of one platform."""
        return [s for s in self.accounts.values() if s.account.platform == platform]

    def answers_to(self, key: str) -> list[Shown]:
        """Visible replies to a post, oldest first."""
        found = [p for p in self.posts.values() if p.reply_to == key and self.visible(p.key)]
        return sorted(found, key=lambda p: p.published_at)

    def reposts_of(self, key: str) -> list[Shown]:
        """Visible reposts of a post, oldest first."""
        found = [p for p in self.posts.values() if p.repost_of == key and self.visible(p.key)]
        return sorted(found, key=lambda p: p.published_at)

    def likes_of(self, key: str) -> list[Deed]:
        """Likes of a post that hold now, oldest first."""
        return [deed for deed in self.likes if deed.key == key]


def state(scenario: Scenario, now: datetime) -> World:
    """The network as it is at `now`: every event of at <= now has happened.

    Raises KeyError when an event names an account or post that the scenario does not have by then.
    """
    accounts = {a.key: Stage(a, (a.handle,)) for a in scenario.accounts}
    world = World(scenario, now, accounts, {})
    past = sorted((e for e in scenario.events if e.at <= now), key=lambda e: e.at)
    numbers: dict[str, int] = {}
    for event in past:
        world = _after(world, event, numbers)
    return world


def _after(world: World, event: Event, numbers: dict[str, int]) -> World:
    match event:
        case Publish() | Reply() | Repost():
            numbers[event.account] = numbers.get(event.account, 0) + 1
            world.posts[event.post] = _published(world, event, numbers[event.account])
        case Edit() | Remove() | ExpireMedia():
            world.posts[event.post] = _altered(world.posts[event.post], event)
        case Rename() | GoPrivate() | Suspend():
            world.accounts[event.account] = _moved(world.accounts[event.account], event)
        case Like():
            if event.until is None or world.now < event.until:
                deed = Deed(event.account, world.posts[event.post].key, event.at)
                return replace(world, likes=(*world.likes, deed))
        case Follow():
            deed = Deed(event.account, world.accounts[event.target].account.key, event.at)
            return replace(world, follows=(*world.follows, deed))
        case RateLimit() | LoginWall() | ServerError() | DropConnection():
            if world.now < event.until:
                return replace(world, faults=(*world.faults, event))
    return world


def _published(world: World, event: Publish | Reply | Repost, number: int) -> Shown:
    author = world.accounts[event.account].account.key
    text = "" if isinstance(event, Repost) else event.text
    return Shown(
        key=event.post,
        account=author,
        number=number,
        published_at=event.at,
        versions=((event.at, text),),
        picture=event.picture if isinstance(event, Publish) else None,
        link=event.link if isinstance(event, Publish) else "",
        reply_to=world.posts[event.to].key if isinstance(event, Reply) else None,
        repost_of=world.posts[event.of].key if isinstance(event, Repost) else None,
    )


def _altered(post: Shown, event: Edit | Remove | ExpireMedia) -> Shown:
    match event:
        case Edit():
            return replace(post, versions=(*post.versions, (event.at, event.text)))
        case Remove():
            return replace(post, removed=True)
        case ExpireMedia():
            return replace(post, media_version=post.media_version + 1)


def _moved(stage: Stage, event: Rename | GoPrivate | Suspend) -> Stage:
    match event:
        case Rename():
            return replace(stage, handles=(*stage.handles, event.handle))
        case GoPrivate():
            return replace(stage, access=Access.PRIVATE)
        case Suspend():
            return replace(stage, access=Access.SUSPENDED)
