"""Whoever is stopped stops all who would ask the same: once is enough to be told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection
from archive.models import Feed
from harvester import lease, levers, plan, tick
from harvester.models import Crawl, Halt, Schedule
from harvester.walk import Slice, walk
from tests.conftest import visit
from tests.shelves import kept

pytestmark = pytest.mark.django_db


def walk_with(feed: Feed, meanwhile) -> Crawl:
    """Visit a feed while another worker does something, after the first page is kept."""
    held = lease.take(plan.open_crawl(feed).pk)
    todo = [meanwhile]

    def after_page(crawl: Crawl, stored: object) -> None:
        if todo:
            todo.pop()()

    walk(held, upto=Slice(), after_page=after_page)
    return Crawl.objects.get(pk=held.crawl_id)


@pytest.fixture
def other(feed) -> Feed:
    """Another list of the same account."""
    own = Feed.objects.create(user=feed.user, connection=feed.connection, kind="own")
    Schedule.objects.create(feed=own)
    return own


@pytest.fixture
def bos(connect, feed) -> Feed:
    """Somebody else's list of the same kind, of two pages."""
    plan.adopt(connection := connect("bo", 50))
    return connection.feeds.get()


def test_after_a_dead_token_no_other_list_asks_with_it(feed, other, instagram):
    def meanwhile() -> None:
        instagram.kill_token("tess")
        visit(other)
        assert Connection.objects.get().state == "needs_you"
        instagram.forget_requests()

    crawl = walk_with(feed, meanwhile)
    assert not instagram.requests()
    assert crawl.is_live
    assert kept(feed) == [like["post_id"] for like in instagram.truth("tess")["likes"]][:33]
    assert lease.take(crawl.pk, patient=False) is None


def test_a_dead_token_is_tried_once_by_all_who_were_rung_for(feed, other, instagram):
    instagram.kill_token("tess")
    rung = [plan.open_crawl(one).pk for one in (feed, other)]
    instagram.forget_requests()
    for crawl_id in rung * 2:
        held = lease.take(crawl_id, patient=False)
        if held:
            walk(held, upto=Slice(), after_page=lambda crawl, stored: None)
    assert len(instagram.requests()) == 1
    assert tick.look().crawls == []


def test_after_a_limit_no_other_list_asks(feed, other, instagram, settings):
    settings.BACKOFF_CAP = timedelta(hours=1)

    def meanwhile() -> None:
        instagram.fail("rate_limit")
        visit(other)
        instagram.forget_requests()

    crawl = walk_with(feed, meanwhile)
    assert not instagram.requests()
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "connection_waits")
    waits = Connection.objects.get().not_before - timezone.now()
    assert timedelta(seconds=50) < waits < timedelta(seconds=140)


def test_a_closed_list_costs_one_call_of_all_people_together(connect, feed, bos, instagram):
    plan.adopt(connect("lena", 5))
    Schedule.objects.update(next_visit_at=timezone.now())
    instagram.fail("retired", times=None)
    instagram.forget_requests()
    rung = tick.look().crawls
    assert len(rung) == 3
    for crawl_id in rung:
        held = lease.take(crawl_id)
        if held:
            walk(held, upto=Slice(), after_page=lambda crawl, stored: None)
    assert len(instagram.requests()) == 1
    Crawl.objects.update(rung_at=None)
    Schedule.objects.update(next_visit_at=timezone.now())
    assert tick.look().crawls == []
    for one in Feed.objects.all():
        assert lease.take(levers.check_now(one).pk, patient=False) is None
    assert len(instagram.requests()) == 1


@pytest.mark.parametrize("times", [1, None])
def test_who_was_reading_a_list_that_was_closed_asks_once_more(feed, bos, instagram, times):
    instagram.set_likes("bo", 150)

    def meanwhile() -> None:
        instagram.fail("retired", times=times)
        visit(feed)
        instagram.forget_requests()

    crawl = walk_with(bos, meanwhile)
    assert len(instagram.requests()) == 1
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "retired")
    assert Halt.objects.count() == 1


def test_when_the_list_opens_again_all_go_on(feed, bos, instagram):
    instagram.fail("retired")
    visit(feed)
    levers.lift_halts(feed)
    for one, person in ((feed, "tess"), (bos, "bo")):
        visit(one)
        assert kept(one) == [like["post_id"] for like in instagram.truth(person)["likes"]]
