"""A visit in the foreground ends: what only a person or a service can change is not waited for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from archive.models import Feed, Like
from harvester import foreground, lease, levers, plan
from harvester.foreground import Watcher
from harvester.models import Crawl, Halt, Schedule
from providers.errors import Unavailable
from tests.harvester.listed import Listed
from tests.harvester.test_leases import another_feed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Whoever waits for ever fails here instead."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        assert len(waited) < 30, "it waits for ever"

    monkeypatch.setattr(foreground.time, "sleep", sleep)


def visited(feed: Feed) -> foreground.Report:
    return foreground.visit(feed, Watcher(), media=False)


def test_a_paused_list_is_left_in_peace_and_it_is_said_so(shelf: Feed, listed: Listed):
    listed.like(3)
    levers.pause(shelf)
    (reason,) = visited(shelf).reasons
    assert "is paused" in reason
    assert listed.asked == []
    assert not Crawl.objects.exists()


@pytest.mark.parametrize("words", [[], ["--all-due"]])
def test_who_visits_everybody_passes_by_what_is_paused(shelf: Feed, listed: Listed, words):
    listed.like(3)
    levers.pause(another_feed("vera"))
    Schedule.objects.update(next_visit_at=timezone.now() - timedelta(minutes=1))
    call_command("crawl", "--no-media", *words)
    assert Like.objects.count() == 3
    assert Crawl.objects.get().feed == shelf


def test_where_everything_is_paused_it_is_said_that_there_is_nothing_to_visit(shelf: Feed):
    levers.pause(shelf)
    with pytest.raises(CommandError, match="paused"):
        call_command("crawl", "--no-media")


def test_a_list_that_somebody_else_finds_closed_is_not_waited_for(shelf: Feed, listed: Listed):
    listed.like(3)

    def closed(cursor: str | None) -> None:
        Halt.objects.create(provider="listed", kind="liked", words="Closed.")
        raise Unavailable("http_503", "The service is not well at the moment.")

    listed.before = closed
    (reason,) = visited(shelf).reasons
    assert "closed this list" in reason
    assert len(listed.asked) == 1


def test_nobody_waits_for_a_suspect_that_nobody_walks(shelf: Feed, listed: Listed):
    listed.like(3)
    suspect = plan.open_crawl(another_feed("vera"))
    Crawl.objects.filter(pk=suspect.pk).update(deaths=Crawl.SUSPECT)
    mine = plan.open_crawl(shelf)
    assert lease.take(mine.pk) is None
    assert visited(shelf).reasons == []
    assert Crawl.objects.get(pk=mine.pk).state == Crawl.State.DONE


def test_while_a_suspect_is_walked_everybody_waits(shelf: Feed):
    suspect = plan.open_crawl(another_feed("vera"))
    Crawl.objects.filter(pk=suspect.pk).update(deaths=Crawl.SUSPECT)
    assert lease.take(suspect.pk)
    assert lease.take(plan.open_crawl(shelf).pk, patient=False) is None
