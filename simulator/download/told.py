"""What an export tells of a person: likes, saved posts, collections, liked comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.ids import dice
from simulator.likes import HISTORY_MS, choose_post
from simulator.people import Person
from simulator.posts import Post, code_in_link
from simulator.world import World, now_ms

YEAR = 365 * 86_400
_SAVED = 36
_COLLECTIONS = (("Rezepte & Küche 🍲", 14), ("Places to go", 9), ("für später ✨", 5))
_STORIES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One post of a list, and when (epoch seconds) it came there."""

    post: Post
    at: int

    @property
    def address(self) -> str:
        """The link: a video goes by another name than a picture, its code is of one kind."""
        kind = "reel" if self.post.kind == "video" else "p"
        return f"https://www.instagram.com/{kind}/{code_in_link(self.post)}/"

    @property
    def number(self) -> str:
        """An `fbid`: it looks like an id of the post and is none."""
        return str(18_000_000_000_000_000 + (self.post.media ^ self.at) % 10**14)


@dataclass(frozen=True, slots=True)
class Collection:
    """Saved posts under a name."""

    name: str
    made_at: int
    changed_at: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """All of it; each list newest first."""

    person: Person
    likes: tuple[Row, ...]
    comments: tuple[Row, ...]
    stories: tuple[Row, ...]
    saved: tuple[Row, ...]
    collections: tuple[Collection, ...]


def told(world: World, person: Person, range_: str) -> Told:
    """What is still liked and saved: of "all" time, or of the last "year"."""
    since = now_ms() // 1000 - YEAR if range_ == "year" else 0
    likes = _likes(world, person, since)
    saved = tuple(row for row in saved_rows(world, person) if row.at >= since)
    collections = tuple(one for one in collections_of(world, person) if one.changed_at >= since)
    stories = likes[5:200:11][:_STORIES]
    return Told(person, likes, likes[3::17], stories, saved, collections)


def _likes(world: World, person: Person, since: int) -> tuple[Row, ...]:
    with world.lock:
        rows = world.shelf(person).rows[::-1]
        found = ((world.post(row.media), row.liked_ms // 1000) for row in rows)
        return tuple(Row(post, at) for post, at in found if post is not None and at >= since)


def saved_rows(world: World, person: Person) -> list[Row]:
    """The saved posts of somebody who likes at all; the same for ever."""
    return sorted(_saved(world, person), key=lambda row: -row.at)


def _saved(world: World, person: Person) -> Iterator[Row]:
    chance, taken = dice(world.seed, "saved", person.key), set[int]()
    for number in range(_SAVED if world.shelf(person).rows else 0):
        at_ms = int(world.began_ms - HISTORY_MS * chance.random() ** 2 - 600_000)
        parts = (person.key, number, "saved")
        media = choose_post(world.seed, at_ms, taken.__contains__, *parts)
        taken.add(media)
        post = world.post(media)
        if post is not None:
            yield Row(post, at_ms // 1000)


def collections_of(world: World, person: Person) -> Iterator[Collection]:
    """Three lists with names, some posts in more than one of them."""
    rows = saved_rows(world, person)
    for number, (name, count) in enumerate(_COLLECTIONS if rows else ()):
        chance = dice(world.seed, "collection", person.key, number)
        chosen = set(chance.sample(range(len(rows)), min(count, len(rows))))
        members = tuple(row for place, row in enumerate(rows) if place in chosen)
        yield Collection(name, members[-1].at - 40, members[0].at, members)
