"""Windows on the wall: pages by key, never by offset, whatever is liked meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from archive.models import Entry, Feed, Like
from archive.models.like import LikeQuerySet

PAGE = 60
# A search looks at the newest first: what is found often is found there.
NEWEST = 2_000
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
    """The page of `likes` that comes before (is older than) one of them."""
    found = list(_older(likes, before)[: size + 1])
    return _window(likes, found, before, size)


def since(likes: LikeQuerySet, moment: datetime, *, size: int = PAGE) -> Window:
    """The page of `likes` that begins right below a moment, and goes on to older ones."""
    found = list(_older(likes.filter(liked_at__lt=moment), None)[: size + 1])
    page = _window(likes, found, found[0] if found else None, size)
    is_first = page.newer == 0 and not after(likes, found[0]).exists()
    return Window(page.likes, page.older, None if is_first else page.newer)


def search(
    likes: LikeQuerySet, query: str, *, before: Like | None = None, size: int = PAGE
) -> Window:
    """The same among the likes that match a tsquery, looking at the newest first."""
    matching = likes.filter(document__matches=query)
    newest = _older(likes, before).values("pk")[:NEWEST]
    found = list(matching.filter(pk__in=newest).newest_first().defer("document")[: size + 1])
    if len(found) <= size:
        found = list(_older(matching, before)[: size + 1])
    return _window(matching, found, before, size)


def count(likes: LikeQuerySet) -> int:
    """How many there are, up to COUNTED + 1: more are never counted for a page."""
    return likes.order_by()[: COUNTED + 1].count()


def after(likes: LikeQuerySet, like: Like) -> LikeQuerySet:
    """Likes that hang above `like`."""
    return likes.filter(
        Q(liked_at__gt=like.liked_at)
        | Q(liked_at=like.liked_at, rank__gt=like.rank)
        | Q(liked_at=like.liked_at, rank=like.rank, pk__gt=like.pk),
        # Says the same again, in the form that an index reads.
        liked_at__gte=like.liked_at,
    )


def neighbours(likes: LikeQuerySet, like: Like) -> tuple[Like | None, Like | None]:
    """The likes right above and right below `like`: newer, older."""
    above, older = around(likes, like, above=1)
    return (above[0] if above else None), older


def around(likes: LikeQuerySet, like: Like, *, above: int) -> tuple[list[Like], Like | None]:
    """The likes right above it, so many and the nearest first, and the one right below."""
    newer = after(likes, like).order_by("liked_at", "rank", "pk").defer("document")
    return list(newer[:above]), _older(likes, like).first()


def places(feed: Feed, *, before: int | None = None, size: int = PAGE) -> list[Entry]:
    """Entries of a feed in exact upstream order, below rank `before`; one more than a page."""
    entries = Entry.objects.filter(feed=feed).in_upstream_order().select_related("like")
    entries = entries.defer("like__document")
    return list((entries if before is None else entries.filter(rank__lt=before))[: size + 1])


def _window(likes: LikeQuerySet, found: list[Like], before: Like | None, size: int) -> Window:
    page = found[:size]
    older = page[-1].pk if len(found) > size else None
    return Window(page, older, _newer(likes, page, before, size))


def _newer(likes: LikeQuerySet, page: list[Like], before: Like | None, size: int) -> int | None:
    if before is None:
        return None
    top = page[0] if page else before
    above = after(likes, top).order_by("liked_at", "rank", "pk").values_list("pk", flat=True)
    ids = list(above[: size + 1])
    return ids[size] if len(ids) > size else 0


def _older(likes: LikeQuerySet, before: Like | None) -> LikeQuerySet:
    likes = likes.newest_first().defer("document")
    if before is None:
        return likes
    return likes.filter(
        Q(liked_at__lt=before.liked_at)
        | Q(liked_at=before.liked_at, rank__lt=before.rank)
        | Q(liked_at=before.liked_at, rank=before.rank, pk__lt=before.pk),
        # Says the same again, in the form that an index reads.
        liked_at__lte=before.liked_at,
    )
