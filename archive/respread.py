"""Making room in a crowded stretch of a feed: same order, ranks further apart."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from archive.models import Entry, Feed, Gap

_SPREAD = """
WITH stretch AS (
    SELECT id, rank, row_number() OVER (ORDER BY rank DESC) AS place
      FROM archive_entry WHERE feed_id = %(feed)s AND rank BETWEEN %(low)s AND %(high)s
)
UPDATE archive_entry entry SET rank = %(top)s - %(step)s * stretch.place
  FROM stretch WHERE entry.id = stretch.id
RETURNING stretch.rank, entry.rank
"""
_FOLLOW = """
UPDATE archive_like SET rank = entry.rank
  FROM archive_entry entry
 WHERE entry.feed_id = %(feed)s AND entry.like_id = archive_like.id
   AND entry.rank BETWEEN %(bottom)s AND %(top)s
   AND archive_like.wall_feed_id = %(feed)s AND archive_like.rank <> entry.rank
"""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Entries from rank `high` down to `low`, with room between `top` and `bottom`."""

    top: int
    high: int
    low: int
    bottom: int
    count: int

    @property
    def step(self) -> int:
        """How far apart its entries can stand."""
        return (self.top - self.bottom) // (self.count + 1)


def make_room(feed: Feed, upper: int, items: int, *, ceiling: int) -> dict[int, int]:
    """Spread the entries around `upper` so that `items` more fit below it.

    Under the lease of the feed's visit. Returns every changed rank with what it is now; the
    feed's covered stretch and its gaps follow.
    """
    stretch = _find(feed, upper, 4 * items + 256, ceiling)
    values = {
        "feed": feed.pk,
        "low": stretch.low,
        "high": stretch.high,
        "top": stretch.top,
        "bottom": stretch.bottom,
        "step": stretch.step,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, values)
        moved = dict(cursor.fetchall())
        cursor.execute(_FOLLOW, values)
    _cover(feed, stretch, moved)
    return moved


def _cover(feed: Feed, stretch: _Stretch, moved: dict[int, int]) -> None:
    """The covered stretch and every gap end at the same entries as before.

    The one that an end was named after may have gone to another place since.
    """
    if feed.covered_top is not None and feed.covered_bottom is not None:
        feed.covered_top = _at_or_under(feed.covered_top, stretch, moved)
        feed.covered_bottom = _at_or_over(feed.covered_bottom, stretch, moved)
        feed.covered_bottom = min(feed.covered_bottom, feed.covered_top)
        feed.save(update_fields=["covered_top", "covered_bottom"])
    for gap in Gap.objects.standing().filter(feed=feed):
        gap.upper = _at_or_over(gap.upper, stretch, moved)
        gap.lower = None if gap.lower is None else _at_or_under(gap.lower, stretch, moved)
        gap.save(update_fields=["upper", "lower"])


def _at_or_under(rank: int, stretch: _Stretch, moved: dict[int, int]) -> int:
    if not stretch.bottom < rank < stretch.top:
        return rank
    return max((now for was, now in moved.items() if was <= rank), default=stretch.bottom)


def _at_or_over(rank: int, stretch: _Stretch, moved: dict[int, int]) -> int:
    if not stretch.bottom < rank < stretch.top:
        return rank
    return min((now for was, now in moved.items() if was >= rank), default=stretch.top)


def _find(feed: Feed, upper: int, step: int, ceiling: int) -> _Stretch:
    """The smallest stretch around `upper` whose entries can stand `step` apart."""
    reach = 32
    while True:
        stretch = _around(feed, upper, reach, step, ceiling)
        if stretch.step >= step:
            return stretch
        reach *= 2


def _around(feed: Feed, upper: int, reach: int, step: int, ceiling: int) -> _Stretch:
    entries = Entry.objects.filter(feed=feed).values_list("rank", flat=True)
    above = list(entries.filter(rank__gte=upper).order_by("rank")[: reach + 1])
    under = list(entries.filter(rank__lt=upper).order_by("-rank")[: reach + 1])
    top = above.pop() if len(above) > reach else ceiling
    bottom = under.pop() if len(under) > reach else None
    inside = [*reversed(above), *under]
    if bottom is None:
        # Nothing stands below: there is all the room one wants.
        bottom = min(inside[-1], top) - step * (len(inside) + 1)
    return _Stretch(top, inside[0], inside[-1], bottom, len(inside))
