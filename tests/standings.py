"""Sources in every state that they can be in, made by hand: for pictures and for tests.

Each is a person of their own, with one source. Times count back from now, so that "until
14:20" and "3 minutes ago" are said as they are on any day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts import upstream
from accounts.models import Connection, User
from archive.models import Entry, Feed, Gap, Like, MediaItem, MonthCount
from archive.models.feed import BLOCK, STRIDE
from archive.rollup import month_of
from archive.words import document
from harvester.models import Crawl, Halt, Schedule

LIKES = 320
# Years back to the oldest of them, and how they thin out on the way there.
YEARS = 4.2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENT = timedelta(minutes=2)


def source(name: str, *, likes: int = LIKES, **schedule: Any) -> Feed:
    """The list of a person with likes of some years, last visited a moment ago, all well."""
    now = timezone.now()
    user = User.objects.create_user(name)
    connection = Connection.objects.create(
        user=user, provider="instagram", upstream_id=name, username=name, grant="sealed"
    )
    feed = Feed.objects.create(
        user=user,
        connection=connection,
        kind="liked",
        on_wall=True,
        visits=12,
        entries_count=likes,
        completed_at=now - MOMENT,
        shown_most=300,
    )
    _like(feed, likes, now)
    known = {
        "next_visit_at": now + 3 * HOUR,
        "reason": "because you like about 40 a day",
        "last_visit_at": now - MOMENT,
        "last_success_at": now - MOMENT,
        "loses_at": now + 2 * DAY,
        "most_found": 41,
        "pace": {"recent": [[1, 2, 3]]},
        "watched_since": now - 90 * DAY,
    }
    Schedule.objects.create(feed=feed, **known | schedule)
    for number, (ago, new) in enumerate(((27, 18), (22, 0), (15, 41), (7, 9), (3, 6)), 8):
        visit(feed, number, now - ago * HOUR, new_entries=new)
    visit(feed, 13, now - MOMENT, new_entries=12)
    ask(feed, 38)
    return feed


def visit(feed: Feed, number: int, at: datetime, **facts: Any) -> Crawl:
    """A visit in its log, over and well unless told otherwise."""
    facts = {"state": "done", "pages": 3, "known_entries": 33, "began_at": at} | facts
    if facts["state"] in {"done", "failed", "stopped"}:
        facts = {"finished_at": at + timedelta(seconds=7)} | facts
    facts.setdefault("wanted", facts.get("new_entries", 0))
    return Crawl.objects.create(feed=feed, number=number, ceiling=BLOCK, opened_at=at, **facts)


def gap(feed: Feed, place: int, *, state: str = "lost", **facts: Any) -> Gap:
    """A gap under the like so many places below the newest; the last one is the bottom."""
    ranks = list(feed.entries.in_upstream_order().values_list("rank", flat=True)[place : place + 2])
    lower = ranks[1] if len(ranks) > 1 else None
    over = None if state == "open" else timezone.now() - DAY
    return Gap.objects.create(
        feed=feed, state=state, upper=ranks[0], lower=lower, opened_visit=3, ended_at=over, **facts
    )


def well(name: str = "well") -> Feed:
    """Up to date; older than this the service shows no more."""
    feed = source(name)
    gap(feed, LIKES - 1)
    return feed


def lost(name: str = "lost") -> Feed:
    """Up to date, and something is lost in the middle for good."""
    feed = well(name)
    gap(feed, 120, estimate=12)
    gap(feed, 210, estimate=30)
    feed.crawls.filter(number=10).update(gaps=1)
    feed.crawls.filter(number=12).update(healed=1)
    return feed


def unread(name: str = "unread") -> Feed:
    """A visit was cut off: the next one goes on, and nothing says that it is complete."""
    now = timezone.now()
    feed = well(name)
    gap(feed, 6, state="open", estimate=25)
    visit(feed, 14, now - MOMENT / 2, state="failed", trouble="circles", gaps=1, new_entries=7)
    Schedule.objects.filter(feed=feed).update(reason="because the last visit ended early")
    return feed


def behind(name: str = "behind") -> Feed:
    """An earlier visit was cut off, and the one after that did not come so far down."""
    feed = well(name)
    gap(feed, 40, state="open", estimate=25)
    feed.crawls.filter(number=12).update(gaps=1, state="stopped")
    return feed


def new(name: str = "new") -> Feed:
    """It is connected, and its first visit is about to start."""
    feed = source(name, likes=0, last_success_at=None, loses_at=None, pace={}, last_visit_at=None)
    feed.crawls.all().delete()
    Feed.objects.filter(pk=feed.pk).update(completed_at=None, shown_most=0)
    Schedule.objects.filter(feed=feed).update(next_visit_at=timezone.now(), reason="")
    return feed


def busy(name: str = "busy") -> Feed:
    """A visit is under way, and all before it were complete."""
    now = timezone.now()
    feed = well(name)
    visit(feed, 14, now - timedelta(seconds=4), state="running", moved_at=now, pages=1)
    return feed


def arriving(name: str = "arriving") -> Feed:
    """Its first visit is under way."""
    now = timezone.now()
    feed = source(name, likes=140, last_success_at=None, loses_at=None, pace={})
    feed.crawls.all().delete()
    Feed.objects.filter(pk=feed.pk).update(completed_at=None, shown_most=0)
    gap(feed, 139, state="open")
    visit(feed, 1, now - MOMENT, state="running", moved_at=now, new_entries=140, known_entries=0)
    return feed


def held(name: str = "held") -> Feed:
    """It suddenly shows far fewer: somebody is asked."""
    feed = well(name)
    Feed.objects.filter(pk=feed.pk).update(held_at=timezone.now() - MOMENT, held_entries=288)
    return feed


def late(name: str = "late") -> Feed:
    """Past half of the way to the loss date: visits end early again and again."""
    now = timezone.now()
    feed = source(name, last_success_at=now - 2 * DAY, loses_at=now + DAY, failures=4)
    feed.crawls.all().delete()
    Feed.objects.filter(pk=feed.pk).update(completed_at=now - 2 * DAY)
    Schedule.objects.filter(feed=feed).update(
        reason="because the last visit ended early", next_visit_at=now + HOUR
    )
    visit(feed, 8, now - 2 * DAY, new_entries=14)
    for number, hours in enumerate((30, 20, 9, 3), 9):
        ended = {"state": "failed", "trouble": "no_data", "pages": 0, "known_entries": 0}
        visit(feed, number, now - hours * HOUR, **ended)
    return feed


def overdue(name: str = "overdue") -> Feed:
    """The planned visit has not begun: no worker is there, or no metronome."""
    now = timezone.now()
    feed = source(name, last_success_at=now - 7 * HOUR, next_visit_at=now - 3 * HOUR)
    feed.crawls.filter(number__gt=11).delete()
    Feed.objects.filter(pk=feed.pk).update(completed_at=now - 7 * HOUR)
    return feed


def no_room(name: str = "no_room") -> Feed:
    """Likes are kept, and the storage takes none of their pictures."""
    feed = well(name)
    MediaItem.objects.bulk_create(
        MediaItem(user=feed.user, like=like, kind="image", position=0, trouble="storage")
        for like in feed.user.likes.newest_first()[:12]
    )
    return feed


def ended(name: str = "ended") -> Feed:
    """The service ended our permission, and half of the time is over."""
    now = timezone.now()
    feed = source(name, last_success_at=now - 4 * DAY, loses_at=now + HOUR)
    feed.crawls.filter(number__gt=7).delete()
    visit(feed, 13, now - 4 * DAY, new_entries=12)
    Connection.objects.filter(feeds=feed).update(state="needs_you", trouble="token")
    Feed.objects.filter(pk=feed.pk).update(completed_at=now - 4 * DAY)
    visit(feed, 14, now - 3 * DAY, state="waiting", trouble="token", known_entries=0, pages=0)
    return feed


def limited(name: str = "limited") -> Feed:
    """The service asked us to slow down."""
    now = timezone.now()
    feed = well(name)
    Connection.objects.filter(feeds=feed).update(not_before=now + HOUR)
    until = {"state": "waiting", "not_before": now + HOUR, "trouble": "rate_limited"}
    visit(feed, 14, now - MOMENT / 2, new_entries=20, moved_at=now, **until)
    return feed


def used_up(name: str = "used_up") -> Feed:
    """We have asked as often as we may in an hour."""
    feed, now = well(name), timezone.now()
    most = upstream.budget(feed.connection)
    assert most is not None
    ask(feed, most.budget)
    until = {"state": "waiting", "not_before": now + HOUR / 2, "trouble": "budget_used"}
    visit(feed, 14, now - MOMENT / 2, new_entries=20, moved_at=now, **until)
    return feed


def ask(feed: Feed, calls: int) -> None:
    """So many requests within the last half of an hour."""
    minutes = [0] * 30 + [calls]
    Connection.objects.filter(feeds=feed).update(
        calls=minutes, calls_minute=int(timezone.now().timestamp()) // 60
    )


def stuck(name: str = "stuck") -> Feed:
    """A visit has not moved for a while."""
    now = timezone.now()
    feed = well(name)
    moved = now - timedelta(minutes=14)
    _last_seen(feed, now - 3 * HOUR)
    visit(feed, 14, moved - MOMENT, state="running", moved_at=moved, new_entries=20)
    return feed


def _last_seen(feed: Feed, at: datetime) -> None:
    """Its last successful visit is that of number 12, and none came since."""
    feed.crawls.filter(number=13).delete()
    Schedule.objects.filter(feed=feed).update(last_success_at=at, last_visit_at=at)
    Feed.objects.filter(pk=feed.pk).update(completed_at=at)


def paused(name: str = "paused") -> Feed:
    """Paused by its person, for too long."""
    now = timezone.now()
    feed = source(name, paused_at=now - 3 * DAY, last_success_at=now - 3 * DAY, loses_at=now - HOUR)
    Feed.objects.filter(pk=feed.pk).update(completed_at=now - 3 * DAY)
    feed.crawls.all().delete()
    visit(feed, 13, now - 3 * DAY, new_entries=12)
    return feed


def gone(name: str = "gone") -> Feed:
    """Disconnected by its person."""
    feed = well(name)
    Connection.objects.filter(feeds=feed).update(state="disconnected", grant="")
    return feed


def file(name: str = "file") -> Feed:
    """It came as files, and is never visited."""
    feed = source(name)
    Connection.objects.filter(feeds=feed).update(standing="file", grant="")
    feed.crawls.all().delete()
    feed.schedule.delete()
    return feed


def closed(name: str = "closed") -> Feed:
    """The service has closed the list for everybody; other people's are not in this house."""
    feed = well(name)
    Connection.objects.filter(feeds=feed).update(instance="closed.example")
    Halt.objects.create(provider="instagram", instance="closed.example", kind="liked")
    _last_seen(feed, timezone.now() - 3 * HOUR)
    visit(feed, 14, timezone.now() - HOUR, state="failed", trouble="retired", known_entries=0)
    return feed


ALL: dict[str, Callable[[], Feed]] = {
    builder.__name__: builder
    for builder in (
        *(well, lost, unread, behind, new, busy, arriving, held, late, overdue, no_room, ended),
        *(limited, used_up, stuck, paused, closed, gone, file),
    )
}


def _like(feed: Feed, count: int, now: datetime) -> None:
    """Likes that thin out towards the past."""
    whole = timedelta(days=365 * YEARS)
    moments = [now - MOMENT - whole * (place / LIKES) ** 1.6 for place in range(count)]
    likes = Like.objects.bulk_create(
        Like(
            user=feed.user,
            provider="instagram",
            post_id=f"{feed.pk}_{place}",
            author="ada",
            caption=f"Harbour at dusk, number {place}",
            posted_at=moment - DAY,
            liked_at=moment,
            is_settled=True,
            is_exact=True,
            wall_feed=feed,
            rank=BLOCK - STRIDE * (place + 1),
            document=document(f"Harbour at dusk, number {place}", "ada"),
        )
        for place, moment in enumerate(moments)
    )
    seen = {"placed_at": now, "first_seen_at": now, "last_seen_at": now}
    Entry.objects.bulk_create(
        Entry(feed=feed, like=like, rank=like.rank, placed_visit=1, last_visit=13, **seen)
        for like in likes
    )
    MonthCount.objects.bulk_create(
        MonthCount(user=feed.user, month=month, likes=times)
        for month, times in Counter(map(month_of, moments)).items()
    )
