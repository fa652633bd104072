"""A search looks where its word is: among the newest, or in the index of one person's words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive import browse, searching
from archive.models import Like
from tests.archive.test_windows import feed_of, hang, walk
from tests.plans import AROUND, plan

pytestmark = pytest.mark.django_db
BAY = "'bay'"


@pytest.fixture(autouse=True)
def short_ways(monkeypatch):
    """As if twenty likes were many."""
    monkeypatch.setattr(searching, "NEAR", 20)
    monkeypatch.setattr(searching, "FURTHER", 60)


@pytest.fixture
def feed(alice):
    return feed_of(alice)


def on_wall(feed):
    return Like.objects.of(feed.user).on_wall()


def asked(feed, **options):
    """The page of a search and its queries."""
    with CaptureQueriesContext(connection) as queries:
        page = searching.search(on_wall(feed), BAY, size=5, **options)
    return page, [query["sql"] for query in queries]


def test_the_wall_is_read_in_the_order_of_its_index(feed):
    hang(feed, *range(5))
    read = plan(on_wall(feed).newest_first()[:3], "like_wall", *AROUND)
    assert "Scan using like_wall" in read
    assert "Sort" not in read


@pytest.mark.parametrize("ways", [browse.older_than, browse.after])
def test_a_page_reads_only_its_own_likes_even_of_many_at_one_moment(feed, ways):
    middle = hang(feed, *[1] * 9)[4]
    read = plan(ways(on_wall(feed), middle), "like_wall", *AROUND)
    assert "ROW(liked_at, rank, id)" in read
    assert "Filter" not in read


def test_the_index_of_words_is_read_for_one_person_alone(feed):
    read = plan(on_wall(feed).filter(document__matches=BAY), "like_words", "seqscan")
    words = read.partition("Bitmap Index Scan on like_words")[2]
    assert f"user_id = '{feed.user.pk}'::bigint" in words


def test_a_frequent_word_is_only_looked_for_among_the_newest(feed):
    likes = hang(feed, *range(100), caption="bay")
    page, queries = asked(feed)
    assert (page.likes, page.older) == (likes[:5], likes[4].pk)
    assert len(queries) == 2
    assert "LIMIT 20" in queries[0]


def test_of_a_frequent_word_there_are_at_least_as_many_as_were_seen(feed):
    hang(feed, *range(100), caption="bay")
    page, _ = asked(feed)
    assert (page.count, page.is_more) == (20, True)


def test_what_is_found_now_and_then_is_looked_for_a_little_further(feed):
    hang(feed, *range(18))
    found = hang(feed, *range(18, 60, 5), caption="bay", start=18)
    hang(feed, *range(60, 100), start=60)
    page, queries = asked(feed)
    assert page.likes == found[:5]
    assert len(queries) == 3
    assert "LIMIT 60" in queries[1]


def test_to_what_is_in_the_oldest_only_nobody_walks(feed):
    hang(feed, *range(90))
    oldest = hang(feed, *range(90, 100), caption="bay", start=90)
    page, queries = asked(feed)
    assert page.likes == oldest[:5]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {queries[1]}")
        read = "\n".join(row for (row,) in cursor.fetchall())
    assert "Sort" in read


def test_of_a_rare_word_all_are_counted(feed):
    hang(feed, *range(90))
    hang(feed, *range(90, 100), caption="bay", start=90)
    page, _ = asked(feed)
    assert (page.count, page.is_more) == (10, False)


@pytest.mark.parametrize(("found", "told"), [(10, (10, False)), (11, (10, True))])
def test_no_more_are_told_than_are_counted(feed, monkeypatch, found, told):
    monkeypatch.setattr(searching, "COUNTED", 10)
    hang(feed, *range(found), caption="bay")
    page, _ = asked(feed)
    assert (page.count, page.is_more) == told


def test_in_a_small_archive_all_are_counted(feed):
    hang(feed, *range(19), caption="bay")
    page, _ = asked(feed)
    assert (page.count, page.is_more) == (19, False)


@pytest.mark.parametrize("every", [1, 3, 7, 40])
def test_pages_of_a_search_follow_each_other_without_overlap_or_hole(feed, every):
    said = []
    for at in range(100):
        caption = "bay" if at % every == 0 else ""
        (like,) = hang(feed, at // 2, caption=caption, start=at)
        said += [like] if caption else []
    assert walk(on_wall(feed), size=4, query=BAY) == said


def test_below_the_first_page_newer_leads_back_to_it_and_nothing_is_counted(feed):
    likes = hang(feed, *range(30), caption="bay")
    page, _ = asked(feed, before=likes[4])
    assert (page.newer, page.count) == (0, None)
