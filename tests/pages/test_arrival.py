"""The first run: what is said while likes come in, and what cannot come that way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Connection
from archive.models import Feed
from harvester import arrival
from harvester.models import Crawl
from harvester.words import NO_ROOM, first_visit
from tests.pages.conftest import NOON, feed_of, picture
from tests.pages.gaps import gap

pytestmark = pytest.mark.django_db


def begun(feed: Feed, state: str) -> Feed:
    """The first visit of a list is under way, or over."""
    over = {"began_at": NOON, "finished_at": NOON} if state == "done" else {}
    Crawl.objects.create(feed=feed, number=1, ceiling=2**40, state=state, **over)
    return feed


def page(client) -> str:
    return client.get("/welcome/status/").content.decode()


def test_a_service_that_shows_everything_is_not_said_to_show_its_newest(as_alice, alice):
    begun(feed_of(alice, provider="bluesky", standing="followed"), "queued")
    html = page(as_alice)
    assert "We are fetching all your likes" in html
    assert "newest" not in html


def test_a_first_visit_that_has_not_moved_says_so(as_alice, alice):
    feed = begun(feed_of(alice), "running")
    Crawl.objects.update(opened_at=timezone.now() - timedelta(minutes=11))
    html = page(as_alice)
    assert "This is taking longer than it should" in html
    assert "This visit has not moved for 11 minutes. It is taken up again from its" in html
    Crawl.objects.filter(feed=feed).update(moved_at=timezone.now(), pages=1)
    assert "We are fetching" in page(as_alice)


def test_pictures_that_the_storage_does_not_take_are_not_said_to_arrive(as_alice, alice, hang):
    feed = begun(feed_of(alice), "done")
    Feed.objects.filter(pk=feed.pk).update(entries_count=1, completed_at=NOON)
    picture(hang(feed=feed), state="wanted", trouble="storage")
    html = page(as_alice)
    assert NO_ROOM in html
    assert "arriving" not in html


def test_after_a_sign_in_ended_the_last_visit_is_not_said_to_be_well(as_alice, alice):
    begun(feed_of(alice), "done")
    Connection.objects.update(state="needs_you")
    html = page(as_alice)
    assert "Instagram ended our permission." in html
    assert "Nothing new" not in html


def test_progress_without_a_known_end_claims_none(as_alice, alice):
    begun(feed_of(alice, provider="bluesky", standing="followed"), "queued")
    assert '<progress aria-label="Likes are being read">' in page(as_alice)


@pytest.mark.parametrize(("likes", "offered"), [(300, True), (299, False)])
def test_where_the_window_was_full_an_export_is_offered_once(as_alice, alice, likes, offered):
    feed = begun(feed_of(alice), "done")
    Feed.objects.filter(pk=feed.pk).update(entries_count=likes, completed_at=NOON)
    html = page(as_alice)
    assert html.count('href="/sources/import/"') == int(offered)
    said = "Older ones are no longer offered by Instagram. Your export brings them in."
    assert (said in html) is offered


def test_all_of_everything_is_said_to_be_all():
    said = first_visit(1204, None, NOON, "Bluesky")
    assert said == "We have all 1,204 likes that Bluesky has of you, of posts back to 14 May 2014."


def test_the_oldest_post_is_that_of_the_source_which_arrives(alice, hang):
    hang(posted_at=NOON.replace(year=2012), feed=feed_of(alice, standing="file"))
    feed = begun(feed_of(alice, provider="bluesky", standing="followed"), "done")
    hang(posted_at=NOON, feed=feed)
    Feed.objects.filter(pk=feed.pk).update(entries_count=1, completed_at=NOON)
    assert "14 May 2014" in arrival.of(alice, Feed.objects.get(pk=feed.pk)).words


@pytest.mark.parametrize("newest", ["Bluesky", "Instagram"])
def test_of_several_sources_the_one_connected_last_arrives(as_alice, alice, newest):
    begun(feed_of(alice), "queued")
    begun(feed_of(alice, provider="bluesky", standing="followed"), "queued")
    others = Connection.objects.exclude(provider=newest.lower())
    others.update(connected_at=timezone.now() - timedelta(days=1))
    assert newest in page(as_alice)


def test_only_what_arrives_is_counted_and_shown(alice, hang):
    hang(feed=feed_of(alice))
    feed = begun(feed_of(alice, provider="bluesky", standing="followed"), "running")
    arrived = arrival.of(alice, feed)
    assert (arrived.tiles, arrived.pictures, arrived.wanted) == ([], 0, 0)
    hang(feed=feed)
    assert len(arrival.of(alice, feed).tiles) == 1


@pytest.mark.parametrize("trouble", ["open", "lost", "held", "failed", "stopped"])
def test_all_is_said_only_where_all_is_proven(as_alice, alice, hang, trouble):
    feed = feed_of(alice)
    old, new = hang(feed=feed), hang(feed=feed)
    Feed.objects.filter(pk=feed.pk).update(entries_count=2, completed_at=NOON)
    begun(feed, "done")
    assert "We have all 2 likes" in page(as_alice)
    if trouble in {"open", "lost"}:
        gap(new, old, state=trouble)
    elif trouble == "held":
        Feed.objects.filter(pk=feed.pk).update(held_at=NOON, held_entries=9)
    else:
        feed.crawls.update(state=trouble)
    html = page(as_alice)
    assert "We have all" not in html
    assert ("Your likes are safe here" in html) is (trouble == "lost")


def test_where_the_service_shows_no_older_ones_these_are_the_newest(as_alice, alice, hang):
    feed = begun(feed_of(alice), "done")
    gap(hang(feed=feed))
    Feed.objects.filter(pk=feed.pk).update(entries_count=120, completed_at=NOON)
    html = page(as_alice)
    assert "We have your newest 120 likes." in html
    assert "Older ones are no longer offered by Instagram." in html


def test_a_second_visit_that_fails_does_not_leave_the_first_ones_praise(as_alice, alice):
    feed = begun(feed_of(alice), "done")
    Feed.objects.filter(pk=feed.pk).update(entries_count=3, completed_at=NOON)
    Crawl.objects.create(feed=feed, number=2, ceiling=1, state="failed", finished_at=NOON)
    html = page(as_alice)
    assert "We had to stop" in html
    assert "We have all" not in html


@pytest.mark.parametrize("kept", ["wanted", "stored"])
def test_a_visit_that_left_a_gap_open_is_over_once_its_pictures_are_here(alice, hang, kept):
    feed = begun(feed_of(alice), "done")
    like = hang(feed=feed)
    picture(like, state=kept)
    gap(like, state="open")
    Feed.objects.filter(pk=feed.pk).update(entries_count=1, completed_at=NOON)
    arrived = arrival.of(alice, Feed.objects.get(pk=feed.pk))
    assert (arrived.state, arrived.over) == ("partly", kept == "stored")
