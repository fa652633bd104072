"""What the whole house can know about its archive, without asking anybody outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import BigIntegerField, Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from accounts import tokens
from accounts.models import Connection, User
from accounts.tokens import SealBroken
from archive import verify, verify_bytes, verify_months, verify_schema, verify_storage
from archive.finding import SHOWN, Finding, Report
from archive.models import Entry, Feed, Gap, Like, MediaItem
from archive.snapshot import snapshot
from harvester import claims
from harvester.imports import loose
from harvester.models import Crawl, Import

LOWEST = Value(-(2**63), output_field=BigIntegerField())
KEPT = ("accounts", "archive", "harvester")


def everything(now: datetime, progress: Callable[[int], object]) -> Report:
    """Every check, those that take long last; `storage_errors` when the storage cannot be read.

    `progress` is told bytes as they were read. Changes nothing and may run beside a house at
    work: rows are read as they were at one moment, and what looks wrong in storage is looked
    at again.
    """
    report = Report()
    with snapshot():
        report.counts = {name: rows.count() for name, rows in _kept().items()}
        report.findings += [
            *verify_schema.schema(_models()),
            *verify.rows(),
            verify_months.finding(),
            *_held(),
            _gaps(),
            _grants(),
        ]
        report.notes += _at_work()
    found, notes = verify_storage.left_over(now)
    report.findings += [*found, loose.finding(now), *verify_bytes.whole(progress)]
    report.notes += notes
    return report


def patience() -> timedelta:
    """How long after its end a dead worker's lease may lie there: two leases and a minute."""
    longest: timedelta = 2 * (settings.CRAWL_LEASE + settings.TICK_INTERVAL)
    return longest + timedelta(minutes=1)


def _kept() -> dict[str, QuerySet[Any]]:
    return {
        "people": User.objects.all(),
        "feeds": Feed.objects.all(),
        "likes": Like.objects.all(),
        "pictures and videos": MediaItem.objects.all(),
    }


def _models() -> Iterator[type[Model]]:
    for label in KEPT:
        yield from apps.get_app_config(label).get_models()


def _held() -> Iterator[Finding]:
    """Leases and claims of workers that died, and that nobody took up though they could."""
    late = Now() - patience()
    remedy = "Is a worker running, and beat? The next tick takes these up."
    yield _count(
        "leases",
        "no visit is held by a worker that died",
        remedy,
        Crawl.objects.due().filter(leased_until__lt=late),
    )
    yield _count(
        "imports",
        "no import is held by a worker that died",
        remedy,
        Import.objects.due().filter(leased_until__lt=late),
    )
    yield _count(
        "claims",
        "no picture or video is held by a worker that died",
        remedy,
        claims.due().filter(claimed_until__lt=late),
    )


def _gaps() -> Finding:
    """Gaps that likes stand in; while a visit is under way they may, it carries them on."""
    between = Entry.objects.filter(feed=OuterRef("feed"), rank__lt=OuterRef("upper"))
    inside = between.filter(rank__gt=Coalesce(OuterRef("lower"), LOWEST))
    at_rest = Gap.objects.standing().exclude(feed__crawls__in=Crawl.objects.live())
    return _count(
        "gaps",
        "nothing stands where something is said to be missing",
        verify.OURS,
        at_rest.filter(Exists(inside)),
    )


def _count(name: str, rule: str, remedy: str, broken: QuerySet[Any]) -> Finding:
    ids = list(broken.order_by("pk").values_list("pk", flat=True)[:SHOWN])
    return Finding(name, rule, remedy, broken.count(), ids)


def _at_work() -> Iterator[str]:
    visits = Crawl.objects.live().filter(leased_until__gte=Now()).count()
    media = MediaItem.objects.wanted().filter(claimed_until__gte=Now()).count()
    waiting = MediaItem.objects.wanted().filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()))
    if visits:
        yield f"{visits:,} visits are running."
    if media:
        yield f"{media:,} pictures and videos are being fetched."
    if count := waiting.count():
        yield f"{count:,} pictures and videos are wanted and wait for their turn."


def _grants() -> Finding:
    """Whether every grant opens; what is inside stays inside."""
    sealed = Connection.objects.exclude(grant="").order_by("pk")
    closed = [
        connection.pk for connection in sealed.iterator(chunk_size=500) if _is_closed(connection)
    ]
    return Finding(
        "grants",
        "every grant opens with the present keys",
        "Put the key that is missing back into TOKEN_KEYS, or ask these people to sign in again.",
        len(closed),
        closed[:SHOWN],
    )


def _is_closed(connection: Connection) -> bool:
    try:
        tokens.open_grant(connection)
    except SealBroken:
        return True
    return False
