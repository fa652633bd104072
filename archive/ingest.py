"""Keeping a page: likes, their places, the media they want, all in the caller's commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive import order, respread, rollup, wanted
from archive.copying import COPIED, copy_post, write_document
from archive.models import Entry, Feed, Like, Quarantined
from archive.seam import is_seam
from providers.shapes import LikedPost, Page, Rejected

HUNG = ("wall_feed", "rank", "liked_at", "liked_after", "liked_before", "is_settled", "is_exact")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a walk tells the library about itself.

    `ceiling` is the rank above all of this visit's, `floor` the rank of the last entry it
    placed (None before the first), `now` the database's time.
    """

    number: int
    opened_at: datetime
    ceiling: int
    floor: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What a page brought: new places, known ones, items that could not be read.

    `fresh` counts the items this visit had not met before: none in a page that has some
    means that the service goes round in circles. `floor` is where the next page goes on.
    """

    new: int
    known: int
    rejected: int
    wanted: int
    fresh: int
    floor: int | None
    is_seam: bool


@dataclass(slots=True)
class _Row:
    """An item of the page with what is there of it already, and its place."""

    post: LikedPost
    like: Like | None
    entry: Entry | None
    place: order.Placed | None = None


def store_page(feed: Feed, visit: Visit, page: Page) -> Stored:
    """Keep one page of a feed.

    Safe to repeat: the same page twice leaves the same rows. Runs in the caller's
    transaction, under the lease of the feed's visit, so that the cursor moves in the same
    commit. A bad item raises nothing: it comes as `page.rejected` and is set aside.
    """
    rows, visit = _place(feed, visit, page.posts)
    moved = [row for row in rows if row.place and row.place.moved]
    _keep_likes(feed, visit, rows)
    _keep_entries(feed, visit, rows)
    media = wanted.note([(row.like, row.post.media) for row in rows if row.like])
    _quarantine(feed, visit, page.rejected)
    ranks = [row.place.rank for row in rows if row.place]
    return Stored(
        new=len(moved),
        known=len(rows) - len(moved),
        rejected=len(page.rejected),
        wanted=media,
        fresh=len(rows),
        floor=min(ranks, default=visit.floor),
        is_seam=not moved and is_seam(feed, visit.number, ranks),
    )


def _place(feed: Feed, visit: Visit, posts: Sequence[LikedPost]) -> tuple[list[_Row], Visit]:
    """The page's items with their places; a stretch without room is spread first."""
    rows = _rows(feed, visit, posts)
    try:
        _give_places(feed, visit, rows)
    except order.NoRoom as full:
        moved = respread.make_room(feed, full.upper, len(posts), ceiling=visit.ceiling)
        floor = visit.floor if visit.floor is None else moved.get(visit.floor, visit.floor)
        return _place(feed, replace(visit, floor=floor), posts)
    return rows, visit


def _rows(feed: Feed, visit: Visit, posts: Sequence[LikedPost]) -> list[_Row]:
    """The page's posts, each once, less those this visit has walked over already."""
    ids = {post.post_id for post in posts}
    likes = Like.objects.filter(user_id=feed.user_id, provider=feed.connection.provider)
    known = {like.post_id: like for like in likes.filter(post_id__in=ids).defer("document")}
    entries = Entry.objects.filter(feed=feed, like__in=list(known.values()))
    here = {entry.like_id: entry for entry in entries}
    rows: dict[str, _Row] = {}
    for post in posts:
        like = known.get(post.post_id)
        entry = here.get(like.pk) if like else None
        if entry is None or entry.last_visit != visit.number:
            rows.setdefault(post.post_id, _Row(post, like, entry))
    return list(rows.values())


def _give_places(feed: Feed, visit: Visit, rows: Sequence[_Row]) -> None:
    """Rank the page; what was walked before and turns out to have moved up, moves with it."""
    overtaken = _overtaken(feed, visit, rows)
    items = [(str(entry.pk), entry.rank) for entry in overtaken]
    items += [(row.post.post_id, row.entry.rank if row.entry else None) for row in rows]
    upper = _upper(feed, visit, overtaken)
    placed = order.place(items, upper=upper, below=_below(feed, items))
    for entry, place in zip(overtaken, placed, strict=False):
        _at(entry, feed, visit, place.rank)
    Entry.objects.bulk_update(overtaken, ["rank", "placed_visit", "placed_at", "after"])
    _follow(feed, visit, overtaken)
    for row, place in zip(rows, placed[len(overtaken) :], strict=True):
        row.place = place


def _overtaken(feed: Feed, visit: Visit, rows: Sequence[_Row]) -> list[Entry]:
    """Entries of this visit's earlier pages that stand lower than something on this page."""
    highest = max((row.entry.rank for row in rows if row.entry), default=None)
    if highest is None or visit.floor is None or highest < visit.floor:
        return []
    walked = Entry.objects.filter(feed=feed, last_visit=visit.number, rank__lt=highest)
    return list(walked.in_upstream_order())


def _upper(feed: Feed, visit: Visit, overtaken: Sequence[Entry]) -> int:
    """The rank under which the items to be placed begin."""
    if not overtaken:
        return visit.ceiling if visit.floor is None else visit.floor
    walked = Entry.objects.filter(feed=feed, last_visit=visit.number)
    above = walked.filter(rank__gt=overtaken[0].rank).order_by("rank")
    return above.values_list("rank", flat=True).first() or visit.ceiling


def _below(feed: Feed, items: Sequence[tuple[str, int | None]]) -> Callable[[int], int | None]:
    """Answers the highest taken rank under another, less those that are about to leave."""
    stays = order.staying([rank for _, rank in items])
    leaving = [
        rank for (_, rank), stay in zip(items, stays, strict=True) if rank is not None and not stay
    ]
    taken = Entry.objects.filter(feed=feed).exclude(rank__in=leaving).in_upstream_order()

    def below(rank: int) -> int | None:
        return taken.filter(rank__lt=rank).values_list("rank", flat=True).first()

    return below


def _after(feed: Feed, rank: int) -> datetime | None:
    """When the complete visit opened that a place this high must be newer than, if any."""
    is_above = feed.covered_top is None or rank > feed.covered_top
    return feed.completed_at if is_above else None


def _keep_likes(feed: Feed, visit: Visit, rows: Sequence[_Row]) -> None:
    """Create or update the likes of the page, and hang them on the wall at their place."""
    before = [row.like.liked_at for row in rows if row.like and row.like.wall_feed_id]
    changed: list[Like] = []
    ceiling = _liked_at_above(feed, visit)
    for row in rows:
        row.like, is_changed = copy_post(row.post, feed, row.like)
        if feed.on_wall and row.place and row.place.moved:
            _hang(row.like, feed, row.place.rank, ceiling, visit)
            is_changed = True
        elif row.like.wall_feed_id == feed.pk:
            ceiling = min(ceiling, row.like.liked_at)
        if is_changed:
            changed.append(row.like)
    _write(feed, changed)
    after = [row.like.liked_at for row in rows if row.like and row.like.wall_feed_id]
    rollup.move(feed.user_id, before, after)


def _write(feed: Feed, likes: list[Like]) -> None:
    """Upsert; a feed that is not on the wall leaves alone what hangs there."""
    for like in likes:
        write_document(like)
    Like.objects.bulk_create(
        sorted(likes, key=lambda like: like.post_id),
        update_conflicts=True,
        unique_fields=["user", "provider", "post_id"],
        update_fields=[*COPIED, "document", *(HUNG if feed.on_wall else ())],
    )


def _liked_at_above(feed: Feed, visit: Visit) -> datetime:
    """The sort time of the entry over this page: what comes now cannot hang above it."""
    if visit.floor is None or not feed.on_wall:
        return visit.opened_at
    above = Entry.objects.filter(feed=feed, rank=visit.floor, like__wall_feed=feed)
    found = above.values_list("like__liked_at", flat=True).first()
    return min(found or visit.opened_at, visit.opened_at)


def _hang(like: Like, feed: Feed, rank: int, liked_at: datetime, visit: Visit) -> None:
    like.wall_feed, like.rank, like.liked_at = feed, rank, liked_at
    like.liked_after, like.liked_before = None, visit.now
    like.is_settled = like.is_exact = False


def _follow(feed: Feed, visit: Visit, entries: Sequence[Entry]) -> None:
    """The likes of entries that moved up hang where those are now."""
    likes = Like.objects.in_bulk([entry.like_id for entry in entries])
    hung = [(likes[entry.like_id], entry) for entry in entries]
    hung = [(like, entry) for like, entry in hung if like.wall_feed_id == feed.pk]
    before = [like.liked_at for like, _ in hung]
    for like, entry in hung:
        _hang(like, feed, entry.rank, visit.opened_at, visit)
    Like.objects.bulk_update([like for like, _ in hung], HUNG)
    rollup.move(feed.user_id, before, [like.liked_at for like, _ in hung])


def _keep_entries(feed: Feed, visit: Visit, rows: Sequence[_Row]) -> None:
    """Write the places of the page, and that this visit saw them."""
    new = [_entry(feed, visit, row) for row in rows if row.entry is None]
    Entry.objects.bulk_create(new)
    moved = [
        _at(row.entry, feed, visit, row.place.rank)
        for row in rows
        if row.entry and row.place and row.place.moved
    ]
    Entry.objects.bulk_update(moved, ["rank", "placed_visit", "placed_at", "after"])
    known = [row.entry.pk for row in rows if row.entry]
    if known:
        Entry.objects.filter(pk__in=known).update(
            last_visit=visit.number, last_seen_at=visit.now, missing_since=None
        )
    feed.visits, feed.entries_count = visit.number, feed.entries_count + len(new)
    feed.save(update_fields=["visits", "entries_count"])


def _entry(feed: Feed, visit: Visit, row: _Row) -> Entry:
    rank = row.place.rank if row.place else 0
    return Entry(
        feed=feed,
        like=row.like,
        rank=rank,
        placed_at=visit.now,
        after=_after(feed, rank),
        liked_at=row.post.liked_at,
        first_seen_at=visit.now,
        last_seen_at=visit.now,
        placed_visit=visit.number,
        last_visit=visit.number,
    )


def _at(entry: Entry, feed: Feed, visit: Visit, rank: int) -> Entry:
    """An entry put at a new place by this visit, with fresh evidence of when."""
    entry.rank, entry.placed_visit = rank, visit.number
    entry.placed_at, entry.after = visit.now, _after(feed, rank)
    return entry


def _quarantine(feed: Feed, visit: Visit, rejected: Sequence[Rejected]) -> None:
    """Set bad items aside, once each; a like we have of them counts as seen."""
    Quarantined.objects.bulk_create(
        [_set_aside(feed, visit, item) for item in rejected],
        update_conflicts=True,
        unique_fields=["feed", "fingerprint"],
        update_fields=["last_seen_at"],
    )
    ids = [item.post_id for item in rejected if item.post_id]
    if ids:
        Entry.objects.filter(feed=feed, like__post_id__in=ids).update(
            last_visit=visit.number, last_seen_at=visit.now
        )


def _set_aside(feed: Feed, visit: Visit, item: Rejected) -> Quarantined:
    told = "|".join((item.post_id, item.reason, item.shape))
    return Quarantined(
        feed=feed,
        fingerprint=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
        post_id=item.post_id[:255],
        reason=item.reason[:500],
        shape=item.shape,
        first_seen_at=visit.now,
        last_seen_at=visit.now,
    )
