"""The very place of a like on the wall: the page that holds it, and the mark on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse

from archive import browse
from archive.days import start_of
from archive.models import Like
from archive.models.like import LikeQuerySet

# So many likes hang above it, so that one sees what was around.
ABOVE = 12


def address(like: Like, above: Sequence[Like]) -> str:
    """The page of the wall that holds `like`, and where on it.

    `above`: the ABOVE likes over it, the nearest first; fewer near the top of the wall.
    """
    wall = reverse("archive:wall")
    if not like.wall_feed_id:
        return wall
    page = f"{wall}?before={above[-1].pk}" if len(above) == ABOVE else wall
    return f"{page}#like-{like.pk}"


def on(likes: LikeQuerySet, day: date) -> str:
    """Where the wall is at the end of a day: the newest like until then, else the oldest of all."""
    until = likes.filter(liked_at__lt=start_of(day + timedelta(days=1)))
    newest = until.newest_first().defer("document").first()
    found = newest or likes.oldest_first().defer("document").first()
    return (
        address(found, browse.around(likes, found, above=ABOVE)[0])
        if found
        else reverse("archive:wall")
    )
