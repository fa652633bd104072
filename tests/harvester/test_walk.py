"""A walk keeps a feed: every like, in the service's order, whatever happens on the way."""

from __future__ import annotations

import pytest

from archive.models import Entry, Feed, Like
from harvester.models import Crawl
from simulator.serve import Simulator
from tests.conftest import visit

pytestmark = pytest.mark.django_db(transaction=True)


def kept(feed: Feed) -> list[str]:
    """Post ids in the order of the feed."""
    entries = Entry.objects.filter(feed=feed, missing_since=None).in_upstream_order()
    return list(entries.values_list("like__post_id", flat=True))


def wall(feed: Feed) -> list[str]:
    likes = Like.objects.of(feed.user).on_wall().newest_first()
    return list(likes.values_list("post_id", flat=True))


def upstream(instagram: Simulator, person: str = "tess") -> list[str]:
    return [like["post_id"] for like in instagram.truth(person)["likes"]]


def test_a_first_visit_keeps_every_like_in_order(feed, instagram):
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == wall(feed) == upstream(instagram)
