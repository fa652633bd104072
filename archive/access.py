"""Who may see what: every single row a page shows comes through one of these doors."""

from __future__ import annotations

from django.http import Http404

from accounts.models import User
from archive import authors
from archive.authors import Named
from archive.models import Feed, Like
from archive.models.like import LikeQuerySet


def like_of(user: User, like_id: int) -> Like:
    """A like of this person; Http404 for anybody else's, and for none."""
    likes = Like.objects.of(user).defer("document").select_related("wall_feed__connection")
    like = likes.filter(pk=like_id).first() if like_id < 2**63 else None
    if like is None:
        raise Http404
    return like


def author_of(user: User, provider: str, author_id: str) -> tuple[LikeQuerySet, list[Named]]:
    """This person's likes of one author, and the newest and oldest of them; Http404 for none."""
    likes = Like.objects.of(user).on_wall().by(provider, author_id)
    ends = authors.ends(likes) if "\x00" not in provider + author_id else []
    if not ends:
        raise Http404
    return likes, ends


def feed_of(user: User, feed_id: int) -> Feed:
    """A feed of this person; Http404."""
    feeds = Feed.objects.of(user).select_related("connection")
    feed = feeds.filter(pk=feed_id).first() if feed_id < 2**63 else None
    if feed is None:
        raise Http404
    return feed
