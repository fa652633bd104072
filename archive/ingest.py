"""Keeping a page: likes, their places, the media they want, all in the caller's commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive import aside, placing, rollup, wanted
from archive.copying import COPIED, copy_post, write_document
from archive.hanging import HUNG, PLACED, at, doubt, follow, hang
from archive.models import Entry, Feed, Like
from archive.placing import Places, Row, Visit
from archive.seam import is_seam
from providers.crashpoints import crashpoint
from providers.shapes import Page

__all__ = ["Stored", "Visit", "store_page", "write_likes"]


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
    ceiling = follow(feed, visit, places.overtaken, places.upper)
    likes: list[Like] = []
    changed: list[Like] = []
    for row in places.rows:
        like, is_changed = copy_post(row.post, feed, row.like)
        if feed.on_wall and row.moved:
            _hear_when(like, feed, _clamped(row.post.liked_at, visit))
            hang(like, feed, row.place.rank, ceiling, visit)
            is_changed = True
        elif like.wall_feed_id == feed.pk:
            ceiling = min(ceiling, like.liked_at)
        likes.append(like)
        if is_changed:
            changed.append(like)
    write_likes(feed, changed)
    rollup.move(feed.user_id, before, [like.liked_at for like in likes if like.wall_feed_id])
    return likes


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
    moved = [at(entry, feed, visit, entry.rank) for entry in places.overtaken]
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
    doubt(feed, visit, [entry.rank for entry in (*moved, *new)])
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


def _new(row: Row, like: Like, feed: Feed, visit: Visit) -> Entry:
    entry = Entry(
        feed=feed,
        like=like,
        liked_at=_clamped(row.post.liked_at, visit),
        first_seen_at=visit.now,
        last_seen_at=visit.now,
        last_visit=visit.number,
    )
    return at(entry, feed, visit, row.place.rank)


def _moved(row: Row, entry: Entry, feed: Feed, visit: Visit) -> Entry:
    entry.liked_at = _clamped(row.post.liked_at, visit)
    return at(entry, feed, visit, row.place.rank)
