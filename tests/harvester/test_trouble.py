"""One table from what went wrong upstream to what becomes of the visit."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts import signin, upstream
from accounts.models import Connection
from archive.models import Feed
from harvester import lease, levers, outcomes, plan, tick
from harvester.models import Crawl, Halt, Schedule
from providers.errors import ProviderError, RateLimited, Unavailable
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from tests.conftest import visit
from tests.shelves import check_laws, kept

pytestmark = pytest.mark.django_db
TROUBLE_OF_A_MOMENT = {
    "unavailable_html": "http_503",
    "truncated_json": "not_json",
    "reset": "no_answer",
    "empty_200": "not_json",
    "array_200": "not_an_object",
    "html_200": "not_json",
    "unknown_error": "unknown_error",
}


def truth(instagram, person="tess"):
    return [like["post_id"] for like in instagram.truth(person)["likes"]]


def after_the_wait(feed):
    """The visit that follows when the time has come."""
    past = timezone.now() - timedelta(seconds=1)
    Crawl.objects.update(not_before=past)
    Connection.objects.exclude(not_before=None).update(not_before=past)
    return visit(feed)[0]


def reconnect(instagram, person="tess"):
    """The person signs in again."""
    grant = Grant(access_token=instagram.token(person))
    profile = upstream.service("instagram").client(Account(grant=grant), turns=AtOnce()).profile()
    return signin.connect(None, "instagram", grant, profile)


@pytest.mark.parametrize(("fault", "code"), TROUBLE_OF_A_MOMENT.items())
def test_trouble_of_a_moment_makes_it_wait_and_keep_its_place(feed, instagram, fault, code):
    instagram.fail(fault, skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble, crawl.attempts) == (Crawl.State.WAITING, code, 1)
    assert crawl.not_before > timezone.now()
    assert crawl.lease is None
    assert kept(feed) == truth(instagram)[:33]
    assert lease.take(crawl.pk) is None
    instagram.forget_requests()
    crawl = after_the_wait(feed)
    assert (crawl.state, crawl.trouble, crawl.attempts) == (Crawl.State.DONE, "", 0)
    assert len(instagram.requests("liked")) == 1
    assert kept(feed) == truth(instagram)


@pytest.mark.parametrize("fault", ["array_200", "unknown_error", "html_200", "empty_200"])
def test_an_answer_nobody_can_read_is_asked_for_a_few_times(feed, instagram, fault):
    instagram.fail(fault, times=None, skip=1)
    crawl, _ = visit(feed)
    while crawl.state == Crawl.State.WAITING and crawl.attempts <= outcomes.TRIES:
        crawl = after_the_wait(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.FAILED, outcomes.TRIES)
    assert Schedule.objects.get(feed=feed).next_visit_at > timezone.now()
    instagram.heal()
    visit(feed)
    assert kept(feed) == truth(instagram)
    check_laws(feed)


def test_a_service_that_is_not_well_is_waited_for_however_long(feed, instagram):
    instagram.fail("unavailable_html", times=None)
    visit(feed)
    for _ in range(6):
        crawl = after_the_wait(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.WAITING, 7)


@pytest.mark.parametrize("variant", ["bare", "enveloped", "2012"])
def test_a_rate_limit_holds_for_the_whole_connection_and_keeps_the_place(feed, instagram, variant):
    instagram.fail("rate_limit", skip=1, variant=variant)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "rate_limited")
    connection = Connection.objects.get()
    assert min(connection.not_before, crawl.not_before) > timezone.now()
    levers.check_now(feed)
    assert lease.take(crawl.pk, patient=False) is None
    other = Feed.objects.create(user=feed.user, connection=connection, kind="own")
    Schedule.objects.create(feed=other)
    assert lease.take(plan.open_crawl(other).pk) is None
    assert after_the_wait(feed).state == Crawl.State.DONE
    assert kept(feed) == truth(instagram)


def test_a_used_up_hour_is_waited_for(feed, instagram):
    instagram.rate_limit(1)
    try:
        crawl, _ = visit(feed)
        assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "budget_used")
        assert len(instagram.requests("liked")) == 1
    finally:
        instagram.rate_limit(5000)
    Connection.objects.update(told_until=timezone.now() - timedelta(seconds=1))
    assert after_the_wait(feed).state == Crawl.State.DONE


@pytest.mark.parametrize(
    ("asked", "cap", "shortest", "longest"),
    [
        (600.0, 3600, 599, 661),
        (0.0, 3600, 59, 67),
        (-5.0, 3600, 59, 67),
        (10.0**9, 3600, 78_540, 86_401),
        (None, 3600, 60, 133),
        (1.5, 3600, 59, 67),
        (86_400.0, 3600, 78_540, 86_401),
    ],
)
def test_how_long_a_rate_limit_is_waited_for(shelf, settings, asked, cap, shortest, longest):
    settings.BACKOFF_CAP = timedelta(seconds=cap)
    waits = settle(shelf, RateLimited("rate_limited", "slowly", asked))
    assert shortest <= waits.total_seconds() <= longest


def test_no_two_who_were_stopped_together_come_back_together(settings):
    """Nobody earlier than a limit asks for, except where it asks for longer than a day."""
    settings.BACKOFF_CAP = timedelta(hours=1)
    for asked in (60.0, 600.0, None):
        waits = {outcomes.limited(asked, 3) for _ in range(40)}
        assert len(waits) == 40, asked
        assert min(waits) >= timedelta(seconds=asked or 60)
    assert len({outcomes.backoff(5) for _ in range(40)}) == 40


def test_a_wait_after_trouble_is_anything_up_to_its_longest(settings):
    settings.BACKOFF_CAP = timedelta(hours=1)
    waits = sorted(outcomes.backoff(12).total_seconds() for _ in range(200))
    assert 2 <= waits[0] < 600
    assert 3000 < waits[-1] <= 3600


def settle(feed, error: ProviderError) -> timedelta:
    """How long a visit waits that met this."""
    held = lease.take(plan.open_crawl(feed).pk)
    began = timezone.now()
    outcomes.settle(held, error)
    return Crawl.objects.get().not_before - began


def test_each_wait_may_be_twice_as_long_up_to_the_cap(shelf, settings):
    settings.BACKOFF_CAP = timedelta(hours=1)
    for longest in (4, 8, 16):
        Crawl.objects.update(not_before=None)
        wait = settle(shelf, Unavailable("http_503", "not well")).total_seconds()
        assert 1.5 <= wait <= longest + 0.5
    Crawl.objects.update(attempts=10**6, not_before=None)
    assert settle(shelf, Unavailable("http_503", "not well")) <= timedelta(hours=1, seconds=1)


@pytest.mark.parametrize("seed", range(4))
def test_when_every_third_answer_is_bad_each_costs_one_call_and_nothing_else(shelf, listed, seed):
    """For as long as it lasts: 500, 502, 503 and 504 by chance."""
    listed.like(60)
    dice, bad = random.Random(seed), 0

    def maybe(cursor: str | None) -> None:
        nonlocal bad
        if dice.random() < 0.3:
            bad += 1
            raise Unavailable(f"http_{dice.choice([500, 502, 503, 504])}", "not well")

    listed.before = maybe
    crawl, _ = visit(shelf)
    while crawl.state == Crawl.State.WAITING:
        assert kept(shelf) == [given.post_id for given in listed.likes][: 4 * crawl.pages]
        crawl = after_the_wait(shelf)
    assert crawl.state == Crawl.State.DONE
    assert kept(shelf) == [given.post_id for given in listed.likes]
    assert len(listed.asked) == crawl.pages + bad
    assert bad > 1
    check_laws(shelf)


@pytest.mark.parametrize("variant", ["", "quoted", "ok"])
def test_a_dead_token_needs_its_person_and_is_not_used_again(feed, instagram, variant):
    instagram.fail("dead_token", skip=1, variant=variant)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "token_invalid")
    connection = Connection.objects.get()
    assert (connection.state, connection.trouble) == ("needs_you", "token_invalid")
    instagram.forget_requests()
    assert tick.look().crawls == []
    assert lease.take(crawl.pk, patient=False) is None
    assert not instagram.requests()
    assert kept(feed) == truth(instagram)[:33]


def test_after_a_reconnect_it_goes_on_where_it_stopped(feed, instagram):
    visit(feed, pages=1)
    instagram.kill_token("tess")
    crawl, _ = visit(feed)
    assert Connection.objects.get().state == "needs_you"
    place = crawl.cursor
    reconnect(instagram)
    instagram.forget_requests()
    again, _ = visit(feed)
    assert (again.pk, again.state) == (crawl.pk, Crawl.State.DONE)
    assert place is not None
    assert len(instagram.requests("liked")) == 1
    assert kept(feed) == truth(instagram)


def test_a_missing_permission_needs_its_person_too(feed, instagram):
    instagram.fail("missing_scope")
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "missing_scope")
    assert Connection.objects.get().state == "needs_you"


def test_a_connection_without_a_grant_asks_nobody(feed, instagram):
    Connection.objects.update(grant="")
    instagram.forget_requests()
    visit(feed)
    assert Connection.objects.get().state == "needs_you"
    assert not instagram.requests()


def test_keys_that_do_not_open_a_grant_are_no_reason_to_bother_its_person(feed, settings):
    settings.TOKEN_KEYS = ["A" * 43 + "="]
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "seal")
    assert Connection.objects.get().state == "connected"


def test_a_closed_list_is_visited_for_nobody(connect, feed, instagram):
    plan.adopt(other := connect("bo", 5))
    instagram.fail("retired")
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "retired")
    assert Halt.objects.get().kind == "liked"
    Schedule.objects.update(next_visit_at=timezone.now() - timedelta(days=1))
    instagram.forget_requests()
    assert tick.look().crawls == []
    assert lease.take(plan.open_crawl(other.feeds.get()).pk) is None
    levers.lift_halts(feed)
    assert len(tick.look().crawls) == 2
    visit(feed)
    assert kept(feed) == truth(instagram)


def test_other_lists_of_the_service_go_on(connect, feed, instagram):
    own = Feed.objects.create(user=feed.user, connection=feed.connection, kind="own")
    Schedule.objects.create(feed=own)
    instagram.fail("retired")
    visit(feed)
    assert visit(own)[0].state == Crawl.State.DONE


def test_a_stale_place_is_read_from_the_top_once(feed, instagram):
    visit(feed, pages=1)
    instagram.fail("stale_cursor")
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.restarts, crawl.cursor) == (Crawl.State.QUEUED, 1, None)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.new_entries, crawl.restarts) == (Crawl.State.DONE, 50, 1)
    assert kept(feed) == truth(instagram)
    check_laws(feed)


def test_a_place_that_is_stale_again_ends_the_visit(feed, instagram):
    visit(feed, pages=1)
    instagram.fail("stale_cursor", times=None)
    visit(feed)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "invalid_parameters")
    instagram.heal()
    visit(feed)
    assert kept(feed) == truth(instagram)


def test_also_when_it_had_come_further_in_between(feed, instagram):
    for _ in range(2):
        visit(feed, pages=1)
        instagram.fail("stale_cursor")
        crawl, _ = visit(feed)
    assert (crawl.state, crawl.restarts) == (Crawl.State.FAILED, 1)


def test_a_list_that_is_not_there_for_us_ends_the_visit(feed, instagram):
    instagram.fail("not_allowed")
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "not_allowed")


def test_whatever_goes_wrong_the_other_people_are_visited(connect, feed, instagram):
    plan.adopt(other := connect("bo", 5))
    for fault in ("dead_token", "unavailable_html", "not_allowed"):
        Connection.objects.update(state="connected")
        Crawl.objects.filter(feed=feed).update(not_before=F("opened_at"))
        instagram.fail(fault)
        visit(feed)
        assert visit(other.feeds.get())[0].state == Crawl.State.DONE


def test_check_now_ends_a_wait_of_the_visits_own(feed):
    crawl = plan.open_crawl(feed)
    later = timezone.now() + timedelta(hours=1)
    Crawl.objects.filter(pk=crawl.pk).update(state=Crawl.State.WAITING, not_before=later)
    assert levers.check_now(feed).pk == crawl.pk
    assert Crawl.objects.due().filter(pk=crawl.pk).exists()


def test_a_page_forgives_the_trouble_before_it(feed):
    crawl = plan.open_crawl(feed)
    Crawl.objects.filter(pk=crawl.pk).update(attempts=4, trouble="not_json")
    crawl, _ = visit(feed, pages=1)
    assert (crawl.state, crawl.attempts, crawl.trouble) == (Crawl.State.QUEUED, 0, "")


def test_where_nothing_is_closed_nobody_is_called_before_their_time(feed):
    visit(feed)
    before = Schedule.objects.get().next_visit_at
    levers.lift_halts(feed)
    assert Schedule.objects.get().next_visit_at == before
