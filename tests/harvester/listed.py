"""A service whose list stands in memory: for stories that would take long over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from providers.shapes import (
    Account,
    FeedKind,
    LikedPost,
    MediaSource,
    Page,
    Profile,
    Rejected,
    Whereabouts,
)
from providers.turns import AT_ONCE, Turns

KINDS = MappingProxyType({"liked": FeedKind("liked", "Likes", default=True, on_wall=True)})


@dataclass(slots=True)
class Given:
    """One act of liking: `number` grows with each, `times` are all moments it was liked at."""

    post_id: str
    number: int
    posted_at: datetime | None
    times: list[datetime]


@dataclass(eq=False)
class Listed:
    """The service and its client at once. `likes` stands newest first, as `page` tells it.

    `before` is called with the cursor of each page that is asked for, and may raise.
    """

    window: int = 300
    size: int = 4
    likes: list[Given] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    exact: bool = False
    asked: list[str | None] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    before: Callable[[str | None], None] = lambda cursor: None
    tricks: list[Callable[[Page], Page]] = field(default_factory=list)
    key: str = "listed"
    instance: str = ""
    title: str = "Listed"
    icon: str = "M4 4h16v16H4Z"
    variables: tuple[str, ...] = ()
    hourly: int | None = None
    consent: None = None
    handles: None = None
    exports: None = None
    folders: None = None
    kinds: Mapping[str, FeedKind] = field(default_factory=lambda: KINDS)
    _count: int = 0

    def like(self, count: int = 1, *, age: timedelta | None = timedelta(days=9)) -> list[str]:
        """Like so many new posts, one after the other, each `age` old by then."""
        return [self._like(f"p{self._count + 1}", age).post_id for _ in range(count)]

    def _like(self, post_id: str, age: timedelta | None) -> Given:
        self._count += 1
        now = datetime.now(UTC)
        posted = None if age is None else now - age
        self.likes.insert(0, Given(post_id, self._count, posted, [now]))
        return self.likes[0]

    def unlike(self, post_id: str) -> Given:
        given = self.at(post_id)
        self.likes.remove(given)
        return given

    def relike(self, post_id: str) -> None:
        """Un-like and like again: it stands at the top."""
        given = self.unlike(post_id)
        self._count += 1
        given.times.append(datetime.now(UTC))
        self.likes.insert(0, Given(post_id, self._count, given.posted_at, given.times))

    def at(self, post_id: str) -> Given:
        return next(given for given in self.likes if given.post_id == post_id)

    @property
    def order(self) -> list[str]:
        """Every like there is, newest first, whether or not the service shows it."""
        return [given.post_id for given in self.likes]

    @property
    def visible(self) -> list[str]:
        """What the service shows, newest first."""
        return [one for one in self.order[: self.window] if one not in self.hidden]

    # the Client

    def profile(self) -> Profile:
        return Profile("7", "tess")

    def post(self, post_id: str, author_id: str) -> LikedPost:
        return self._told(self.at(post_id))

    def page(self, kind: str, cursor: str | None) -> Page:
        self.asked.append(cursor)
        self.before(cursor)
        rows = self.likes[: self.window]
        rows = [row for row in rows if cursor is None or row.number < int(cursor)]
        cut, more = rows[: self.size], len(rows) > self.size
        cut_shown = [row for row in cut if row.post_id not in self.hidden]
        page = Page(
            posts=tuple(self._told(r) for r in cut_shown if r.post_id not in self.unreadable),
            rejected=tuple(
                Rejected(place, row.post_id, "cannot be read", "{}")
                for place, row in enumerate(cut_shown)
                if row.post_id in self.unreadable
            ),
            next_cursor=str(cut[-1].number) if more else None,
            unknown_keys={},
            requests_left=None,
        )
        page = self.tricks.pop(0)(page) if self.tricks else page
        self.shown.update(post.post_id for post in page.posts)
        return page

    def _told(self, given: Given) -> LikedPost:
        return LikedPost(
            post_id=given.post_id,
            author_id="3",
            author="ada",
            author_name="Ada",
            caption=f"about {given.post_id}",
            link="",
            place=None,
            hashtags=(),
            posted_at=given.posted_at,
            liked_at=given.times[-1] if self.exact else None,
            media=(MediaSource("image", 0, f"https://media.invalid/{given.post_id}.jpg"),),
        )

    # the Service

    def client(self, account: Account, *, turns: Turns) -> Listed:
        return self

    def whereabouts(self, address: str, turns: Turns = AT_ONCE) -> Iterator[Whereabouts]:
        yield Whereabouts(address)

    # the Builder: the house finds it under a name in its registry

    def from_values(self, values: Mapping[str, str]) -> Listed:
        return self


@contextmanager
def dying(listed: Listed, after: int) -> Iterator[None]:
    """Whoever reads the list in the block is gone after so many pages."""
    left = after

    def fatal(cursor: str | None) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    listed.before = fatal
    with suppress(KeyboardInterrupt):
        yield
    listed.before = lambda cursor: None
