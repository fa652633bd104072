"""Small previews, off the harvest's path: each stored picture gets them, nothing waits for them."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from archive.models import Blob, Feed
from harvester import plan, previews, tasks
from harvester.download import Download
from harvester.models import Chore
from tests.conftest import visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(connect, shelves) -> list[Blob]:
    """The bytes of a few likes."""
    plan.adopt(account := connect("tess", 8))
    visit(Feed.objects.get(connection=account))
    Download().run()
    return list(Blob.objects.all())


def pictures() -> list[Blob]:
    return list(Blob.objects.filter(content_type__startswith="image/"))


def test_each_picture_gets_its_previews(stored):
    assert previews.missing()
    previews.make()
    assert not previews.missing()
    for blob in pictures():
        assert blob.previews
        for width in blob.previews:
            with default_storage.open(blob.preview_key(width)) as file:
                picture = Image.open(io.BytesIO(file.read()))
            assert (picture.format, picture.width) == ("WEBP", width)
            assert not picture.getexif()


def test_a_video_has_none_and_does_not_wait_for_them(stored):
    Blob.objects.filter(pk=stored[0].pk).update(content_type="video/mp4")
    previews.make()
    assert Blob.objects.get(pk=stored[0].pk).previews == []


def test_made_once_they_are_not_made_again(stored):
    previews.make()
    blob = pictures()[0]
    key = blob.preview_key(blob.previews[0])
    default_storage.delete(key)
    previews.make()
    assert not default_storage.exists(key)


def test_when_the_time_is_over_it_says_that_some_are_missing(stored):
    assert previews.make(seconds=0.0) is True
    assert previews.missing()


def test_bytes_that_are_not_there_cost_the_others_nothing(stored):
    lost = pictures()[-1]
    default_storage.delete(lost.key)
    previews.make()
    assert Blob.objects.get(pk=lost.pk).previews == []
    assert not previews.missing()


def test_bytes_that_cannot_be_decoded_cost_the_others_nothing(stored, shelves):
    broken = pictures()[-1]
    Path(default_storage.path(broken.key)).write_bytes(b"no picture")
    previews.make()
    assert Blob.objects.get(pk=broken.pk).previews == []
    assert all(blob.previews for blob in pictures() if blob.pk != broken.pk)


def test_a_storage_that_is_down_leaves_them_to_be_made(stored, shelves):
    shelf = shelves / "media"
    shelf.rename(shelves / "elsewhere")
    shelf.write_text("a file where a folder should be")
    previews.make()
    assert previews.missing()
    shelf.unlink()
    (shelves / "elsewhere").rename(shelf)
    previews.make()
    assert all(blob.previews for blob in pictures())


def test_no_temporary_file_stays(stored, settings):
    previews.make()
    assert not list(settings.TEMPORARY.iterdir())


def test_one_worker_at_a_time_makes_them_so_that_others_are_free(stored):
    assert Chore.objects.begin("previews", timedelta(minutes=1))
    tasks.preview()
    assert previews.missing()
    Chore.objects.update(next_at=timezone.now())
    tasks.preview()
    assert not previews.missing()


def test_of_a_worker_that_died_over_them_another_takes_over(stored):
    assert Chore.objects.begin("previews", timedelta(seconds=-1))
    tasks.preview()
    assert not previews.missing()


def test_when_they_are_made_the_next_ones_need_not_wait(stored):
    tasks.preview()
    assert Chore.objects.begin("previews", timedelta(minutes=1))
