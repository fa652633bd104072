"""When to come back: how long one may wait by what is known of a pace, and why not longer.

Plain arithmetic, in seconds. Chance is handed in, so that a history can be played again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from harvester.pace import DAY, HORIZONS, HOUR, SHORTEST, Pace

# So many of the newest entries have to be known again, or nobody can prove what lies between.
SEAM = 3
# Of somebody whom we do not know yet, and of lists without an end: so many likes a visit.
LIKES_PER_VISIT = 20
# Where bursts thin out evenly, what stands above the usual by ln(10^6) / ln(n) times the worst of
# n looks comes once in a million looks. But never below so much, nor above.
ONE_IN, LEAST_SAFETY, MOST_SAFETY = 1e6, 1.5, 6.0
# Whoever was watched for less than two weeks is unknown. Their worst evening may still come: as
# fast as so many likes an hour, for four weeks, and then for four more less and less.
UNKNOWN, LEARNING, FASTEST = 14 * DAY, 28 * DAY, 100
# A burst brings twice the usual, and this part of the most that ever came in such a time. It may
# go on at so many times its pace.
UNUSUAL, GOES_ON = 0.7, 2
# Of the time to the loss date so much may pass before the next visit; the rest is for retries.
VISIT_BY, RETRIES = 0.65, 4
# The part of a wait that chance may take away, so that a herd does not stay one.
JITTER = 0.2
# Of less than a day nobody can say how much it would be in one.
LEARNS = "to learn how often you like something"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the house and the service set: shortest and longest wait, and the window (None: all)."""

    shortest: float
    longest: float
    window: int | None

    @property
    def room(self) -> int | None:
        """How many new likes leave enough known ones in the window."""
        return None if self.window is None else max(self.window - SEAM, 1)


@dataclass(frozen=True, slots=True)
class Wait:
    """So many seconds at the most, and the rest of the sentence "we look again then …"."""

    seconds: float
    reason: str


def wait(pace: Pace, bounds: Bounds, most_found: int = 0) -> Wait:
    """How long to wait after the newest visit that `pace` knows of."""
    if not pace.recent:
        return Wait(bounds.shortest, LEARNS)
    waits = [
        Wait(bounds.longest, _at_your_pace(pace)),
        *_learning(pace, bounds),
        *_burst(pace, bounds),
    ]
    if bounds.room is not None:
        waits += _worst(pace, bounds.room, most_found)
    least = min(waits, key=lambda one: one.seconds)
    return Wait(min(max(least.seconds, bounds.shortest), bounds.longest), least.reason)


def jittered(seconds: float, bounds: Bounds, chance: Random) -> float:
    """Sooner by chance; where that is not allowed, a little later."""
    low = max(seconds * (1 - JITTER), bounds.shortest)
    high = min(max(seconds, low * (1 + JITTER / 2)), max(bounds.longest, low))
    return chance.uniform(low, high)


def loses_in(pace: Pace, bounds: Bounds) -> float | None:
    """In how many seconds the worst of a pace fills the window; None: it shows everything."""
    return None if bounds.room is None else pace.fills(bounds.room)


def retry(failures: int, span: float | None, bounds: Bounds, chance: Random) -> float:
    """How long to wait after so many failures in a row: any time up to a limit that doubles.

    `span`: the seconds from the last success to the loss date. The limit is a small part of it,
    so that several retries fit in behind the visit that failed.
    """
    most = min(bounds.shortest * 2 ** min(failures, 30), bounds.longest)
    if span is not None:
        most = min(most, span * (1 - VISIT_BY) / RETRIES)
    return chance.uniform(bounds.shortest, max(most, bounds.shortest))


def worst(pace: Pace, horizon: float) -> float:
    """The likes within a horizon that are exceeded once in a million times.

    As far above the usual as the worst that we saw, and further, the fewer times we looked.
    """
    seen, times = pace.within(horizon), pace.watched / horizon
    margin = math.log(ONE_IN) / math.log(times) if times > math.e else MOST_SAFETY
    usual = min((pace.a_day() or 0) * horizon / DAY, seen)
    return max(usual + (seen - usual) * min(margin, MOST_SAFETY), LEAST_SAFETY * seen)


def _worst(pace: Pace, room: int, most_found: int) -> Iterator[Wait]:
    """Not longer than the worst that came, and some, leaves room; and retries have to fit in."""
    safe = [h for h in HORIZONS if worst(pace, h) <= room]
    reason = _at_your_pace(pace)
    if most_found > 2 * max(pace.a_day() or 0, LIKES_PER_VISIT):
        reason = f"because you once liked {most_found} between two visits"
    if len(safe) < len(HORIZONS):
        yield Wait(max(safe, default=SHORTEST), reason)
    yield Wait(pace.fills(room) * VISIT_BY, reason)


def _learning(pace: Pace, bounds: Bounds) -> Iterator[Wait]:
    """Whom we do not know well: at first twice as long each time, at most 20 expected likes."""
    known, reason = pace.watched, LEARNS
    if known < UNKNOWN:
        yield Wait(known, reason)
    if known < UNKNOWN or bounds.room is None:
        a_day = max(pace.a_day() or 0, 1)
        yield Wait(LIKES_PER_VISIT * DAY / a_day, _at_your_pace(pace))
    if bounds.room is not None and known < 2 * LEARNING:
        fades = 2 ** (3 * max(known - LEARNING, 0) / LEARNING)
        yield Wait(bounds.room / FASTEST * HOUR * fades, reason)


def _burst(pace: Pace, bounds: Bounds) -> Iterator[Wait]:
    """After a burst as if all of it came at the last moment and went on; then longer each time."""
    if bounds.room is None:
        return
    now, a_day = pace.recent[-1].ended, pace.a_day() or 0
    for began, ended, found in pace.recent:
        usual = max(a_day * (ended - began) / DAY, LIKES_PER_VISIT / 2)
        if found >= max(2 * usual, UNUSUAL * pace.within(ended - began)):
            soon = SHORTEST * bounds.room / (GOES_ON * found)
            yield Wait(max(soon, now - ended), f"because you have just liked {found}")


def _at_your_pace(pace: Pace) -> str:
    if pace.watched < DAY:
        return LEARNS
    a_day = pace.a_day() or 0
    if a_day >= 1:
        return f"because you like about {round(a_day)} a day"
    return "because you like less than one a day" if a_day else "because nothing new came lately"
