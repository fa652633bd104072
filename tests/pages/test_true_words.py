"""What sources say while something is wrong: of progress, what comes next, what went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Connection
from archive.models import Feed, Like, MediaItem
from harvester import alarm, reasons, sources, states, words
from harvester.models import Crawl, Schedule
from tests import standings

pytestmark = pytest.mark.django_db


def page(feed: Feed) -> str:
    client = Client()
    client.force_login(feed.user)
    return client.get("/sources/").content.decode()


def card(feed: Feed) -> sources.Source:
    return sources.of(feed.user)[0]


def test_before_a_first_visit_is_over_nothing_is_called_complete():
    feed = standings.arriving()
    shown = card(feed)
    assert shown.coverage == "Not complete yet: 140 likes read so far."
    assert shown.strip is None
    assert "Complete" not in page(feed)


def test_nothing_is_complete_since_a_month_unless_the_oldest_like_is_dated():
    feed = standings.well()
    assert card(feed).coverage.startswith("Complete from September 2022 to ")
    assert card(feed).strip.since == "Sep 2022"
    Like.objects.of(feed.user).update(is_exact=False)
    said = "Complete from your oldest like here, around September 2022, to "
    assert card(feed).coverage.startswith(said)
    assert card(feed).strip.since == "≈ Sep 2022"


def test_a_visit_that_nobody_begins_is_overdue_and_nobody_is_up_to_date():
    shown = card(standings.overdue())
    assert shown.state == "late"
    assert shown.next_visit.words == "3 hours overdue"
    assert shown.sentence.endswith("The visit that was planned has not begun yet.")


def test_overdue_alone_is_no_alarm_while_nothing_can_be_lost():
    assert alarm.of(states.of(standings.overdue().user)) is None


def test_while_somebody_visits_nothing_is_overdue():
    feed = standings.overdue()
    standings.visit(feed, 14, timezone.now(), state="running")
    assert card(feed).state == "busy"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"state": "queued", "pages": 0}, "About to start."),
        ({"state": "running", "pages": 0}, "Reading the first page."),
        (
            {"state": "running", "pages": 3, "new_entries": 1_200, "known_entries": 40},
            "1,240 likes read. Page 4 is next.",
        ),
        # Between two slices, and after its worker was killed.
        (
            {"state": "queued", "pages": 50, "new_entries": 1_650, "known_entries": 0},
            "1,650 likes read. Page 51 is next.",
        ),
    ],
)
def test_progress_has_a_number_a_unit_and_a_next_step(facts, said):
    feed = standings.well()
    standings.visit(feed, 14, timezone.now(), moved_at=timezone.now(), **facts)
    assert card(feed).sentence == said
    assert card(feed).visits[0].words == said


def test_how_far_a_list_is_read_is_beside_what_was_shown_before_or_is_shown_at_the_most():
    feed = standings.arriving()
    assert card(feed).state_words == "Catching up (140 of at most 300)"
    Feed.objects.filter(pk=feed.pk).update(shown_most=260)
    assert card(feed).state_words == "Catching up (140 of about 260)"
    Feed.objects.filter(pk=feed.pk).update(shown_most=100, window=100)
    assert card(feed).state_words == "Catching up (140 so far)"


def test_a_stuck_visit_is_called_so_in_its_log_too():
    shown = card(standings.stuck())
    assert shown.visits[0].words == shown.sentence


def test_what_waits_says_when_it_goes_on():
    shown = card(standings.limited())
    assert shown.next_visit.words == "in 1 hour"
    assert shown.next_why == "when this visit goes on"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("busy", "when this one is over"),
        ("paused", "not before you resume"),
        ("ended", "not before you reconnect"),
        ("closed", "no more"),
    ],
)
def test_where_no_visit_is_planned_it_says_why(name, said):
    shown = card(standings.ALL[name]())
    assert shown.next_visit is None
    assert shown.next_words == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"new_entries": 3}, "3 new likes"),
        ({"new_entries": 0}, "nothing new"),
        ({"new_entries": 3, "state": "failed"}, "3 new likes, then it ended early"),
        ({"new_entries": 0, "state": "failed"}, "nothing: it ended early"),
    ],
)
def test_what_a_broken_visit_found_is_not_said_to_be_all_there_was(facts, said):
    feed = standings.well()
    standings.visit(feed, 14, timezone.now(), **facts)
    assert card(feed).found == said


def test_before_a_visit_is_over_nobody_knows_what_it_found():
    assert card(standings.arriving()).found == "not known yet"


def test_a_visit_that_failed_before_keeps_its_own_reason_when_a_sign_in_ends():
    feed = standings.ended()
    earlier = timezone.now() - timedelta(days=5)
    standings.visit(feed, 2, earlier, state="failed", trouble="circles")
    said = [visit.words for visit in card(feed).visits]
    assert said[0].startswith("Instagram ended our permission.")
    assert "kept sending the same page" in said[-1]


def test_when_a_sign_in_ended_is_said_only_where_a_visit_has_met_it():
    feed = standings.well()
    Connection.objects.filter(feeds=feed).update(state="needs_you", trouble="token_invalid")
    assert card(feed).state_words == "Needs you"


@pytest.mark.parametrize("code", [*reasons.ENDS, "kills_workers", "circles", "something_else"])
def test_a_visit_that_ended_early_says_why(code):
    feed = standings.well()
    standings.visit(feed, 14, timezone.now(), state="failed", trouble=code)
    said = card(feed).sentence
    assert (words.ENDED in said) is (code == "something_else")
    assert "{" not in said
    assert said.startswith("Last tried ")


def test_where_the_network_is_down_it_says_so():
    feed, now = standings.well(), timezone.now()
    waits = {"state": "waiting", "trouble": "no_connection", "not_before": now + timedelta(hours=1)}
    standings.visit(feed, 14, now, **waits)
    assert card(feed).sentence == "We cannot reach Instagram. We try again in 1 hour."


def test_pictures_that_have_not_come_are_counted_and_a_storage_that_is_gone_is_told():
    html = page(standings.no_room())
    assert "<dt>On their way</dt><dd>12 pictures</dd>" in html
    assert words.NO_ROOM in html


def test_pictures_that_only_wait_are_no_trouble():
    feed = standings.no_room()
    MediaItem.objects.of(feed.user).update(trouble="")
    assert words.NO_ROOM not in page(feed)
    MediaItem.objects.of(feed.user).update(state="gone")
    assert "On their way" not in page(feed)


def test_pictures_of_others_are_not_counted():
    standings.no_room()
    assert "On their way" not in page(standings.well())


def test_what_is_missing_for_good_is_what_an_export_brings_in():
    assert card(standings.lost()).offer == "An export can bring in what is missing."
    assert card(standings.well()).offer == "An export can bring in older ones."


def test_a_visit_of_a_worker_that_died_is_told_as_stuck_after_ten_minutes_and_not_before():
    feed, now = standings.well(), timezone.now()
    crawl = standings.visit(feed, 14, now, state="running", moved_at=now)
    for minutes, key in ((9, "busy"), (11, "stuck")):
        moment = now - timedelta(minutes=minutes)
        moved = {"opened_at": moment, "began_at": moment, "moved_at": moment}
        Crawl.objects.filter(pk=crawl.pk).update(**moved)
        assert card(feed).state == key


def test_of_several_losses_the_alarm_tells_the_first():
    (fact,) = states.of(standings.late().user)
    later = replace(fact, username="later", loses_at=fact.loses_at + timedelta(hours=3))
    for facts in ([fact, later], [later, fact]):
        assert alarm.of(facts).title.endswith(f"@{fact.username}")


def test_gaps_are_only_added_up_where_each_can_be_guessed():
    feed = standings.well()
    for place, about in ((10, 7), (20, None), (30, 7)):
        standings.gap(feed, place, estimate=about)
    assert "except 3 places where likes may be missing." in card(feed).coverage


def test_what_is_older_and_still_to_be_read_is_not_out_of_reach():
    feed = standings.source("unread")
    standings.gap(feed, standings.LIKES - 1, state="open")
    assert card(feed).strip.pieces[0].kind == "open"
    assert "still to be read</span>" in page(feed)


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_lists_the_last_success_and_the_next_visit_are_told(is_first):
    near, far = timedelta(minutes=40), timedelta(days=4)
    own, other = (near, far) if is_first else (far, near)
    now = timezone.now()
    feed = standings.source("two", last_success_at=now - own, next_visit_at=now + own)
    beside = Feed.objects.create(user=feed.user, connection=feed.connection, kind="saved")
    planned = {"last_success_at": now - other, "next_visit_at": now + other}
    Schedule.objects.create(feed=beside, reason="because it is usual", **planned)
    shown = card(feed)
    assert shown.last_good.words == words.ago(now - near)
    assert shown.next_visit.words == words.ahead(now + near)
