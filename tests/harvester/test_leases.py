"""Who may write for a visit: of any number of workers one, and for as long as it lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import signin
from accounts.models import Connection
from archive.models import Feed
from archive.settle import WALKED
from harvester import lease, levers, plan, tasks, tick
from harvester.models import Crawl, Schedule
from harvester.walk import Slice, walk
from likelist.engines.processes import until
from providers.shapes import Grant, Profile
from tests.conftest import visit
from tests.harvester.listed import Listed
from tests.shelves import kept


def expire(*crawls: Crawl) -> None:
    """Their holders are gone: the lease has run out."""
    past = timezone.now() - timedelta(seconds=1)
    Crawl.objects.filter(pk__in=[crawl.pk for crawl in crawls]).update(leased_until=past)


def in_threads(count, deed):
    """Do it so many times at the same moment, each with a connection of its own."""
    start = threading.Barrier(count)

    def alone(number):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return deed(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def another_feed(name: str) -> Feed:
    kept_account = signin.connect(None, "listed", Grant("a-token"), Profile(name, name))
    return plan.adopt(kept_account)[0]


@pytest.mark.django_db(transaction=True)
def test_what_a_person_answers_while_a_page_is_kept_stands(shelf):
    held = lease.take(plan.open_crawl(shelf).pk)
    Feed.objects.filter(pk=shelf.pk).update(held_at=timezone.now(), held_entries=30)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            crawl, _ = held.lock()
            answer = pool.submit(_accept, shelf)
            answers, _ = wait([answer], timeout=1)
            crawl.feed.save(update_fields=WALKED)
        assert answer.result(timeout=30)
    assert not answers
    assert Feed.objects.get(pk=shelf.pk).held_accepted_at


def _accept(feed: Feed) -> Crawl | None:
    try:
        return levers.accept(feed)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_takers_one_wins(shelf):
    crawl = plan.open_crawl(shelf)
    helds = in_threads(50, lambda number: lease.take(crawl.pk))
    (won,) = [held for held in helds if held]
    assert Crawl.objects.get().lease == won.token


@pytest.mark.django_db(transaction=True)
def test_two_ticks_fifty_doorbells_and_three_workers_are_one_visit(feed, instagram):
    Schedule.objects.exclude(feed=feed).delete()
    due = in_threads(2, lambda number: tick.look().crawls)
    assert sorted(due, key=len) == [[], [Crawl.objects.get().pk]]
    rung = [Crawl.objects.get().pk] * 50
    instagram.forget_requests()

    def work(number):
        for crawl_id in rung[number::3]:
            held = lease.take(crawl_id)
            if held:
                walk(held, upto=Slice(), after_page=lambda crawl, stored: None)

    in_threads(3, work)
    assert len(instagram.requests("liked")) == 2
    assert Crawl.objects.get().state == Crawl.State.DONE
    assert len(kept(feed)) == 50


@pytest.mark.django_db(transaction=True)
def test_opened_many_times_at_once_it_is_one_visit(shelf):
    crawls = in_threads(20, lambda number: plan.open_crawl(shelf).pk)
    assert len(set(crawls)) == 1


def wanted_by_another(listed: Listed, wait: Callable[[], object]) -> list[lease.Held | None]:
    """Each page takes so long, and somebody tries for its visit meanwhile; what they will get."""
    taken: list[lease.Held | None] = []

    def slow(cursor: str | None) -> None:
        wait()
        taken.append(lease.take(Crawl.objects.get().pk))

    listed.before = slow
    return taken


def until_renewed() -> None:
    """Until the lease is renewed, or would be over for long."""
    first = Crawl.objects.get().leased_until
    until(lambda: Crawl.objects.get().leased_until != first, 8.0)


@pytest.mark.django_db(transaction=True)
def test_while_a_walk_goes_on_its_lease_is_renewed(shelf, listed, settings):
    settings.CRAWL_LEASE = timedelta(seconds=3)
    listed.like(8)
    taken = wanted_by_another(listed, until_renewed)
    crawl, _ = visit(shelf)
    assert crawl.state == Crawl.State.DONE
    assert taken == [None, None]


@pytest.mark.django_db(transaction=True)
def test_a_walk_that_stores_no_page_for_too_long_is_taken_up_by_another(
    shelf, listed, settings, monkeypatch
):
    settings.CRAWL_LEASE = timedelta(seconds=0.6)
    monkeypatch.setattr(lease, "STUCK", 0.5)
    listed.like(8)
    others = []

    def stuck(cursor):
        for _ in range(50):
            time.sleep(0.1)
            others.append(lease.take(Crawl.objects.get().pk))
            if others[-1]:
                break

    listed.before = stuck
    crawl, _ = visit(shelf)
    assert crawl.pages == 0
    assert others[-1]
    assert crawl.lease == others[-1].token


@pytest.mark.django_db(transaction=True)
def test_a_walk_that_moves_is_not_stuck_however_long_it_takes(shelf, listed, settings, monkeypatch):
    settings.CRAWL_LEASE = timedelta(seconds=2)
    monkeypatch.setattr(lease, "STUCK", 4.0)
    listed.size = 8
    listed.like(60)
    others = wanted_by_another(listed, lambda: time.sleep(1.0))
    crawl, _ = visit(shelf)
    assert crawl.state == Crawl.State.DONE
    assert len(others) > 3
    assert set(others) == {None}


@pytest.mark.django_db(transaction=True)
def test_a_disconnect_that_has_returned_is_followed_by_no_commit(shelf, listed):
    listed.like(60)
    crawl = plan.open_crawl(shelf)
    held = lease.take(crawl.pk)
    pages = []

    def read(number):
        if number:
            while not pages:
                time.sleep(0.001)
            levers.disconnect(shelf.connection)
            return len(kept(shelf))
        walk(held, upto=Slice(), after_page=lambda crawl, stored: pages.append(stored))
        return None

    _, then = in_threads(2, read)
    assert len(kept(shelf)) == then < 60


@pytest.mark.django_db
def test_a_visit_that_is_held_is_not_taken(shelf):
    crawl = plan.open_crawl(shelf)
    assert lease.take(crawl.pk)
    assert lease.take(crawl.pk) is None
    assert lease.take(crawl.pk, patient=False) is None


@pytest.mark.django_db
def test_what_waits_for_later_is_taken_only_by_the_impatient(shelf):
    crawl = plan.open_crawl(shelf)
    Crawl.objects.update(not_before=timezone.now() + timedelta(hours=1))
    assert lease.take(crawl.pk) is None
    assert lease.take(crawl.pk, patient=False)


@pytest.mark.django_db
def test_what_is_over_is_not_taken(shelf, listed):
    crawl, _ = visit(shelf)
    assert lease.take(crawl.pk, patient=False) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "resting",
    [
        lambda feed: levers.pause(feed),
        lambda feed: Connection.objects.update(state=Connection.State.NEEDS_YOU),
        lambda feed: Connection.objects.update(not_before=timezone.now() + timedelta(hours=1)),
        lambda feed: type(feed.user).objects.update(is_active=False),
    ],
    ids=["paused", "needs you", "rate limited", "inactive"],
)
def test_what_may_not_be_visited_is_not_taken(shelf, resting):
    crawl = plan.open_crawl(shelf)
    resting(shelf)
    assert lease.take(crawl.pk) is None
    assert lease.take(crawl.pk, patient=False) is None


@pytest.mark.django_db
def test_a_lease_given_back_is_no_death(shelf):
    crawl = plan.open_crawl(shelf)
    for _ in range(5):
        lease.take(crawl.pk).release()
    assert Crawl.objects.get().deaths == 0


@pytest.mark.django_db
def test_deaths_are_counted_and_a_page_forgives_them(shelf, listed):
    listed.like(8)
    crawl = plan.open_crawl(shelf)
    for deaths in range(3):
        lease.take(crawl.pk)
        expire(crawl)
        assert Crawl.objects.get().deaths == deaths
    visit(shelf, pages=1)
    assert Crawl.objects.get().deaths == 0


@pytest.mark.django_db
def test_after_three_deaths_it_is_walked_alone(shelf, listed):
    crawl, other = plan.open_crawl(shelf), plan.open_crawl(another_feed("bo"))
    die(crawl, times=3)
    held = lease.take(other.pk)
    assert held is None, "others wait for its turn"
    alone = lease.take(crawl.pk)
    assert lease.take(other.pk) is None, "and while it is walked"
    alone.release()
    Crawl.objects.filter(pk=crawl.pk).update(deaths=0)
    assert lease.take(other.pk)


@pytest.mark.django_db
def test_it_waits_until_nobody_else_walks(shelf, listed):
    crawl, other = plan.open_crawl(shelf), plan.open_crawl(another_feed("bo"))
    held = lease.take(other.pk)
    die(crawl, times=3)
    assert lease.take(crawl.pk) is None
    held.release()
    assert lease.take(crawl.pk)


@pytest.mark.django_db
def test_a_death_while_alone_ends_the_visit_and_the_next_comes_as_planned(shelf, listed):
    crawl, other = plan.open_crawl(shelf), plan.open_crawl(another_feed("bo"))
    die(crawl, times=4)
    assert lease.take(crawl.pk) is None
    crawl.refresh_from_db()
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "kills_workers")
    assert Schedule.objects.get(feed=shelf).next_visit_at > timezone.now()
    assert lease.take(other.pk)


def die(crawl: Crawl, *, times: int) -> None:
    """So many workers took it up and were never heard of again."""
    for _ in range(times):
        assert lease.take(crawl.pk)
        expire(crawl)


@pytest.mark.django_db
def test_a_doorbell_for_a_visit_that_is_over_or_gone_does_nothing(shelf, listed):
    crawl, _ = visit(shelf)
    listed.asked.clear()
    tasks.crawl(crawl.pk)
    tasks.crawl(0)
    assert not listed.asked


@pytest.mark.django_db
def test_a_stopped_visit_is_not_opened_anew_by_the_next_tick(shelf, listed):
    levers.stop(plan.open_crawl(shelf))
    assert tick.look().crawls == []


@pytest.mark.django_db
def test_the_end_of_a_heartbeat_is_the_end_of_its_thread(shelf, listed):
    held = lease.take(plan.open_crawl(shelf).pk)
    with transaction.atomic(), lease.heartbeat(held):
        pass
    held.renew()
