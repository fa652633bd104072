"""When a feed could lose a like next, and the figures that say so: for pages and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts import upstream
from archive.models import Feed
from harvester.models import Schedule
from harvester.pace import DAY, Pace
from harvester.when import Bounds

# Where the pace of a schedule says after how many seconds the next visit was planned; and how
# much later than that is late.
PLANNED, LATE = "planned", timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Risk:
    """How near a feed is to losing something.

    `loses_at`: by the worst of this person's paces the window could be full then, counted from
    the last successful visit; None where the service shows everything, or before the first one.
    `warns_at`: half of the way there, but never before the visit that was planned is late: who
    likes fast is not told at every visit.
    `most_found`: the most likes that came between two visits, None before there were two.
    `window`: how many of the newest the service shows, None for all. `a_day`: likes a day of
    late, None while nobody knows.
    """

    loses_at: datetime | None
    warns_at: datetime | None
    most_found: int | None
    window: int | None
    a_day: float | None
    is_past_half: bool
    is_past: bool


def of(schedule: Schedule, *, now: datetime | None = None) -> Risk:
    """The risk of a schedule; with `feed__connection` selected it asks the database nothing."""
    now = now or timezone.now()
    pace = Pace.read(schedule.pace)
    warns_at = warning(schedule.loses_at, schedule.last_success_at, schedule.pace.get(PLANNED))
    return Risk(
        loses_at=schedule.loses_at,
        warns_at=warns_at,
        most_found=schedule.most_found if pace.recent else None,
        window=window(schedule.feed),
        a_day=pace.a_day() if pace.watched >= DAY else None,
        is_past_half=warns_at is not None and now >= warns_at,
        is_past=schedule.loses_at is not None and now >= schedule.loses_at,
    )


def window(feed: Feed) -> int | None:
    """How many of its newest entries the service shows: as measured, else as it says; None: all."""
    if feed.window is not None:
        return feed.window
    kind = upstream.service(feed.connection.provider).kinds.get(feed.kind)
    return kind.window if kind else None


def bounds(feed: Feed) -> Bounds:
    """Between what the house and the service set, a feed is visited."""
    shortest, longest = settings.VISIT_INTERVAL_MIN, settings.VISIT_INTERVAL_MAX
    return Bounds(shortest.total_seconds(), longest.total_seconds(), window(feed))


def warning(
    loses_at: datetime | None, good: datetime | None, planned: float | None = 0
) -> datetime | None:
    """When to tell of a loss that could come at `loses_at`; `good` is the last success.

    Half of the way, but not before the visit that was planned so many seconds after that is
    late: somebody who likes fast is not told at every visit.
    """
    if loses_at is None or good is None:
        return loses_at
    half = good + (loses_at - good) / 2
    return min(loses_at, max(half, good + timedelta(seconds=planned or 0) + LATE))
