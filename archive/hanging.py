"""Hanging likes on the wall where a visit has found them, with the evidence of when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive import rollup
from archive.models import Entry, Feed, Like
from archive.placing import Visit
from archive.seam import SURE

HUNG = (
    *("wall_feed", "rank", "liked_at", "liked_after", "liked_before", "said_at"),
    *("is_settled", "is_exact"),
)
PLACED = ("rank", "placed_visit", "placed_at", "after", "liked_at")


def move(feed: Feed, visit: Visit, entries: Sequence[Entry], upper: int) -> None:
    """Write entries that were put side by side under rank `upper`, and hang their likes there."""
    follow(feed, visit, entries, upper)
    Entry.objects.bulk_update(entries, PLACED)
    doubt(feed, visit, [entry.rank for entry in entries])


def follow(feed: Feed, visit: Visit, moved: Sequence[Entry], upper: int) -> datetime:
    """Hang the likes of moved entries where those are now, side by side under rank `upper`.

    Returns the sort time of what is over them: what comes below cannot hang above it.
    """
    ceiling = _liked_at_above(feed, visit, upper)
    likes = Like.objects.in_bulk([entry.like_id for entry in moved])
    hung = [(likes[entry.like_id], entry.rank) for entry in moved]
    hung = [(like, rank) for like, rank in hung if like.wall_feed_id == feed.pk]
    before = [like.liked_at for like, _ in hung]
    for like, rank in hung:
        hang(like, feed, rank, ceiling, visit)
    Like.objects.bulk_update([like for like, _ in hung], HUNG)
    rollup.move(feed.user_id, before, [like.liked_at for like, _ in hung])
    return ceiling


def _liked_at_above(feed: Feed, visit: Visit, upper: int) -> datetime:
    """The sort time of the entry at rank `upper`; the visit's own for what comes on top."""
    if upper == visit.ceiling or not feed.on_wall:
        return visit.opened_at
    above = Entry.objects.filter(feed=feed, rank=upper, like__wall_feed=feed)
    found = above.values_list("like__liked_at", flat=True).first()
    return min(found or visit.opened_at, visit.opened_at)


def hang(like: Like, feed: Feed, rank: int, liked_at: datetime, visit: Visit) -> None:
    """Hang a like at its place: under the time that was said, else not settled yet."""
    like.wall_feed, like.rank = feed, rank
    after = _after(feed, rank)
    if like.said_at and (after is None or after <= like.said_at):
        hang_exactly(like, like.said_at)
    else:
        like.liked_at, like.liked_after, like.liked_before = liked_at, None, visit.now
        like.is_settled = like.is_exact = False


def hang_exactly(like: Like, said_at: datetime) -> None:
    """There is nothing to work out about a like whose time was said."""
    like.liked_at = like.liked_after = like.liked_before = said_at
    like.is_settled = like.is_exact = True


def at(entry: Entry, feed: Feed, visit: Visit, rank: int) -> Entry:
    """An entry put at a new place by this visit, with fresh evidence of when."""
    entry.rank, entry.placed_visit, entry.placed_at = rank, visit.number, visit.now
    entry.after = _after(feed, rank)
    return entry


def _after(feed: Feed, rank: int) -> datetime | None:
    """What comes to a place above all that complete visits saw, was liked after the last one."""
    is_above = feed.covered_top is None or rank > feed.covered_top
    return feed.completed_at if is_above else None


def doubt(feed: Feed, visit: Visit, ranks: Sequence[int]) -> None:
    """What kept its rank above a place that is new may have been liked again in that order.

    Then it came to this place only now, and what is new there may be younger:
    that it was seen before bounds nothing any more. Of more than SURE nobody does that.
    """
    if ranks:
        above = Entry.objects.filter(feed=feed, rank__gt=min(ranks)).order_by("rank")
        near = Entry.objects.filter(pk__in=above.values("pk")[:SURE])
        near.filter(placed_visit__lt=visit.number).update(placed_at=visit.now)
