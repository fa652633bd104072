"""A person's likes, one after the other in the wall's order, as they take them along."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from django.db import connection

from accounts.models import User
from archive.models import Entry, Feed, Like, MediaItem
from archive.models.like import LikeQuerySet
from archive.snapshot import snapshot
from providers.crashpoints import crashpoint

CHUNK = 500
_KINDS: list[str] = [MediaItem.Kind.IMAGE, MediaItem.Kind.VIDEO]
_OF_LIKE = (
    *("provider", "post_id", "author", "caption", "link", "posted_at", "wall_feed"),
    *("liked_at", "liked_after", "liked_before", "is_favourite"),
)
_OF_MEDIUM = (
    *("like", "kind", "position", "state"),
    *("blob__sha256", "blob__size_bytes", "blob__content_type"),
)
# JSON allows them inside a line, many readers of lines do not.
_ENDINGS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_Row = TypeVar("_Row", Entry, MediaItem)


def lines(user: User, *, everything: bool = False) -> Iterator[str]:
    """`records` as JSON, one line each."""
    for record in records(user, everything=everything):
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        yield f"{text.translate(_ENDINGS)}\n"


def records(user: User, *, everything: bool = False) -> Iterator[dict[str, object]]:
    """The likes on a person's wall, newest first; `everything`: then those of other feeds.

    As they were at one moment, whatever is harvested meanwhile; a few queries and the memory
    of CHUNK likes at a time.
    """
    likes = Like.objects.of(user)
    with snapshot():
        feeds = Feed.objects.of(user).in_bulk()
        yield from _in_chunks(likes.on_wall().newest_first(), feeds)
        if everything:
            others = likes.filter(on_wall=False).order_by("kept_at", "pk")
            yield from _in_chunks(others, feeds)


def count(user: User, *, everything: bool = False) -> int:
    """How many records there are."""
    likes = Like.objects.of(user)
    return (likes if everything else likes.on_wall()).count()


def _in_chunks(likes: LikeQuerySet, feeds: dict[int, Feed]) -> Iterator[dict[str, object]]:
    for ids in _ids(likes):
        here = Like.objects.only(*_OF_LIKE).in_bulk(ids)
        entries = _by_like(Entry.objects.filter(like__in=ids).only("like", "feed", "rank"))
        media = _by_like(
            MediaItem.objects.filter(like__in=ids).select_related("blob").only(*_OF_MEDIUM)
        )
        for pk in ids:
            yield _record(here[pk], entries[pk], media[pk], feeds)
        crashpoint("export.half")


def _ids(likes: LikeQuerySet) -> Iterator[list[int]]:
    """The ids of a query in its order; the server keeps the rest while we read."""
    sql, values = likes.values_list("pk").query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(CHUNK):
            yield [pk for (pk,) in rows]


def _by_like(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.like_id].append(row)
    return found


def _record(
    like: Like, entries: list[Entry], media: list[MediaItem], feeds: dict[int, Feed]
) -> dict[str, object]:
    sources = [(entry, feeds[entry.feed_id]) for entry in entries]
    sources.sort(key=lambda source: _liked_feed_first(like, source[1]))
    media.sort(key=lambda item: (item.position, _KINDS.index(item.kind)))
    return {
        "id": like.pk,
        "provider": like.provider,
        "post_id": like.post_id,
        "author": like.author,
        "caption": like.caption,
        "link": like.link,
        "posted_at": _moment(like.posted_at),
        "liked_at": _moment(like.liked_at),
        "liked_after": _moment(like.liked_after),
        "liked_before": _moment(like.liked_before),
        "sources": [
            {"feed": feed.pk, "kind": feed.kind, "rank": entry.rank} for entry, feed in sources
        ],
        "media": [_medium(item) for item in media],
        # Of likes with a star alone: a line without one is as readers have always known it.
        **({"favourite": True} if like.is_favourite else {}),
    }


def _liked_feed_first(like: Like, feed: Feed) -> tuple[bool, bool, int]:
    """The feed that gives it its place on the wall, other liked feeds, the rest."""
    return feed.pk != like.wall_feed_id, not feed.on_wall, feed.pk


def _medium(item: MediaItem) -> dict[str, object]:
    return {
        "kind": item.kind,
        "position": item.position,
        "sha256": item.blob.sha256 if item.blob else None,
        "size": item.blob.size_bytes if item.blob else None,
        "content_type": item.blob.content_type if item.blob else None,
        "state": item.state,
    }


def _moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, ending in Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
