"""Gaps that a file closes: an export tells of everything, also of what slid out of reach."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models.functions import Now

from archive.coverage import SEAM
from archive.models import Entry, Feed, Gap
from archive.models.feed import EntryQuerySet

# So many likes next to a gap may be un-liked by now, or have been when the file was made.
ANCHORS = 50


def close_gaps(told: Feed) -> int:
    """Heal the gaps of a person's visited lists on both sides of which a file goes on.

    `told` is the list as files tell it. In the caller's transaction. How many gaps; repeatable.
    """
    gaps = Gap.objects.standing().exclude(lower=None).exclude(feed=told)
    gaps = gaps.filter(
        feed__user=told.user_id,
        feed__kind=told.kind,
        feed__connection__provider=told.connection.provider,
    )
    closed = [gap.pk for gap in gaps if _tells(told, *_sides(gap))]
    healed = Gap.objects.filter(pk__in=closed)
    return healed.update(state=Gap.State.HEALED, ended_at=Now(), healed_visit=None)


def _sides(gap: Gap) -> tuple[EntryQuerySet, EntryQuerySet]:
    """The entries next to a gap, above and below."""
    entries = Entry.objects.filter(feed=gap.feed_id)
    above = entries.filter(rank__gte=gap.upper).order_by("rank")
    return above[:ANCHORS], entries.filter(rank__lte=gap.lower).in_upstream_order()[:ANCHORS]


def _tells(told: Feed, *sides: EntryQuerySet) -> bool:
    """Whether one file has enough of the likes on each side of a gap, and has them in order.

    Two files that each tell of one side say nothing of what is between them.
    """
    likes = [list(side.values_list("like", flat=True)) for side in sides]
    here = Entry.objects.filter(feed=told)
    rows = [
        list(here.filter(like__in=ids).values_list("rank", "first_seen_at", "last_seen_at"))
        for ids in likes
    ]
    above, below = (min(SEAM, len(ids)) for ids in likes)
    files = {file for side in rows for _, *seen in side for file in seen}
    told_by = ([[rank for rank, *seen in side if file in seen] for side in rows] for file in files)
    return any(_is_seam(up, down, above, below) for up, down in told_by)


def _is_seam(up: Sequence[int], down: Sequence[int], above: int, below: int) -> bool:
    """Whether so many of the ranks of the upper side stand above so many of the lower one."""
    if not below or len(down) < below:
        return False
    return sum(rank > sorted(down)[below - 1] for rank in up) >= above
