"""What a listing proves: which gaps it closes, and where something may be missing.

A visit reads a list from the top without a break, down to its *floor*. Whatever stands there
side by side is proven. What it has met of older listings joins both, if that is a seam: known
entries in their old order, below everything that was new. Where there is none, something may
have slid out of reach in between, and a gap says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Max, Min, Q

from archive.models import Entry, Feed, Gap, Quarantined
from archive.models.feed import EntryQuerySet
from archive.placing import Visit

State = Gap.State
# Fewer entries in their old order prove nothing: so many are liked anew together.
SEAM = 3
# So many that vanish together are not believed to be taken back.
ODD = 21
# Nobody likes more while a list is read, beside one each second that it takes.
MEANWHILE = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """How a complete visit read its list.

    `whole`: to the end, else it met what was covered. Of `window` items its service shows the
    newest at the most, None: it shows all. `pages` it took, and could not read `rejected` items.
    `left_out` places on its pages were empty: of posts that were deleted, or hidden.
    """

    whole: bool
    pages: int = 1
    rejected: int = 0
    window: int | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Proven:
    """What a listing proved. `joins`: it is one with what was covered before.

    `shows_all`: its service has shown everything there is. `looks_back`: only if nothing came
    meanwhile that pushed something out; the top has to be looked at again.
    """

    joins: bool = True
    shows_all: bool = False
    looks_back: bool = False
    left: int = 0
    healed: int = 0


def prove(feed: Feed, visit: Visit, listing: Listing) -> Proven:
    """Close the gaps that a complete visit went past, and note those that it left.

    In the caller's transaction, before the feed says what is covered. Safe to repeat.
    """
    if visit.floor is None:
        return Proven(joins=False)
    if not listing.whole:
        return _met_the_covered(feed, visit, listing.window)
    is_all = shows_all(feed, visit, listing)
    of_few = is_all and _has_room(feed, visit, listing)
    carried = _go_past(feed, visit, of_few=of_few)
    joins = not carried and is_joined(feed, visit, of_few=of_few)
    if joins:
        _judge(feed, visit, listing.window)
    if not is_all:
        _slid(feed, visit, listing, carried, joins=joins)
        return _proven(feed, visit, joins=joins)
    looks_back = not _is_all(feed, visit, listing, carried, joins=joins)
    return replace(_proven(feed, visit, joins=joins), shows_all=True, looks_back=looks_back)


def cut_off(feed: Feed, visit: Visit) -> bool:
    """What a visit that ends early did not read before it met what was there, stays open.

    Whether there is such a gap.
    """
    if visit.floor is None:
        return False
    carried = _go_past(feed, visit)
    if not carried and is_joined(feed, visit):
        return False
    _stand(feed, visit, visit.floor, carried)
    return True


def shows_all(feed: Feed, visit: Visit, listing: Listing) -> bool:
    """Whether a list that was read to its end is shorter than what its service would show."""
    if listing.window is not None:
        return shown(feed, visit, listing) < listing.window
    # It may have a limit that nobody told us of.
    return visit.floor is None or not is_cut_short(feed, visit.floor)


def shown(feed: Feed, visit: Visit, listing: Listing) -> int:
    """How many places of the window a list took."""
    there = read(Entry.objects.filter(feed=feed), visit).count()
    return there + listing.rejected + listing.left_out


def is_cut_short(feed: Feed, floor: int, several: int = SEAM) -> bool:
    """Whether there are several entries below a list that nobody took back."""
    below = _below(feed, floor).filter(missing_since=None)
    return below.values("pk")[:several].count() == several


def is_joined(feed: Feed, visit: Visit, *, of_few: bool = False) -> bool:
    """Whether a visit has met a seam: below everything new to it enough that was there before."""
    lowest = lowest_new(feed, visit)
    return lowest is None or has_met(feed, visit, lowest, of_few=of_few)


def lowest_new(feed: Feed, visit: Visit) -> int | None:
    """The rank below which nothing is new to a visit; None: nothing is at all."""
    new = Entry.objects.filter(feed=feed, placed_visit=visit.number)
    lowest: int | None = new.aggregate(rank=Min("rank"))["rank"]
    return lowest


def has_met(feed: Feed, visit: Visit, rank: int, *, of_few: bool = False) -> bool:
    """Whether a visit saw enough of what stands at `rank` and below, where that was before.

    `of_few`: of fewer than a seam all are enough, as nothing can stand below them. Else they may
    have been liked again, and what was liked in between stands there.
    """
    there = Entry.objects.filter(feed=feed, rank__lte=rank, placed_visit__lt=visit.number)
    met = read(there, visit).values("pk")[:SEAM].count()
    if not of_few or met >= SEAM:
        return met >= SEAM
    left = there.filter(missing_since=None).values("pk")[:SEAM].count()
    return 0 < met >= left


def seen(feed: Feed, visit: Visit) -> EntryQuerySet:
    """What a visit has seen so far, and what may stand behind an item that it could not read."""
    return Entry.objects.filter(feed=feed, last_visit=visit.number)


def read(entries: EntryQuerySet, visit: Visit) -> EntryQuerySet:
    """Those that a visit has read itself: only they are evidence."""
    return entries.filter(last_visit=visit.number, last_seen_at__gte=visit.opened_at)


def _met_the_covered(feed: Feed, visit: Visit, window: int | None) -> Proven:
    """A visit that came to a seam with what is covered has closed all that it went past."""
    standing = list(Gap.objects.standing().filter(feed=feed))
    passed = [gap for gap in standing if visit.floor is not None and gap.upper > visit.floor]
    is_open = any(gap.state == State.OPEN for gap in standing if gap not in passed)
    if not passed and not is_open:
        return Proven()
    _heal(passed, visit)
    _judge(feed, visit, window)
    return _proven(feed, visit)


def _is_all(
    feed: Feed, visit: Visit, listing: Listing, carried: Sequence[Gap], *, joins: bool
) -> bool:
    """A short list is all there is, if nothing came meanwhile that pushed something out.

    Whoever needed several pages for a nearly full one cannot know that; then what lies below
    stays open until the top was looked at again. So it does where many that should follow are
    gone at once.
    """
    if joins and is_cut_short(feed, _floor(visit)):
        # It ends above what was there: once that is believed to be gone, a later visit judges.
        return True
    standing = list(Gap.objects.standing().filter(feed=feed))
    is_odd = not joins and is_cut_short(feed, _floor(visit), ODD)
    is_sure = not is_odd and _has_room(feed, visit, listing)
    if is_sure or (joins and not standing and feed.covered_bottom is not None):
        _heal(standing, visit)
        return True
    place = _lowest(feed) if joins else _floor(visit)
    _stand(feed, visit, place, carried, state=State.OPEN)
    return False


def _has_room(feed: Feed, visit: Visit, listing: Listing) -> bool:
    """Whether nothing can have slid out while the list was read: more fits in than could come."""
    if listing.window is None or listing.pages == 1:
        return True
    took = (visit.now - visit.opened_at).total_seconds()
    return listing.window - shown(feed, visit, listing) >= MEANWHILE + took


def _slid(
    feed: Feed, visit: Visit, listing: Listing, carried: Sequence[Gap], *, joins: bool
) -> None:
    """The service shows no more: whatever was not read below is out of reach for good."""
    floor = _floor(visit)
    unread = Gap.objects.open().filter(feed=feed, upper__lt=floor)
    unread.update(state=State.LOST, ended_at=visit.now)
    if not joins or next_below(feed, floor) is None:
        _stand(feed, visit, floor, carried, state=State.LOST)
    elif feed.window is not None and not Gap.objects.standing().filter(feed=feed, lower=None):
        # It shows another number than it says: then nothing was known of what is older.
        _stand(feed, visit, _lowest(feed), state=State.LOST)


def _judge(feed: Feed, visit: Visit, window: int | None) -> None:
    """Judge what was open only because something could have come while a list was read.

    All that we know of, with all that came since: if it fits in the window, nothing slid out.
    """
    under = Q(lower=None) | Q(upper=feed.covered_bottom)
    unproven = list(Gap.objects.open().filter(under, feed=feed, upper__lte=visit.floor))
    if not unproven or feed.covered_bottom is None or feed.held_at:
        return
    there = Entry.objects.filter(feed=feed, missing_since=None).count()
    there += Quarantined.objects.filter(feed=feed).count()
    if window is None or there < window:
        _heal(unproven, visit)
    else:
        _end(unproven, visit, State.LOST)


def _go_past(feed: Feed, visit: Visit, *, of_few: bool = False) -> list[Gap]:
    """Heal the gaps that this listing has closed; those that it only got into, come back."""
    passed = list(Gap.objects.standing().filter(feed=feed, upper__gt=visit.floor))
    ends = [(gap, gap.lower) for gap in passed if gap.lower is not None]
    met = [gap for gap, lower in ends if has_met(feed, visit, lower, of_few=of_few)]
    _heal(met, visit)
    return [gap for gap in passed if gap not in met]


def _stand(
    feed: Feed, visit: Visit, upper: int, carried: Sequence[Gap] = (), *, state: str | None = None
) -> None:
    """See that exactly one gap stands under `upper`; None leaves its state as it is.

    Of those that a listing got into, or whose upper end was liked again and stands elsewhere now,
    one is carried on to there: it says since when.
    """
    under = next_below(feed, upper)
    there = Gap.objects.standing().filter(feed=feed, upper__lte=upper).order_by("-upper")
    if under is not None:
        there = there.filter(upper__gt=under)
    gap, *others = *there, *carried, _new(feed, visit)
    _heal([one for one in others if one.pk], visit)
    gap.upper, gap.lower = upper, under
    if state and gap.state != state:
        gap.state = state
        gap.ended_at = None if state == State.OPEN else visit.now
    gap.save()


def _new(feed: Feed, visit: Visit) -> Gap:
    return Gap(feed=feed, after=feed.completed_at, before=visit.now, opened_visit=visit.number)


def _proven(feed: Feed, visit: Visit, *, joins: bool = True) -> Proven:
    """What became of gaps between two likes; the one under everything is no news."""
    gaps = Gap.objects.filter(feed=feed).exclude(lower=None)
    return Proven(
        joins=joins,
        left=gaps.standing().filter(opened_visit=visit.number).count(),
        healed=gaps.filter(healed_visit=visit.number).count(),
    )


def next_below(feed: Feed, rank: int) -> int | None:
    """The rank of the topmost entry below `rank`."""
    below: int | None = _below(feed, rank).aggregate(rank=Max("rank"))["rank"]
    return below


def _below(feed: Feed, rank: int) -> EntryQuerySet:
    return Entry.objects.filter(feed=feed, rank__lt=rank)


def _lowest(feed: Feed) -> int:
    lowest: int = Entry.objects.filter(feed=feed).aggregate(rank=Min("rank"))["rank"]
    return lowest


def _floor(visit: Visit) -> int:
    if visit.floor is None:
        raise ValueError("a visit that has seen nothing proves nothing")
    return visit.floor


def _heal(gaps: Sequence[Gap], visit: Visit) -> None:
    _end(gaps, visit, State.HEALED, healed_visit=visit.number)


def _end(gaps: Sequence[Gap], visit: Visit, state: str, **by: int) -> None:
    if gaps:
        mine = Gap.objects.filter(pk__in=[gap.pk for gap in gaps])
        mine.update(state=state, ended_at=visit.now, **by)
