"""Addresses that have run out are asked for once, for all the media of a post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count
from django.utils import timezone

from accounts.models import Connection
from archive.models import Entry, Feed, Like, MediaItem
from harvester import fresh, levers, outcomes, plan
from harvester.download import Download
from harvester.models import Halt
from providers.errors import NeedsReauth
from tests.conftest import visit
from tests.harvester.test_download import download

pytestmark = pytest.mark.django_db


@pytest.fixture
def album(connect, shelves, instagram) -> Like:
    """A post of several pictures; nothing else is wanted."""
    plan.adopt(account := connect("tess", 120))
    visit(Feed.objects.get(connection=account))
    like = Like.objects.annotate(parts=Count("media")).filter(parts__gte=3).first()
    MediaItem.objects.exclude(like=like).delete()
    instagram.forget_requests()
    return like


@pytest.fixture
def dozen(connect, shelves, instagram) -> Feed:
    """Twelve likes, all of whose addresses have run out."""
    plan.adopt(account := connect("tess", 12))
    feed = Feed.objects.get(connection=account)
    visit(feed)
    instagram.expire_media()
    instagram.forget_requests()
    return feed


def states() -> set[str]:
    return set(MediaItem.objects.values_list("state", flat=True))


def test_an_album_costs_one_question(album, instagram):
    instagram.expire_media()
    download()
    assert len(instagram.requests("post")) == 1
    Download().run()
    download()
    assert states() == {"stored"}
    assert len(instagram.requests("post")) == 1


def test_also_when_the_service_has_no_others(album, instagram):
    instagram.fail("forbidden_media", times=None)
    download()
    assert len(instagram.requests("post")) == 1


def test_also_when_it_does_not_give_the_post_any_more(album, instagram):
    instagram.expire_media()
    instagram.fail("not_found", times=None, match="post")
    download()
    download()
    assert len(instagram.requests("post")) == 1


def test_what_another_worker_has_renewed_is_not_asked_for(album, instagram):
    one = MediaItem.objects.select_related("like").first()
    instagram.expire_media()
    fresh.addresses(one)
    fresh.addresses(one)
    assert len(instagram.requests("post")) == 1


def test_who_could_not_be_asked_is_asked_when_it_is_denied_again(album, instagram):
    instagram.expire_media()
    Connection.objects.update(not_before=timezone.now() + timedelta(hours=1))
    download()
    assert not instagram.requests("post")
    Connection.objects.update(not_before=None)
    download()
    assert len(instagram.requests("post")) == 1
    download()
    assert states() == {"stored"}


def test_an_address_that_stays_denied_is_asked_for_now_and_then(album, instagram):
    MediaItem.objects.exclude(pk=MediaItem.objects.first().pk).delete()
    instagram.fail("forbidden_media", times=None)
    for _ in range(2 * fresh.AGAIN):
        download()
    assert len(instagram.requests("post")) == 3


def test_a_dead_token_is_found_once(dozen, instagram):
    instagram.kill_token("tess")
    download()
    assert len(instagram.requests("post")) == 1
    connection = Connection.objects.get()
    assert (connection.state, connection.trouble) == ("needs_you", "token_invalid")


def test_a_limit_is_met_once(dozen, instagram):
    instagram.fail("rate_limit", times=None, match="post")
    download()
    assert len(instagram.requests("post")) == 1
    assert Connection.objects.get().not_before > timezone.now()


def test_a_service_that_gives_no_posts_any_more_is_asked_once(connect, dozen, instagram):
    plan.adopt(theirs := connect("bo", 5))
    visit(theirs.feeds.get())
    instagram.expire_media()
    instagram.fail("retired", times=None, match="post")
    download()
    download()
    assert len(instagram.requests("post")) == 1
    assert Halt.objects.get().kind == Halt.POSTS
    assert visit(dozen)[0].state == "done"
    instagram.heal()
    levers.lift_halts(dozen)
    assert not Halt.objects.exists()
    for _ in range(3):
        download()
    assert states() == {"stored"}


def test_a_like_that_came_as_a_file_is_asked_for_by_the_same_person(album, instagram):
    Entry.objects.filter(like=album).delete()
    instagram.expire_media()
    download()
    download()
    assert states() == {"stored"}


def test_nobody_asks_for_somebody_elses_like(album, connect, instagram):
    Connection.objects.update(state="disconnected", grant="")
    plan.adopt(connect("bo", 1))
    instagram.expire_media()
    instagram.forget_requests()
    download()
    assert not instagram.requests("post")


def test_a_dead_grant_says_nothing_of_the_one_that_replaced_it(album):
    stale = Connection.objects.get()
    Connection.objects.update(grant="renewed meanwhile")
    outcomes.heed(stale, NeedsReauth("token_invalid", "It has ended."))
    assert Connection.objects.get().is_usable
    outcomes.heed(Connection.objects.get(), NeedsReauth("token_invalid", "It has ended."))
    assert not Connection.objects.get().is_usable
