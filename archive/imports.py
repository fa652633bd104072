"""Keeping rows of an export: likes, their places by time, and what follows for other doors.

An export tells of every like with its time, and there is nothing to visit: its lists are ordered
by time, and what one file says is merged with what the others said, whichever comes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count

from django.db import transaction
from django.db.models import F, Max

from accounts import upstream
from accounts.models import Connection
from archive import filed, filling, rollup
from archive.copying import hear
from archive.filed import Place
from archive.hanging import HUNG, hang_exactly
from archive.ingest import write_likes
from archive.models import Entry, Feed, Like
from archive.models.feed import STRIDE
from providers.shapes import ExportRow, LikedPost


class Outcome(StrEnum):
    """What became of a row."""

    NEW = "new"
    HERE = "here"
    IMPROVED = "improved"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a row, and the like it led to, if any."""

    outcome: Outcome
    like_id: int | None


# A clock shows at most so much more or less than UTC.
EARTH = timedelta(hours=14)
EVIDENCE = ["liked_at", "after", "placed_at", "first_seen_at", "last_seen_at"]
_Rows = list[tuple[int, LikedPost]]


def keep(connection: Connection, rows: Sequence[ExportRow], made_at: datetime | None) -> list[Kept]:
    """Keep rows of an export that was made at `made_at`; what became of each, in their order.

    In one commit, with the person locked as the pages of a visit lock them. Safe to repeat.
    """
    found = [Kept(Outcome.UNRESOLVED if row.reason else Outcome.HERE, None) for row in rows]
    with transaction.atomic():
        now = filed.lock(connection)
        for feed, members in _by_feed(connection, rows).items():
            for at, kept in _keep_in(feed, members, made_at or now, now):
                found[at] = kept
    return found


def finish(connection: Connection) -> None:
    """After the last rows: vague ones that others explain, places by time, gaps, sharper ranges.

    Safe to repeat.
    """
    with transaction.atomic():
        filed.lock(connection)
        for feed in Feed.objects.filter(connection=connection).select_related("connection"):
            filed.explain(feed)
            filed.order_by_time(feed)
            filling.close_gaps(feed)
        filed.sharpen(connection)


def _by_feed(connection: Connection, rows: Iterable[ExportRow]) -> dict[Feed, _Rows]:
    """Posts with the numbers of their rows, by list; lists are made where missing."""
    feeds: dict[tuple[str, str], Feed] = {}
    members: dict[Feed, _Rows] = {}
    for at, row in enumerate(rows):
        if row.reason:
            continue
        key = (row.feed, row.title)
        feed = feeds.get(key) or feeds.setdefault(key, _feed(connection, *key))
        own = members.setdefault(feed, [])
        if row.post:
            own.append((at, row.post))
    return members


def _feed(connection: Connection, kind: str, title: str) -> Feed:
    # Of collections there are many, told apart by what their person calls them.
    named = hashlib.sha256(title.encode("utf-8", "replace")).hexdigest()[:16]
    feed, _ = Feed.objects.select_related("connection").get_or_create(
        connection=connection,
        kind=f"{kind}:{named}" if title else kind,
        defaults={
            "user_id": connection.user_id,
            "on_wall": upstream.service(connection.provider).kinds[kind].on_wall,
            "title": title[:255],
        },
    )
    return feed


def _keep_in(
    feed: Feed, members: _Rows, made_at: datetime, now: datetime
) -> Iterable[tuple[int, Kept]]:
    places = filed.places(feed, [post for _, post in members])
    hung = [place.like for place in places.values() if place.like.wall_feed_id]
    before = [like.liked_at for like in hung]
    _take_places(feed, places.values(), made_at, now)
    write_likes(feed, [place.like for place in places.values() if _hear(feed, place, made_at)])
    hung = [place.like for place in places.values() if place.like.wall_feed_id]
    rollup.move(feed.user_id, before, [like.liked_at for like in hung])
    _write_entries(feed, list(places.values()))
    return _outcomes(members, places)


def _take_places(feed: Feed, places: Iterable[Place], made_at: datetime, now: datetime) -> None:
    """An entry for each; above all others for now, `finish` puts them where they belong."""
    top = Entry.objects.filter(feed=feed).aggregate(top=Max("rank"))["top"] or 0
    ranks = count(top + STRIDE, STRIDE)
    for place in places:
        if place.entry is None:
            place.entry = filed.new_entry(feed, place.like, next(ranks), made_at, now)
        entry = place.entry
        entry.first_seen_at = min(entry.first_seen_at, made_at)
        entry.last_seen_at = max(entry.last_seen_at, made_at)
        if place.rough_at:
            _bound(entry, place.rough_at)
        if place.said_at and (entry.liked_at is None or place.said_at > entry.liked_at):
            place.is_sharper = place.after is None or place.after <= place.said_at
            entry.liked_at = place.said_at


def _bound(entry: Entry, rough_at: datetime) -> None:
    """A clock's time somewhere on earth is a range, and so are several."""
    entry.after = max(entry.after or rough_at - EARTH, rough_at - EARTH)
    entry.placed_at = min(entry.placed_at, rough_at + EARTH)


def _hear(feed: Feed, place: Place, made_at: datetime) -> bool:
    """Take over what the rows say of a post; whether its like has to be written."""
    heard = [hear(post, place.like, made_at) for post in place.posts]
    is_hung = feed.on_wall and _hang(feed, place)
    return place.is_new or any(heard) or is_hung


def _hang(feed: Feed, place: Place) -> bool:
    """What a visit has hung stays where it is; the rest hangs here, under its time."""
    like, entry = place.like, place.entry
    was = [getattr(like, name) for name in HUNG]
    said = [moment for moment in (like.said_at, entry and entry.liked_at) if moment]
    if like.is_exact and like.said_at and place.said_at:
        place.is_sharper &= like.said_at < place.said_at
    like.said_at = max(said, default=None)
    if entry and like.wall_feed_id in {None, feed.pk}:
        like.wall_feed, like.rank = feed, entry.rank
        if like.said_at:
            hang_exactly(like, like.said_at)
        else:
            _guess(like, entry)
    return was != [getattr(like, name) for name in HUNG]


def _guess(like: Like, entry: Entry) -> None:
    """The export does not say when: after it was posted, and before we read of it."""
    before = entry.placed_at
    bounds = [at for at in (like.posted_at, entry.after) if at and at <= before]
    like.liked_after, like.liked_before = max(bounds, default=None), before
    like.liked_at = like.liked_after or min(entry.first_seen_at, before)
    if entry.after and entry.after <= before <= entry.after + 2 * EARTH:
        like.liked_at = max(like.liked_at, entry.after + (before - entry.after) / 2)
    like.is_settled, like.is_exact = True, False


def _write_entries(feed: Feed, places: Sequence[Place]) -> None:
    entries = [place.entry for place in places if place.entry]
    new = [entry for entry in entries if entry._state.adding]
    known = [entry for entry in entries if not entry._state.adding]
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(known, EVIDENCE)
    if new:
        Feed.objects.filter(pk=feed.pk).update(entries_count=F("entries_count") + len(new))


def _outcomes(members: _Rows, places: dict[str, Place]) -> Iterable[tuple[int, Kept]]:
    """The first row of a new post is new, every other one is here already."""
    told: set[str] = set()
    for at, post in members:
        place = places.get(post.post_id)
        if place is None:
            yield at, Kept(Outcome.HERE, None)
            continue
        outcome = Outcome.HERE if post.post_id in told else _outcome(place)
        told.add(post.post_id)
        yield at, Kept(outcome, place.like.pk)


def _outcome(place: Place) -> Outcome:
    if not place.is_known:
        return Outcome.NEW
    return Outcome.IMPROVED if place.is_sharper else Outcome.HERE
