"""Where a visit may stop early: a whole known page inside what completed visits covered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, Q

from archive.models import Entry, Feed


def is_seam(feed: Feed, visit: int, ranks: Sequence[int]) -> bool:
    """Whether a page whose items all kept their ranks proves that nothing new lies below.

    Every item stands inside the covered stretch; no entry between them was left out; and
    above them no more is missing than the page itself holds, else they may have been
    un-liked together and liked again in the same order.
    """
    if not ranks or feed.covered_top is None or feed.covered_bottom is None:
        return False
    if max(ranks) > feed.covered_top or min(ranks) < feed.covered_bottom:
        return False
    unseen = Entry.objects.filter(feed=feed, rank__gte=min(ranks), missing_since=None).exclude(
        rank__in=ranks
    )
    left_out = unseen.exclude(last_visit=visit).aggregate(
        inside=Count("pk", filter=Q(rank__lte=max(ranks))),
        above=Count("pk", filter=Q(rank__gt=max(ranks))),
    )
    return left_out["inside"] == 0 and left_out["above"] <= len(ranks)
