"""Where a visit may stop early: a whole known page inside what completed visits covered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, Subquery

from archive.coverage import SEAM, has_met, is_joined
from archive.models import Entry, Feed, Gap
from archive.models.feed import EntryQuerySet
from archive.placing import Visit

# A person may un-like a page or two and like it all again in the same order; more than this,
# or than two pages, nobody does.
SURE = 80


def is_seam(feed: Feed, visit: Visit, ranks: Sequence[int]) -> bool:
    """Whether a page whose items all kept their ranks proves that nothing new lies below.

    Every item stands inside the covered stretch, in which no gap is open below it; with those of
    the pages before they are enough for a seam, and nothing that we have above the lowest was
    left out by this visit. Where
    something was, it may have been un-liked; or what came instead of it was un-liked together
    and liked again in the same order, and it still follows: so much has to be walked below it
    first that this cannot be.
    """
    if not ranks or feed.covered_top is None or feed.covered_bottom is None:
        return False
    if max(ranks) > feed.covered_top or min(ranks) < feed.covered_bottom:
        return False
    if len(ranks) < SEAM and not _are_enough(feed, visit, feed.covered_top):
        return False
    entries = Entry.objects.filter(feed=feed, rank__gte=min(ranks))
    lowest, has_gap = _looked_for(feed, visit, entries, min(ranks))
    if lowest is None or has_gap:
        return not has_gap
    walked = entries.filter(last_visit=visit.number, rank__lt=lowest).count()
    return walked >= max(SURE, 2 * len(ranks))


def _looked_for(
    feed: Feed, visit: Visit, entries: EntryQuerySet, rank: int
) -> tuple[int | None, bool]:
    """The lowest of the entries that the visit left out, and whether a gap is open below `rank`.

    A gap inside what is covered: a visit that was cut off had ranked new likes in there.
    """
    left_out = entries.filter(missing_since=None).exclude(last_visit=visit.number)
    gaps = Gap.objects.open().filter(feed=feed, upper__gt=feed.covered_bottom or 0, upper__lte=rank)
    lowest = Subquery(left_out.order_by("rank").values("rank")[:1])
    found: tuple[int | None, bool] = (
        Feed.objects.filter(pk=feed.pk).values_list(lowest, Exists(gaps)).get()
    )
    return found


def _are_enough(feed: Feed, visit: Visit, top: int) -> bool:
    """Whether short pages together have met as many as a seam needs."""
    return has_met(feed, visit, top) and is_joined(feed, visit)
