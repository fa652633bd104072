"""A connection asks no more often than it may, whoever asks for it and however often they begin."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import signin, turns, upstream
from accounts.models import Connection
from accounts.turns import TurnsOf
from harvester import lease, levers, outcomes, plan
from harvester.models import Crawl
from providers.errors import NeedsReauth, RateLimited
from providers.shapes import Grant, Profile
from tests.conftest import visit
from tests.shelves import kept

HOST = "api.example:443"
pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db) -> Connection:
    return signin.connect(None, "instagram", Grant("a-token"), Profile("7", "tess"))


def ask(connection: Connection, hourly: int | None) -> bool:
    """Whether somebody who has just been started may ask."""
    try:
        TurnsOf(connection.pk, hourly).wait(HOST)
    except RateLimited as error:
        return error.code != turns.USED_UP
    return True


def ask_all(connection: Connection, hourly: int, times: int) -> int:
    return sum(ask(connection, hourly) for _ in range(times))


def minutes_pass(minutes: int) -> None:
    """The rows are so much older, which is all that a later hour differs in."""
    span = timedelta(minutes=minutes)
    Connection.objects.update(
        calls_minute=F("calls_minute") - minutes,
        next_call_at=F("next_call_at") - span,
        not_before=F("not_before") - span,
        told_until=F("told_until") - span,
    )
    Crawl.objects.update(not_before=F("not_before") - span)


@pytest.mark.django_db(transaction=True)
def test_many_workers_share_one_budget(connection):
    def work(_: int) -> int:
        try:
            return ask_all(connection, 30, 9)
        finally:
            database.close()

    with ThreadPoolExecutor(8) as workers:
        assert sum(workers.map(work, range(8))) == 30


@pytest.mark.parametrize("seed", range(3))
def test_no_hour_has_more_calls_than_the_budget(connection, seed):
    chance = random.Random(seed)
    asked: list[int] = []
    now = 0
    for _ in range(120):
        asked += [now] * ask_all(connection, 20, chance.choice([0, 1, 3, 30]))
        minutes_pass(step := chance.choice([0, 1, 2, 7, 31, 58, 59, 60]))
        now += step
    assert max(sum(begun <= at <= begun + 60 for at in asked) for begun in asked) == 20


def test_an_hour_of_rest_gives_all_of_it_back(connection):
    for _ in range(3):
        assert ask_all(connection, 5, 9) == 5
        minutes_pass(62)


def test_it_goes_on_at_the_moment_that_was_told(connection):
    ask_all(connection, 3, 2)
    minutes_pass(20)
    ask_all(connection, 3, 1)
    with pytest.raises(RateLimited) as used_up:
        TurnsOf(connection.pk, 3).wait(HOST)
    minutes = (used_up.value.retry_after or 0) / 60
    assert 40 <= minutes <= 42
    minutes_pass(int(minutes) - 1)
    assert not ask(connection, 3)
    minutes_pass(2)
    assert ask_all(connection, 3, 5) == 2


def test_a_turn_is_one_question_to_the_database(connection):
    mine = TurnsOf(connection.pk, 100)
    with CaptureQueriesContext(database) as queries:
        mine.wait(HOST)
        mine.told(HOST, 50, None)
        mine.wait(HOST)
    assert len(queries) == 2


def test_what_the_service_grants_lowers_the_budget(connection):
    first = TurnsOf(connection.pk, 100)
    first.wait(HOST)
    first.told(HOST, 4, None)
    first.wait(HOST)
    assert ask_all(connection, 100, 9) == 3


def test_and_is_believed_for_a_while(connection):
    first = TurnsOf(connection.pk, 100)
    first.wait(HOST)
    first.told(HOST, 0, None)
    assert not ask(connection, 100)
    minutes_pass(6)
    assert ask_all(connection, 100, 9) == 9


def test_or_for_as_long_as_the_service_says(connection):
    first = TurnsOf(connection.pk, 100)
    first.wait(HOST)
    first.told(HOST, 0, 1800.0)
    with pytest.raises(RateLimited) as used_up:
        first.wait(HOST)
    assert 1790 <= (used_up.value.retry_after or 0) <= 1800
    minutes_pass(29)
    assert not ask(connection, 100)
    minutes_pass(2)
    assert ask(connection, 100)


def test_nobody_asks_for_a_connection_that_waits(connection):
    turns.pause(connection.pk, timedelta(minutes=10))
    with pytest.raises(RateLimited) as waits:
        TurnsOf(connection.pk, 100).wait(HOST)
    assert waits.value.code == turns.WAITS
    assert 590 <= (waits.value.retry_after or 0) <= 600


@pytest.mark.parametrize("state", ["needs_you", "disconnected"])
def test_nobody_asks_with_a_grant_that_is_dead(connection, state):
    Connection.objects.update(state=state, grant="")
    with pytest.raises(NeedsReauth):
        TurnsOf(connection.pk, 100).wait(HOST)


def test_nobody_asks_for_a_connection_that_is_not_there_any_more(connection):
    mine = TurnsOf(connection.pk, 100)
    connection.delete()
    with pytest.raises(NeedsReauth):
        mine.wait(HOST)


def test_who_is_counted_by_hosts_has_no_budget(connection):
    assert ask_all(connection, None, 100) == 100


def test_pages_can_say_how_much_is_used(connection, settings):
    settings.CRAWL_REQUESTS_PER_HOUR = 200
    ask_all(connection, 200, 38)
    connection.refresh_from_db()
    budget = upstream.budget(connection)
    assert budget
    assert (budget.used, budget.budget, budget.resets_at) == (38, 200, None)
    minutes_pass(62)
    connection.refresh_from_db()
    later = upstream.budget(connection)
    assert later
    assert later.used == 0


def test_pages_can_say_when_it_goes_on(connection, settings):
    settings.CRAWL_REQUESTS_PER_HOUR = 5
    ask_all(connection, 5, 5)
    minutes_pass(10)
    connection.refresh_from_db()
    budget = upstream.budget(connection)
    assert (budget.used, budget.budget) == (5, 5)
    minutes = (budget.resets_at - timezone.now()).total_seconds() / 60
    assert 50 <= minutes <= 52


def test_a_setting_only_lowers_what_the_service_grants(connection, settings):
    assert upstream.budget(connection).budget == 5000
    settings.CRAWL_REQUESTS_PER_HOUR = 10_000
    assert upstream.budget(connection).budget == 5000
    settings.CRAWL_REQUESTS_PER_HOUR = 200
    assert upstream.budget(connection).budget == 200


def test_a_visit_waits_when_the_hour_is_used_up_and_goes_on_in_time(feed, instagram, settings):
    settings.CRAWL_REQUESTS_PER_HOUR = 1
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble, crawl.attempts) == (Crawl.State.WAITING, "budget_used", 0)
    minutes = (crawl.not_before - timezone.now()).total_seconds() / 60
    assert 60 <= minutes <= 62 + 0.1
    assert len(instagram.requests("liked")) == 1
    minutes_pass(63)
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == [like["post_id"] for like in instagram.truth("tess")["likes"]]


def test_also_who_asks_for_a_visit_waits(feed, instagram, settings):
    settings.CRAWL_REQUESTS_PER_HOUR = 1
    visit(feed)
    crawl = levers.check_now(feed)
    assert lease.take(crawl.pk, patient=False) is None
    assert len(instagram.requests("liked")) == 1


def test_who_finds_a_connection_waiting_does_not_prolong_it(feed):
    turns.pause(feed.connection_id, timedelta(minutes=10))
    until = Connection.objects.get().not_before
    Connection.objects.update(not_before=None)
    held = lease.take(plan.open_crawl(feed).pk)
    Connection.objects.update(not_before=until)
    outcomes.settle(held, RateLimited(turns.WAITS, "waits", 600.0))
    assert Connection.objects.get().not_before == until
    assert abs((Crawl.objects.get().not_before - until).total_seconds()) < 10


def test_a_shorter_pause_does_not_end_a_longer_one(connection):
    turns.pause(connection.pk, timedelta(hours=2))
    turns.pause(connection.pk, timedelta(minutes=1))
    assert Connection.objects.get().not_before > timezone.now() + timedelta(hours=1)


def test_a_turn_comes_after_the_one_before(connection, settings, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(turns.time, "sleep", slept.append)
    settings.CRAWL_REQUEST_INTERVAL = timedelta(seconds=100)
    ask_all(connection, 3, 9)
    assert [round(seconds / 100) for seconds in slept] == [0, 1, 2]
