"""Gaps that a file closes: an export tells of everything, also of what slid out of reach."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from django.db.models.functions import Now

from archive.coverage import SEAM
from archive.models import Entry, Feed, Gap

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


def _sides(gap: Gap) -> tuple[list[int], list[int]]:
    """The likes next to a gap that nobody took back, above and below, the nearest first."""
    there = Entry.objects.filter(feed=gap.feed_id, missing_since=None)
    above = there.filter(rank__gte=gap.upper).order_by("rank")
    below = there.filter(rank__lte=gap.lower).in_upstream_order()
    up, down = (list(side.values_list("like", flat=True)[:ANCHORS]) for side in (above, below))
    return up, down


def _tells(told: Feed, up: Sequence[int], down: Sequence[int]) -> bool:
    """Whether one file goes on across a gap, from the likes `up` to those `down`.

    Two files that each tell of one side say nothing of what is between them.
    """
    here = Entry.objects.filter(feed=told, like__in=[*up, *down])
    rows = list(here.values_list("like", "rank", "first_seen_at", "last_seen_at"))
    files = {file for _, _, *seen in rows for file in seen}
    told_by = ({like: rank for like, rank, *seen in rows if file in seen} for file in files)
    return any(_goes_on([*map(ranks.get, up)], [*map(ranks.get, down)]) for ranks in told_by)


def _goes_on(up: Sequence[int | None], down: Sequence[int | None]) -> bool:
    """Whether a file that gives these ranks (None: it has not) has both sides of a gap in order.

    Of the upper side enough stands above what it has of the lower one, save a few that were liked
    again since. Others are older likes, liked again above the gap.
    """
    if not _is_there(up) or not _is_there(down):
        return False
    below = sorted(rank for rank in down if rank is not None)
    highest = below[-min(SEAM, len(below))]
    return sum(rank > highest for rank in up if rank is not None) >= min(SEAM, len(up))


def _is_there(side: Sequence[int | None]) -> bool:
    """Whether a file has enough of the likes next to a gap, and half of them or more.

    Fewer has the file of another account, whose person likes some things with both.
    """
    has = accumulate(rank is not None for rank in side)
    enough = min(SEAM, len(side))
    return any(count >= max(enough, so_far / 2) for so_far, count in enumerate(has, 1))
