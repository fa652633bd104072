"""What is due is handed out in batches: fairly, the nearest loss first, and never as a herd."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Connection, User
from archive.models import Entry, Feed
from harvester import opening, plan, tick
from harvester.models import Chore, Crawl, Halt, Schedule
from tests.conftest import visit

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def no_chores():
    Chore.objects.update(next_at=timezone.now() + DAY)


def feeds(name: str, count: int, *, overdue=HOUR, loses_in=None, **connection) -> list[Feed]:
    """So many feeds of a new person, overdue for so long and a minute more each."""
    user, _ = User.objects.get_or_create(username=name)
    now = timezone.now()
    made = []
    for number in range(count):
        account = Connection.objects.create(
            user=user, provider="listed", upstream_id=f"{name}{number}", username=name, **connection
        )
        feed = Feed.objects.create(user=user, connection=account, kind="liked", on_wall=True)
        Schedule.objects.create(
            feed=feed,
            next_visit_at=now - overdue - timedelta(minutes=number),
            loses_at=None if loses_in is None else now + loses_in,
            last_success_at=now - DAY,
        )
        made.append(feed)
    return made


def handed_out() -> list[str]:
    """Whose visits were opened, in the order in which they are rung for."""
    crawls = Crawl.objects.order_by("opened_at", "pk")
    return list(crawls.values_list("feed__user__username", flat=True))


def test_one_person_with_many_feeds_does_not_push_others_back(listed, monkeypatch):
    monkeypatch.setattr(tick, "AHEAD", 10)
    feeds("many", 60, overdue=10 * HOUR)
    for number in range(6):
        feeds(f"one{number}", 1)
    assert len(tick.look().crawls) == 10
    turns = handed_out()
    assert sorted(turns[:7]) == ["many", *(f"one{number}" for number in range(6))]
    assert turns[7:] == ["many"] * 3


def test_of_one_person_a_few_at_once_and_the_others_need_not_wait_for_them(listed):
    feeds("many", 1_300, overdue=10 * HOUR)
    feeds("other", 1)
    rung = tick.look().crawls
    assert len(rung) == opening.OF_ONE + 1
    assert Counter(handed_out()) == {"many": opening.OF_ONE, "other": 1}


def test_what_has_had_its_turn_goes_on_when_those_before_are_done(listed):
    feeds("many", 12)
    tick.look()
    Crawl.objects.update(state="done", finished_at=timezone.now())
    Schedule.objects.filter(feed__crawls=None).update(next_visit_at=timezone.now())
    assert len(tick.look().crawls) == 4


def test_the_nearest_loss_and_the_longest_overdue_come_first(listed, monkeypatch):
    monkeypatch.setattr(tick, "AHEAD", 4)
    monkeypatch.setattr(opening, "BATCH", 2)
    for number in range(30):
        feeds(f"calm{number}", 1, overdue=(number + 2) * HOUR, loses_in=20 * DAY)
    feeds("urgent", 1, overdue=timedelta(seconds=5), loses_in=HOUR)
    tick.look()
    assert {"urgent", "calm29"} <= set(handed_out()[:2])


def test_as_many_are_opened_as_workers_can_take_up(listed, monkeypatch):
    monkeypatch.setattr(tick, "AHEAD", 5)
    for number in range(12):
        feeds(f"p{number}", 1)
    assert len(tick.look().crawls) == 5
    assert tick.look().crawls == []
    first = list(Crawl.objects.values_list("pk", flat=True)[:3])
    Crawl.objects.filter(pk__in=first).update(state="done", finished_at=timezone.now())
    assert len(tick.look().crawls) == 3


def test_after_six_hours_without_beat_each_feed_is_visited_once_and_no_herd_stays(
    listed, monkeypatch
):
    listed.like(3)
    made = [feed for number in range(40) for feed in feeds(f"p{number}", 1, overdue=6 * HOUR)]
    Schedule.objects.update(last_success_at=timezone.now() - 7 * HOUR, watched_since=None)
    assert len(tick.look().crawls) == 40
    assert tick.look().crawls == []
    for feed in made:
        visit(feed)
    assert Counter(Crawl.objects.values_list("feed", flat=True)) == Counter(f.pk for f in made)
    assert tick.look().crawls == []
    waits = sorted(
        (row.next_visit_at - row.last_success_at).total_seconds() for row in Schedule.objects.all()
    )
    assert waits[-1] - waits[0] > 0.1 * waits[0]
    busiest = max(sum(1 for wait in waits if at <= wait < at * 1.02) for at in waits)
    assert busiest < 25


def test_a_batch_costs_the_same_few_questions_whatever_its_size(listed):
    asked = []
    for count in (3, 90):
        for number in range(count):
            feeds(f"p{count}_{number}", 1)
        with CaptureQueriesContext(database) as queries:
            assert len(tick.look().crawls) == count
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 16


@pytest.mark.parametrize(
    "why", ["paused", "needs_you", "inactive", "closed", "files", "under way", "later"]
)
def test_what_must_not_be_visited_is_put_off_and_stands_in_nobodys_way(listed, why):
    (feed,) = feeds("tess", 1, overdue=9 * HOUR)
    mine = Schedule.objects.filter(feed=feed)
    match why:
        case "paused":
            mine.update(paused_at=timezone.now())
        case "needs_you":
            Connection.objects.update(state="needs_you")
        case "inactive":
            User.objects.update(is_active=False)
        case "closed":
            Halt.objects.create(provider="listed", kind="liked")
        case "files":
            Connection.objects.update(standing="file")
        case "under way":
            plan.open_crawl(feed)
            Crawl.objects.update(state="waiting", not_before=timezone.now() + HOUR)
            mine.update(next_visit_at=timezone.now())
        case "later":
            mine.update(next_visit_at=timezone.now() + HOUR)
    before = Crawl.objects.count()
    assert opening.open_due(10) == 0
    assert Crawl.objects.count() == before
    assert mine.get().next_visit_at > timezone.now()
    assert not tick._waiting()["schedules"]


def test_of_those_with_visits_under_way_only_what_is_left_of_a_few_is_opened(listed):
    made = feeds("many", 12)
    for feed in made[:3]:
        plan.open_crawl(feed)
    now = timezone.now()
    Schedule.objects.update(next_visit_at=now - HOUR)
    # Theirs would be the last turns: they take none away from the others.
    Schedule.objects.filter(feed__in=made[:3]).update(next_visit_at=now - timedelta(minutes=1))
    assert opening.open_due(100) == opening.OF_ONE - 3
    assert Crawl.objects.live().count() <= opening.OF_ONE


def test_a_visit_opened_in_a_batch_is_like_one_that_is_opened_alone(shelf, listed):
    for likes, whole in ((9, True), (2, False)):
        listed.like(likes)
        Schedule.objects.update(next_visit_at=timezone.now())
        assert opening.open_due(10) == 1
        batch = Crawl.objects.live().get()
        batch.delete()
        alone = plan.open_crawl(Feed.objects.get(pk=shelf.pk))
        assert alone.whole is whole
        for field in Crawl._meta.concrete_fields:
            if field.name not in ("id", "opened_at"):
                assert getattr(batch, field.name) == getattr(alone, field.name), field.name
        visit(shelf)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize(
    ("entries", "window", "days", "whole"),
    [
        (10, None, 6.9, False),
        (10, None, 7.1, True),
        (30_000, None, 60, False),
        (30_000, None, 71, True),
        (30_000, 300, 7.1, True),
    ],
)
def test_long_lists_without_an_end_are_walked_whole_less_often(
    shelf, listed, alone, entries, window, days, whole
):
    visit(shelf)
    walked = timezone.now() - timedelta(days=days)
    Feed.objects.update(entries_count=entries, window=window, walked_whole_at=walked)
    assert opened(shelf, alone=alone).whole is whole


@pytest.mark.parametrize("alone", [True, False])
def test_an_entry_that_was_not_seen_wants_a_second_look(shelf, listed, alone):
    listed.like(5)
    visit(shelf)
    Feed.objects.update(window=300)
    assert not opened(shelf, alone=alone).whole
    Crawl.objects.live().delete()
    Entry.objects.filter(pk=Entry.objects.first().pk).update(unseen_at=timezone.now())
    assert opened(shelf, alone=alone).whole
    Crawl.objects.live().delete()
    Entry.objects.exclude(unseen_at=None).update(missing_since=timezone.now())
    assert not opened(shelf, alone=alone).whole


@pytest.mark.parametrize("alone", [True, False])
def test_in_a_list_without_an_end_it_does_not_ask_for_a_whole_walk(shelf, listed, alone):
    listed.like(5)
    visit(shelf)
    Entry.objects.filter(pk=Entry.objects.first().pk).update(unseen_at=timezone.now())
    assert not opened(shelf, alone=alone).whole


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize(
    ("window", "answered", "whole"), [(300, False, True), (None, False, False), (None, True, True)]
)
def test_a_held_list_is_walked_whole_until_it_is_settled(
    shelf, listed, alone, window, answered, whole
):
    listed.like(5)
    visit(shelf)
    now = timezone.now()
    Feed.objects.update(
        window=window, held_at=now, held_accepted_at=now + HOUR if answered else None
    )
    assert opened(shelf, alone=alone).whole is whole


def opened(feed: Feed, *, alone: bool) -> Crawl:
    if alone:
        return plan.open_crawl(Feed.objects.get(pk=feed.pk))
    Schedule.objects.update(next_visit_at=timezone.now())
    assert opening.open_due(10) == 1
    return Crawl.objects.live().get()


def test_who_comes_back_is_visited_without_delay(shelf, listed):
    visit(shelf)
    Schedule.objects.update(next_visit_at=timezone.now(), last_success_at=timezone.now() - 3 * DAY)
    Connection.objects.update(state="needs_you")
    assert tick.look().crawls == []
    Connection.objects.update(state="connected")
    plan.adopt(Connection.objects.get())
    assert len(tick.look().crawls) == 1


def test_what_is_closed_at_another_instance_is_visited_here(listed):
    feeds("tess", 1)
    Halt.objects.create(provider="listed", instance="https://elsewhere.test", kind="liked")
    assert len(tick.look().crawls) == 1
