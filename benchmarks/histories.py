"""Months of somebody's liking, by chance but the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from harvester.pace import DAY, HOUR, MINUTE

END = 180 * DAY


@dataclass(frozen=True, slots=True)
class History:
    """When somebody liked something, and when nothing could be visited, in seconds."""

    likes: list[float]
    outages: tuple[tuple[float, float], ...] = ()

    def is_out(self, at: float) -> bool:
        """Whether no visit succeeds then."""
        return any(began <= at < ended for began, ended in self.outages)


Maker = Callable[[Random], History]


def even(a_day: float) -> Maker:
    """By chance over the waking hours."""
    return lambda chance: History(_spread(chance, a_day))


def sittings(times: float, mean: float) -> Maker:
    """So many sittings a day, long ones rarer than short ones."""
    return lambda chance: _sat(chance, times, lambda: chance.expovariate(1 / mean))


def bursty(times: float, mean: float) -> Maker:
    """Sittings of which most are short and a few very long: a negative binomial, k = 0.5."""
    return lambda chance: _sat(
        chance, times, lambda: min(chance.gammavariate(0.5, 2 * mean), 280.0)
    )


def binges(usual: float, size: float, an_hour: float, *, not_before: float = 0) -> Maker:
    """Little as a rule, and on one evening in ten about so many at about so many an hour."""

    def made(chance: Random) -> History:
        likes = _spread(chance, usual)
        for day in range(0, END, DAY):
            count = round(chance.lognormvariate(math.log(size), 0.3))
            seconds = count / (an_hour * chance.uniform(0.6, 1.4)) * HOUR
            if chance.random() < 0.1 and day >= not_before:
                likes += _sitting(chance, day + 19 * HOUR, count, seconds)
        return History(sorted(likes))

    return made


def vacations(a_day: float) -> Maker:
    """Now and then weeks of nothing, and after them two days of four times as much."""

    def made(chance: Random) -> History:
        likes, at = [], 0.0
        while at < END:
            away = at + chance.uniform(30, 70) * DAY
            back = away + chance.uniform(10, 25) * DAY
            likes += _spread(chance, a_day, at, away)
            likes += _spread(chance, 4 * a_day, back, back + 2 * DAY)
            at = back + 2 * DAY
        return History([like for like in likes if like < END])

    return made


def outages(maker: Maker, hours: float) -> Maker:
    """The same with a time every other week in which nothing can be visited."""

    def made(chance: Random) -> History:
        begins = sorted(chance.uniform(0, END) for _ in range(END // (14 * DAY)))
        spans = tuple((at, at + chance.uniform(0.3, 1) * hours * HOUR) for at in begins)
        return History(maker(chance).likes, spans)

    return made


def _spread(chance: Random, a_day: float, began: float = 0, ended: float = END) -> list[float]:
    likes, at = [], began
    while (at := at + chance.expovariate(a_day * 1.5 / DAY)) < ended:
        if 7 * HOUR <= at % DAY < 23 * HOUR:
            likes.append(at)
    return likes


def _sat(chance: Random, times: float, size: Callable[[], float]) -> History:
    likes: list[float] = []
    for at in _spread(chance, times):
        count = round(size())
        likes += _sitting(chance, at, count, 5 * MINUTE + count * chance.uniform(10, 30))
    return History(sorted(likes))


def _sitting(chance: Random, at: float, count: int, seconds: float) -> Iterable[float]:
    return [at + chance.uniform(0, seconds) for _ in range(count)]


COMMON: dict[str, Maker] = {
    "even, 5 a day": even(5),
    "even, 40 a day": even(40),
    "even, 200 a day": even(200),
    "even, 600 a day": even(600),
    "bursty, 3 sittings of 7": bursty(3, 7),
    "bursty, 8 sittings of 12": sittings(8, 12),
    "binges of 150, 60 an hour": binges(5, 150, 60),
    "binges of 300, 50 an hour": binges(8, 300, 50),
    "vacations, 30 a day": vacations(30),
    "outages of up to 24 h, 20 a day": outages(sittings(2, 10), 24),
    "outages of up to 6 h, 96 a day": outages(sittings(8, 12), 6),
}
# What costs more visits, and what only luck or a visit every few minutes can save.
HARD: dict[str, Maker] = {
    "sittings of up to 280 in an hour": bursty(3, 33),
    "a first binge of 600 after 3 months": binges(5, 600, 250, not_before=90 * DAY),
    "binges of 600 in half an hour": binges(5, 600, 1_200),
    "outages of up to 48 h, 400 a day": outages(even(400), 48),
}
