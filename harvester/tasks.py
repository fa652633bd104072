"""Background entries: load, call, ring for what is next. Nothing else imports Celery."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from archive import sweep as sweeping
from archive.ingest import Stored
from harvester import lease, previews
from harvester.download import Download
from harvester.imports import job, loose
from harvester.imports.reading import Upto
from harvester.models import Chore, Crawl
from harvester.tick import look
from harvester.walk import Next, Slice, walk

logger = logging.getLogger(__name__)

# Short goes, so that a person who has just come never waits long behind somebody's backlog.
MEDIA_SECONDS = 15.0
# Nobody waits for previews as they wait for anything else that these workers do.
PREVIEW_SECONDS = 3.0
# Who has not said in this time that it is done with them, has died.
PREVIEW_PATIENCE = timedelta(seconds=60)


@shared_task
def tick() -> None:
    """Look at the rows and ring for what is due; twice at once does no harm."""
    due = look()
    for crawl_id in due.crawls:
        ring(crawl_id)
    for import_id in due.imports:
        ring_for_import(import_id)
    soon = max(1.0, 2 * settings.TICK_INTERVAL.total_seconds())
    if due.media:
        download.apply_async(expires=soon)
    if due.previews:
        preview.apply_async(expires=soon)
    for chore in due.chores:
        CHORES[chore].delay()


@shared_task
def crawl(crawl_id: int) -> None:
    """Walk a visit for one slice. A second delivery finds the lease taken and returns."""
    held = lease.take(crawl_id)
    if held and walk(held, upto=Slice(), after_page=_ring_for_media) is Next.ANOTHER_SLICE:
        ring(crawl_id)


@shared_task
def download(user_id: int | None = None) -> None:
    """Fetch wanted media for a while: of one person, or of everybody."""
    if Download(user_id, seconds=MEDIA_SECONDS).run():
        download.delay(user_id)
    elif previews.missing():
        preview.delay()


@shared_task
def read_import(import_id: int) -> None:
    """Read somebody's file for a while. A second delivery finds the lease taken and returns."""
    if job.run(import_id, Upto(job.SECONDS), cut_off=SoftTimeLimitExceeded):
        ring_for_import(import_id)


@shared_task
def preview() -> None:
    """Make previews for a while, one worker at a time: others are free for who waits."""
    if not Chore.objects.begin("previews", PREVIEW_PATIENCE):
        return
    left = previews.make(PREVIEW_SECONDS)
    Chore.objects.filter(name="previews").update(next_at=Now())
    if left:
        preview.delay()


@shared_task
def sweep() -> None:
    """Remove what nobody refers to."""
    loose.sweep(timezone.now())
    loose.put_away()
    try:
        sweeping.run(timezone.now())
    except sweeping.SweepRefused:
        logger.exception("the sweep removed nothing")


@shared_task
def forget_sessions() -> None:
    """Delete the sessions that have run out."""
    call_command("clearsessions")


CHORES = {"sweep": sweep, "sessions": forget_sessions}


def ring(crawl_id: int) -> None:
    """Ring for a visit after commit; a broken doorbell costs time, the tick rings again."""
    transaction.on_commit(lambda: _send(crawl, crawl_id))


def ring_for_import(import_id: int) -> None:
    """Ring for an import after commit, as for a visit."""
    transaction.on_commit(lambda: _send(read_import, import_id))


def _ring_for_media(visit: Crawl, stored: Stored) -> None:
    if stored.new:
        _send(download, visit.feed.user_id)


def _send(task: object, number: int) -> None:
    try:
        task.delay(number)  # type: ignore[attr-defined]  # Celery has no types
    except OperationalError:
        logger.warning("the doorbell is out of order, the next tick rings again")
