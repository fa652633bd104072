"""One person's likes in the order of liking, and what is no longer among them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator.ids import SLOT_MS, dice, like_id
from simulator.people import Person
from simulator.posts import id_of_slot

LIKED_WINDOW = 300
HISTORY_MS = 5 * 365 * 86_400_000
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Like:
    """One act of liking; its id grows with time and says nothing else."""

    like: int
    media: int
    liked_ms: int


@dataclass(slots=True)
class Shelf:
    """The likes of one person: `rows` from the oldest to the newest, `gone` what was un-liked."""

    rows: list[Like] = field(default_factory=list)
    posts: set[int] = field(default_factory=set)
    gone: list[tuple[Like, int]] = field(default_factory=list)
    # So many of them does the service show; 0: all.
    shown: int = LIKED_WINDOW

    def add(self, media: int, at_ms: int, low: int) -> Like:
        """Like a post now; a like is always newer than the one before it."""
        number = like_id(at_ms, low)
        if self.rows and number <= self.rows[-1].like:
            number = self.rows[-1].like + 1
        row = Like(number, media, at_ms)
        self.rows.append(row)
        self.posts.add(media)
        return row

    def remove(self, media: int, at_ms: int) -> Like | None:
        """Un-like a post; None when it was not liked."""
        if media not in self.posts:
            return None
        place = next(i for i in reversed(range(len(self.rows))) if self.rows[i].media == media)
        row = self.rows.pop(place)
        self.posts.discard(media)
        self.gone.append((row, at_ms))
        return row

    def window(self) -> list[Like]:
        """What the service still shows: the last 300 unless told otherwise, oldest first."""
        return self.rows[-self.shown :]

    def page(self, before: int | None, count: int) -> tuple[list[Like], bool]:
        """Up to `count` likes before like id `before`, newest first; whether more follow."""
        rows = self.window()
        end = len(rows) if before is None else bisect_left(rows, before, key=lambda row: row.like)
        start = max(0, end - count)
        return rows[start:end][::-1], start > 0


def choose_post(seed: str, at_ms: int, is_taken: Callable[[int], bool], *parts: object) -> int:
    """A post that existed by then and was not yet liked: mostly fresh, at times years old."""
    chance = dice(seed, "choose", *parts)
    spread = 6 * _DAY_MS
    while True:
        fresh = chance.random() < 0.85
        age = chance.expovariate(1 / spread) if fresh else chance.uniform(0, 3 * 365 * _DAY_MS)
        slot = int((at_ms - age) // SLOT_MS) - 1
        if chance.random() < 0.5:
            slot -= slot % 12  # what is popular is liked by many people
        media = id_of_slot(seed, slot)
        if not is_taken(media):
            return media
        spread *= 2


def history(seed: str, person: Person, count: int, until_ms: int) -> Shelf:
    """A shelf of exactly `count` likes over the five years before `until_ms`."""
    shelf = Shelf()
    for number, at_ms in enumerate(moments(seed, person.key, count, until_ms)):
        media = choose_post(seed, at_ms, shelf.posts.__contains__, person.key, number)
        shelf.add(media, at_ms, (at_ms ^ media) & 0x1FFFFF)
    return shelf


def moments(seed: str, key: str, count: int, until_ms: int) -> Iterator[int]:
    """When the likes were given: in sittings of a few, more often of late than years ago."""
    chance = dice(seed, "moments", key)
    found: list[int] = []
    while len(found) < count:
        age = HISTORY_MS * chance.random() ** 1.6 + 240_000
        for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
            found.append(int(until_ms - age))
            age = max(60_000.0, age - chance.uniform(2_000, 70_000))
    return iter(sorted(found[:count]))
