"""A visit leaves behind when the next one comes and why, and when something could be lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import Feed
from harvester import levers, plan, risk, when
from harvester.models import Crawl, Schedule
from harvester.pace import Pace
from providers.errors import BadRequest, Gone
from tests.conftest import visit

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned() -> Schedule:
    return Schedule.objects.select_related("feed__connection").get()


def passes(time: timedelta) -> None:
    """As if all that is written down had happened so much earlier."""
    row = planned()
    pace = dict(row.pace)
    seconds = int(time.total_seconds())
    pace["recent"] = [[b - seconds, e - seconds, n] for b, e, n in pace.get("recent", [])]
    pace["since"] = pace.get("since", 0) and pace["since"] - seconds
    for name in ("last_visit_at", "last_success_at", "loses_at", "watched_since", "next_visit_at"):
        setattr(row, name, getattr(row, name) and getattr(row, name) - time)
    row.pace = pace
    row.save()
    Feed.objects.update(completed_at=planned().last_success_at)
    for crawl in Crawl.objects.exclude(finished_at=None):
        Crawl.objects.filter(pk=crawl.pk).update(began_at=crawl.began_at - time)


def fails(listed, error) -> None:
    def before(cursor):
        raise error

    listed.before = before


@pytest.fixture
def windowed(listed, shelf) -> Feed:
    """A list of which the service shows the newest 300; one visit learned where it stands."""
    Feed.objects.update(window=300)
    listed.like(5)
    visit(shelf)
    return shelf


def test_after_the_first_visit_it_comes_back_soon_to_learn(windowed, settings):
    row = planned()
    wait = row.next_visit_at - row.last_success_at
    assert settings.VISIT_INTERVAL_MIN <= wait <= 1.2 * settings.VISIT_INTERVAL_MIN
    assert row.reason == "to learn how often you like something"
    assert (row.most_found, risk.of(row).most_found, risk.of(row).a_day) == (0, None, None)


def test_the_loss_date_is_when_the_worst_pace_fills_the_window(windowed, listed):
    passes(DAY)
    listed.like(100)
    visit(windowed)
    row = planned()
    # At 100 a day, 297 cannot have come within two days, and can within three.
    assert 2 * DAY - HOUR < row.loses_at - row.last_success_at < 3 * DAY
    assert (row.most_found, risk.of(row).most_found) == (100, 100)
    assert risk.of(row).window == 300


def test_it_counts_from_the_last_visit_that_succeeded(windowed, listed):
    passes(DAY)
    listed.like(100)
    visit(windowed)
    before = planned()
    passes(HOUR)
    fails(listed, Gone("not_allowed", "Not here."))
    visit(windowed)
    after = planned()
    assert after.loses_at == before.loses_at - HOUR
    assert after.last_success_at == before.last_success_at - HOUR
    assert (after.failures, after.most_found) == (1, before.most_found)


def test_whoever_is_past_half_of_the_way_is_told_and_then_that_it_is_too_late(windowed):
    row = planned()
    span = row.loses_at - row.last_success_at
    at = [row.last_success_at + span * part for part in (0.49, 0.51, 0.99, 1.01)]
    told = [(risk.of(row, now=now).is_past_half, risk.of(row, now=now).is_past) for now in at]
    assert told == [(False, False), (True, False), (True, False), (True, True)]


def test_a_service_that_shows_everything_loses_nothing(shelf, listed):
    listed.like(5)
    visit(shelf)
    passes(DAY)
    listed.like(50)
    visit(shelf)
    row = planned()
    assert (row.loses_at, risk.of(row).warns_at, risk.of(row).window) == (None, None, None)
    assert row.next_visit_at - row.last_success_at < timedelta(hours=10)


def test_what_several_visits_kept_counts_once(windowed, listed):
    passes(DAY)
    listed.like(30)
    visit(windowed, pages=2)
    levers.stop(Crawl.objects.live().get())
    listed.like(10)
    visit(windowed)
    assert planned().most_found == 40


def test_beginning_again_at_the_top_counts_nothing_twice(windowed, listed):
    passes(DAY)
    listed.like(30)
    refusals = iter([BadRequest("bad_cursor", "What is that?")])

    def before(cursor):
        if cursor is not None and len(listed.asked) > 4:
            for refusal in refusals:
                raise refusal

    listed.before = before
    while visit(windowed)[0].state != Crawl.State.DONE:
        continue
    assert Crawl.objects.latest("number").restarts == 1
    assert planned().most_found == 30


def test_what_turns_up_at_the_far_end_was_not_liked_lately(windowed, listed):
    listed.size = 100
    listed.like(400)
    assert visit(windowed)[0].state == Crawl.State.DONE
    assert planned().most_found == 300
    passes(DAY)
    listed.window = 405
    Feed.objects.update(walked_whole_at=timezone.now() - 30 * DAY)
    crawl, _ = visit(windowed)
    assert (crawl.state, crawl.new_entries) == (Crawl.State.DONE, 100)
    assert planned().most_found == 300


def test_a_visit_that_finds_nothing_asks_nothing_to_plan_the_next(
    windowed, listed, django_assert_num_queries
):
    visit(windowed)
    held = plan.open_crawl(windowed)
    crawl = Crawl.objects.select_related("feed__schedule", "feed__connection").get(pk=held.pk)
    with django_assert_num_queries(1):
        plan.after_success(crawl)


def test_after_failures_it_comes_back_later_each_time(windowed, listed, settings):
    settings.VISIT_INTERVAL_MIN, settings.VISIT_INTERVAL_MAX = HOUR, 8 * HOUR
    fails(listed, Gone("not_allowed", "Not here."))
    for most in (2, 4, 8, 8):
        visit(windowed)
        wait = planned().next_visit_at - timezone.now()
        assert 0.99 * HOUR < wait <= most * HOUR
    listed.before = lambda cursor: None
    visit(windowed)
    assert planned().failures == 0


def test_retries_fit_in_before_the_loss_date(windowed, listed):
    passes(DAY)
    listed.like(250)
    visit(windowed)
    row = planned()
    span = row.loses_at - row.last_success_at
    fails(listed, Gone("not_allowed", "Not here."))
    for _ in range(9):
        visit(windowed)
        wait = planned().next_visit_at - timezone.now()
        assert wait <= max(span / 8, timedelta(minutes=15))


def test_the_loss_date_counts_from_when_the_top_was_read(windowed, listed):
    listed.like(12)
    crawl, _ = visit(windowed, pages=1)
    began = crawl.began_at - 3 * HOUR
    Crawl.objects.filter(pk=crawl.pk).update(began_at=began)
    visit(windowed)
    row = planned()
    bounds = risk.bounds(Feed.objects.get(pk=windowed.pk))
    assert row.loses_at == began + timedelta(seconds=when.loses_in(Pace.read(row.pace), bounds))


def test_after_a_stop_the_next_visit_comes_soon(windowed, settings):
    levers.stop(levers.check_now(windowed))
    assert planned().next_visit_at <= timezone.now() + settings.VISIT_INTERVAL_MIN
