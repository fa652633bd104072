"""What was liked again in the midst of what is new, found out where a listing ends without a seam.

A known entry keeps its rank until something that stood above it comes below it. Where the list
ends first, nothing does, and what is new below it would stand under much older ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from archive import coverage, hanging, order, respread
from archive.models import Entry, Feed
from archive.models.feed import EntryQuerySet
from archive.placing import Visit


class _Read(NamedTuple):
    """An entry of a listing; under which rank it was read (None: on top).

    `left_out`: how many stand between the two by their ranks, and were not read.
    """

    rank: int
    is_new: bool
    upper: int | None
    left_out: int


def lift(feed: Feed, visit: Visit) -> Visit:
    """Put what was liked again, and all that the listing had below it, where it was read.

    Nothing where the listing has met a seam: what stands below it would have told. In the
    caller's transaction, with the person locked. The visit with the floor that it has then.
    """
    if visit.floor is None or coverage.is_joined(feed, visit):
        return visit
    above = Entry.objects.filter(feed=feed, rank__gte=visit.floor, missing_since=None)
    if not above.exclude(last_visit=visit.number).exists():
        return visit
    begin = _begin(above, visit)
    return visit if begin is None else _lift(feed, visit, begin)


def _begin(above: EntryQuerySet, visit: Visit) -> _Read | None:
    """The topmost of those that were liked again.

    Of known ones side by side no more were liked again than would have been taken back above
    them, or have come to light below them.
    """
    runs = [list(run) for _, run in groupby(_read(above, visit), key=attrgetter("is_new"))]
    for known, new in pairwise([*runs, []]):
        left_out = sum(entry.left_out for entry in known if not entry.is_new)
        if left_out and left_out >= len(known) - min(len(new), coverage.SEAM):
            return next(entry for entry in known if entry.left_out)
    return None


def _read(above: EntryQuerySet, visit: Visit) -> Iterator[_Read]:
    """What the visit has read, in order.

    What may stand behind an item that could not be read is neither read nor left out.
    """
    columns = ("rank", "placed_visit", "last_visit", "last_seen_at")
    upper, left_out = None, 0
    for rank, placed, last, seen_at in above.in_upstream_order().values_list(*columns):
        if last != visit.number:
            left_out += 1
        elif seen_at >= visit.opened_at:
            yield _Read(rank, placed == visit.number, upper, left_out)
            upper, left_out = rank, 0


def _lift(feed: Feed, visit: Visit, begin: _Read) -> Visit:
    upper = visit.ceiling if begin.upper is None else begin.upper
    below = Entry.objects.filter(feed=feed, rank__lte=begin.rank)
    entries = list(coverage.read(below, visit).in_upstream_order())
    items = [(str(entry.pk), None) for entry in entries]
    try:
        placed = order.place(items, upper=upper, below=lambda rank: coverage.next_below(feed, rank))
    except order.NoRoom as full:
        moved = respread.make_room(feed, full.upper, full.items, ceiling=visit.ceiling)
        floor = entries[-1].rank
        return lift(feed, replace(visit, floor=moved.get(floor, floor)))
    for entry, place in zip(entries, placed, strict=True):
        hanging.at(entry, feed, visit, place.rank)
    hanging.move(feed, visit, entries, upper)
    return replace(visit, floor=entries[-1].rank)
