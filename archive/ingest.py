"""Keeping a page: likes, their places, the media they want, all in the caller's commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive import aside, placing, rollup, wanted
from archive.copying import COPIED, copy_post, write_document
from archive.models import Entry, Feed, Like
from archive.placing import Places, Row, Visit
from archive.seam import SURE, is_seam
from providers.crashpoints import crashpoint
from providers.shapes import Page

__all__ = ["Stored", "Visit", "hang_exactly", "store_page", "write_likes"]

HUNG = (
    *("wall_feed", "rank", "liked_at", "liked_after", "liked_before", "said_at"),
    *("is_settled", "is_exact"),
)
PLACED = ("rank", "placed_visit", "placed_at", "after", "liked_at")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a page brought: new places, known ones, media wanted, items that could not be read.

    `fresh` counts the items this visit had not met before: none in a page that has some
    means that the service goes round in circles. `floor` is where the next page goes on.
    """

    new: int
    known: int
    wanted: int
    rejected: int
    fresh: int
    floor: int | None
    is_seam: bool


def store_page(feed: Feed, visit: Visit, page: Page) -> Stored:
    """Keep one page of a feed.

    Safe to repeat: the same page twice leaves the same rows. Runs in the caller's
    transaction, under the lease of the feed's visit, so that the cursor moves in the same
    commit. A bad item raises nothing: it comes as `page.rejected` and is set aside. What
    changes of the feed's own columns is the caller's to save.
    """
    places = placing.place(feed, visit, page.posts)
    likes = _keep_likes(feed, visit, places)
    crashpoint("page.likes")
    _keep_entries(feed, visit, places, likes)
    pairs = zip(likes, places.rows, strict=True)
    media = wanted.note([(like, row.post.media) for like, row in pairs])
    ranks = [row.place.rank for row in places.rows]
    aside.put(feed, visit, page.rejected, ranks)
    new = sum(row.moved for row in places.rows)
    return Stored(
        new=new,
        known=len(ranks) - new,
        wanted=media,
        rejected=len(page.rejected),
        fresh=len(ranks),
        floor=min(ranks, default=visit.floor),
        is_seam=not new and is_seam(feed, visit, ranks),
    )


def _keep_likes(feed: Feed, visit: Visit, places: Places) -> list[Like]:
    """Create or update the likes of the page, and hang them on the wall at their place."""
    known = [row.like for row in places.rows if row.like]
    before = [like.liked_at for like in known if like.wall_feed_id]
    ceiling = _follow(feed, visit, places)
    likes: list[Like] = []
    changed: list[Like] = []
    for row in places.rows:
        like, is_changed = copy_post(row.post, feed, row.like)
        if feed.on_wall and row.moved:
            _hear_when(like, feed, _clamped(row.post.liked_at, visit))
            _hang(like, feed, row.place.rank, ceiling, visit)
            is_changed = True
        elif like.wall_feed_id == feed.pk:
            ceiling = min(ceiling, like.liked_at)
        likes.append(like)
        if is_changed:
            changed.append(like)
    write_likes(feed, changed)
    rollup.move(feed.user_id, before, [like.liked_at for like in likes if like.wall_feed_id])
    return likes


def _follow(feed: Feed, visit: Visit, places: Places) -> datetime:
    """Hang the likes of overtaken entries where those are now.

    Returns the sort time of what is over the page: what comes below cannot hang above it.
    """
    ceiling = _liked_at_above(feed, visit, places.upper)
    likes = Like.objects.in_bulk([entry.like_id for entry in places.overtaken])
    hung = [(likes[entry.like_id], entry.rank) for entry in places.overtaken]
    hung = [(like, rank) for like, rank in hung if like.wall_feed_id == feed.pk]
    before = [like.liked_at for like, _ in hung]
    for like, rank in hung:
        _hang(like, feed, rank, ceiling, visit)
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


def _hang(like: Like, feed: Feed, rank: int, liked_at: datetime, visit: Visit) -> None:
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


def _hear_when(like: Like, feed: Feed, said_at: datetime | None) -> None:
    """The newest time that any liked feed said; a feed that said another takes it back."""
    if said_at is None:
        return
    is_only_ours = like.wall_feed_id in {None, feed.pk}
    like.said_at = said_at if is_only_ours or not like.said_at else max(said_at, like.said_at)


def _clamped(said_at: datetime | None, visit: Visit) -> datetime | None:
    """Services whose times are written by other people's programs speak of the future, too."""
    return min(said_at, visit.now) if said_at else None


def write_likes(feed: Feed, likes: list[Like]) -> None:
    """Upsert; a feed that is not on the wall leaves alone what hangs there."""
    for like in likes:
        write_document(like)
    Like.objects.bulk_create(
        sorted(likes, key=lambda like: like.post_id),
        update_conflicts=True,
        unique_fields=["user", "provider", "post_id"],
        update_fields=[*COPIED, "document", *(HUNG if feed.on_wall else ())],
    )


def _keep_entries(feed: Feed, visit: Visit, places: Places, likes: Sequence[Like]) -> None:
    """Write the places of the page, and that this visit saw them."""
    moved = [_at(entry, feed, visit, entry.rank) for entry in places.overtaken]
    moved += [_moved(row, row.entry, feed, visit) for row in places.rows if row.entry and row.moved]
    # All in one statement, and before the new ones: they go where others have just left.
    Entry.objects.bulk_update(moved, PLACED)
    pairs = zip(places.rows, likes, strict=True)
    new = [_new(row, like, feed, visit) for row, like in pairs if row.entry is None]
    for entry in aside.once(feed, new):
        # Earlier visits may have met it and could not read it: that they do not have it
        # says nothing.
        entry.after = None
    Entry.objects.bulk_create(new)
    _doubt(feed, visit, [entry.rank for entry in (*moved, *new)])
    known = [row.entry.pk for row in places.rows if row.entry]
    if known:
        Entry.objects.filter(pk__in=known).update(
            last_visit=visit.number,
            last_seen_at=visit.now,
            missing_since=None,
            unseen_at=None,
            unseen_visit=None,
        )
    feed.visits, feed.entries_count = visit.number, feed.entries_count + len(new)


def _doubt(feed: Feed, visit: Visit, ranks: Sequence[int]) -> None:
    """What kept its rank above a place that is new may have been liked again in that order.

    Then it came to this place only now, and what is new there may be younger:
    that it was seen before bounds nothing any more. Of more than SURE nobody does that.
    """
    if ranks:
        above = Entry.objects.filter(feed=feed, rank__gt=min(ranks)).order_by("rank")
        near = Entry.objects.filter(pk__in=above.values("pk")[:SURE])
        near.filter(placed_visit__lt=visit.number).update(placed_at=visit.now)


def _new(row: Row, like: Like, feed: Feed, visit: Visit) -> Entry:
    entry = Entry(
        feed=feed,
        like=like,
        liked_at=_clamped(row.post.liked_at, visit),
        first_seen_at=visit.now,
        last_seen_at=visit.now,
        last_visit=visit.number,
    )
    return _at(entry, feed, visit, row.place.rank)


def _moved(row: Row, entry: Entry, feed: Feed, visit: Visit) -> Entry:
    entry.liked_at = _clamped(row.post.liked_at, visit)
    return _at(entry, feed, visit, row.place.rank)


def _at(entry: Entry, feed: Feed, visit: Visit, rank: int) -> Entry:
    """An entry put at a new place by this visit, with fresh evidence of when."""
    entry.rank, entry.placed_visit, entry.placed_at = rank, visit.number, visit.now
    entry.after = _after(feed, rank)
    return entry


def _after(feed: Feed, rank: int) -> datetime | None:
    """What comes to a place above all that complete visits saw, was liked after the last one."""
    is_above = feed.covered_top is None or rank > feed.covered_top
    return feed.completed_at if is_above else None
