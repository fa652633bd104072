"""Where lists are public: originals proven by their hash, marked copies, and hosts that rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts import following
from accounts.models import Host
from archive.models import Feed, Like, MediaItem
from archive.models.media import MediaItemQuerySet
from harvester import foreground, plan, walk
from harvester.download import Download
from harvester.models import Crawl
from harvester.walk import Next, Slice
from tests.conftest import visit
from tests.harvester.test_download import check_whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shelves")]


@pytest.fixture
def sky(instagram):
    """A Bluesky where olga has given six plain likes."""
    instagram.bluesky.set_likes("olga", 6)
    yield instagram.bluesky
    instagram.bluesky.limit(3000)


@pytest.fixture
def feed(alice, sky):
    profile = following.find("bluesky", "olga.test")
    (feed,) = plan.adopt(following.follow(alice, "bluesky", profile))
    return feed


@pytest.fixture
def seen(feed):
    """The feed after its first visit, when all media are still wanted."""
    visit(feed)
    return feed


def fetch(*, attempts: int = 0) -> None:
    MediaItem.objects.update(not_before=None, attempts=F("attempts") + attempts)
    Download().run()


def pictures() -> MediaItemQuerySet:
    """Pictures that somebody posted; the stills of videos only the service has."""
    return MediaItem.objects.filter(kind="image", source_url__startswith="at://")


def test_originals_are_kept(seen):
    fetch()
    states = set(MediaItem.objects.values_list("state", "is_copy"))
    assert states == {("stored", False)}
    check_whole()


def test_where_the_original_is_gone_a_copy_is_kept_and_marked(seen, instagram):
    instagram.bluesky.fail(400, "BlobNotFound", match="blob", times=None)
    fetch()
    assert set(pictures().values_list("state", "is_copy")) == {("stored", True)}
    check_whole()


def test_bytes_that_are_not_the_ones_that_were_posted_are_no_original(seen, instagram):
    instagram.fail("other_bytes", times=None)
    fetch()
    assert not pictures().filter(state="stored", is_copy=False).exists()


def test_an_original_is_waited_for_before_a_copy_is_good_enough(seen, instagram):
    instagram.bluesky.fail(503, "NotEnoughResources", match="blob", times=None)
    fetch()
    assert set(pictures().values_list("state", flat=True)) == {"wanted"}
    fetch(attempts=2)
    assert set(pictures().values_list("state", "is_copy")) == {("stored", True)}


def test_a_tired_host_is_left_alone_by_every_download(seen, instagram):
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": "600"}
    instagram.bluesky.fail(429, "RateLimitExceeded", match="blob", times=None, headers=headers)
    fetch()
    rests = Host.objects.get(name=instagram.host)
    assert rests.not_before > timezone.now() + timedelta(minutes=9)
    instagram.heal()
    instagram.forget_requests()
    fetch()
    assert "blob" not in instagram.counts()
    assert not pictures().exclude(state="wanted").exists()


def test_a_tired_host_is_left_alone_by_everybodys_visits(feed, bob, instagram):
    (other,) = plan.adopt(following.follow(bob, "bluesky", following.find("bluesky", "marek.test")))
    headers = {"Retry-After": "600"}
    instagram.bluesky.fail(429, "RateLimitExceeded", match="records", headers=headers)
    assert visit(feed)[0].state == Crawl.State.WAITING
    instagram.forget_requests()
    crawl, _ = visit(other)
    assert crawl.state == Crawl.State.WAITING
    assert not instagram.requests()
    assert crawl.not_before > timezone.now() + timedelta(minutes=9)


def test_who_waits_for_it_is_told_that_the_host_asked_to_wait(feed, instagram):
    headers = {"Retry-After": "600"}
    instagram.bluesky.fail(429, "RateLimitExceeded", match="records", headers=headers)
    report = foreground.visit(feed, foreground.Watcher(), media=False)
    assert len(instagram.requests("records")) == 1
    assert "asked us to slow down" in report.reasons[0]


def test_hosts_of_strangers_hold_a_worker_for_a_short_slice_only(feed, bob, connect, monkeypatch):
    assert walk.STRANGERS_SECONDS <= 15 < Slice().seconds
    monkeypatch.setattr(walk, "STRANGERS_SECONDS", 0.0)
    crawl, after = visit(feed)
    assert (crawl.pages, after) == (0, Next.ANOTHER_SLICE)
    plan.adopt(source := connect("tess", 3, user=bob))
    assert visit(Feed.objects.get(connection=source, kind="liked"))[1] == Next.NOTHING


def test_times_are_known_as_soon_as_a_page_is_kept(feed):
    visit(feed, pages=1)
    assert Like.objects.count() == 6
    assert not Like.objects.exclude(is_exact=True, is_settled=True).exists()


def test_a_deleted_post_leaves_its_like_and_what_was_kept_of_it(seen, sky, instagram):
    fetch()
    kept = Like.objects.exclude(media=None).newest_first()[0]
    sky.delete_post(uri=kept.post_id)
    Feed.objects.update(walked_whole_at=None)
    visit(seen)
    gone = Like.objects.get(pk=kept.pk)
    assert gone.gone_at is not None
    assert (gone.caption, gone.author) == (kept.caption, kept.author)
    assert gone.media.filter(state="stored").exists()
    Feed.objects.update(walked_whole_at=None)
    visit(seen)
    assert Like.objects.get(pk=kept.pk).gone_at == gone.gone_at
    Like.objects.exclude(pk=kept.pk).update(gone_at=timezone.now())
    Feed.objects.update(walked_whole_at=None)
    visit(seen)
    assert [like.pk for like in Like.objects.exclude(gone_at=None)] == [kept.pk]
