"""What may be missing once a visit has read a list to its end: gaps that no visit can close.

A service shows the newest of a list only. Where a visit comes to the end of that and has not
met what was there, likes may have slid out of reach in between.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from archive.models import Entry, Feed, Gap
from archive.models.feed import EntryQuerySet
from archive.placing import Visit

# Fewer entries in their old order prove nothing: so many are liked anew together.
SEAM = 3
# More than this, and more than a twentieth, is not believed to be gone before a human says so.
FEW, SHARE = 20, 0.05


def end_of_list(feed: Feed, visit: Visit, window: int | None) -> None:
    """Note what the end of the list proves, before the feed says that it was covered.

    `window` is how many items its service shows at the most, None when it shows all.
    """
    standing = list(Gap.objects.standing().filter(feed=feed))
    if visit.floor is None:
        return
    if window is None or _shows_all(feed, visit, visit.floor, window):
        _heal(standing, visit)
        return
    _heal([gap for gap in standing if gap.lower and _has_met(feed, visit, gap.lower)], visit)
    below = next_below(feed, visit.floor)
    if below is None:
        _bottom(feed, visit, visit.floor)
    elif feed.covered_top is not None and not _has_met(feed, visit, feed.covered_top):
        _lose(feed, visit, visit.floor, below)


def note_missing(feed: Feed, visit: Visit, walked: EntryQuerySet, shown_most: int | None) -> None:
    """What this visit should have seen and did not is missing; where that is a lot, it is held.

    `walked`: the entries that it should have seen. `shown_most`: so many should be in a list that
    it read to the end; None where it did not.
    """
    unseen = walked.exclude(last_visit=visit.number)
    gone = count = unseen.count()
    if shown_most is not None:
        seen = Entry.objects.filter(feed=feed, last_visit=visit.number).count()
        gone = max(gone, shown_most - seen)
    if _is_much(feed, gone):
        feed.held_at, feed.held_entries = feed.held_at or visit.now, gone
        return
    feed.held_at, feed.held_entries, feed.held_accepted_at = None, 0, None
    if count:
        unseen.update(missing_since=visit.now)


def _is_much(feed: Feed, gone: int) -> bool:
    """Whether so much is gone that a human is asked, and has not answered."""
    asked, answered = feed.held_at, feed.held_accepted_at
    if gone <= FEW or (asked and answered and answered >= asked):
        return False
    there = Entry.objects.filter(feed=feed, missing_since=None)
    return gone > SHARE * there.count()


def expected(feed: Feed, window: int | None) -> int:
    """How many items a list that is read to its end should have."""
    there = Entry.objects.filter(feed=feed, missing_since=None).count()
    return there if window is None else min(there, window)


def left_and_healed(feed: Feed, number: int) -> tuple[int, int]:
    """How many gaps a visit left that no earlier one had, and how many it closed."""
    gaps = Gap.objects.filter(feed=feed)
    between = gaps.standing().exclude(lower=None)
    return between.filter(opened_visit=number).count(), gaps.filter(healed_visit=number).count()


def next_below(feed: Feed, rank: int) -> int | None:
    """The rank of the topmost entry below `rank`."""
    below: int | None = _below(feed, rank).aggregate(rank=Max("rank"))["rank"]
    return below


def _below(feed: Feed, rank: int) -> EntryQuerySet:
    return Entry.objects.filter(feed=feed, rank__lt=rank)


def _shows_all(feed: Feed, visit: Visit, floor: int, window: int) -> bool:
    """Fewer than the window, and nothing below that should still be there: that is all there is."""
    shown = Entry.objects.filter(feed=feed, last_visit=visit.number).count()
    return shown < window and not _below(feed, floor).filter(missing_since=None).exists()


def _has_met(feed: Feed, visit: Visit, rank: int) -> bool:
    """Whether it saw enough of what stands at `rank` and below, where that was before."""
    there = Entry.objects.filter(feed=feed, rank__lte=rank)
    met = there.filter(last_visit=visit.number, placed_visit__lt=visit.number)
    listed = there.filter(missing_since=None).values("pk")[:SEAM].count()
    return met.count() >= min(SEAM, listed)


def _heal(gaps: Iterable[Gap], visit: Visit) -> None:
    Gap.objects.filter(pk__in=[gap.pk for gap in gaps]).update(
        state=Gap.State.HEALED, ended_at=visit.now, healed_visit=visit.number
    )


def _lose(feed: Feed, visit: Visit, upper: int, lower: int) -> None:
    Gap.objects.create(
        feed=feed,
        state=Gap.State.LOST,
        upper=upper,
        lower=lower,
        after=feed.completed_at,
        before=visit.now,
        opened_visit=visit.number,
        ended_at=visit.now,
    )


def _bottom(feed: Feed, visit: Visit, floor: int) -> None:
    """Older than this the service shows nothing, whatever there is."""
    Gap.objects.update_or_create(
        feed=feed,
        state=Gap.State.LOST,
        lower=None,
        defaults={"upper": floor},
        create_defaults={"upper": floor, "opened_visit": visit.number, "ended_at": visit.now},
    )
