"""Bytes before reference: a picture counts only when it was decoded, hashed and put away."""

from __future__ import annotations

import hashlib
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from archive import media
from archive.models import Blob, Feed, Like, MediaItem
from harvester import claims, levers, plan
from harvester.download import Download
from harvester.getting import fetcher
from tests.conftest import visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def walked(connect, shelves, instagram) -> Feed:
    """Twelve likes that were read; none of their media has come yet."""
    plan.adopt(account := connect("tess", 12))
    feed = Feed.objects.get(connection=account)
    visit(feed)
    instagram.forget_requests()
    return feed


@pytest.fixture
def one(walked) -> MediaItem:
    """A picture that is wanted, and nothing else is."""
    alone = Like.objects.annotate(parts=Count("media")).filter(parts=1)
    item = MediaItem.objects.filter(kind="image", like__in=alone).order_by("pk").first()
    MediaItem.objects.exclude(pk=item.pk).delete()
    return item


def download(**asked) -> None:
    """One go, as a worker does it when all waits are over."""
    MediaItem.objects.exclude(not_before=None).update(not_before=timezone.now())
    Download(**asked).run()


def again(item: MediaItem) -> MediaItem:
    return MediaItem.objects.get(pk=item.pk)


def temporary_files() -> list[Path]:
    return list(settings.TEMPORARY.glob("*"))


def check_whole() -> None:
    """Every reference leads to bytes that are what the row says."""
    for blob in Blob.objects.filter(media__isnull=False).distinct():
        with default_storage.open(blob.key) as file:
            content = file.read()
        assert hashlib.sha256(content).hexdigest() == blob.sha256
        assert len(content) == blob.size_bytes
    assert not temporary_files()


def test_everything_comes_and_is_what_the_service_has(walked, instagram):
    download()
    assert not MediaItem.objects.wanted().exists()
    for told in instagram.truth("tess", hashes=True)["likes"]:
        like = Like.objects.get(post_id=told["post_id"])
        items = like.media.order_by("position", "-kind")
        here = [(item.kind, item.position, item.blob_id) for item in items]
        assert here == [(one["kind"], one["position"], one["sha256"]) for one in told["media"]]
    check_whole()


def test_a_picture_is_known_by_its_size_type_and_colour(walked):
    download()
    for blob in Blob.objects.filter(content_type__startswith="image/"):
        assert blob.width
        assert blob.height
        assert blob.colour.startswith("#")
    film = Blob.objects.filter(content_type="video/mp4").first()
    assert film is None or (film.duration and film.colour == "")


def test_stored_bytes_are_never_fetched_again(walked, instagram):
    download()
    assert len(instagram.requests("media")) == MediaItem.objects.count()
    visit(walked)
    instagram.expire_media()
    visit(walked)
    instagram.forget_requests()
    download()
    assert not instagram.requests("media")


def test_a_stored_picture_keeps_its_address_and_its_bytes(one, instagram):
    download()
    address = again(one).source_url
    instagram.expire_media()
    Feed.objects.update(walked_whole_at=None)
    visit(Feed.objects.get())
    assert again(one).source_url == address
    assert again(one).state == "stored"


def test_what_signed_an_address_is_forgotten_once_it_is_stored(one):
    MediaItem.objects.update(source_url=one.source_url + "?signature=for-a-while")
    download()
    assert again(one).source_url == one.source_url.partition("?")[0]


def test_two_people_who_like_the_same_post_share_the_bytes(connect, walked, instagram):
    other = connect("bo", 0)
    post_id = instagram.truth("tess")["likes"][3]["post_id"]
    instagram.like("bo", post_id=post_id)
    plan.adopt(other)
    visit(other.feeds.get())
    download()
    likes = Like.objects.filter(post_id=post_id)
    hashes = [set(like.media.values_list("blob", flat=True)) for like in likes]
    assert len(hashes) == 2
    assert hashes[0] == hashes[1]
    check_whole()


def test_bytes_that_are_here_are_not_put_away_again(one, walked):
    download()
    blob = again(one).blob
    MediaItem.objects.update(state="wanted", blob=None)
    file = Path(default_storage.path(blob.key))
    written = file.stat().st_mtime_ns
    download()
    assert again(one).blob == blob
    assert file.stat().st_mtime_ns == written


def test_the_death_between_bytes_and_reference_leaves_it_wanted(one):
    """What was published and not referred to is found again by its name."""
    download()
    blob = again(one).blob
    MediaItem.objects.update(state="wanted", blob=None)
    Blob.objects.all().delete()
    assert default_storage.exists(blob.key)
    download()
    assert again(one).blob_id == blob.sha256
    check_whole()


def test_who_lost_the_claim_refers_to_nothing(one):
    claim = uuid.uuid4()
    (item,) = claims.take(claim, None)
    fetched = fetcher().fetch(item.source_url, kind="image", into=made(settings.TEMPORARY))
    claims.release(claim)
    assert media.refer(claim, [media.Verified(item, fetched, SEEN)]) == 0
    assert again(one).state == "wanted"


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


SEEN = media.Seen(16, 16, None, "#ffffff")


def test_two_workers_never_hold_the_same_medium(walked):
    first, second = uuid.uuid4(), uuid.uuid4()
    one = {item.pk for item in claims.take(first, None)}
    other = {item.pk for item in claims.take(second, None)}
    assert one
    assert not one & other
    claims.release(first)
    assert {item.pk for item in claims.take(second, None)} >= one - other


def test_what_another_worker_holds_is_left_alone(walked, instagram):
    claims.take(uuid.uuid4(), None)
    download()
    assert not instagram.requests("media")
    assert not MediaItem.objects.exclude(state="wanted").exists()


def test_a_go_is_for_one_person_when_it_says_so(connect, walked):
    plan.adopt(other := connect("bo", 3))
    visit(other.feeds.get())
    download(user=other.user)
    assert not MediaItem.objects.of(other.user).wanted().exists()
    assert not MediaItem.objects.of(walked.user).exclude(state="wanted").exists()


def test_nothing_is_fetched_for_people_who_are_not_active(walked, instagram):
    type(walked.user).objects.update(is_active=False)
    download()
    assert not instagram.requests("media")


def test_when_the_time_is_over_it_says_that_something_is_left(walked):
    assert Download(seconds=0.0).run() is True
    assert not MediaItem.objects.exclude(claim=None).exists()
    assert Download(seconds=60.0).run() is False


def test_when_it_is_broken_off_claims_and_files_are_let_go(walked):
    def interrupt(settled):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Download(after=interrupt).run()
    assert not MediaItem.objects.exclude(claim=None).exists()
    assert not temporary_files()
    check_whole()


def test_a_storage_that_is_down_is_nobodys_attempt(one, shelves):
    shelf = shelves / "media"
    shelf.write_text("a file where a folder should be")
    for _ in range(5):
        download()
    item = again(one)
    assert (item.state, item.trouble, item.attempts) == ("wanted", "storage", 0)
    assert item.not_before > timezone.now()
    assert not Blob.objects.exists()
    assert not temporary_files()
    shelf.unlink()
    download()
    assert again(one).state == "stored"
    check_whole()


def test_while_nothing_can_be_put_away_nothing_more_is_fetched(
    walked, shelves, instagram, settings
):
    settings.MEDIA_CONCURRENCY = 2
    instagram.latency(0.1)
    wanted = MediaItem.objects.count()
    shelf = shelves / "media"
    shelf.write_text("a file where a folder should be")
    download()
    assert len(instagram.requests("media")) <= 6 < wanted
    assert not MediaItem.objects.exclude(claim=None).exists()
    shelf.unlink()
    download()
    assert not MediaItem.objects.wanted().exists()
    assert len(instagram.requests("media")) <= wanted + 6


def test_who_slept_past_their_claim_leaves_the_rest_to_whoever_took_over(
    walked, instagram, settings
):
    settings.MEDIA_CONCURRENCY = 2
    instagram.latency(0.1)
    wanted = MediaItem.objects.count()

    def sleep(settled):
        go._renewed -= 2 * settings.CRAWL_LEASE.total_seconds()

    go = Download(after=sleep)
    go.run()
    assert len(instagram.requests("media")) <= 6 < wanted
    download()
    assert not MediaItem.objects.wanted().exists()
    assert len(instagram.requests("media")) == wanted


def test_a_disk_of_our_own_that_takes_no_file_is_nobodys_attempt(one, settings):
    settings.TEMPORARY, there = Path("/proc/self"), settings.TEMPORARY
    download()
    item = again(one)
    assert (item.state, item.trouble, item.attempts) == ("wanted", "storage", 0)
    assert item.claim is None
    settings.TEMPORARY = there
    download()
    assert again(one).state == "stored"


def test_a_lever_makes_it_wanted_again_unless_it_is_stored(one):
    MediaItem.objects.update(state="refused", attempts=7, refused_times=3, trouble="wrong_type")
    levers.retry(again(one))
    item = again(one)
    assert (item.state, item.attempts, item.refused_times) == ("wanted", 0, 0)
    download()
    levers.retry(again(one))
    assert again(one).state == "stored"


def test_impatient_means_that_no_wait_counts(one):
    MediaItem.objects.update(not_before=timezone.now() + timedelta(hours=1))
    Download().run()
    assert again(one).state == "wanted"
    Download(impatient=True).run()
    assert again(one).state == "stored"


@pytest.mark.django_db(transaction=True)
def test_while_a_fetch_takes_long_its_claim_is_kept(walked, instagram, settings):
    settings.CRAWL_LEASE = timedelta(seconds=3)
    instagram.latency(2.5)
    MediaItem.objects.filter(pk__gt=MediaItem.objects.order_by("pk")[3].pk).delete()
    with ThreadPoolExecutor(1) as worker:
        going = worker.submit(in_thread, Download())
        while not MediaItem.objects.exclude(claim=None).exists() and not going.done():
            time.sleep(0.01)
        taken, kept = [], set()
        while not going.done():
            taken += claims.take(uuid.uuid4(), None)
            kept |= set(MediaItem.objects.wanted().values_list("claimed_until", flat=True))
            time.sleep(0.05)
        going.result()
    assert taken == []
    assert len(kept - {None}) > 1
    assert not MediaItem.objects.wanted().exists()
    assert len(instagram.requests("media")) == 4


def in_thread(go: Download) -> None:
    try:
        go.run()
    finally:
        connection.close()
