"""A walk keeps a feed: every like, in the service's order, and costs no more than it must."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.models import Blob, Entry, Feed, Like, MediaItem
from harvester import plan
from harvester.models import Crawl, Schedule
from simulator.serve import Simulator
from tests.conftest import visit
from tests.shelves import check_laws, check_settled, everything, kept, missing, wall

pytestmark = pytest.mark.django_db


def upstream(instagram: Simulator, person: str = "tess") -> list[str]:
    return [like["post_id"] for like in instagram.truth(person)["likes"]]


def liked(connection) -> Feed:
    plan.adopt(connection)
    return Feed.objects.get(connection=connection, kind="liked")


def own(connection) -> Feed:
    feed = Feed.objects.create(user=connection.user, connection=connection, kind="own")
    Schedule.objects.create(feed=feed)
    return feed


def test_a_first_visit_keeps_every_like_in_order(feed, instagram):
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == wall(feed) == upstream(instagram)
    assert (crawl.pages, crawl.new_entries, crawl.known_entries) == (2, 50, 0)
    check_laws(feed)
    check_settled(feed)


def test_a_like_holds_what_was_shown(feed, instagram):
    visit(feed)
    for told in instagram.truth("tess")["likes"]:
        like = Like.objects.get(post_id=told["post_id"])
        assert (like.author, like.caption or None) == (told["author"], told["caption"] or None)
        assert like.hashtags == told["tags"]
        media = like.media.order_by("position", "-kind").values_list("kind", "position")
        assert list(media) == [(one["kind"], one["position"]) for one in told["media"]]


def test_with_nothing_new_a_visit_is_one_request_and_twelve_queries(feed, instagram):
    visit(feed)
    places = Entry.objects.order_by("pk").values_list("pk", "rank", "placed_at")
    before = list(places)
    instagram.forget_requests()
    with CaptureQueriesContext(connection) as queries:
        crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert len(instagram.requests("liked")) == 1
    assert list(places.all()) == before
    said = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # From the lease on: what comes before opens the visit, as the tick does for many at once.
    taken = next(at for at, sql in enumerate(said) if "FOR UPDATE" in sql)
    done = max(at for at, sql in enumerate(said) if sql.startswith('UPDATE "harvester_crawl"'))
    assert done + 1 - taken <= 12


def test_new_likes_go_on_top(feed, instagram):
    visit(feed)
    instagram.like("tess", 3)
    instagram.forget_requests()
    crawl, _ = visit(feed)
    assert kept(feed) == upstream(instagram)
    assert crawl.new_entries == 3
    assert len(instagram.requests("liked")) == 2
    check_laws(feed)
    check_settled(feed)


def test_more_than_a_page_of_new_likes(feed, instagram):
    visit(feed)
    instagram.like("tess", 70)
    visit(feed)
    assert kept(feed) == upstream(instagram)


def test_what_two_visits_do_not_see_any_more_is_missing_and_nothing_else(feed, instagram):
    visit(feed)
    gone = {instagram.unlike("tess", position=at)[0] for at in (0, 4, 9)}
    visit(feed)
    assert not missing(feed)
    visit(feed)
    assert missing(feed) == gone
    assert kept(feed) == upstream(instagram)
    assert Like.objects.count() == 50


def test_a_deleted_post_is_kept(connect, instagram):
    feed = liked(connect("delia", 40))
    visit(feed)
    (gone,) = instagram.delete_post(person="delia", position=2)
    visit(feed)
    visit(feed)
    assert missing(feed) == {gone}
    assert gone in wall(feed)


def test_what_comes_back_is_not_missing_any_more(feed, instagram):
    visit(feed)
    (gone,) = instagram.unlike("tess", position=5)
    visit(feed)
    visit(feed)
    assert missing(feed) == {gone}
    instagram.relike("tess")
    visit(feed)
    assert not missing(feed)
    assert kept(feed) == upstream(instagram)


def test_the_window_slides_and_the_archive_keeps_all(shelf, listed):
    listed.window, listed.size = 30, 10
    for _ in range(6):
        listed.like(12)
        visit(shelf)
    assert kept(shelf) == listed.order
    assert len(kept(shelf)) == 72
    assert not missing(shelf)


def test_likes_that_reappear_at_the_tail_of_the_window_are_kept(shelf, listed):
    listed.window, listed.size = 30, 10
    listed.like(40)
    visit(shelf)
    for post_id in listed.order[:5]:
        listed.unlike(post_id)
    visit(shelf)
    visit(shelf)
    assert kept(shelf) == listed.visible
    assert "p6" in kept(shelf)
    check_laws(shelf)


def test_likes_made_while_it_walks_come_with_the_next_visit(shelf, listed):
    listed.like(20)
    listed.before = lambda cursor: listed.like(2) if cursor else None
    visit(shelf)
    listed.before = lambda cursor: None
    visit(shelf)
    assert kept(shelf) == listed.order
    check_laws(shelf)


def test_an_empty_list_takes_nothing_away(shelf, listed):
    listed.like(20)
    visit(shelf)
    kept_likes, listed.likes = listed.likes, []
    crawl, _ = visit(shelf)
    assert crawl.state == Crawl.State.DONE
    assert not missing(shelf)
    listed.likes = kept_likes
    listed.like()
    visit(shelf)
    assert kept(shelf) == listed.order


def test_somebody_without_likes_has_an_empty_archive(connect):
    feed = liked(connect("nobody", 0))
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert (crawl.pages, everything(feed)) == (1, [])


def test_a_whole_walk_is_made_once_a_week(shelf, listed):
    listed.like(40)
    visit(shelf)
    listed.asked.clear()
    crawl, _ = visit(shelf)
    assert (crawl.whole, len(listed.asked)) == (False, 1)
    Feed.objects.update(walked_whole_at=timezone.now() - plan.WHOLE_WALK_EVERY)
    listed.asked.clear()
    crawl, _ = visit(shelf)
    assert (crawl.whole, len(listed.asked)) == (True, 10)


def test_own_posts_are_not_on_the_wall(connect, instagram):
    account = connect("chika", 0)
    feed = own(account)
    visit(feed)
    assert len(everything(feed)) == 9
    assert wall(feed) == []
    assert not Like.objects.filter(on_wall=True).exists()


def test_a_like_that_two_feeds_bring_is_one_like_with_two_places(connect, instagram):
    account = connect("chika", 4)
    mine, likes = own(account), liked(account)
    visit(mine)
    both = everything(mine)[2]
    instagram.like("chika", post_id=both)
    visit(likes)
    assert Like.objects.filter(post_id=both).count() == 1
    assert Entry.objects.filter(like__post_id=both).count() == 2
    assert wall(likes) == kept(likes) == upstream(instagram, "chika")
    visit(mine)
    assert wall(likes) == kept(likes)


def test_people_who_like_the_same_post_have_a_like_each(connect, instagram):
    alice, bob = liked(connect("tess", 5)), liked(connect("ben2", 0))
    same = upstream(instagram, "tess")[0]
    instagram.like("ben2", post_id=same)
    visit(alice)
    visit(bob)
    likes = Like.objects.filter(post_id=same)
    assert {like.user_id for like in likes} == {alice.user_id, bob.user_id}
    assert MediaItem.objects.of(alice.user).count() >= 5
    assert not Blob.objects.exists()


def test_a_visit_that_stopped_early_is_no_walk_to_the_end(feed):
    visit(feed)
    before = timezone.now() - timedelta(days=3)
    Feed.objects.filter(pk=feed.pk).update(walked_whole_at=before)
    visit(feed)
    assert Feed.objects.get(pk=feed.pk).walked_whole_at == before


def test_a_second_look_counts_anew_what_cannot_be_read(feed):
    crawl = plan.open_crawl(feed)
    crawl.rejected = 2
    plan.look_back(crawl)
    assert crawl.rejected == 0
