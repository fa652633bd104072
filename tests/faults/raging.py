"""One storm over two people's archives: first visits, and many later ones."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

import psycopg2
import requests

from likelist.engines.processes import until
from simulator.serve import Simulator
from tests.faults import calm, damage, tide, weather
from tests.faults.calm import PERSON
from tests.faults.house import folder, note
from tests.faults.planned import Plan
from tests.faults.tended import Tended
from tests.faults.visitor import Visitor
from tests.seaweed import Server

QUIET = 180.0
# Slow enough that there is something to kill; visits come when the storm says so.
PACE = {
    "CRAWL_REQUEST_INTERVAL": "0.25",
    "VISIT_INTERVAL_MIN": "3600",
    "VISIT_INTERVAL_MAX": "3600",
}


@dataclass
class Storm:
    """A storm as it goes on."""

    plan: Plan
    house: Tended
    s3: Server | None
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    ordered: int = 0
    days: int = 0
    # Likes of the second person that nobody can have seen.
    slid: int = 0
    rounds: list[int] = field(default_factory=list)
    half: set[Path] = field(default_factory=set)
    # How often nobody got anywhere for so long that it would not have been quiet.
    stuck: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def instagram(self) -> Simulator:
        return self.house.instagram

    def rage(self, acts: Sequence[Callable[[Storm], None]] = ()) -> None:
        """The first visit and the rounds after it, killed until every kill is spent.

        Every kind of fault comes once at least; each of `acts` begins one of the rounds.
        """
        self.instagram.set_likes(PERSON, self.plan.likes)
        self.instagram.window(PERSON, self.plan.window)
        tide.joins(self.instagram)
        self.ordered = self.plan.upset(self.instagram, self.dice)
        self.house.open()
        self._arrive()
        faults = self.dice.sample([*weather.FAULTS, "storage gone"], k=len(weather.FAULTS) + 1)
        early = max(3, len(faults) - self.plan.rounds)
        self._first_visit(faults[:early])
        for number in range(self.plan.rounds):
            late = faults[early + number :: self.plan.rounds] or self.dice.sample(faults, k=1)
            self.stuck += self._is_over(calm.SETTLED) is None
            for act in acts[number :: self.plan.rounds]:
                self.tell(act.__name__)
                act(self)
                self.stuck += self._is_over(calm.VISITED) is None
            self._round(self.plan.rounds - number, late)

    def is_quiet(self) -> float | None:
        """Seconds until everything is there and nobody works any more; None when it takes long.

        What was liked while the last visit was on its way is found by another one.
        """
        return self._is_over(calm.ALL_QUIET)

    def _is_over(self, condition: str) -> float | None:
        """Seconds until everybody was visited since now and it is so; None when it takes long."""
        began, newest = time.monotonic(), self.newest()
        while not self.house.is_so(condition.format(newest=newest), 1.0):
            self._a_day_passes()
            # Who only waits for the end of what is under way does not begin anything.
            if condition != calm.SETTLED and self.house.is_so(calm.SETTLED, 0.0):
                self.time_passes()
            if time.monotonic() - began > QUIET:
                return None
        return time.monotonic() - began

    @property
    def killed(self) -> int:
        return self.kills.total()

    def newest(self) -> int:
        """The id of the newest visit, as soon as the database is there."""
        return int(self._ask(calm.NEWEST)[0][0])

    def time_passes(self, person: str = "") -> None:
        """Visits are due: a person's, or everybody's."""
        self._ask(f"{calm.TIME_PASSES.format(person=person)} RETURNING 1")

    def _arrive(self) -> None:
        """Signing in, while the processes that let one in die; another one comes in peace."""
        points = self.dice.sample(weather.ARRIVING, k=2)
        for point in points:
            (self.house.armed / point).touch()
        for _ in range(len(points) + 1):
            if self._signs_in():
                break
        for point in points:
            self._count(point, died=not (self.house.armed / point).exists())
            (self.house.armed / point).unlink(missing_ok=True)
        until(lambda: self._comes_in(tide.PERSON), QUIET)

    def _signs_in(self) -> bool:
        there = "SELECT EXISTS (SELECT FROM harvester_crawl)"
        return self._comes_in(PERSON) and self.house.is_so(there, 3.0)

    def _comes_in(self, person: str) -> bool:
        try:
            return Visitor(self.house).sign_in(person).ok
        except requests.RequestException:
            return False

    def _first_visit(self, faults: Sequence[str]) -> None:
        spend, waiting = round(self.plan.kills * self.plan.first), list(faults)
        while self.killed < spend:
            time.sleep(self.dice.uniform(0.1, 0.9))
            self._kill()
            if waiting and self.killed * len(faults) >= spend * (len(faults) - len(waiting)):
                self.break_down(waiting.pop(0))
        for fault in waiting:
            self.break_down(fault)

    def _round(self, left: int, faults: Sequence[str]) -> None:
        """New likes, some taken back, and visits that are killed on their way."""
        liked, unliked = self.dice.randint(1, 180), self.dice.randint(0, 5)
        self.instagram.like(PERSON, liked)
        for _ in range(unliked):
            self.instagram.unlike(PERSON, position=self.dice.randrange(self.plan.likes))
        self.rounds.append(liked)
        spend = self.killed + ceil((self.plan.kills - self.killed) / left)
        self._begins(self._rarest(weather.BEGINNING) if spend > self.killed else "")
        waiting = list(faults)
        while self.killed < min(spend, self.plan.kills):
            time.sleep(self.dice.uniform(0.05, 0.6))
            self._kill()
            if waiting and self.dice.random() < 0.3:
                self.break_down(waiting.pop())
            if self.dice.random() < 0.1:
                self.instagram.like(PERSON, self.dice.randint(1, 40))
            self._again_when_over()
        for fault in waiting:
            self.break_down(fault)

    def _begins(self, point: str = "") -> None:
        """A visit comes, and if a point is named somebody dies at its beginning."""
        newest = self.newest()
        if point:
            (self.house.armed / point).touch()
        self.time_passes()
        self.house.is_so(calm.BEGUN.format(newest=newest), 10.0)
        if point:
            self._count(point, died=self.house.has_struck(point))

    def _again_when_over(self) -> None:
        """A visit that got through in spite of it all is followed by another one."""
        if self.house.is_so(calm.SETTLED, 0.0):
            self.instagram.like(PERSON, self.dice.randint(1, 60))
            self._begins()

    def tell(self, what: str) -> None:
        """Where a storm is, for whoever wonders how long it takes."""
        note(f"seed {self.plan.seed} {time.monotonic() - self.began:4.0f} s: {what}")

    def _kill(self) -> None:
        name = self.dice.choices([*weather.KILLS], [*weather.KILLS.values()])[0]
        if name != "at":
            self.kills[name] += self.house.strike(name)
            self.tell(f"{name} {self.kills[name]}")
            return
        self.kill_at(self._rarest(self._points()))

    def kill_at(self, point: str) -> None:
        """Let somebody die at a point; what was written half by then must not have its name."""
        self._count(point, died=self.house.strike_at(point))
        if point in weather.NOT_WITH_S3 and not self.s3:
            self.half |= damage.half_files(self.house.data / "media" / "blobs")

    def _points(self) -> list[str]:
        """Those that somebody may pass: of a visit while one is under way, else of pictures."""
        left_out = weather.NOT_WITH_S3 if self.s3 else ()
        points = weather.WALKING if self.house.is_so(calm.WALKING, 0.0) else weather.FETCHING
        return [point for point in points if point not in left_out]

    def _rarest(self, points: Sequence[str]) -> str:
        """Each point has its turn: one of those that were tried least."""
        least = min(self.tried[point] for point in points)
        return self.dice.choice([point for point in points if self.tried[point] == least])

    def _count(self, point: str, *, died: bool) -> None:
        self.tell(f"{point} {died}")
        self.tried[point] += 1
        self.points[point] += died
        self.kills["at"] += died

    def break_down(self, fault: str) -> None:
        """Let something else go wrong than that somebody dies."""
        self.tell(fault)
        self.faults[fault] += 1
        if fault == "storage gone":
            weather.storage_gone(self.house, self.s3)
        else:
            weather.FAULTS[fault](self.house)

    def _a_day_passes(self) -> None:
        for statement in calm.A_DAY_PASSES:
            self.days += len(self._ask(f"{statement} RETURNING 1"))

    def _ask(self, statement: str) -> list[tuple[int, ...]]:
        """Say something to the database as soon as it is there."""
        answer: list[list[tuple[int, ...]]] = []

        def answered() -> bool:
            try:
                answer.append(self.house.sql(statement))
            except psycopg2.Error:
                return False
            return True

        assert until(answered, QUIET)
        return answer[-1]


@contextmanager
def storm(plan: Plan) -> Iterator[Storm]:
    """A house for a storm; nothing is left of it afterwards."""
    dice = random.Random(plan.seed)
    s3 = Server() if plan.has_s3 else None
    try:
        if s3:
            s3.start()
        with folder() as data, Simulator(seed=f"soak-{plan.seed}") as instagram:
            told = {**PACE, **(s3.s3.environ if s3 else {})}
            house = Tended(data, instagram, told, dice=random.Random(plan.seed + 1))
            try:
                yield Storm(plan, house, s3, dice)
            finally:
                house.close()
    finally:
        if s3:
            s3.close()
