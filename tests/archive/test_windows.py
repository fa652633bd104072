"""Windows on the wall and what a search finds: by key, page after page, for one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts import signin
from archive import browse, searching, words
from archive.models import Feed, Like
from providers.shapes import Grant, Profile

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, tzinfo=UTC)
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def feed_of(user) -> Feed:
    account = signin.connect(user, "instagram", Grant("a-token"), Profile(user.username, "x"))
    return Feed.objects.create(user=user, connection=account, kind="liked", on_wall=True)


@pytest.fixture
def feed(alice):
    return feed_of(alice)


def hang(feed, *days, caption="", start=0):
    """Likes at these days, the first the newest in rank."""
    return Like.objects.bulk_create(
        Like(
            user=feed.user,
            provider="instagram",
            post_id=f"{feed.pk}-{start + at}",
            liked_at=NOW - timedelta(days=day),
            wall_feed=feed,
            rank=-(start + at),
            caption=caption,
            document=words.document(caption),
        )
        for at, day in enumerate(days)
    )


def walk(likes, *, size, query="", meanwhile=lambda: None):
    """Page after page by its `older`, as a person turns them."""
    seen, before = [], None
    while True:
        if query:
            page = searching.search(likes, query, before=before, size=size)
        else:
            page = browse.window(likes, before=before, size=size)
        seen += page.likes
        if page.older is None:
            return seen
        before = Like.objects.get(pk=page.older)
        meanwhile()


@QUICK
@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 7))
def test_pages_follow_each_other_without_overlap_or_hole(feed, days, size):
    """Many likes at the same moment and all: the order is total."""
    Like.objects.all().delete()
    hang(feed, *days)
    likes = Like.objects.of(feed.user).on_wall()
    assert walk(likes, size=size) == list(likes.newest_first())


@QUICK
@given(st.integers(1, 25), st.integers(1, 7), st.integers(1, 5))
def test_also_while_new_likes_arrive(feed, count, size, arriving):
    Like.objects.all().delete()
    there = hang(feed, *range(count))
    number = [1000]

    def meanwhile():
        number[0] += arriving
        hang(feed, *[-number[0]] * arriving, start=-number[0])

    likes = Like.objects.of(feed.user).on_wall()
    assert walk(likes, size=size, meanwhile=meanwhile) == there


@QUICK
@given(st.integers(0, 25), st.integers(1, 7))
def test_newer_leads_back_over_the_same_pages(feed, count, size):
    Like.objects.all().delete()
    hang(feed, *range(count))
    likes = Like.objects.of(feed.user).on_wall()
    pages, before = [], None
    while True:
        page = browse.window(likes, before=before, size=size)
        pages.append(page)
        if page.older is None:
            break
        before = Like.objects.get(pk=page.older)
    for page, earlier in zip(reversed(pages[1:]), reversed(pages[:-1]), strict=True):
        back = Like.objects.get(pk=page.newer) if page.newer else None
        assert browse.window(likes, before=back, size=size).likes == earlier.likes
    assert pages[0].newer is None


def test_an_address_names_a_like_wherever_it_hangs_now(feed):
    likes = hang(feed, *range(10))
    moved = likes[7]
    Like.objects.filter(pk=moved.pk).update(liked_at=NOW - timedelta(days=2, hours=12))
    moved.refresh_from_db()
    page = browse.window(Like.objects.of(feed.user).on_wall(), before=moved, size=3)
    assert page.likes == likes[3:6]


def test_neighbours_are_what_hangs_beside_it(feed):
    likes = hang(feed, 1, 1, 1, 2)
    on_wall = Like.objects.of(feed.user).on_wall()
    assert browse.neighbours(on_wall, likes[1]) == (likes[0], likes[2])
    assert browse.neighbours(on_wall, likes[0]) == (None, likes[1])
    assert browse.neighbours(on_wall, likes[3]) == (likes[2], None)


def test_a_search_finds_page_after_page(feed):
    hang(feed, *range(20), caption="a grey day")
    found = hang(feed, *range(20, 40), caption="Sunset over the bay", start=20)
    likes = Like.objects.of(feed.user).on_wall()
    assert walk(likes, size=6, query=words.query("bay sunset")) == found


def test_also_what_lies_below_the_newest_that_are_looked_at_first(feed):
    newest = hang(feed, *range(5), caption="bay")
    hang(feed, *range(5, searching.NEAR + 5), start=5)
    below = searching.NEAR + 1000
    deep = hang(feed, *range(below, below + 10), caption="bay", start=below)
    likes = Like.objects.of(feed.user).on_wall()
    assert walk(likes, size=4, query=words.query("bay")) == [*newest, *deep]


def test_people_never_find_what_is_not_theirs(feed, bob):
    hang(feed_of(bob), *range(5), caption="bay")
    mine = hang(feed, *range(3), caption="bay")
    likes = Like.objects.of(feed.user).on_wall()
    assert walk(likes, size=2) == mine
    assert walk(likes, size=2, query=words.query("bay")) == mine
    assert browse.count(likes) == 3


def test_what_only_other_lists_brought_is_not_on_the_wall(feed):
    hang(feed, 1, 2)
    Like.objects.filter(rank=0).update(wall_feed=None)
    assert len(walk(Like.objects.of(feed.user).on_wall(), size=5)) == 1


@pytest.mark.parametrize("query", ["", "'bay'"])
def test_a_page_costs_the_same_however_many_there_are(feed, query):
    costs = []
    for start in (0, 300):
        hang(feed, *range(start, start + 300), caption="bay", start=start)
        middle = Like.objects.order_by("-liked_at")[start + 100]
        likes = Like.objects.of(feed.user).on_wall()
        with CaptureQueriesContext(connection) as queries:
            if query:
                searching.search(likes, query, before=middle)
            else:
                browse.window(likes, before=middle)
        costs.append(len(queries))
    assert costs == ([2, 2] if query else [1, 1])


def test_nothing_is_counted_beyond_a_thousand(feed):
    hang(feed, *range(1100))
    assert browse.count(Like.objects.of(feed.user).on_wall()) == browse.COUNTED + 1


def test_newer_from_a_month_leads_to_the_page_above(feed):
    likes = hang(feed, *range(200))
    mine = Like.objects.of(feed.user).on_wall()
    found = browse.since(mine, likes[150].liked_at + timedelta(seconds=1), size=20)
    assert found.likes == likes[150:170]
    above = browse.window(mine, before=Like.objects.get(pk=found.newer), size=20)
    assert above.likes == likes[130:150]
