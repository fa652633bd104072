"""Finding a place for each item of a page, in the order in which the service lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from archive import order, respread
from archive.models import Entry, Feed, Like
from archive.models.feed import EntryQuerySet
from providers.shapes import LikedPost


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


@dataclass(slots=True)
class Row:
    """An item of the page with what is there of it already, and its place."""

    post: LikedPost
    like: Like | None
    entry: Entry | None
    place: order.Placed

    @property
    def moved(self) -> bool:
        """Whether it is new to this place."""
        return self.place.moved


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything of a page goes: all under rank `upper`, in this order.

    `overtaken` are entries of this visit's earlier pages, with their new ranks: something
    on this page stands higher than they did, so they were liked again since.
    """

    overtaken: list[Entry]
    rows: list[Row]
    upper: int


def place(feed: Feed, visit: Visit, posts: Sequence[LikedPost]) -> Places:
    """Places for a page's posts, each once, less those this visit has walked over already.

    Writes nothing, unless a stretch without room has to be spread first.
    """
    found = _found(feed, visit, posts)
    try:
        return _places(feed, visit, found)
    except order.NoRoom as full:
        moved = respread.make_room(feed, full.upper, full.items, ceiling=visit.ceiling)
        floor = visit.floor if visit.floor is None else moved.get(visit.floor, visit.floor)
        return place(feed, replace(visit, floor=floor), posts)


_Found: TypeAlias = tuple[LikedPost, Like | None, Entry | None]


def _found(feed: Feed, visit: Visit, posts: Sequence[LikedPost]) -> list[_Found]:
    """The posts with what is there of each: nothing, a like, or a like with a place here."""
    ids = {post.post_id for post in posts}
    here = entries_of(feed, ids).select_related("like").defer("like__document")
    entries = {entry.like.post_id: entry for entry in here}
    likes = _likes(feed, ids - entries.keys())
    found: dict[str, _Found] = {}
    for post in posts:
        entry = entries.get(post.post_id)
        if (
            entry is None
            or entry.last_visit != visit.number
            or entry.last_seen_at < visit.opened_at
        ):
            like = entry.like if entry else likes.get(post.post_id)
            found.setdefault(post.post_id, (post, like, entry))
    return list(found.values())


def entries_of(feed: Feed, post_ids: Collection[str]) -> EntryQuerySet:
    """The places of these posts here; found by the index that begins with the person."""
    return Entry.objects.filter(
        feed=feed,
        like__user=feed.user_id,
        like__provider=feed.connection.provider,
        like__post_id__in=post_ids,
    )


def _likes(feed: Feed, ids: set[str]) -> dict[str, Like]:
    """What this person has of these posts from elsewhere."""
    if not ids:
        return {}
    likes = Like.objects.filter(user_id=feed.user_id, provider=feed.connection.provider)
    return {like.post_id: like for like in likes.filter(post_id__in=ids).defer("document")}


def _places(feed: Feed, visit: Visit, found: Sequence[_Found]) -> Places:
    overtaken = _overtaken(feed, visit, [entry.rank for _, _, entry in found if entry])
    items: list[tuple[str, int | None]] = [(str(entry.pk), entry.rank) for entry in overtaken]
    items += [(post.post_id, entry.rank if entry else None) for post, _, entry in found]
    upper = _upper(feed, visit, overtaken)
    placed = order.place(items, upper=upper, below=_below(feed, items))
    for entry, given in zip(overtaken, placed, strict=False):
        entry.rank = given.rank
    rest = placed[len(overtaken) :]
    return Places(
        overtaken, [Row(*one, given) for one, given in zip(found, rest, strict=True)], upper
    )


def _overtaken(feed: Feed, visit: Visit, ranks: Sequence[int]) -> list[Entry]:
    """Entries of this visit's earlier pages that stand lower than something on this page."""
    highest = max(ranks, default=None)
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
    upper = above.values_list("rank", flat=True).first()
    return visit.ceiling if upper is None else upper


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
