"""On this day: what was liked or posted on a day of earlier years, and a few by chance."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from django.db import connection
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import ngettext

from accounts import zones
from accounts.models import User
from archive import chance, tiles, wall
from archive.days import start_of
from archive.models import Like
from archive.tiles import Tile

# So many likes of one day are shown, so many years back, and so many by chance.
MOST, YEARS, CHANCE = 12, 60, 6
# Tiles on the page, by which there are fewer of each day where there are many years.
WHOLE, FEWEST = 54, 2
# Of a day so many are looked at: a million may hang under one moment that nobody knows better.
LOOKED_AT = 2_000
LIKED, POSTED = "liked", "posted"
# A year with every day of the calendar.
_LEAP = 2000
# A like counts for a day only where it is known to that day.
_DAYS = """
SELECT 'liked', day.begin, found.id, found.liked_at, found.rank
  FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS day(begin, over)
 CROSS JOIN LATERAL (
    SELECT id, liked_at, rank FROM (
        SELECT id, liked_at, rank, is_settled, is_exact, liked_after, liked_before
          FROM archive_like
         WHERE user_id = %(user)s AND wall_feed_id IS NOT NULL
           AND liked_at >= day.begin AND liked_at < day.over
         ORDER BY liked_at DESC, rank DESC, id DESC LIMIT %(looked_at)s) AS newest
     WHERE is_settled AND (is_exact OR (liked_after >= day.begin
                                        AND liked_before < day.over))
     ORDER BY liked_at DESC, rank DESC, id DESC LIMIT %(most)s) AS found
UNION ALL
SELECT 'posted', day.begin, found.id, found.posted_at, found.rank
  FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS day(begin, over)
 CROSS JOIN LATERAL (
    SELECT id, posted_at, rank FROM archive_like
     WHERE user_id = %(user)s AND wall_feed_id IS NOT NULL
       AND posted_at >= day.begin AND posted_at < day.over
     ORDER BY posted_at DESC, id DESC LIMIT %(most)s) AS found
 ORDER BY 2 DESC, 4 DESC, 5 DESC, 3 DESC
"""
# The kind, the day and the like, newest first.
Found: TypeAlias = list[tuple[str, datetime, int]]
_Days: TypeAlias = list[tuple[datetime, list[int]]]


@dataclass(frozen=True, slots=True)
class Memory:
    """What hangs together: "5 years ago", the day itself, and the tiles."""

    title: str
    day: str
    tiles: list[Tile]


@dataclass(frozen=True, slots=True)
class Memories:
    """A day as its page shows it."""

    title: str
    liked: list[Memory]
    posted: list[Memory]
    chance: list[Tile]


def of(user: User, day: date, today: date) -> Memories:
    """Everything that happened on `day` of earlier years; what is drawn by chance is today's."""
    found = _found(user, earlier(day))
    liked = _days(found, LIKED, set())
    seen = {pk for _, group in liked for pk in group}
    posted = _days(found, POSTED, seen)
    liked, posted = _shared(liked, posted)
    shown = {pk for _, group in (*liked, *posted) for pk in group}
    by_chance = [pk for pk in _drawn(user, today) if pk not in shown]
    hung = iter(_hung(user, [*(group for _, group in (*liked, *posted)), by_chance]))
    return Memories(
        title=date_format(day, "j F"),
        liked=[Memory(_ago(begin, day), _day(begin), next(hung)) for begin, _ in liked],
        posted=[Memory(_ago(begin, day), _day(begin), next(hung)) for begin, _ in posted],
        chance=next(hung),
    )


def earlier(day: date) -> list[date]:
    """The same day in the years before; 29 February comes a day early in years without one."""
    years = range(day.year - 1, max(1, day.year - 1 - YEARS), -1)
    return [each for year in years for each in _same(day, year)]


def neighbour(day: date, step: int) -> dict[str, str]:
    """The page of the day before or after: what it is called, and its address."""
    beside = day.replace(year=_LEAP) + timedelta(days=step)
    address = f"{reverse('archive:on_this_day')}?day={beside:%m-%d}"
    return {"title": date_format(beside, "j F"), "href": address}


def _same(day: date, year: int) -> Iterator[date]:
    is_eve = (day.month, day.day) == (2, 28) and not isleap(day.year)
    if is_eve and isleap(year):
        yield date(year, 2, 29)
    if (day.month, day.day) != (2, 29) or isleap(year):
        yield day.replace(year=year)


def _found(user: User, days: Sequence[date]) -> Found:
    begins = list(map(start_of, days))
    # A day is as long as clocks make it: 23 hours once a year, 25 once.
    ends = [start_of(day + timedelta(days=1)) for day in days]
    asked: dict[str, Any] = {"begins": begins, "ends": ends, "user": user.pk, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {**asked, "looked_at": LOOKED_AT})
        return [(kind, zones.local(begin), pk) for kind, begin, pk, *_ in cursor.fetchall()]


def _drawn(user: User, today: date) -> list[int]:
    """The same all day, whatever is liked meanwhile: this month is left out where it can be."""
    months = wall.totals(user).months
    before = {month: likes for month, likes in months.items() if month < today.replace(day=1)}
    dice = Random(f"{user.pk} {today}")  # noqa: S311  # for the same draw all day, not for secrets
    return chance.draw(user, before or months, CHANCE, dice)


def _days(found: Found, kind: str, seen: set[int]) -> _Days:
    """The likes of a kind by day, in the order in which they were found, without those `seen`."""
    days: dict[datetime, list[int]] = {}
    for each, begin, pk in found:
        if each == kind and pk not in seen:
            days.setdefault(begin, []).append(pk)
    return list(days.items())


def _shared(*kinds: _Days) -> list[_Days]:
    """So few of each day that the page stays small, however many years there are."""
    share = max(FEWEST, WHOLE // max(1, sum(map(len, kinds))))
    return [[(begin, group[:share]) for begin, group in days] for days in kinds]


def _hung(user: User, groups: Sequence[Sequence[int]]) -> list[list[Tile]]:
    """The tiles of all groups, read and hung together: only what is shown is read whole."""
    shown = [pk for group in groups for pk in group]
    likes = Like.objects.of(user).defer("document").in_bulk(shown)
    hung = {tile.pk: tile for tile in tiles.hang([likes[pk] for pk in shown if pk in likes])}
    return [[hung[pk] for pk in group if pk in hung] for group in groups]


def _ago(begin: datetime, day: date) -> str:
    years = day.year - begin.year
    return ngettext("A year ago", "%(count)s years ago", years) % {"count": years}


def _day(begin: datetime) -> str:
    return date_format(begin, "j F Y")
