"""What every stand-in offers to the suite, and what all of them do alike."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from PIL import Image

from accounts.models import Connection, User
from tests.conformance.places import Answer, Heard, Place

FIRST_LIKE = datetime(2026, 1, 1, tzinfo=UTC)
JPEG = {"Content-Type": "image/jpeg"}

# The ways of a service to say the same thing, by the name of the way.
Ways = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Given:
    """One act of liking; numbers grow with each, so that they say the order."""

    number: int
    post_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """One page before it is written down: where it was asked for, its rows, what comes after."""

    asked: str | None
    rows: tuple[Given, ...]
    after: str | None


Trick = Callable[[int, Cut], Cut]


class StandIn(ABC):
    """A service on loopback ports, as its protocol says, with people who like things.

    A subclass has a table of everything it can say, and writes pages and posts down. Nothing
    of it is taken from the code of the house.
    """

    key: ClassVar[str]
    # KIND of trouble (see test_trouble.py) to the ways in which this service says it.
    says: ClassVar[Mapping[str, Ways]]
    # Its hosts count everybody who asks from here, not each grant.
    counts_hosts: ClassVar[bool]
    tells_when: ClassVar[bool]
    # A page without anything may be followed by others.
    empty_goes_on: ClassVar[bool]
    # An address of a medium says what its bytes hash to, and there is a smaller copy.
    proves_bytes: ClassVar[bool]
    # A like outlives the post it was given to.
    keeps_dangling: ClassVar[bool]
    # Where it tells of an item: keys of `bent` are one of these and the post's id.
    sides: ClassVar[tuple[str, ...]] = ("",)

    places: Mapping[str, Place]

    def __init__(self) -> None:
        self._born = 0
        self.reset()

    def reset(self) -> None:
        """Nobody has liked anything, nothing was heard, all is well. Old names are not reused."""
        self._born += 1
        self.likes: dict[str, list[Given]] = {}
        self.deleted: set[str] = set()
        self.bent: dict[str, Callable[[Any], Any]] = {}
        self.swapped: dict[str, bytes | None] = {}
        self.size = 6
        self._number = 0
        self.heal()
        for place in self.places.values():
            place.forget()
            place.come_back()

    # What people do

    def like(self, count: int = 1, who: str = "tess") -> list[str]:
        """Like so many new posts, one after the other."""
        return [self._put(who, self.new_post(self._number + 1)) for _ in range(count)]

    def unlike(self, post_id: str, who: str = "tess") -> None:
        self.likes[who] = [one for one in self.likes[who] if one.post_id != post_id]

    def relike(self, post_id: str, who: str = "tess") -> None:
        """Un-like it, and like it again: it stands at the top."""
        self.unlike(post_id, who)
        self._put(who, post_id)

    def delete(self, post_id: str) -> None:
        """Its author takes the post away."""
        self.deleted.add(post_id)

    def _put(self, who: str, post_id: str) -> str:
        self._number += 1
        at = FIRST_LIKE + timedelta(minutes=self._number, milliseconds=250)
        self.likes.setdefault(who, []).insert(0, Given(self._number, post_id, at))
        return post_id

    def listed(self, who: str = "tess") -> list[Given]:
        """What the service lists, newest first."""
        given = self.likes.get(who, [])
        return given if self.keeps_dangling else [g for g in given if g.post_id not in self.deleted]

    def order(self, who: str = "tess") -> list[str]:
        return [given.post_id for given in self.listed(who)]

    # What the service does to us

    def tell(self, answer: Answer, *, skip: int = 0, times: int | None = 1) -> None:
        """Answer so to questions for a page, after `skip` good ones; None: always."""
        self._told, self._skip, self._times = answer, skip, times

    def heal(self) -> None:
        """Nothing is wrong, and no trick played."""
        self._told, self._skip, self._times = None, 0, 0
        self.play(lambda number, cut: cut)

    def play(self, trick: Trick) -> None:
        """Make something else of each page from now on; pages are counted from 1."""
        self._trick, self._pages = trick, 0

    def _trouble(self) -> Answer | None:
        """What to say instead of the page that is asked for now."""
        if self._told is None or self._times == 0:
            return None
        if self._skip:
            self._skip -= 1
            return None
        self._times = None if self._times is None else self._times - 1
        return self._told

    def cut(self, who: str, cursor: str | None, most: int) -> Cut:
        """The page that starts after `cursor`, or what a trick makes of it."""
        rows = self.listed(who)
        if cursor is not None:
            rows = [row for row in rows if self.mark(row) < cursor]
        size = min(most, self.size)
        self._pages += 1
        after = self.mark(rows[size - 1]) if len(rows) > size else None
        page = Cut(cursor, tuple(rows[:size]), after)
        return self._trick(self._pages, self.last_cursor(page))

    def last_cursor(self, cut: Cut) -> Cut:
        """The page with the cursor that this service tells; by default none at the end."""
        return cut

    # What was heard

    def heard(self, *roles: str) -> list[Heard]:
        """What these hosts heard, or all."""
        return [one for role in roles or self.places for one in self.places[role].heard]

    def counts(self) -> Counter[str]:
        """How many requests each host heard."""
        return Counter({role: len(place.heard) for role, place in self.places.items()})

    def forget(self) -> None:
        for place in self.places.values():
            place.heard.clear()

    @property
    def hosts(self) -> list[str]:
        return [place.host for place in self.places.values()]

    def close(self) -> None:
        for place in self.places.values():
            place.close()

    # Pictures

    def picture(self, post_id: str) -> bytes:
        """The picture of a post, which nobody else has."""
        return jpeg(int(post_id[-6:]), 64)

    def seen(self, post_id: str, small: bool = False) -> Answer:
        """What the host of pictures says; a copy is smaller, and was never swapped."""
        if small:
            return Answer(200, jpeg(int(post_id[-6:]), 16), JPEG)
        data = self.swapped.get(post_id, self.picture(post_id))
        return self.no_picture if data is None else Answer(200, data, JPEG)

    no_picture: ClassVar[Answer]

    # What differs

    @abstractmethod
    def values(self) -> dict[str, str]:
        """The variables of the environment that lead the house here."""

    @abstractmethod
    def connect(self, who: str = "tess", user: User | None = None) -> Connection:
        """Let somebody's likes be read, as the house's own doors do."""

    @abstractmethod
    def secrets(self, who: str = "tess") -> list[str]:
        """What nobody but their own host may ever see."""

    @abstractmethod
    def new_post(self, number: int) -> str:
        """The id of a new post; ends in six digits that no other post has."""

    @abstractmethod
    def mark(self, given: Given) -> str:
        """The cursor behind a like; later likes have greater ones."""

    @abstractmethod
    def asked_pages(self) -> list[Heard]:
        """The requests for pages of lists."""

    @abstractmethod
    def pages_of(self, likes: int) -> list[int]:
        """How many likes each page of a whole walk holds."""

    @abstractmethod
    def budget(self, pages: Sequence[int], *, first: bool) -> dict[str, int]:
        """How many requests, by host, reading such pages takes; `first`: of this account."""


def jpeg(number: int, size: int) -> bytes:
    """A small picture in a colour of its own."""
    made = io.BytesIO()
    colour = (number % 251, number // 251 % 251, 7)
    Image.new("RGB", (size, size), colour).save(made, "JPEG", comment=str(number).encode())
    return made.getvalue()
