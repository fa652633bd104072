"""Reading what is kept, for comparison with what is true; and the laws that always hold."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

from accounts import zones
from accounts.models import User
from archive.models import Entry, Feed, Like, MonthCount
from archive.rollup import month_of


def kept(feed: Feed) -> list[str]:
    """Post ids in the order of the feed, without what is missing upstream."""
    entries = Entry.objects.filter(feed=feed, missing_since=None).in_upstream_order()
    return list(entries.values_list("like__post_id", flat=True))


def everything(feed: Feed) -> list[str]:
    """The same with what is missing."""
    entries = Entry.objects.filter(feed=feed).in_upstream_order()
    return list(entries.values_list("like__post_id", flat=True))


def missing(feed: Feed) -> set[str]:
    """What should be upstream and is not."""
    gone = Entry.objects.filter(feed=feed).exclude(missing_since=None)
    return set(gone.values_list("like__post_id", flat=True))


def wall(feed: Feed) -> list[str]:
    """Post ids in the order of the wall."""
    likes = Like.objects.of(feed.user).on_wall().newest_first()
    return list(likes.values_list("post_id", flat=True))


def check_laws(feed: Feed) -> None:
    """What holds after every commit, whatever happened."""
    assert wall(feed) == everything(feed)
    likes = list(Like.objects.of(feed.user).on_wall().newest_first())
    assert all(above.liked_at >= below.liked_at for above, below in pairwise(likes))
    assert all(above.rank > below.rank for above, below in pairwise(likes))
    zone = zones.zone(User.objects.get(pk=feed.user_id).timezone)
    assert months(feed) == Counter(month_of(like.liked_at, zone) for like in likes)
    ranks = dict(Entry.objects.filter(feed=feed).values_list("like_id", "rank"))
    assert {like.pk: like.rank for like in likes} == ranks
    feed.refresh_from_db()
    assert feed.entries_count == len(ranks)


def check_settled(feed: Feed) -> None:
    """What holds besides after a visit that is complete."""
    for like in Like.objects.of(feed.user).on_wall():
        assert like.is_settled
        assert like.liked_before is not None
        assert like.liked_at <= like.liked_before
        assert like.liked_after is None or like.liked_after <= like.liked_at


def months(feed: Feed) -> Counter[date]:
    """The roll-up, without months that have become empty."""
    rows = MonthCount.objects.filter(user=feed.user).values_list("month", "likes")
    assert all(likes >= 0 for _, likes in rows)
    return Counter({month: likes for month, likes in rows if likes})
