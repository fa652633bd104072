"""The metronome's one beat: look at the rows, ring for what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Connection
from archive import sweep
from archive.models import Feed
from harvester import claims, levers, opening, plan, previews
from harvester.models import Chore, Crawl, Import, Schedule
from providers.crashpoints import crashpoint

MOST = 500
# So many visits may wait for a worker; what is due beyond that can still be put in order.
AHEAD = 1_000
LATELY = timedelta(seconds=30)
CHORES = {"sweep": sweep.EVERY, "sessions": timedelta(days=1)}


@dataclass(slots=True)
class Due:
    """What a tick found: visits and imports to ring for, whether media or previews wait, chores."""

    crawls: list[int] = field(default_factory=list)
    imports: list[int] = field(default_factory=list)
    media: bool = False
    previews: bool = False
    chores: list[str] = field(default_factory=list)


def look() -> Due:
    """Adopt new connections, open due visits, stop those nobody may make; say what is due.

    One query when there is nothing to do. Safe to run twice at once: every row is claimed
    before it is acted upon.
    """
    waiting = _waiting()
    if waiting["orphans"]:
        for orphan in _orphans()[:MOST]:
            plan.adopt(orphan)
    if waiting["forbidden"]:
        for crawl in _forbidden()[:MOST]:
            levers.stop(crawl)
    if waiting["schedules"] or waiting["orphans"]:
        opening.open_due(AHEAD - _untaken())
    crashpoint("tick.half")
    rings = waiting["crawls"] or waiting["schedules"] or waiting["orphans"]
    return Due(
        crawls=_ring() if rings else [],
        imports=_ring_for_imports() if waiting["imports"] else [],
        media=waiting["media"],
        previews=waiting["previews"],
        chores=[name for name in CHORES if waiting[name] and _claimed(name)],
    )


def _claimed(name: str) -> bool:
    return Chore.objects.claim(name, CHORES[name])


def _waiting() -> dict[str, bool]:
    """Which kinds of work there is: one query, answered from indexes."""
    kinds: dict[str, QuerySet[Any]] = {
        "orphans": _orphans(),
        "forbidden": _forbidden(),
        "schedules": _schedules(),
        "crawls": _unrung(),
        "imports": _unheard(),
        "media": claims.due(),
        "previews": previews.waiting(),
    }
    kinds |= {name: Chore.objects.due(name) for name in CHORES}
    asked = [kind.order_by().values("pk")[:1].query.sql_with_params() for kind in kinds.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"EXISTS({sql})" for sql, _ in asked),
            [value for _, values in asked for value in values],
        )
        return dict(zip(kinds, cursor.fetchone() or (), strict=True))


def _orphans() -> QuerySet[Connection]:
    """Connections whose feeds nobody has made yet."""
    kept = Feed.objects.filter(connection=OuterRef("pk"))
    return Connection.objects.usable().filter(~Exists(kept))


def _forbidden() -> QuerySet[Crawl]:
    """Visits for people who were deactivated."""
    return Crawl.objects.live().filter(feed__user__is_active=False)


def _schedules() -> QuerySet[Schedule]:
    """Feeds whose time has come; whether they may be visited is found out when they are opened."""
    return Schedule.objects.filter(next_visit_at__lte=Now())


def _untaken() -> int:
    """Visits that wait for a worker: so many fewer are opened, the nearest to a loss first."""
    return Crawl.objects.due().filter(lease=None)[:AHEAD].count()


def _unrung() -> QuerySet[Crawl]:
    """Visits that are due and were not rung for lately."""
    lately = min(settings.CRAWL_LEASE, LATELY)
    return Crawl.objects.due().filter(Q(rung_at=None) | Q(rung_at__lt=Now() - lately))


def _ring() -> list[int]:
    with transaction.atomic():
        locked = _unrung().select_for_update(of=("self",), skip_locked=True)
        ids = list(locked.order_by("opened_at", "pk").values_list("pk", flat=True)[:AHEAD])
        Crawl.objects.filter(pk__in=ids).update(rung_at=Now())
    crashpoint("tick.marked")
    return ids


def _unheard() -> QuerySet[Import]:
    """The first in line of everybody's imports, unless it was rung for lately."""
    return Import.objects.first_in_line().filter(Q(rung_at=None) | Q(rung_at__lt=Now() - LATELY))


def _ring_for_imports() -> list[int]:
    with transaction.atomic():
        locked = _unheard().select_for_update(of=("self",), skip_locked=True)
        ids = list(locked.order_by("created_at").values_list("pk", flat=True)[:MOST])
        Import.objects.filter(pk__in=ids).update(rung_at=Now())
    return ids
