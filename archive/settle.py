"""When a visit is complete: what it proves, and what follows for when things were liked."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Max, Min

from archive import coverage
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
    RETURNING l.user_id, old.liked_at AS was, l.liked_at AS now
), steps AS (
    SELECT user_id, date_trunc('month', was AT TIME ZONE 'UTC')::date AS month, -1 AS step
      FROM changed
    UNION ALL
    SELECT user_id, date_trunc('month', now AT TIME ZONE 'UTC')::date, 1 FROM changed
)
INSERT INTO archive_monthcount (user_id, month, likes)
SELECT user_id, month, sum(step) FROM steps GROUP BY user_id, month HAVING sum(step) <> 0
 ORDER BY user_id, month
ON CONFLICT (user_id, month) DO UPDATE SET likes = archive_monthcount.likes + excluded.likes
"""
_BOTTOM = -(2**63)
COVERED = ("covered_top", "covered_bottom", "completed_at", "walked_whole_at")
HELD = ("held_at", "held_entries", "held_accepted_at")


def complete(
    feed: Feed, *, visit: Visit, began_at: datetime, whole: bool, window: int | None = None
) -> None:
    """Write down what a complete visit proves.

    `visit` as it stands after its last page; `whole`: it came to the end of the list,
    otherwise it met the covered stretch and what lies below there still holds. In the
    caller's transaction, under the lease. A visit that saw nothing of a feed that has
    entries proves nothing.
    """
    shown_most = coverage.expected(feed, window) if whole else None
    if visit.floor is None and feed.entries_count:
        coverage.note_missing(feed, visit, Entry.objects.none(), shown_most)
        feed.save(update_fields=HELD)
        return
    if visit.floor is not None:
        if whole:
            coverage.end_of_list(feed, visit, window)
        walked = Entry.objects.filter(feed=feed, rank__gte=visit.floor)
        top = walked.filter(last_visit=visit.number).aggregate(top=Max("rank"))["top"]
        walked = walked.filter(missing_since=None)
        coverage.note_missing(feed, visit, walked, shown_most)
        _cover(feed, top or visit.floor, visit.floor)
    feed.completed_at = began_at
    feed.walked_whole_at = visit.now if whole else feed.walked_whole_at
    feed.save(update_fields=[*COVERED, *HELD])
    if feed.on_wall:
        settle(feed)


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


def _cover(feed: Feed, top: int, bottom: int) -> None:
    """Join what was walked to the covered stretch where they meet, else begin a new one."""
    if feed.covered_top is not None and feed.covered_bottom is not None:
        if bottom <= feed.covered_top:
            bottom = min(bottom, feed.covered_bottom)
        top = max(top, feed.covered_top)
    feed.covered_top, feed.covered_bottom = top, bottom
