"""When a feed is visited next, and how a visit begins."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from accounts import upstream
from accounts.models import Connection
from archive.models import Entry, Feed
from archive.models.feed import BLOCK
from harvester.models import Crawl, Schedule
from providers.crashpoints import crashpoint

# The next visit comes when about so many new likes are expected.
LIKES_PER_VISIT = 20
WHOLE_WALK_EVERY = timedelta(days=7)


def adopt(connection: Connection) -> list[Feed]:
    """The feeds that are kept for a connection, made where missing; a visit is due at once.

    Safe to repeat; a connection that works again is visited without delay. What came as
    files has lists of its own, which nobody visits.
    """
    feeds: list[Feed] = []
    if connection.standing == Connection.Standing.FILE:
        return feeds
    for kind in upstream.service(connection.provider).kinds.values():
        if kind.default:
            feed, _ = Feed.objects.get_or_create(
                connection=connection,
                kind=kind.key,
                defaults={"user": connection.user, "on_wall": kind.on_wall},
            )
            Schedule.objects.get_or_create(feed=feed)
            feeds.append(feed)
    crashpoint("connection.adopted")
    return feeds


def open_crawl(feed: Feed, *, asked: bool = False) -> Crawl:
    """The live visit of a feed: the one that is under way, or a new one. Safe to repeat."""
    live = Crawl.objects.live().filter(feed=feed)
    found = live.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            crawl = _new_crawl(feed, asked=asked)
    except IntegrityError:
        # one_live_crawl_per_feed: somebody else opened it a moment ago, and it may be over.
        return open_crawl(feed, asked=asked)
    crashpoint("visit.opened")
    return crawl


def _new_crawl(feed: Feed, *, asked: bool) -> Crawl:
    crawl = Crawl(
        feed=feed,
        number=_next_number(feed),
        ceiling=_ceiling(feed),
        asked=asked,
        whole=_is_whole_due(feed),
    )
    crawl.save()
    Schedule.objects.filter(feed=feed).update(last_visit_at=Now())
    crawl.refresh_from_db()
    return crawl


def restart(crawl: Crawl) -> None:
    """Walk again from the top, once: the cursor we had is not accepted any more.

    A new number, so that what was walked already counts as known and not as a circle.
    """
    crawl.number = _next_number(crawl.feed)
    crawl.ceiling = _ceiling(crawl.feed)
    crawl.cursor, crawl.cursors_seen, crawl.floor = None, [], None
    crawl.idle_pages, crawl.restarts = 0, crawl.restarts + 1
    crawl.state, crawl.not_before = Crawl.State.QUEUED, None


def after_success(crawl: Crawl) -> None:
    """Plan the next visit by the pace at which this one found likes.

    One statement: this is part of every visit that finds nothing new.
    """
    schedule = crawl.feed.schedule
    now = timezone.now()
    Schedule.objects.filter(pk=schedule.pk).update(
        next_visit_at=now + _interval(schedule, crawl),
        reason=_reason(schedule, crawl),
        last_success_at=now,
        failures=0,
    )


def after_failure(crawl: Crawl) -> None:
    """Come back soon after a visit that ended early, later each time."""
    failures = crawl.feed.schedule.failures + 1
    wait = settings.VISIT_INTERVAL_MIN * 2 ** min(failures - 1, 20)
    Schedule.objects.filter(feed=crawl.feed_id).update(
        next_visit_at=timezone.now() + min(wait, settings.VISIT_INTERVAL_MAX),
        reason="because the last visit ended early",
        failures=failures,
    )


def _interval(schedule: Schedule, crawl: Crawl) -> timedelta:
    shortest, longest = settings.VISIT_INTERVAL_MIN, settings.VISIT_INTERVAL_MAX
    if schedule.last_success_at is None:
        return shortest
    since = max(crawl.opened_at - schedule.last_success_at, timedelta(seconds=1))
    if crawl.new_entries == 0:
        return min(max(2 * since, shortest), longest)
    return min(max(since * LIKES_PER_VISIT / crawl.new_entries, shortest), longest)


def _reason(schedule: Schedule, crawl: Crawl) -> str:
    if schedule.last_success_at is None:
        return "to learn how often you like something"
    if crawl.new_entries == 0:
        return "because there was nothing new"
    return "because you like about so much in that time"


def _next_number(feed: Feed) -> int:
    crawls = Crawl.objects.filter(feed=feed).aggregate(last=Max("number"))
    return max(crawls["last"] or 0, feed.visits) + 1


def _ceiling(feed: Feed) -> int:
    """The upper end of a block of ranks above all that this feed has."""
    top = Entry.objects.filter(feed=feed).aggregate(top=Max("rank"))["top"]
    return BLOCK if top is None else (top // BLOCK + 2) * BLOCK


def _is_whole_due(feed: Feed) -> bool:
    walked = feed.walked_whole_at
    return walked is None or timezone.now() - walked > WHOLE_WALK_EVERY
