"""A crowded stretch of a feed is spread: same order, room again, and everything follows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import signin
from archive import respread
from archive.ingest import store_page
from archive.models import Entry, Feed, Like
from archive.placing import Visit
from providers.shapes import Grant, LikedPost, Page, Profile
from tests.shelves import check_laws, everything

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def feed(alice):
    kept = signin.connect(alice, "instagram", Grant("a-token"), Profile("1", "alice"))
    return Feed.objects.create(user=alice, connection=kept, kind="liked", on_wall=True)


def post(post_id):
    return LikedPost(post_id, "", "ada", "", "", "", None, (), None, None, ())


def store(feed, number, *post_ids, floor=None):
    """A page that visit `number` reads."""
    visit = Visit(number, NOW, 2**40 * number, floor, NOW)
    stored = store_page(feed, visit, Page(tuple(map(post, post_ids)), (), None, {}, None))
    feed.save()
    return stored


def crowd(feed, *ranks):
    """Entries and likes at exactly these ranks, from the top."""
    names = [f"p{at}" for at in range(len(ranks))]
    store(feed, 1, *names)
    places = dict(zip(names, ranks, strict=True))
    likes = list(Like.objects.filter(post_id__in=names))
    entries = list(Entry.objects.filter(like__in=likes).select_related("like"))
    for like in likes:
        like.rank = places[like.post_id]
    for entry in entries:
        entry.rank = places[entry.like.post_id]
    Like.objects.bulk_update(likes, ["rank"])
    Entry.objects.bulk_update(entries, ["rank"])
    return names


def rank_of(name):
    return Entry.objects.get(like__post_id=name).rank


def test_the_order_stays_and_there_is_room(feed):
    names = crowd(feed, 1003, 1002, 1001, 1000)
    respread.make_room(feed, 1002, 10, ceiling=2**40)
    assert everything(feed) == names
    assert rank_of("p1") - rank_of("p2") > 10
    check_laws(feed)


def test_it_is_one_statement_for_the_places(feed):
    crowd(feed, *range(1500, 1000, -1))
    with CaptureQueriesContext(connection) as queries:
        respread.make_room(feed, 1250, 10, ceiling=2**40)
    assert sum("UPDATE archive_entry" in query["sql"] for query in queries) == 1


def test_only_as_much_is_moved_as_needs_be(feed):
    crowd(feed, *range(10**9, 10**9 - 50, -1), *range(10**6, 10**6 - 500, -1))
    was = rank_of("p400")
    respread.make_room(feed, 10**9 - 25, 4, ceiling=2**40)
    assert rank_of("p400") == was


@pytest.mark.parametrize(("top", "bottom"), [(1003, 1000), (1002, 1001), (1002, 1002)])
def test_the_covered_stretch_ends_at_the_same_entries(feed, top, bottom):
    names = dict(zip([1003, 1002, 1001, 1000], crowd(feed, 1003, 1002, 1001, 1000), strict=True))
    feed.covered_top, feed.covered_bottom = top, bottom
    respread.make_room(feed, 1002, 10, ceiling=2**40)
    assert (feed.covered_top, feed.covered_bottom) == (rank_of(names[top]), rank_of(names[bottom]))


def test_also_when_the_entry_it_was_named_after_has_moved_away(feed):
    crowd(feed, 2**30, 1003, 1001, 1000)
    feed.covered_top, feed.covered_bottom = 1002, 1000
    respread.make_room(feed, 1003, 10, ceiling=2**40)
    assert rank_of("p1") > feed.covered_top >= rank_of("p2")


def test_a_page_that_finds_no_room_makes_it(feed):
    crowd(feed, 1001, 1000)
    store(feed, 2, "p0", "x", "y", "p1")
    assert everything(feed) == ["p0", "x", "y", "p1"]
    check_laws(feed)


def test_the_floor_of_a_visit_follows(feed):
    crowd(feed, 1001, 1000)
    stored = store(feed, 2, "p0")
    stored = store(feed, 2, "x", "y", floor=stored.floor)
    assert everything(feed) == ["p0", "x", "y", "p1"]
    assert stored.floor == rank_of("y")


def test_many_that_were_overtaken_find_room_too(feed):
    """Far more than a page: a whole stretch that was walked turns out to have moved up."""
    crowd(feed, 2000, 1000, *range(900, 200, -1))
    moved = [f"p{at}" for at in range(2, 702)]
    Entry.objects.filter(like__post_id="p1").update(rank=1999)
    Like.objects.filter(post_id="p1").update(rank=1999)
    stored = store(feed, 2, "p0", *moved)
    store(feed, 2, "p1", floor=stored.floor)
    assert everything(feed) == ["p0", *moved, "p1"]
    check_laws(feed)


def test_thousands_are_put_at_one_spot(feed):
    crowd(feed, 1001, 1000)
    for page in range(20):
        names = [f"x{page}-{at}" for at in range(500)]
        store(feed, page + 2, "p0", *names)
        with connection.cursor() as cursor:
            # Else the planner takes a table of a transaction that is not over for an empty one.
            cursor.execute("ANALYZE archive_entry, archive_like")
    newest = [f"x{page}-{at}" for page in reversed(range(20)) for at in range(500)]
    assert everything(feed) == ["p0", *newest, "p1"]
