"""When a visit is complete: what it proves, and what follows for when things were liked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import Min

from archive import coverage, missing, relikes, rollup
from archive.coverage import Listing, Proven
from archive.models import Entry, Feed, Like
from archive.placing import Visit

# Bounds of one stretch from its lowest rank up. What a service said holds, unless the place
# is younger. Any other entry was liked before it was seen, and before whatever stands above it
# was; after everything below it was posted or liked. A lower bound above its own upper bound is
# wrong somewhere and is dropped.
_SETTLE = """
WITH told AS (
    SELECT entry.like_id, entry.rank, entry.after, entry.placed_at, l.posted_at,
           CASE WHEN entry.after IS NULL OR entry.after <= l.said_at THEN l.said_at END AS exact
      FROM archive_entry entry JOIN archive_like l ON l.id = entry.like_id
     WHERE entry.feed_id = %(feed)s AND entry.rank >= %(low)s AND l.wall_feed_id = %(feed)s
), stretch AS (
    SELECT *, min(least(placed_at, exact)) OVER (ORDER BY rank DESC) AS upper FROM told
), evidence AS (
    SELECT *, greatest(
        CASE WHEN posted_at <= upper THEN posted_at END,
        CASE WHEN after <= upper THEN after END,
        CASE WHEN exact <= upper THEN exact END,
        CASE WHEN %(below)s::timestamptz <= upper THEN %(below)s::timestamptz END) AS own
      FROM stretch
), bounds AS (
    SELECT *, max(own) OVER (ORDER BY rank) AS lower FROM evidence
), estimates AS (
    SELECT like_id, exact IS NOT NULL AS is_exact,
           coalesce(exact, lower) AS lower, coalesce(exact, upper) AS upper,
           coalesce(exact, lower, least(upper, min(lower) OVER ()), upper) AS estimate
      FROM bounds
), changed AS (
    UPDATE archive_like l
       SET liked_at = estimate, liked_after = lower, liked_before = upper,
           is_settled = true, is_exact = estimates.is_exact
      FROM estimates JOIN archive_like old ON old.id = estimates.like_id
     WHERE l.id = estimates.like_id
       AND (NOT old.is_settled OR old.liked_at <> estimate
            OR old.is_exact <> estimates.is_exact
            OR old.liked_after IS DISTINCT FROM lower OR old.liked_before IS DISTINCT FROM upper)
    RETURNING old.liked_at AS was, l.liked_at AS now
)
SELECT was, now FROM changed WHERE was <> now
"""
_BOTTOM = -(2**63)
# What a walk writes down of its feed, once in the commit of a page.
WALKED = (
    *("visits", "entries_count", "covered_top", "covered_bottom", "completed_at"),
    *("walked_whole_at", "shown_most", "window"),
    *missing.HELD,
)
# Of a list of so many it is no chance that it ends after as many as the last time.
MEASURABLE = 10


def complete(feed: Feed, *, visit: Visit, began_at: datetime, listing: Listing) -> Proven:
    """Write down what a complete visit proves.

    `visit` as it stands after its last page. In the caller's transaction, under the lease; when
    what it brought was liked, is settled afterwards.
    The feed's own columns are the caller's to save. A visit that saw nothing of a feed that has
    entries proves nothing.
    """
    if visit.floor is None and feed.entries_count:
        missing.note(feed, visit, listing, shows_all=False)
        return Proven(joins=False)
    if visit.floor is not None:
        listing = _measured(feed, visit, listing, visit.floor)
        # A list that has no limit, and ends, has nothing but what it shows.
        if listing.whole and (listing.window or not coverage.shows_all(feed, visit, listing)):
            visit = relikes.lift(feed, visit)
    proven = coverage.prove(feed, visit, listing)
    top = missing.note(feed, visit, listing, shows_all=proven.shows_all)
    if visit.floor is not None:
        _cover(feed, top or visit.floor, visit.floor, joins=proven.joins)
    feed.completed_at = began_at
    feed.walked_whole_at = visit.now if listing.whole else feed.walked_whole_at
    return proven


def _measured(feed: Feed, visit: Visit, listing: Listing, floor: int) -> Listing:
    """The listing, with how many its service really shows where that is not what it says.

    That is seen where a list ends after as many as ever although new ones came, and what stood
    at its end is gone. Not while a human is asked: that may come back.
    """
    if not listing.whole or listing.window is None or feed.held_at:
        return listing
    shown, most = coverage.shown(feed, visit, listing), feed.shown_most
    feed.shown_most = max(shown, most)
    if feed.window is not None and shown > feed.window:
        feed.window = None
        return listing
    new = coverage.seen(feed, visit).filter(placed_visit=visit.number)
    slides = new.count() >= coverage.SEAM and coverage.is_cut_short(feed, floor)
    if MEASURABLE <= shown == most != listing.window and slides:
        feed.window = shown
        return replace(listing, window=shown)
    return listing


def settle(feed: Feed) -> None:
    """Work out when the likes of a feed were made, from the lowest unsettled one up."""
    unsettled = Like.objects.filter(wall_feed=feed, is_settled=False)
    low = unsettled.aggregate(low=Min("rank"))["low"]
    if low is not None:
        _settle(feed, *_beginning(feed, low))


def settle_whole(feed: Feed) -> None:
    """Work it out for all of a feed, after other doors have said when some of it was liked."""
    _settle(feed, _BOTTOM, None)


def _settle(feed: Feed, low: int, below: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"feed": feed.pk, "low": low, "below": below})
        moved = cursor.fetchall()
    rollup.move(feed.user_id, [was for was, _ in moved], [now for _, now in moved])


def _beginning(feed: Feed, low: int) -> tuple[int, datetime | None]:
    """Where to begin, and the lower bound of what stands right under there.

    At `low`, unless nothing is known of what stands under it, or what is known lies above
    what must hold for the rest: then at the very bottom, so that it all fits together.
    """
    hung = Entry.objects.filter(feed=feed, like__wall_feed=feed)
    known = ("like__liked_after", "like__is_exact")
    under = hung.filter(rank__lt=low).in_upstream_order().values_list(*known).first()
    if under is None:
        return low, None
    uppers = hung.filter(rank__gte=low).aggregate(seen=Min("placed_at"), said=Min("liked_at"))
    below, is_exact = under
    # A time that was said stands for itself: more may hold for what is above it.
    if is_exact or below is None or below > min(upper for upper in uppers.values() if upper):
        return _BOTTOM, None
    return low, below


def _cover(feed: Feed, top: int, bottom: int, *, joins: bool) -> None:
    """Join what was walked to the covered stretch where they meet, else begin a new one."""
    if feed.covered_top is not None and feed.covered_bottom is not None:
        top = max(top, feed.covered_top)
        if joins and bottom <= feed.covered_top:
            bottom = min(bottom, feed.covered_bottom)
    feed.covered_top, feed.covered_bottom = top, bottom
