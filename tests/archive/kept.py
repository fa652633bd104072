"""Archives as a complete visit leaves them, with real bytes in a storage of their own."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import tokens
from accounts.models import Connection, User
from archive import media
from archive.media import Verified
from archive.models import Blob, Entry, Feed, Like, MediaItem, MonthCount
from archive.models.feed import BLOCK, STRIDE
from archive.rollup import month_of
from archive.words import document
from harvester.models import Schedule
from providers.decoder import Seen
from providers.fetch import Fetched
from providers.shapes import Grant

NOW = datetime(2024, 5, 20, 12, tzinfo=UTC)
CANARY = "canary-token-0123456789"
CAPTION = "a caption that only its person may read"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    """A storage and a folder for temporary files that only this test has."""
    settings.TEMPORARY = tmp_path / "tmp"
    files = {"BACKEND": "archive.storage.Files", "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = {**settings.STORAGES, "default": files}


def feed_of(user: User, *, kind: str = "liked", on_wall: bool = True) -> Feed:
    """A feed of a connection whose sealed grant holds the canary."""
    connection, is_new = Connection.objects.get_or_create(
        provider="instagram",
        upstream_id=f"id-{user.username}",
        defaults={"user": user, "username": user.username},
    )
    if is_new:
        connection.grant = tokens.seal(connection, Grant(CANARY))
        connection.save()
    feed = Feed.objects.create(user=user, connection=connection, kind=kind, on_wall=on_wall)
    Schedule.objects.create(feed=feed)
    return feed


def keep(feed: Feed, count: int, *, pictures: int = 1) -> list[Like]:
    """`count` likes with stored pictures below what the feed has, newest first."""
    begin = feed.entries_count
    made = (_like(feed, begin + place) for place in reversed(range(count)))
    # The oldest gets the lowest id, as nowhere in a real harvest: ids say nothing about order.
    likes = Like.objects.bulk_create(made)[::-1]
    Entry.objects.bulk_create(entry(feed, like) for like in likes)
    for like in likes:
        for position in range(pictures):
            picture(like, position)
    if feed.on_wall:
        for month, times in Counter(month_of(like.liked_at) for like in likes).items():
            MonthCount.objects.get_or_create(user=feed.user, month=month, defaults={"likes": 0})
            row = MonthCount.objects.get(user=feed.user, month=month)
            MonthCount.objects.filter(pk=row.pk).update(likes=row.likes + times)
    feed.entries_count += count
    feed.save()
    return likes


def entry(feed: Feed, like: Like, rank: int = 0) -> Entry:
    """The place of a like, not saved yet."""
    return Entry(
        feed=feed,
        like=like,
        rank=rank or like.rank,
        placed_at=NOW,
        first_seen_at=NOW,
        last_seen_at=NOW,
        placed_visit=1,
        last_visit=1,
    )


def picture(like: Like, position: int = 0) -> MediaItem:
    """A stored picture with bytes of its own and one preview."""
    blob = put(f"picture {position} of {like.user} {like.post_id}".encode())
    return MediaItem.objects.create(
        user_id=like.user_id,
        like=like,
        kind="image",
        position=position,
        source_url="https://cdn.example/secret-path.jpg",
        alt=CAPTION,
        state="stored",
        blob=blob,
    )


def put(content: bytes) -> Blob:
    """Bytes with a preview in storage, and their row."""
    sha256 = hashlib.sha256(content).hexdigest()
    blob = Blob(sha256=sha256, size_bytes=len(content), content_type="image/png", previews=[320])
    default_storage.save(blob.key, ContentFile(content))
    default_storage.save(blob.preview_key(320), ContentFile(b"small"))
    blob.save()
    return blob


def wanted(like: Like, position: int = 0) -> MediaItem:
    """A picture that somebody has just claimed to fetch it."""
    return MediaItem.objects.create(
        user_id=like.user_id,
        like=like,
        kind="image",
        position=position,
        source_url="https://cdn.example/secret-path.jpg",
        claim=uuid.uuid4(),
        claimed_until=datetime.now(UTC) + DAY,
    )


def arrive(item: MediaItem, content: bytes) -> int:
    """What a download does with bytes that it has checked."""
    settings.TEMPORARY.mkdir(parents=True, exist_ok=True)
    path = Path(settings.TEMPORARY) / uuid.uuid4().hex
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    fetched = Fetched(path, len(content), sha256, "image/png")
    if sha256 not in media.known({sha256}):
        media.publish(path, Blob(sha256=sha256).key)
    assert item.claim is not None
    kept = media.refer(item.claim, [Verified(item, fetched, Seen(4, 3, None, "#336699"))])
    path.unlink()
    return kept


def _like(feed: Feed, place: int) -> Like:
    liked_at = NOW - place * DAY
    return Like(
        user=feed.user,
        provider="instagram",
        post_id=f"{feed.pk}_{place}",
        author="ada",
        caption=CAPTION,
        link="https://instagram.example/p/x/",
        posted_at=liked_at - DAY,
        liked_at=liked_at,
        liked_after=liked_at,
        liked_before=NOW,
        is_settled=True,
        wall_feed=feed if feed.on_wall else None,
        rank=BLOCK - STRIDE * (place + 1),
        document=document(CAPTION),
    )
