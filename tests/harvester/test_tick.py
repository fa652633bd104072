"""The metronome: what is due is found in the rows, rung for once, and rung for again when lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import Feed, MediaItem
from harvester import lease, levers, plan, previews, tick
from harvester.download import Download
from harvester.models import Chore, Crawl, Schedule
from tests.conftest import visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_chores():
    Chore.objects.update(next_at=timezone.now() + timedelta(days=1))


def test_with_nothing_to_do_it_costs_one_query(shelf, listed, django_assert_num_queries):
    visit(shelf)
    with django_assert_num_queries(1):
        due = tick.look()
    assert (due.crawls, due.media, due.previews, due.chores) == ([], False, False, [])


def test_a_new_connection_is_adopted_and_visited(connect):
    account = connect("tess", 3)
    due = tick.look()
    assert Feed.objects.get(connection=account).kind == "liked"
    assert due.crawls == [Crawl.objects.get().pk]


def test_a_connection_that_cannot_be_used_is_not(connect):
    account = connect("tess", 3)
    type(account).objects.update(state="needs_you")
    assert tick.look().crawls == []
    assert not Feed.objects.exists()


def test_a_feed_whose_time_has_come_is_visited(shelf, listed):
    visit(shelf)
    assert tick.look().crawls == []
    Schedule.objects.update(next_visit_at=timezone.now())
    assert tick.look().crawls == [Crawl.objects.latest("number").pk]


def test_a_bell_is_rung_once(shelf):
    assert len(tick.look().crawls) == 1
    assert tick.look().crawls == []


def test_a_bell_that_nobody_heard_is_rung_again(shelf):
    (rung,) = tick.look().crawls
    Crawl.objects.update(rung_at=timezone.now() - timedelta(minutes=1))
    assert tick.look().crawls == [rung]


def test_a_visit_whose_worker_died_is_rung_for(shelf):
    (rung,) = tick.look().crawls
    lease.take(rung)
    Crawl.objects.update(rung_at=timezone.now() - timedelta(minutes=1))
    assert tick.look().crawls == []
    Crawl.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert tick.look().crawls == [rung]


def test_what_waits_is_rung_for_when_its_time_has_come(shelf):
    crawl = plan.open_crawl(shelf)
    Crawl.objects.update(state="waiting", not_before=timezone.now() + timedelta(minutes=1))
    assert tick.look().crawls == []
    Crawl.objects.update(not_before=timezone.now())
    assert tick.look().crawls == [crawl.pk]


def test_what_is_paused_is_left_alone_until_it_is_resumed(shelf):
    levers.pause(shelf)
    assert tick.look().crawls == []
    levers.resume(shelf)
    assert len(tick.look().crawls) == 1


def test_visits_for_who_was_deactivated_are_stopped_and_nothing_is_deleted(shelf, listed):
    listed.like(8)
    visit(shelf, pages=1)
    type(shelf.user).objects.update(is_active=False)
    assert tick.look().crawls == []
    assert Crawl.objects.get().state == Crawl.State.STOPPED
    assert MediaItem.objects.count() == 4


def test_media_and_previews_that_wait_are_told(connect, shelves):
    plan.adopt(account := connect("tess", 3))
    visit(account.feeds.get())
    assert tick.look().media
    Download().run()
    due = tick.look()
    assert (due.media, due.previews) == (False, True)
    previews.make()
    assert not tick.look().previews


def test_media_that_wait_for_later_are_not(shelf, listed):
    listed.like(1)
    visit(shelf)
    MediaItem.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert not tick.look().media
