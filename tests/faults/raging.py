"""One storm over one person's archive: a first visit, and many later ones."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

import psycopg2
import requests

from likelist.engines.processes import until
from simulator.serve import Simulator
from tests.faults import weather
from tests.faults.house import folder
from tests.faults.tended import Tended
from tests.faults.upstream import MEDIA, PAGES
from tests.faults.visitor import Visitor
from tests.seaweed import Server

PERSON = "storm"
PAGE = 33
QUIET = 180.0
# Slow enough that there is something to kill; visits come when the storm says so.
PACE = {
    "CRAWL_REQUEST_INTERVAL": "0.25",
    "VISIT_INTERVAL_MIN": "3600",
    "VISIT_INTERVAL_MAX": "3600",
}
TIME_PASSES = "UPDATE harvester_schedule SET next_visit_at = now()"
# By chance the same visit or file was struck alone: it is left in peace until tomorrow.
A_DAY_PASSES = (
    "UPDATE harvester_schedule SET next_visit_at = now() WHERE failures > 0",
    "UPDATE archive_mediaitem SET not_before = now()"
    " WHERE state = 'wanted' AND trouble = 'kills_workers'",
)
SETTLED = """
SELECT NOT EXISTS (SELECT FROM harvester_crawl WHERE state IN ('queued', 'running', 'waiting'))
   AND EXISTS (SELECT FROM harvester_crawl)
   AND (SELECT state = 'done' FROM harvester_crawl ORDER BY number DESC LIMIT 1)
"""
ALL_QUIET = f"""
SELECT ({SETTLED}) AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
   AND NOT EXISTS (SELECT FROM harvester_crawl WHERE lease IS NOT NULL)
"""


@dataclass(frozen=True)
class Plan:
    """How hard it blows: kills over a first visit of so many likes and so many rounds after it."""

    seed: int
    kills: int = 50
    likes: int = 3000
    rounds: int = 4
    # The part of the kills that the first visit gets.
    first: float = 0.5

    @property
    def has_s3(self) -> bool:
        """Every third storm has its pictures in S3 storage, the others on the disk."""
        return self.seed % 3 == 0


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
    ordered: int = 0
    days: int = 0
    rounds: list[int] = field(default_factory=list)

    @property
    def instagram(self) -> Simulator:
        return self.house.instagram

    def rage(self) -> None:
        """The first visit and the rounds after it, killed until every kill is spent."""
        self.instagram.set_likes(PERSON, self.plan.likes)
        self.instagram.window(PERSON, self.plan.likes)
        self._upset()
        self.house.open()
        self._arrive()
        self._first_visit()
        for number in range(self.plan.rounds):
            self._round(self.plan.rounds - number)

    def is_quiet(self) -> float | None:
        """Seconds until everything is there and nobody works any more; None when it takes long.

        What was liked while the last visit was on its way is found by another one.
        """
        began = time.monotonic()
        before = self._visits()
        while not (self._visits() > before and self.house.is_so(ALL_QUIET, 3.0)):
            self._a_day_passes()
            if self._visits() == before and self.house.is_so(SETTLED, 0.5):
                self._try(TIME_PASSES)
            if time.monotonic() - began > QUIET:
                return None
        return time.monotonic() - began

    @property
    def killed(self) -> int:
        return self.kills.total()

    def _arrive(self) -> None:
        """Signing in, while the processes that let one in die."""
        points = self.dice.sample(weather.ARRIVING, k=2)
        for point in points:
            (self.house.armed / point).touch()
        for _ in range(len(points) + 1):
            if self._signs_in():
                break
        for point in points:
            struck_down = not (self.house.armed / point).exists()
            self.points[point] += struck_down
            self.kills["at"] += struck_down
            (self.house.armed / point).unlink(missing_ok=True)

    def _signs_in(self) -> bool:
        try:
            Visitor(self.house).sign_in(PERSON)
        except requests.RequestException:
            return False
        return self.house.is_so("SELECT EXISTS (SELECT FROM harvester_crawl)", 3.0)

    def _first_visit(self) -> None:
        spend = round(self.plan.kills * self.plan.first)
        faults = iter(self._faults(3))
        while self.killed < spend:
            time.sleep(self.dice.uniform(0.1, 0.9))
            self._kill()
            if self.killed % (spend // 3 or 1) == 0 and (fault := next(faults, None)):
                self._break(fault)

    def _round(self, left: int) -> None:
        """New likes, some taken back, and a visit that is killed on its way."""
        self.house.is_so(SETTLED, QUIET) or self._a_day_passes()
        liked, unliked = self.dice.randint(1, 180), self.dice.randint(0, 5)
        self.instagram.like(PERSON, liked)
        for _ in range(unliked):
            self.instagram.unlike(PERSON, position=self.dice.randrange(self.plan.likes))
        self.rounds.append(liked)
        before = self._visits()
        self._try(TIME_PASSES)
        self._has_begun(before)
        spend = self.killed + ceil((self.plan.kills - self.killed) / left)
        fault = self.dice.choice(self._faults(1))
        while self.killed < min(spend, self.plan.kills):
            time.sleep(self.dice.uniform(0.05, 0.6))
            self._kill()
            if fault and self.dice.random() < 0.3:
                self._break(fault)
                fault = ""
            if self.dice.random() < 0.1:
                self.instagram.like(PERSON, self.dice.randint(1, 40))
            self._again_when_over()

    def _again_when_over(self) -> None:
        """A visit that got through in spite of it all is followed by another one."""
        if self.house.is_so(SETTLED, 0.0):
            self.instagram.like(PERSON, self.dice.randint(1, 60))
            before = self._visits()
            self._try(TIME_PASSES)
            self._has_begun(before)

    def _kill(self) -> None:
        name = self.dice.choices([*weather.KILLS], [*weather.KILLS.values()])[0]
        if name == "at":
            point = self.dice.choice(self._points())
            died = self.house.strike_at(point)
            self.points[point] += died
        else:
            died = self.house.strike(name)
        self.kills[name] += died

    def _points(self) -> list[str]:
        left_out = weather.NOT_WITH_S3 if self.s3 else ()
        return [point for point in weather.PASSED if point not in left_out]

    def _break(self, fault: str) -> None:
        self.faults[fault] += 1
        if fault == "storage gone":
            weather.storage_gone(self.house, self.s3)
        else:
            weather.FAULTS[fault](self.house)

    def _faults(self, count: int) -> list[str]:
        return self.dice.sample([*weather.FAULTS, "storage gone"], k=count)

    def _upset(self) -> None:
        """One in twenty answers is spoilt."""
        pages = ceil(self.plan.likes / PAGE) + 8 * self.plan.rounds
        media = round(self.plan.likes * 1.4)
        orders = [("liked", kind, pages) for kind in self.dice.choices(PAGES, k=pages // 20)]
        orders += [("media", kind, media) for kind in self.dice.choices(MEDIA, k=media // 20)]
        for match, kind, among in orders:
            self.instagram.fail(kind, match=match, skip=self.dice.randrange(among))
        self.ordered = len(orders)

    def _a_day_passes(self) -> None:
        for statement in A_DAY_PASSES:
            self.days += self._try(statement)

    def _visits(self) -> int:
        answer: list[int] = []

        def asked() -> bool:
            try:
                answer.append(self.house.one("SELECT count(*) FROM harvester_crawl"))
            except psycopg2.Error:
                return False
            return True

        assert until(asked, QUIET)
        return answer[-1]

    def _has_begun(self, before: int) -> None:
        begun = f"SELECT count(*) > {before} FROM harvester_crawl WHERE state <> 'queued'"
        self.house.is_so(begun, 10.0)

    def _try(self, statement: str) -> int:
        """Write something as soon as the database is there; how many rows it met."""
        met: list[int] = []

        def written() -> bool:
            try:
                met.append(len(self.house.sql(f"{statement} RETURNING 1")))
            except psycopg2.Error:
                return False
            return True

        assert until(written, QUIET)
        return met[-1]


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
