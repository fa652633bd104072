"""The metronome's one beat: look at the rows, ring for what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import Connection
from archive.models import Feed
from harvester import claims, levers, plan, previews
from harvester.models import Crawl, Halt, Schedule

MOST = 500


@dataclass(slots=True)
class Due:
    """What a tick found: visits to ring for, and whether media or previews wait."""

    crawls: list[int] = field(default_factory=list)
    media: bool = False
    previews: bool = False


def look() -> Due:
    """Adopt new connections, open due visits, stop those nobody may make; say what is due.

    Safe to run twice at once: every row is claimed before it is acted upon.
    """
    for connection in _orphans():
        plan.adopt(connection)
    for crawl in Crawl.objects.live().filter(feed__user__is_active=False)[:MOST]:
        levers.stop(crawl)
    _open_due()
    return Due(_ring(), claims.due().exists(), previews.missing())


def _orphans() -> list[Connection]:
    """Connections whose feeds nobody has made yet."""
    kept = Feed.objects.filter(connection=OuterRef("pk"))
    return list(Connection.objects.usable().filter(~Exists(kept))[:MOST])


def _open_due() -> None:
    live = Crawl.objects.live().filter(feed=OuterRef("feed"))
    halted = Halt.objects.filter(
        provider=OuterRef("feed__connection__provider"),
        instance=OuterRef("feed__connection__instance"),
        kind=OuterRef("feed__kind"),
    )
    due = Schedule.objects.filter(
        ~Exists(live),
        ~Exists(halted),
        next_visit_at__lte=Now(),
        paused_at=None,
        feed__connection__in=Connection.objects.usable(),
    )
    for schedule in due.select_related("feed").order_by("next_visit_at")[:MOST]:
        plan.open_crawl(schedule.feed)


def _ring() -> list[int]:
    """Visits that are due and were not rung for lately."""
    lately = min(settings.CRAWL_LEASE, timedelta(seconds=30))
    with transaction.atomic():
        quiet = Crawl.objects.due().filter(Q(rung_at=None) | Q(rung_at__lt=Now() - lately))
        locked = quiet.select_for_update(of=("self",), skip_locked=True)
        ids = list(locked.order_by("opened_at").values_list("pk", flat=True)[:MOST])
        Crawl.objects.filter(pk__in=ids).update(rung_at=Now())
    return ids
