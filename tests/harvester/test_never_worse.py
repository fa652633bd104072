"""Stored is stored: whatever a service shows later, the copy that was good stays as it is."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from archive import media, wanted
from archive.media import Verified
from archive.models import Blob, Feed, MediaItem
from harvester import levers, plan
from harvester.download import Download
from harvester.getting import decoder
from providers.fetch import Fetched
from providers.shapes import MediaSource
from tests.conftest import visit
from tests.harvester.test_download import download

pytestmark = pytest.mark.django_db
WORSE = {
    "smaller": {},
    "no picture at all": {"kind": "html_200"},
    "nothing": {"kind": "empty_200"},
    "half of it": {"kind": "truncated_picture"},
    "another type": {"kind": "wrong_type_picture"},
    "not there": {"kind": "missing_media"},
    "not for us": {"kind": "forbidden_media"},
}


@pytest.fixture
def feed_of_five(connect, shelves, instagram) -> Feed:
    """Five likes with all of their media."""
    plan.adopt(account := connect("tess", 5))
    feed = Feed.objects.get(connection=account)
    visit(feed)
    download()
    assert not MediaItem.objects.wanted().exists()
    return feed


def everything() -> list[tuple[object, ...]]:
    """What is kept of the media, with the bytes."""
    rows = MediaItem.objects.order_by("pk").select_related("blob")
    return [
        (item.pk, item.state, item.blob_id, item.source_url, item.is_copy, read(item.blob))
        for item in rows
    ]


def read(blob: Blob) -> bytes:
    with default_storage.open(blob.key) as file:
        return bytes(file.read())


def listed_elsewhere() -> None:
    """A page lists every medium at another place, at a quarter of its size."""
    for item in MediaItem.objects.select_related("like"):
        worse = MediaSource(item.kind, item.position, f"{item.source_url}/small.jpg", 10, 10)
        wanted.note([(item.like, [worse])])


@pytest.mark.parametrize("worse", WORSE)
def test_a_kept_copy_is_not_replaced(feed_of_five, instagram, worse):
    before = everything()
    fault = WORSE[worse]
    if fault:
        instagram.fail(fault["kind"], times=None, match="media")
    instagram.expire_media()
    instagram.forget_requests()
    listed_elsewhere()
    visit(feed_of_five)
    for item in MediaItem.objects.all():
        levers.retry(item)
    download(impatient=True)
    assert everything() == before
    assert not instagram.requests("media")


def small_picture(folder: Path) -> Fetched:
    """A placeholder: a whole picture, and not the one that was posted."""
    bytes_of = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(bytes_of, "PNG")
    path = folder / "small.png"
    path.write_bytes(bytes_of.getvalue())
    sha256 = hashlib.sha256(bytes_of.getvalue()).hexdigest()
    return Fetched(path, len(bytes_of.getvalue()), sha256, "image/png")


def test_who_fetched_it_meanwhile_does_not_replace_it(feed_of_five, tmp_path):
    """A slow worker comes back with a placeholder for what another one has stored."""
    before = everything()
    item = MediaItem.objects.filter(kind="image").first()
    placeholder = small_picture(tmp_path)
    seen = decoder().inspect(placeholder.path, placeholder.content_type)
    media.publish(placeholder.path, Blob(sha256=placeholder.sha256).key)
    nobodys, its_own = uuid.uuid4(), uuid.uuid4()
    MediaItem.objects.filter(pk=item.pk).update(claim=its_own)
    for claim in (nobodys, its_own):
        assert media.refer(claim, [Verified(item, placeholder, seen)]) == 0
    assert everything() == before


def test_the_next_go_has_nothing_to_do(feed_of_five, instagram):
    instagram.forget_requests()
    listed_elsewhere()
    assert not Download().run()
    assert not instagram.requests()
