"""People go on liking while you watch: what is due by now happens when somebody looks."""

from __future__ import annotations

import time
from dataclasses import dataclass

from simulator.ids import dice
from simulator.people import Person
from simulator.world import World, now_ms

_MOST_AT_ONCE = 2_000


@dataclass(slots=True)
class Habits:
    """Likes a minute, and the chances that a deed is an un-like, a second like or a deletion."""

    rate: float
    unlike: float = 0.04
    relike: float = 0.03
    delete: float = 0.01


class Living:
    """Moves the world on. It rests while nobody runs it, so a restart finds it as it was left."""

    def __init__(self, world: World, rate: float) -> None:
        self.world = world
        self.habits = Habits(rate)
        self.own_habits: dict[str, Habits] = {}
        self._due: dict[str, float] = {}
        self._deeds = 0

    def of(self, key: str) -> Habits:
        return self.own_habits.get(key, self.habits)

    def changed(self) -> None:
        """Forget what was due: somebody turned the pace up or down."""
        with self.world.lock:
            self._due.clear()

    def move_on(self) -> None:
        """Let happen what is due. Cheap when nothing is; the more the longer nobody looked."""
        with self.world.lock:
            for person in tuple(self.world.people.values()):
                if self.of(person.key).rate > 0 and person.likes > 0:
                    self._move(person)

    def _move(self, person: Person) -> None:
        moment = time.monotonic()
        due = self._due.setdefault(person.key, moment + self._pause(person))
        for _ in range(_MOST_AT_ONCE):
            if due > moment:
                break
            self._something(person)
            due += self._pause(person)
        self._due[person.key] = due if due > moment else moment + self._pause(person)

    def _pause(self, person: Person) -> float:
        """Seconds to the next deed: chance, never the beat of a metronome."""
        self._deeds += 1
        chance = dice(self.world.seed, "pause", person.key, self._deeds)
        return min(chance.expovariate(1.0), 4.0) * 60.0 / self.of(person.key).rate

    def _something(self, person: Person) -> None:
        shelf, habits = self.world.shelf(person), self.of(person.key)
        chance = dice(self.world.seed, "deed", person.key, len(shelf.rows), len(shelf.gone))
        roll = chance.random()
        recent = shelf.rows[-40:]
        if roll < habits.unlike and recent:
            self.world.do("unlike", person.key, chance.choice(recent).media, now_ms())
        elif roll < habits.unlike + habits.relike and shelf.gone:
            self._relike(person, chance.choice(shelf.gone[-20:])[0].media)
        elif roll < habits.unlike + habits.relike + habits.delete and recent:
            self.world.do("delete", chance.choice(recent).media, now_ms())
        else:
            self.world.like(person)

    def _relike(self, person: Person, media: int) -> None:
        """Like again what was un-liked; what is liked already or deleted is let be."""
        if media in self.world.shelf(person).posts or media in self.world.deleted:
            self.world.like(person)
        else:
            self.world.do("like", person.key, media, now_ms())
