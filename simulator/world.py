"""The living world: people, their shelves of likes, and what they do while you watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from simulator import posts
from simulator.diary import Diary
from simulator.likes import Shelf, choose_post, history
from simulator.people import PEOPLE, Person, stranger
from simulator.settings import Settings


def now_ms() -> int:
    """This moment in milliseconds."""
    return time.time_ns() // 1_000_000


class World:
    """Everything that is true here. A function of the seed, the start time and the diary."""

    def __init__(self, settings: Settings) -> None:
        self.seed = settings.seed
        self.lock = threading.RLock()
        self._diary = Diary(settings.data, settings.seed)
        self.began_ms = self._diary.began_ms
        self.people: dict[str, Person] = {person.key: person for person in PEOPLE}
        self.shelves: dict[str, Shelf] = {}
        self.deleted: dict[int, int] = {}
        self.windows: dict[str, int] = {}
        self.tokens_killed: dict[str, int] = {}
        self.address_generation = 0
        self.sky_past: list[tuple[Any, ...]] = []
        self._owners: dict[int, Person] = {}
        for person in PEOPLE:
            self._own(person)
        for deed, *words in self._diary.past():
            self._DEEDS[deed](self, *words)

    def close(self) -> None:
        self._diary.close()

    # what is

    def person(self, key: str) -> Person | None:
        """A person by key, user name or upstream id."""
        if key in self.people:
            return self.people[key]
        known = self.people.values()
        return next((one for one in known if key in {one.upstream_id, one.username}), None)

    def shelf(self, person: Person) -> Shelf:
        """The likes of that person; the years before the start are made up when first asked for."""
        with self.lock:
            if person.key not in self.shelves:
                self._furnish(person, person.likes, self.began_ms)
            return self.shelves[person.key]

    def post(self, media: int) -> posts.Post | None:
        """The post with that id, None when there never was one or it was deleted."""
        return None if media in self.deleted else self.any_post(media)

    def any_post(self, media: int) -> posts.Post | None:
        """The same, but deleted posts are remembered."""
        owner = self._owners.get(media)
        if owner is None and not posts.is_public_slot(self.seed, media):
            return None
        return posts.post(self.seed, media, self.people[owner.key] if owner else None)

    def own_posts(self, person: Person) -> list[int]:
        return [media for media, owner in self._owners.items() if owner.key == person.key]

    # what happens; each is written down before it is answered

    def do(self, deed: str, *words: Any) -> Any:
        """Let something happen now and remember it."""
        with self.lock:
            outcome = self._DEEDS[deed](self, *words)
            self._diary.write(deed, *words)
            return outcome

    def like(self, person: Person, count: int = 1) -> list[int]:
        """That person likes `count` more posts, one after the other."""
        with self.lock:
            shelf, liked = self.shelf(person), []
            for _ in range(count):
                number = len(shelf.rows) + len(shelf.gone)
                at_ms = now_ms()
                parts = (person.key, number, "live")
                media = choose_post(self.seed, at_ms, partial(self._is_taken, shelf), *parts)
                self.do("like", person.key, media, at_ms)
                liked.append(media)
            return liked

    def add(self, key: str) -> Person:
        """A person by key, made up when nobody is called that."""
        return self.person(key) or self.do("person", key)

    def _is_taken(self, shelf: Shelf, media: int) -> bool:
        return media in shelf.posts or media in self.deleted

    def _own(self, person: Person) -> None:
        for media in posts.own_ids(self.seed, person, self.began_ms):
            self._owners[media] = person

    def _person(self, key: str) -> Person:
        return self.people.setdefault(key, stranger(key))

    def _like(self, key: str, media: int, at_ms: int) -> None:
        self.shelf(self.people[key]).add(media, at_ms, (at_ms ^ media) & 0x1FFFFF)

    def _unlike(self, key: str, media: int, at_ms: int) -> bool:
        return self.shelf(self.people[key]).remove(media, at_ms) is not None

    def _delete(self, media: int, at_ms: int) -> None:
        self.deleted.setdefault(media, at_ms)

    def _set(self, key: str, count: int, until_ms: int) -> None:
        self._furnish(self._person(key), count, until_ms)

    def _furnish(self, person: Person, count: int, until_ms: int) -> None:
        made = history(self.seed, person, count, until_ms)
        made.shown = self.windows.get(person.key, made.shown)
        self.shelves[person.key] = made

    def _window(self, key: str, size: int) -> None:
        """How many of that person's likes the service shows from now on."""
        self.windows[key] = self.shelf(self.people[key]).shown = size

    def _kill(self, key: str) -> None:
        self.tokens_killed[key] = self.tokens_killed.get(key, 0) + 1

    def _rename(self, key: str, username: str) -> None:
        self.people[key] = replace(self.people[key], username=username)

    def _expire(self) -> None:
        self.address_generation += 1

    def _sky(self, *words: Any) -> None:
        """What happened at the other service; it reads this when it begins."""
        self.sky_past.append(words)

    _DEEDS: dict[str, Callable[..., Any]] = {
        "person": _person,
        "like": _like,
        "unlike": _unlike,
        "delete": _delete,
        "set": _set,
        "window": _window,
        "kill": _kill,
        "rename": _rename,
        "expire": _expire,
        "sky": _sky,
    }
