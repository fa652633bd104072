"""Likes drawn by chance from a wall of any size: first a month, by how much hangs there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from random import Random

from django.db import connection

from accounts.models import User
from archive.days import bounds

# A month of so few is drawn from as a whole; of a larger one, from so many below a moment.
NEAR = 200
_DRAWN = """
SELECT drawn.number, found.id
  FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[])
       WITH ORDINALITY AS drawn(month, moment, number)
 CROSS JOIN LATERAL (
    SELECT id FROM archive_like
     WHERE user_id = %(user)s AND wall_feed_id IS NOT NULL
       AND liked_at >= drawn.month AND liked_at < drawn.moment
     ORDER BY liked_at DESC, rank DESC, id DESC LIMIT %(near)s) AS found
"""


def draw(user: User, months: dict[date, int], count: int, dice: Random) -> list[int]:
    """Up to `count` different likes of a wall whose `months` hold so many; one query.

    The same dice and the same wall give the same likes.
    """
    if not months:
        return []
    drawn = [_window(month, months[month], dice) for month in _months(months, count, dice)]
    found = _found(user, drawn)
    ids: dict[int, None] = {}
    for number in sorted(found):
        others = [pk for pk in found[number] if pk not in ids]
        if others:
            ids[dice.choice(others)] = None
    return list(ids)


def _months(months: dict[date, int], count: int, dice: Random) -> list[date]:
    """Months by how much hangs there, none more often than so many likes hang in it."""
    order = sorted(months)
    counts = [months[month] for month in order]
    return dice.sample(order, min(count, sum(counts)), counts=counts)


def _window(month: date, likes: int, dice: Random) -> tuple[datetime, datetime]:
    begin, end = bounds(month)
    # Drawn in any case: how full one month is must not change what follows.
    share = dice.random()
    return begin, (end if likes <= NEAR else begin + (end - begin) * share)


def _found(user: User, drawn: Sequence[tuple[datetime, datetime]]) -> dict[int, list[int]]:
    begins, ends = [list(each) for each in zip(*drawn, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, {"begins": begins, "ends": ends, "user": user.pk, "near": NEAR})
        rows = cursor.fetchall()
    found: dict[int, list[int]] = {}
    for number, pk in rows:
        found.setdefault(number, []).append(pk)
    return found
