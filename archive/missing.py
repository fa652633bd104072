"""What a list shows no more: believed when two visits miss it, asked about when it is much."""

from __future__ import annotations

from django.db.models import Count, Max, Q

from archive.coverage import ODD, Listing, seen
from archive.models import Entry, Feed
from archive.models.feed import EntryQuerySet
from archive.placing import Visit

# More than this, and more than a twentieth, is not believed to be gone before a human says so.
FEW, SHARE = ODD - 1, 0.05
HELD = ("held_at", "held_entries", "held_accepted_at")


def note(feed: Feed, visit: Visit, listing: Listing, *, shows_all: bool) -> int | None:
    """What this visit should have seen and did not: doubted once, missing when that was twice.

    `shows_all`: its service has shown everything there is. Where much is gone the list is held,
    until it is back or somebody says that it is right: then that is believed at once. Returns
    the highest rank that the visit saw.
    """
    if listing.pages == 1 and not listing.whole:
        # It met a seam at once: inside what is covered, with nothing left out.
        return None
    due = _due(feed, visit, listing.window, shows_all=shows_all)
    is_seen = Q(last_visit=visit.number)
    walked = due.aggregate(top=Max("rank", filter=is_seen), unseen=Count("pk", filter=~is_seen))
    top: int | None = walked["top"]
    gone = walked["unseen"]
    if listing.whole:
        _forget_beyond(feed, due)
        gone = max(gone, expected(feed, listing.window).count() - seen(feed, visit).count())
    if _holds(feed, visit, listing, gone, due) or not walked["unseen"]:
        return top
    unseen = due.exclude(last_visit=visit.number)
    # The second look is that of another visit, however often this one began again.
    unseen.filter(unseen_at__lt=visit.opened_at).update(missing_since=visit.now)
    unseen.filter(unseen_at=None).update(unseen_at=visit.now, unseen_visit=visit.number)
    return top


def _holds(feed: Feed, visit: Visit, listing: Listing, gone: int, due: EntryQuerySet) -> bool:
    """Whether so much is gone that a human is asked, and has not answered."""
    is_much = gone > FEW and gone > SHARE * _there(feed).count()
    if is_much and not _is_accepted(feed):
        feed.held_at, feed.held_entries = feed.held_at or visit.now, gone
        return True
    if is_much:
        _take_word(feed, visit, listing, due)
    if is_much or listing.whole:
        feed.held_at, feed.held_entries, feed.held_accepted_at = None, 0, None
    return False


def expected(feed: Feed, window: int | None) -> EntryQuerySet:
    """What a list that is read to its end should have, the newest `window` of what is there."""
    there = _there(feed)
    if window is None:
        return there
    newest = there.in_upstream_order().values("pk")[:window]
    return there.filter(pk__in=newest)


def _due(feed: Feed, visit: Visit, window: int | None, *, shows_all: bool) -> EntryQuerySet:
    """The entries that the visit went past, or that its service would have shown.

    A post that is deleted still takes its place in the window: what is below has slid out.
    """
    if visit.floor is None:
        return _there(feed).none()
    if not shows_all:
        return _there(feed).filter(rank__gte=visit.floor)
    newest = Entry.objects.filter(feed=feed).in_upstream_order().values_list("rank", flat=True)
    oldest = None if window is None else newest[window - 1 : window].first()
    reached = _there(feed)
    return reached if oldest is None else reached.filter(rank__gte=min(oldest, visit.floor))


def _forget_beyond(feed: Feed, due: EntryQuerySet) -> None:
    """What has slid out of reach since it was missed cannot be looked for again."""
    doubted = _there(feed).exclude(unseen_at=None)
    doubted.exclude(pk__in=due.values("pk")).update(unseen_at=None, unseen_visit=None)


def _take_word(feed: Feed, visit: Visit, listing: Listing, due: EntryQuerySet) -> None:
    """Their person has taken them back: no second look is needed."""
    there = expected(feed, listing.window) if listing.whole else due
    gone = there.exclude(last_visit=visit.number)
    gone.update(missing_since=visit.now)


def _is_accepted(feed: Feed) -> bool:
    asked, answered = feed.held_at, feed.held_accepted_at
    return bool(asked and answered and answered >= asked)


def _there(feed: Feed) -> EntryQuerySet:
    return Entry.objects.filter(feed=feed, missing_since=None)
