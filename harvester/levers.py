"""What a person or an operator can do about visits; pages, admin and commands call these."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.models import Connection
from archive.models import Feed, MediaItem
from harvester import plan, states
from harvester.models import Crawl, Halt, Schedule


def check_now(feed: Feed) -> Crawl:
    """Visit a feed now: the visit to ring for. A wait of its own ends, a rate limit does not."""
    crawl = plan.open_crawl(feed, asked=True)
    Crawl.objects.live().filter(pk=crawl.pk).update(not_before=None, asked=True)
    return crawl


def accept(feed: Feed) -> Crawl | None:
    """Their person says that a held list is right: the next visit may believe it, and comes now.

    None where nothing is held, or it was said before: nothing else ever says it.
    """
    held = Feed.objects.filter(states.unanswered(), pk=feed.pk)
    return check_now(feed) if held.update(held_accepted_at=Now()) else None


def pause(feed: Feed) -> None:
    """No visits until somebody resumes."""
    Schedule.objects.filter(feed=feed, paused_at=None).update(paused_at=Now())
    _stop(Crawl.objects.live().filter(feed=feed))


def resume(feed: Feed) -> None:
    """Visits again, the first one at once."""
    Schedule.objects.filter(feed=feed).update(paused_at=None, next_visit_at=Now())


def stop(crawl: Crawl) -> None:
    """End a visit; whoever holds it finds its lease lost. Nothing kept is touched.

    The next one is not due at once, or the next tick would undo what was asked.
    """
    _stop(Crawl.objects.live().filter(pk=crawl.pk))


def _stop(live: QuerySet[Crawl]) -> None:
    """End these visits, save those that came to their end before we could lock them.

    First all visits, then their person: whoever keeps a page locks them in this order.
    """
    over = {"state": Crawl.State.STOPPED, "finished_at": Now()}
    with transaction.atomic():
        locked = live.select_for_update(of=("self",)).order_by("pk")
        stopped = list(locked.values_list("pk", flat=True))
        Crawl.objects.filter(pk__in=stopped).update(**over, lease=None, leased_until=None)
        # Nobody can keep a page of them any more: what is unread, is known now.
        for crawl in Crawl.objects.filter(pk__in=stopped).select_related("feed__connection"):
            plan.cut_off(crawl)
            Crawl.objects.filter(pk=crawl.pk).update(gaps=crawl.gaps)
            later = Now() + settings.VISIT_INTERVAL_MIN
            Schedule.objects.filter(feed=crawl.feed_id).update(next_visit_at=later)


def disconnect(connection: Connection) -> None:
    """Forget the grant and stop visiting; everything kept stays."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            state=Connection.State.DISCONNECTED, grant="", grant_expires_at=None, trouble=""
        )
        _stop(Crawl.objects.live().filter(feed__connection=connection))


def lift_halts(feed: Feed) -> None:
    """Try again what a service had told us is closed for all."""
    connection = feed.connection
    lifted, _ = Halt.objects.filter(
        provider=connection.provider,
        instance=connection.instance,
        kind__in=[feed.kind, Halt.POSTS],
    ).delete()
    if lifted:
        # The others were put off, each until a time of its own: they come within minutes.
        Schedule.objects.filter(feed=feed, paused_at=None).update(next_visit_at=Now())


def retry(item: MediaItem) -> None:
    """Want a medium again, whatever became of it, unless it is stored."""
    _want(MediaItem.objects.filter(pk=item.pk))


def retry_all(codes: Collection[str]) -> int:
    """Want all media again that have one of these troubles; how many there are. One statement."""
    troubled = MediaItem.objects.filter(trouble__in=codes).exclude(trouble="")
    return _want(troubled)


def revisit_all(codes: Collection[str]) -> int:
    """Visit now, in its turn, whatever list's newest visit ended early with such a trouble."""
    newest = Crawl.objects.filter(feed=OuterRef("feed")).order_by("-number")
    ended = Schedule.objects.annotate(
        state=Subquery(newest.values("state")[:1]), trouble=Subquery(newest.values("trouble")[:1])
    ).filter(state=Crawl.State.FAILED, trouble__in=codes)
    due = Schedule.objects.filter(pk__in=ended.exclude(trouble="").values("pk"))
    return due.update(next_visit_at=Now())


def _want(items: QuerySet[MediaItem]) -> int:
    return items.exclude(state=MediaItem.State.STORED).update(
        state=MediaItem.State.WANTED,
        attempts=0,
        deaths=0,
        refused_times=0,
        not_before=None,
        gone_at=None,
        trouble="",
    )
