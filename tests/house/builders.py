"""Archives made in no time: rows as a complete visit leaves them, and the bytes behind them."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts import tokens
from accounts.models import Connection, User
from archive.models import Blob, Entry, Feed, Like, MediaItem, MonthCount
from archive.models.feed import BLOCK, STRIDE
from archive.rollup import month_of
from archive.words import document
from harvester.models import Crawl, Import, ImportRow, Schedule
from providers.shapes import Grant

NOW = datetime(2024, 5, 20, 12, tzinfo=UTC)
# So far apart that a thousand likes hang under a hundred months.
STEP = timedelta(days=3)
WIDTHS = [320, 960]


def connect(user: User, name: str = "") -> Connection:
    """A connection of `user` with a sealed grant, its liked feed, and one visit that is over."""
    connection = Connection(
        user=user, provider="instagram", upstream_id=name or user.username, username=user.username
    )
    connection.grant = tokens.seal(connection, Grant("a-token"))
    connection.save()
    feed = Feed.objects.create(
        user=user,
        connection=connection,
        kind="liked",
        on_wall=True,
        visits=2,
        completed_at=NOW,
        walked_whole_at=NOW,
    )
    Schedule.objects.create(feed=feed, last_visit_at=NOW, last_success_at=NOW)
    visit(feed)
    return connection


def visit(feed: Feed) -> Crawl:
    """One more visit in the log of a feed."""
    number = Crawl.objects.filter(feed=feed).count() + 1
    return Crawl.objects.create(
        feed=feed,
        number=number,
        ceiling=BLOCK,
        state=Crawl.State.DONE,
        began_at=NOW,
        finished_at=NOW,
        pages=1,
        new_entries=3,
    )


def bring(user: User) -> Import:
    """A file that was imported, with a row."""
    row = Import.objects.create(
        user=user, name="export.zip", state=Import.State.DONE, finished_at=NOW, total=1, new=1
    )
    ImportRow.objects.create(file=row, number=1, outcome=ImportRow.Kind.NEW, label="a row")
    return row


def like(feed: Feed, count: int, *, pictures: int = 1) -> list[Like]:
    """Hang `count` likes with their pictures under those of a feed, oldest last."""
    begin = Entry.objects.filter(feed=feed).count()
    likes = Like.objects.bulk_create(_like(feed, begin + place) for place in range(count))
    Entry.objects.bulk_create(_entry(feed, like) for like in likes)
    media = [(like, position) for like in likes for position in range(pictures)]
    blobs = {media_of: _blob(*media_of) for media_of in media}
    Blob.objects.bulk_create(blobs.values())
    MediaItem.objects.bulk_create(
        _medium(like, position, blobs[like, position]) for like, position in media
    )
    for month, times in Counter(month_of(like.liked_at) for like in likes).items():
        row, _ = MonthCount.objects.get_or_create(
            user=feed.user, month=month, defaults={"likes": 0}
        )
        MonthCount.objects.filter(pk=row.pk).update(likes=row.likes + times)
    Feed.objects.filter(pk=feed.pk).update(entries_count=begin + count)
    return likes


def put_bytes(blob: Blob, content: bytes) -> None:
    """Something to serve for a blob and its previews; what it is does not matter here."""
    for key in (blob.key, *(blob.preview_key(width) for width in WIDTHS)):
        default_storage.save(key, ContentFile(content))


def _like(feed: Feed, place: int) -> Like:
    liked_at = NOW - place * STEP
    caption = f"Harbour at dusk, number {place} #sea"
    return Like(
        user=feed.user,
        provider="instagram",
        post_id=f"{feed.pk}_{place}",
        author_id=f"ada-{feed.pk}",
        author="ada",
        author_name="Ada Pix",
        caption=caption,
        link="https://instagram.example/p/x/",
        hashtags=["sea"],
        posted_at=liked_at - STEP,
        liked_at=liked_at,
        liked_after=liked_at,
        liked_before=NOW,
        is_settled=True,
        wall_feed=feed,
        rank=BLOCK - STRIDE * (place + 1),
        document=document(caption, "ada", "Ada Pix", "", "#sea"),
    )


def _entry(feed: Feed, like: Like) -> Entry:
    return Entry(
        feed=feed,
        like=like,
        rank=like.rank,
        placed_at=NOW,
        first_seen_at=NOW,
        last_seen_at=NOW,
        placed_visit=1,
        last_visit=2,
    )


def _blob(like: Like, position: int) -> Blob:
    sha256 = hashlib.sha256(f"{like.user_id} {like.post_id} {position}".encode()).hexdigest()
    return Blob(
        sha256=sha256,
        size_bytes=9,
        content_type="image/jpeg",
        width=640,
        height=800,
        colour="#336699",
        previews=WIDTHS,
    )


def _medium(like: Like, position: int, blob: Blob) -> MediaItem:
    return MediaItem(
        user_id=like.user_id,
        like=like,
        kind=MediaItem.Kind.IMAGE,
        position=position,
        source_url="https://cdn.example/p.jpg",
        state=MediaItem.State.STORED,
        blob=blob,
    )
