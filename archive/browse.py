"""Windows on the wall: pages by key, never by offset, whatever is liked meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery

from archive.models import Entry, Feed, Like
from archive.models.like import LikeQuerySet

PAGE = 60
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Window:
    """One page of likes, newest first.

    `older` is the like the next page comes before (None: this is the end); `newer` the like
    before which the previous page lies (0: that is the first page; None: this is the first).
    """

    likes: list[Like]
    older: int | None
    newer: int | None


def window(likes: LikeQuerySet, *, before: Like | None = None, size: int = PAGE) -> Window:
    """The page of `likes` that comes before (is older than) one of them; one query."""
    older: QuerySet[Any] = older_than(likes, before)
    if before is None:
        return Window(*_cut(older, size), None)
    above = _page_above(likes.down_to(before.key), size)
    page, following = _cut(older.annotate(newer=Subquery(above)), size)
    return Window(page, following, (page[0].newer if page else above.first()) or 0)


def since(likes: LikeQuerySet, moment: datetime, *, size: int = PAGE) -> Window:
    """The page of `likes` that begins right below a moment, and goes on to older ones."""
    page, following = _cut(older_than(likes.filter(liked_at__lt=moment), None), size)
    above = after(likes, page[0]) if page else likes.none()
    newer = _page_above(above, size).first()
    return Window(page, following, newer or (0 if above.exists() else None))


def _cut(likes: QuerySet[Any], size: int) -> tuple[list[Any], int | None]:
    """A page, and the like that the next one comes before."""
    found = list(likes[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


def _page_above(above: LikeQuerySet, size: int) -> QuerySet[Any]:
    """The like before which the nearest page of those above lies, as rows of its id."""
    return above.oldest_first().values_list("pk", flat=True)[size : size + 1]


def count(likes: LikeQuerySet) -> int:
    """How many there are, up to COUNTED + 1: more are never counted for a page."""
    return likes.order_by()[: COUNTED + 1].count()


def after(likes: LikeQuerySet, like: Like) -> LikeQuerySet:
    """Likes that hang above `like`."""
    return likes.over(like.key)


def older_than(likes: LikeQuerySet, before: Like | None) -> LikeQuerySet:
    """Likes that hang under one of them, the nearest first; all of them under None."""
    likes = likes.newest_first().defer("document")
    return likes.under(before.key) if before else likes


def neighbours(likes: LikeQuerySet, like: Like) -> tuple[Like | None, Like | None]:
    """The likes right above and right below `like`: newer, older."""
    above, older = around(likes, like, above=1)
    return (above[0] if above else None), older


def around(likes: LikeQuerySet, like: Like, *, above: int) -> tuple[list[Like], Like | None]:
    """The likes right above it, so many and the nearest first, and the one right below."""
    newer = after(likes, like).oldest_first().defer("document")
    return list(newer[:above]), older_than(likes, like).first()


def places(feed: Feed, *, before: int | None = None, size: int = PAGE) -> list[Entry]:
    """Entries of a feed in exact upstream order, below rank `before`; one more than a page."""
    entries = Entry.objects.filter(feed=feed).in_upstream_order().select_related("like")
    entries = entries.defer("like__document")
    return list((entries if before is None else entries.filter(rank__lt=before))[: size + 1])
