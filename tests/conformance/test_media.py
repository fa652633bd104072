"""Pictures arrive from where the service says they are, and are what was posted."""

from __future__ import annotations

import hashlib

from archive.models import Like, MediaItem
from harvester.download import Download
from tests.conformance.standin import jpeg
from tests.conftest import visit


def fetched(feed, service, count: int = 4) -> list[MediaItem]:
    """The media of somebody's newest likes, after a go at them."""
    service.likes["tess"] = service.likes["tess"][:count]
    visit(feed)
    Download().run()
    return list(MediaItem.objects.select_related("like", "blob"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def of(post_id: str) -> MediaItem:
    return MediaItem.objects.get(like__post_id=post_id)


def test_every_picture_comes_as_it_was_posted(feed, service, shelves):
    items = fetched(feed, service)
    assert len(items) == Like.objects.count() == 4
    for item in items:
        assert (item.state, item.is_copy, item.trouble) == ("stored", False, "")
        assert item.blob_id == sha256(service.picture(item.like.post_id))


def test_the_api_is_not_asked_for_pictures_again(feed, service, shelves):
    fetched(feed, service)
    asked = len(service.asked_pages())
    service.forget()
    assert not Download().run()
    assert not service.heard()
    assert asked == len(service.pages_of(4))


def test_other_bytes_are_never_taken_for_the_original(feed, service, shelves):
    """Where the address tells the hash; there a smaller copy is taken, and marked as one."""
    post_id = service.order()[0]
    service.swapped[post_id] = jpeg(7, 64)
    fetched(feed, service)
    item = of(post_id)
    assert item.state == "stored"
    assert item.is_copy == service.proves_bytes
    is_swapped = item.blob_id == sha256(jpeg(7, 64))
    assert is_swapped != service.proves_bytes


def test_what_is_no_picture_is_never_stored(feed, service, shelves):
    """It is asked for again later; a service with copies gives one meanwhile."""
    post_id = service.order()[0]
    service.swapped[post_id] = b"<!doctype html>Sorry"
    items = fetched(feed, service)
    item = of(post_id)
    assert item.state == ("stored" if service.proves_bytes else "wanted")
    assert item.is_copy == service.proves_bytes
    assert bool(item.trouble) != service.proves_bytes
    assert sum(one.state == "stored" for one in items) == 3 + service.proves_bytes


def test_an_original_that_is_gone_is_replaced_by_a_copy_or_waited_for(feed, service, shelves):
    post_id = service.order()[0]
    service.swapped[post_id] = None
    fetched(feed, service)
    item = of(post_id)
    if service.proves_bytes:
        assert (item.state, item.is_copy) == ("stored", True)
        assert item.blob_id == sha256(service.seen(post_id, small=True).body)
    else:
        assert (item.state, item.gone_at is not None) == ("wanted", True)


def test_the_same_picture_is_not_fetched_twice_for_one_person(feed, service, shelves):
    fetched(feed, service)
    post_id = service.order()[2]
    service.relike(post_id)
    service.forget()
    visit(feed)
    Download().run()
    media = {"cdn", "authors"} & service.places.keys()
    assert not service.heard(*media)


def test_pictures_cost_one_request_each(feed, service, shelves):
    fetched(feed, service)
    media = {"cdn", "authors"} & service.places.keys()
    assert len(service.heard(*media)) == 4
