"""How fast a person likes, as far as visits have told: the most within horizons of so long.

Plain arithmetic without a database or a clock. A visit tells only how many likes are new and
how long the one before was ago; what is finer than that is a guess: as likes come in
bursts, within a quarter of the time up to half of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

MINUTE, HOUR, DAY = 60, 3_600, 86_400
HORIZONS = (
    *(minutes * MINUTE for minutes in (15, 20, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300)),
    *(hours * HOUR for hours in (6, 8, 10, 12, 16, 20, 24, 36, 48)),
)
SHORTEST, LONGEST = HORIZONS[0], HORIZONS[-1]
# Whoever has liked less than this in a day may still do it tomorrow.
LEAST_A_DAY = 20
# The likes a day are those of about the last two weeks.
MEMORY = 14 * DAY
# Old visits are remembered together: as long a piece as an eighth of the time since then.
COARSE = 8
# Within a part p of the time between two visits, up to p to this of what it brought.
BURSTY = 0.5


class Stretch(NamedTuple):
    """The time between two visits, in seconds of the epoch, and the likes that it brought."""

    began: int
    ended: int
    found: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of somebody's pace: the most likes within each horizon, and the last days."""

    most: tuple[int, ...] = (0,) * len(HORIZONS)
    recent: tuple[Stretch, ...] = ()
    weight: float = 0.0
    since: int = 0

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Pace:
        """As `write` left it; whatever is missing is unknown."""
        return cls(
            tuple(int(kept.get(str(horizon), 0)) for horizon in HORIZONS),
            tuple(Stretch(*stretch) for stretch in kept.get("recent", ())),
            float(kept.get("weight", 0)),
            int(kept.get("since", 0)),
        )

    def write(self) -> dict[str, Any]:
        """Small enough for a column of JSON."""
        most = {str(horizon): most for horizon, most in zip(HORIZONS, self.most, strict=True)}
        weight = round(self.weight, 3)
        return {**most, "recent": list(self.recent), "weight": weight, "since": self.since}

    def after(self, began: int, ended: int, found: int) -> Pace:
        """The pace once a visit at `ended` found so many likes since the one at `began`."""
        ended = max(ended, began + 1)
        recent = (*self.recent, Stretch(began, ended, found))
        past = (ended - began) / MEMORY
        return Pace(
            tuple(map(max, self.most, _seen(recent, ended))),
            tuple(_thinned(recent, ended)),
            self.weight * math.exp(-past) + found * -math.expm1(-past) / past,
            self.since or began,
        )

    @property
    def watched(self) -> int:
        """For how many seconds we know it."""
        return self.recent[-1].ended - self.since if self.recent else 0

    def a_day(self) -> float | None:
        """How many likes a day there were of late; None before a visit could tell."""
        if not self.recent:
            return None
        return self.weight * DAY / (MEMORY * -math.expm1(-max(self.watched, 1) / MEMORY))

    def within(self, seconds: float) -> int:
        """At most so many likes are to be expected within so long, by the worst there was.

        What is longer than we have ever watched is the worst that we know again and again.
        """
        longest = self._longest()
        whole, rest = divmod(seconds, longest)
        part = self._worst(next(h for h in HORIZONS if h >= rest)) if rest else 0
        seen = self._worst(next((h for h in HORIZONS if h >= seconds), LONGEST))
        return max(int(whole) * self._worst(longest) + part, seen)

    def fills(self, likes: int) -> float:
        """In so many seconds the worst of this pace could bring `likes`: never later."""
        if self._worst(SHORTEST) >= likes:
            return SHORTEST * likes / self._worst(SHORTEST)
        longest = self._longest()
        whole = (likes - 1) // self._worst(longest)
        rest = likes - whole * self._worst(longest)
        below = [h for h in HORIZONS if self._worst(h) < rest and h < longest]
        again = whole * longest + max(below, default=0)
        seen = [h for h in HORIZONS if self._worst(h) < likes]
        return float(again if len(seen) == len(HORIZONS) else min(again, seen[-1]))

    def _longest(self) -> int:
        return max((h for h in HORIZONS if h <= self.watched), default=SHORTEST)

    def _worst(self, horizon: int) -> int:
        most = self.most[HORIZONS.index(horizon)]
        return max(most, math.ceil(LEAST_A_DAY * horizon / DAY))


def _seen(recent: tuple[Stretch, ...], now: int) -> Iterator[int]:
    """The likes of the time before now, for each horizon; of what is cut, a burst's share."""
    whole, older = 0, list(recent)
    for horizon in HORIZONS:
        edge = now - horizon
        while older and older[-1].began >= edge:
            whole += older.pop().found
        part = 0.0
        if older and older[-1].ended > edge:
            began, ended, found = older[-1]
            part = found * ((ended - edge) / (ended - began)) ** BURSTY
        yield math.ceil(whole + part - 1e-9)


def _thinned(recent: tuple[Stretch, ...], now: int) -> Iterator[Stretch]:
    """Without what is too long ago, and the older the coarser: a few dozen, however many visits."""
    last: Stretch | None = None
    for stretch in recent:
        if stretch.ended <= now - LONGEST:
            continue
        if last and stretch.ended - last.began <= (now - stretch.ended) / COARSE:
            last = Stretch(last.began, stretch.ended, last.found + stretch.found)
            continue
        if last:
            yield last
        last = stretch
    if last:
        yield last
