"""The likes of one account: records in the order of their keys."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.bluesky.ids import iso, micros_of, tid
from simulator.bluesky.posts import SLOT_MS, ghost_of_slot, uri_of_slot
from simulator.ids import dice
from simulator.likes import moments

GENERATOR = "at://did:plc:feedsfeedsfeedsfeedsfeed/app.bsky.feed.generator/quiet-posts"
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, order=True)
class Like:
    """One record; `created_at` is what its maker's clock said."""

    rkey: str
    created_at: str
    subject: str


@dataclass(slots=True)
class Likes:
    """All records of one account, the lowest key first."""

    rows: list[Like] = field(default_factory=list)

    def add(self, like: Like) -> None:
        self.remove(like.rkey)
        insort(self.rows, like)

    def remove(self, rkey: str) -> Like | None:
        found = next((one for one in self.rows if one.rkey == rkey), None)
        if found is not None:
            self.rows.remove(found)
        return found

    def page(self, cursor: str, limit: int, *, reverse: bool) -> list[Like]:
        """Up to `limit` records: the newest first below the cursor, or the oldest first above."""
        if reverse:
            start = bisect_right(self.rows, cursor, key=_key) if cursor else 0
            return self.rows[start : start + limit]
        end = bisect_left(self.rows, cursor, key=_key) if cursor else len(self.rows)
        return self.rows[max(0, end - limit) : end][::-1]


def _key(like: Like) -> str:
    return like.rkey


def choose(seed: str, at_ms: int, is_taken: Callable[[str], bool], *parts: object) -> int:
    """The slot of a post that existed by then and is not liked yet."""
    chance, spread = dice(seed, "sky", "choose", *parts), 6 * _DAY_MS
    while True:
        fresh = chance.random() < 0.85
        age = chance.expovariate(1 / spread) if fresh else chance.uniform(0, 3 * 365 * _DAY_MS)
        slot = int((at_ms - age) // SLOT_MS) - 1
        if not is_taken(uri_of_slot(seed, slot)):
            return slot
        spread *= 2


def history(seed: str, key: str, count: int, until_ms: int, *, odd: bool) -> Likes:
    """`count` records over the years before; `odd`: with everything that occurs in the wild."""
    liked: set[str] = set()
    rows: list[Like] = []
    for number, at_ms in enumerate(moments(seed, f"sky|{key}", count, until_ms)):
        slot = choose(seed, at_ms, liked.__contains__, key, number)
        micros = at_ms * 1000 + number % 1000
        like = Like(tid(micros, number % 1024), iso(at_ms), uri_of_slot(seed, slot))
        liked.add(like.subject)
        rows.append(like)
        if odd:
            rows[-1] = _odd(seed, number, slot, rows)
    return Likes(sorted(rows))


def _odd(seed: str, number: int, slot: int, rows: list[Like]) -> Like:
    """The strange one that stands at that number, or the record as it is."""
    like = rows[-1]
    if number % 37 == 11:
        return Like(like.rkey, like.created_at, ghost_of_slot(seed, slot))
    match number:
        case 6:
            return Like(like.rkey, like.created_at, GENERATOR)
        case 8:
            return Like(like.rkey, like.created_at, rows[-2].subject)
        case 9:
            return Like(like.rkey, "2087-01-01T00:00:00.000Z", like.subject)
        case 10:
            return Like("2-moved.by-hand", "1985-10-26T01:21:00.000Z", like.subject)
    return like


def next_key(likes: Likes, at_ms: int) -> str:
    """A key for a record made now: higher than every other that was made from a time."""
    known = (micros_of(like.rkey) for like in reversed(likes.rows))
    newest = next((micros for micros in known if micros is not None), 0)
    return tid(max(at_ms * 1000, newest + 1))
