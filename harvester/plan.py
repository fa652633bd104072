"""When a feed is visited next, and how a visit begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from accounts import upstream
from accounts.models import Connection
from archive import coverage, filed, relikes
from archive.models import Entry, Feed
from archive.models.feed import BLOCK
from archive.placing import Visit
from harvester import risk, when
from harvester.models import Crawl, Schedule
from harvester.pace import Pace
from providers.crashpoints import crashpoint

CHANCE = SystemRandom()
# A list without an end is walked whole the rarer, the longer it is: so many entries take a week.
WHOLE_WALK_EVERY, ENTRIES_A_WALK = timedelta(days=7), 3_000


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
            schedule, _ = Schedule.objects.get_or_create(feed=feed)
            if _was_put_off(schedule):
                Schedule.objects.filter(pk=schedule.pk).update(next_visit_at=Now())
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
    # First the schedule, as who opens many at once does: two would wait for each other else.
    # The visit's end says when the next one comes; until then nothing is due.
    until = Now() + settings.VISIT_INTERVAL_MAX
    Schedule.objects.filter(feed=feed).update(last_visit_at=Now(), next_visit_at=until)
    crawl = Crawl(
        feed=feed,
        number=_next_number(feed),
        ceiling=_ceiling(feed),
        asked=asked,
        whole=_is_whole_due(feed),
    )
    crawl.save()
    crawl.refresh_from_db()
    return crawl


def restart(crawl: Crawl) -> None:
    """Walk again from the top, once: the cursor we had is not accepted any more."""
    cut_off(crawl)
    _from_the_top(crawl)
    crawl.restarts += 1
    crawl.state, crawl.not_before = Crawl.State.QUEUED, None


def look_back(crawl: Crawl) -> None:
    """Look at the top again: whether something came while the list was read to its end."""
    _from_the_top(crawl)
    crawl.whole, crawl.looks_back = False, True


def _from_the_top(crawl: Crawl) -> None:
    """With a new number, so that what was walked already is known, and no circle."""
    crawl.number = _next_number(crawl.feed)
    crawl.ceiling = _ceiling(crawl.feed)
    crawl.cursor, crawl.cursors_seen, crawl.floor = None, [], None
    crawl.idle_pages = crawl.page_size = crawl.followed_pages = crawl.left_out = 0
    # Each look counts for itself what cannot be read: as often as it was there.
    crawl.rejected = 0


def cut_off(crawl: Crawl) -> None:
    """A visit ends before it has met what was there: what it left unread stays open.

    In the transaction that ends it, so that no page of it can be kept any more. Locks the person,
    as who keeps a page does.
    """
    now = filed.lock(crawl.feed.connection)
    visit = Visit(crawl.number, crawl.opened_at, crawl.ceiling, crawl.floor, now)
    visit = relikes.lift(crawl.feed, visit)
    crawl.gaps += coverage.cut_off(crawl.feed, visit)


def after_success(crawl: Crawl) -> None:
    """Plan the next visit by what this person's pace has been, and say when a loss could come.

    One statement where nothing was kept since the last success, one more where something was:
    this is part of every visit that finds nothing new.
    """
    schedule, now = crawl.feed.schedule, timezone.now()
    looked_at = crawl.began_at or crawl.opened_at
    found, mark = _found(schedule, crawl.feed)
    pace, bounds = _pace(schedule, looked_at, found), risk.bounds(crawl.feed)
    most = max(schedule.most_found, found)
    wait, loses_in = when.wait(pace, bounds, most), when.loses_in(pace, bounds)
    # A visit that took long has seen the top long ago: the wait counts from then.
    seconds = when.jittered(wait.seconds, bounds, CHANCE) - (now - looked_at).total_seconds()
    seconds = max(seconds, bounds.shortest)
    Schedule.objects.filter(pk=schedule.pk).update(
        next_visit_at=now + timedelta(seconds=seconds),
        reason=wait.reason,
        last_success_at=now,
        loses_at=None if loses_in is None else looked_at + timedelta(seconds=loses_in),
        most_found=most,
        pace=pace.write() | mark | {risk.PLANNED: round(seconds)},
        watched_since=schedule.watched_since or now,
        failures=0,
    )


def after_failure(crawl: Crawl) -> None:
    """Come back soon after a visit that ended early, later each time.

    It saw nothing that counts: when a loss could come stays as it was, and the retries have to
    fit in before that.
    """
    schedule = crawl.feed.schedule
    span = None
    if schedule.loses_at and schedule.last_success_at:
        span = (schedule.loses_at - schedule.last_success_at).total_seconds()
    failures = schedule.failures + 1
    seconds = when.retry(failures, span, risk.bounds(crawl.feed), CHANCE)
    Schedule.objects.filter(feed=crawl.feed_id).update(
        next_visit_at=timezone.now() + timedelta(seconds=seconds),
        reason="because the last visit ended early",
        failures=failures,
    )


def _pace(schedule: Schedule, looked_at: datetime, found: int) -> Pace:
    """The pace with this visit; the first one of all only says what there was before."""
    pace = Pace.read(schedule.pace)
    if schedule.last_success_at is None:
        return pace
    return pace.after(int(schedule.last_success_at.timestamp()), int(looked_at.timestamp()), found)


def _found(schedule: Schedule, feed: Feed) -> tuple[int, dict[str, int | None]]:
    """How many likes came since the last success, and the mark to count from the next time.

    Counted by their places, above what the last success saw: whichever visits kept them, also
    those that ended early, and however often they began again. What turns up at the far end of
    the list was not liked lately.
    """
    kept = schedule.pace
    if kept.get("entries") == feed.entries_count:
        return 0, {"entries": kept["entries"], "top": kept.get("top")}
    entries, top = Entry.objects.filter(feed=feed), kept.get("top")
    newest = entries.aggregate(top=Max("rank"))["top"]
    found = 0
    if schedule.last_success_at is not None:
        above = entries if top is None else entries.filter(rank__gt=top)
        found = above.filter(first_seen_at__gt=schedule.last_success_at).count()
    return found, {"entries": feed.entries_count, "top": newest}


def _next_number(feed: Feed) -> int:
    crawls = Crawl.objects.filter(feed=feed).aggregate(last=Max("number"))
    return max(crawls["last"] or 0, feed.visits) + 1


def _ceiling(feed: Feed) -> int:
    """The upper end of a block of ranks above all that this feed has."""
    top = Entry.objects.filter(feed=feed).aggregate(top=Max("rank"))["top"]
    return BLOCK if top is None else (top // BLOCK + 2) * BLOCK


def _is_whole_due(feed: Feed) -> bool:
    """Whether it is time to walk to the end, or what was not seen wants a second look."""
    if feed.held_at and (feed.held_accepted_at or risk.window(feed) is not None):
        return True
    walked, every = feed.walked_whole_at, WHOLE_WALK_EVERY
    is_endless = risk.window(feed) is None
    if is_endless:
        every *= max(1, feed.entries_count / ENTRIES_A_WALK)
    if walked is None or timezone.now() - walked > every:
        return True
    # Where it shows everything, the next walk to the end is soon enough.
    doubted = Entry.objects.filter(feed=feed, missing_since=None).exclude(unseen_at=None)
    return not is_endless and doubted.exists()


def _was_put_off(schedule: Schedule) -> bool:
    """A visit was planned and is over its time, because nobody could make it."""
    if schedule.last_success_at is None or schedule.failures:
        return False
    planned = timedelta(seconds=schedule.pace.get(risk.PLANNED, 0))
    return schedule.last_success_at + planned < timezone.now() < schedule.next_visit_at
