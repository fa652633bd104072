"""Where a visit may stop early: a whole known page inside what completed visits covered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Min

from archive.coverage import SEAM, has_met, is_joined
from archive.models import Entry, Feed
from archive.placing import Visit

# A person may un-like a page or two and like it all again in the same order; more than this,
# or than two pages, nobody does.
SURE = 80


def is_seam(feed: Feed, visit: Visit, ranks: Sequence[int]) -> bool:
    """Whether a page whose items all kept their ranks proves that nothing new lies below.

    Every item stands inside the covered stretch, with those of the pages before they are enough
    for a seam, and nothing that we have above the lowest was left out by this visit. Where
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
    left_out = entries.filter(missing_since=None).exclude(last_visit=visit.number)
    lowest = left_out.aggregate(rank=Min("rank"))["rank"]
    if lowest is None:
        return True
    walked = entries.filter(last_visit=visit.number, rank__lt=lowest).count()
    return walked >= max(SURE, 2 * len(ranks))


def _are_enough(feed: Feed, visit: Visit, top: int) -> bool:
    """Whether short pages together have met as many as a seam needs."""
    return has_met(feed, visit, top) and is_joined(feed, visit)
