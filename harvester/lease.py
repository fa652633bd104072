"""Who may write for a visit: a lease with a fencing token, in the database's time."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from accounts.models import Connection
from harvester.models import Crawl

logger = logging.getLogger(__name__)


class LostLease(Exception):
    """Somebody else holds the visit by now, or it was stopped: write nothing more."""


@dataclass(frozen=True, slots=True)
class Held:
    """A visit that this worker may write for, as long as the token in the row is its own."""

    crawl_id: int
    token: uuid.UUID

    def lock(self) -> tuple[Crawl, datetime]:
        """The visit and its person, locked until the transaction ends, and the time; LostLease.

        Locking the person puts the commits of all their feeds in a row, so that roll-ups
        and likes two feeds share never race. An inactive person's visit is as good as lost.
        """
        crawls = Crawl.objects.select_related("feed__user", "feed__connection")
        mine = crawls.filter(
            pk=self.crawl_id,
            lease=self.token,
            state=Crawl.State.RUNNING,
            feed__user__is_active=True,
            feed__connection__state=Connection.State.CONNECTED,
        )
        locked = mine.select_for_update(of=("self", "feed__user"), no_key=True)
        crawl = locked.annotate(now=Now()).first()
        if crawl is None:
            raise LostLease(f"crawl={self.crawl_id}")
        now: datetime = crawl.now  # type: ignore[attr-defined]  # annotated above
        return crawl, now

    def renew(self) -> None:
        """Keep the lease for another CRAWL_LEASE; LostLease."""
        until = Now() + settings.CRAWL_LEASE
        mine = Crawl.objects.filter(pk=self.crawl_id, lease=self.token)
        if not mine.update(leased_until=until):
            raise LostLease(f"crawl={self.crawl_id}")

    def release(self, state: str = Crawl.State.QUEUED) -> None:
        """Hand the visit back, to go on later; harmless when it is not ours any more."""
        mine = Crawl.objects.filter(pk=self.crawl_id, lease=self.token)
        mine.update(lease=None, leased_until=None, state=state, rung_at=None)


def take(crawl_id: int, *, patient: bool = True) -> Held | None:
    """Take up a visit; None when it is over, held by somebody, or not to be visited now.

    `patient`: a visit that waits for later is left alone. A holder that never released it
    has died with it; that is counted, and forgiven by the next page stored.
    """
    with transaction.atomic():
        crawls = Crawl.objects.due() if patient else Crawl.objects.free().allowed()
        crawl = crawls.select_for_update(of=("self",), skip_locked=True).filter(pk=crawl_id).first()
        if crawl is None:
            return None
        deaths = crawl.deaths + (crawl.lease is not None)
        if _must_wait(crawl, deaths):
            return None
        held = Held(crawl.pk, uuid.uuid4())
        Crawl.objects.filter(pk=crawl.pk).update(
            lease=held.token,
            leased_until=Now() + settings.CRAWL_LEASE,
            state=Crawl.State.RUNNING,
            began_at=Coalesce("began_at", Now()),
            deaths=deaths,
            not_before=None,
        )
    return held


def _must_wait(crawl: Crawl, deaths: int) -> bool:
    """A visit that was in flight at several deaths is walked alone; others wait for it."""
    held = Crawl.objects.filter(leased_until__gt=Now()).exclude(pk=crawl.pk)
    if deaths < Crawl.SUSPECT:
        held = held.filter(deaths__gte=Crawl.SUSPECT)
    return held.exists()


@contextmanager
def heartbeat(held: Held) -> Iterator[None]:
    """Renew the lease every third of its life while the block runs."""
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(held, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)


def _beat(held: Held, done: threading.Event) -> None:
    pause = settings.CRAWL_LEASE.total_seconds() / 3
    try:
        while not done.wait(pause):
            held.renew()
    except LostLease:
        logger.warning("lease lost crawl=%s", held.crawl_id)
    finally:
        connection.close()
