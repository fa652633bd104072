"""Whatever a service says when it is not well: one fate for each kind, and its time again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection, Host
from harvester import lease, outcomes, plan, tick
from harvester.models import Crawl, Halt, Schedule
from tests.conformance.cast import CAST, saying
from tests.conformance.conftest import feed_of
from tests.conformance.places import HTML, Answer
from tests.conformance.visits import let_time_pass, seconds_until, visit_until_it_ends
from tests.conftest import visit
from tests.shelves import check_laws, kept

COMMON = {"limited", "limited_for_ten_minutes", "moment", "unreadable", "gone", "bad_cursor"}
RARE = {"dead_grant", "retired"}


@pytest.fixture(autouse=True)
def caps(settings) -> None:
    """The waits of a real house."""
    settings.BACKOFF_CAP = timedelta(hours=1)


def test_every_stand_in_can_say_what_every_service_says() -> None:
    for key, played in CAST.items():
        assert COMMON <= played.says.keys() <= COMMON | RARE, key
        assert all(played.says.values()), key


def check_keeps_its_place(feed, service) -> None:
    assert kept(feed) == service.order()[: service.size]
    assert Crawl.objects.get().cursor is not None
    assert Crawl.objects.get().lease is None


def check_goes_on(feed, service, pages: int) -> None:
    """When its time has come it reads the rest, and no page twice."""
    service.forget()
    let_time_pass()
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble, crawl.attempts) == (Crawl.State.DONE, "", 0)
    assert len(service.asked_pages()) == pages
    assert kept(feed) == service.order()
    check_laws(feed)


def rest_of(service) -> int:
    """How many pages there are behind the first."""
    return len(service.pages_of(18)) - 1


@saying("limited", "limited_for_ten_minutes")
def test_a_limit_keeps_the_place_and_makes_the_right_ones_wait(feed, service, answer):
    other = feed_of(service, "bo")
    service.tell(answer, skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "rate_limited")
    assert seconds_until(crawl.not_before) >= 30
    check_keeps_its_place(feed, service)
    assert lease.take(crawl.pk) is None
    assert crawl.pk not in tick.look().crawls
    connection = Connection.objects.get(pk=feed.connection_id)
    rests = Host.objects.exclude(not_before=None)
    if service.counts_hosts:
        assert [host.name for host in rests] == [service.asked_pages()[0].host]
        assert connection.not_before is None
    else:
        assert not rests
        assert seconds_until(connection.not_before) >= 30
    assert Connection.objects.get(pk=other.connection_id).not_before is None
    check_goes_on(feed, service, rest_of(service))


@saying("limited_for_ten_minutes")
def test_who_says_how_long_is_left_alone_so_long(feed, service, answer):
    service.tell(answer)
    crawl, _ = visit(feed)
    waits = Host.objects.get() if service.counts_hosts else Connection.objects.get()
    for moment in (crawl.not_before, waits.not_before):
        assert 540 < seconds_until(moment) <= 661


@saying("limited", "limited_for_ten_minutes")
def test_a_limit_is_for_those_whom_the_service_counts_together(feed, service, answer):
    service.likes["bo"] = list(service.likes["tess"])
    other = feed_of(service, "bo")
    service.tell(answer)
    visit(feed)
    limited = service.asked_pages()[0].host
    service.forget()
    crawl, _ = visit(other)
    if service.counts_hosts:
        assert not [one for one in service.heard() if one.host == limited]
        assert crawl.state == Crawl.State.WAITING
        assert seconds_until(crawl.not_before) >= 30
        let_time_pass()
        crawl, _ = visit(other)
    assert crawl.state == Crawl.State.DONE
    assert kept(other) == service.order("bo")


@saying("limited_for_ten_minutes")
def test_who_waits_for_others_does_not_make_them_wait_longer(feed, service, answer):
    """Else a few people who come again and again would never let each other in."""
    other = feed_of(service, "bo")
    service.tell(answer)
    visit(feed)
    soon = timezone.now() + timedelta(seconds=20)
    Host.objects.update(not_before=soon)
    visit(other)
    assert all(host.not_before == soon for host in Host.objects.exclude(not_before=None))


@saying("moment")
def test_trouble_of_a_moment_is_waited_for(feed, service, answer):
    service.tell(answer, skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.WAITING, 1)
    assert 0 < seconds_until(crawl.not_before) <= 5
    assert Connection.objects.get().state == "connected"
    check_keeps_its_place(feed, service)
    check_goes_on(feed, service, rest_of(service))


def test_and_however_long_it_lasts(feed, service):
    service.tell(service.says["moment"]["503"], times=None)
    for attempt in range(1, outcomes.TRIES + 3):
        let_time_pass()
        crawl, _ = visit(feed)
        assert (crawl.state, crawl.attempts) == (Crawl.State.WAITING, attempt)


def test_a_host_that_nobody_answers_at_is_waited_for(feed, service):
    visit(feed, pages=1)
    place = next(p for p in service.places.values() if p.host == service.asked_pages()[0].host)
    place.leave()
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.WAITING, 1)
    place.come_back()
    check_goes_on(feed, service, rest_of(service))


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_at_any_host_that_a_page_needs_is_waited_for(feed, service, monkeypatch, status):
    """Nothing of a page is kept before all of it was told."""
    for role, count in service.budget([service.size], first=True).items():
        let_time_pass()
        with monkeypatch.context() as patch:
            unwell = Answer(status, HTML, {"Retry-After": "600"})
            patch.setattr(service.places[role], "answer", lambda path, query, say=unwell: say)
            crawl, _ = visit(feed)
        assert (crawl.state, crawl.pages, count) == (Crawl.State.WAITING, 0, 1), role
        assert kept(feed) == []
    check_goes_on(feed, service, len(service.pages_of(18)))


@saying("unreadable")
def test_what_nobody_can_read_is_asked_for_a_few_times(feed, service, answer):
    service.tell(answer, skip=1, times=None)
    crawl = visit_until_it_ends(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.FAILED, outcomes.TRIES)
    assert len(service.asked_pages()) == 1 + outcomes.TRIES
    assert kept(feed) == service.order()[: service.size]
    assert Schedule.objects.get(feed=feed).failures == 1
    service.heal()
    assert visit(feed)[0].state == Crawl.State.DONE
    assert kept(feed) == service.order()


def test_and_is_forgotten_when_it_can_be_read_again(feed, service):
    service.tell(service.says["unreadable"]["array"], skip=1)
    assert visit(feed)[0].state == Crawl.State.WAITING
    check_goes_on(feed, service, rest_of(service))


@saying("dead_grant")
def test_a_dead_grant_needs_its_person_and_is_not_used_again(feed, service, answer):
    service.tell(answer, skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.not_before) == (Crawl.State.WAITING, None)
    assert Connection.objects.get().state == "needs_you"
    check_keeps_its_place(feed, service)
    service.forget()
    assert tick.look().crawls == []
    assert lease.take(crawl.pk, patient=False) is None
    assert not service.heard()
    service.connect("tess")
    check_goes_on(feed, service, rest_of(service))


@saying("gone")
def test_a_list_that_is_not_there_for_us_ends_the_visit_and_keeps_what_is_here(
    feed, service, answer
):
    visit(feed)
    service.tell(answer)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.lease) == (Crawl.State.FAILED, None)
    assert Connection.objects.get().state == "connected"
    assert seconds_until(Schedule.objects.get(feed=feed).next_visit_at) > 60
    assert kept(feed) == service.order()
    assert visit(feed)[0].state == Crawl.State.DONE


@saying("retired")
def test_a_list_that_is_closed_for_all_is_visited_for_nobody(feed, service, answer):
    other = feed_of(service, "bo")
    service.tell(answer)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "retired")
    assert Halt.objects.get().provider == service.key
    service.forget()
    assert lease.take(plan.open_crawl(other).pk) is None
    assert not service.heard()


@saying("bad_cursor")
def test_a_stale_place_is_read_from_the_top_once(feed, service, answer):
    service.tell(answer, skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.restarts, crawl.cursor) == (Crawl.State.QUEUED, 1, None)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.new_entries) == (Crawl.State.DONE, 18)
    assert kept(feed) == service.order()
    check_laws(feed)


@saying("bad_cursor")
def test_a_place_that_is_stale_again_ends_the_visit(feed, service, answer):
    service.tell(answer, skip=1, times=None)
    visit(feed)
    crawl = visit_until_it_ends(feed)
    assert crawl.state == Crawl.State.FAILED
    assert len(service.asked_pages()) == 3
    service.heal()
    visit(feed)
    assert kept(feed) == service.order()
