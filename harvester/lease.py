"""Who may write for a visit: a lease with a fencing token, in the database's time."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from accounts.models import Connection
from archive.models import Like
from harvester import plan
from harvester.models import Crawl, halts
from providers.crashpoints import crashpoint

logger = logging.getLogger(__name__)

# Seconds after which a walk that stores no page is stuck. Its lease is not renewed any more and
# runs out, so that within ten minutes somebody goes on from the last page.
STUCK = 480.0
# In flight at so many deaths; an unreleased lease is one that was not counted yet.
_SUSPECTED = Q(deaths__gte=Crawl.SUSPECT) | Q(deaths=Crawl.SUSPECT - 1, leased_until__lt=Now())


class LostLease(Exception):
    """Somebody else holds the visit by now, or it was stopped: write nothing more."""


@dataclass(slots=True)
class Held:
    """A visit that this worker may write for, as long as the token in the row is its own.

    `moved_at`: when it last had something to write, on the clock of this process.
    """

    crawl: Crawl
    token: uuid.UUID
    moved_at: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        return f"crawl={self.crawl_id}"

    @property
    def crawl_id(self) -> int:
        return self.crawl.pk

    def lock(self) -> tuple[Crawl, datetime]:
        """The visit and its person, locked until the transaction ends, and the time; LostLease.

        Locking the person puts the commits of all their feeds in a row, so that roll-ups
        and likes two feeds share never race; the feed, so that what its person answers meanwhile
        is not written over. An inactive person's visit is as good as lost.
        """
        crawls = Crawl.objects.select_related("feed__user", "feed__connection", "feed__schedule")
        mine = crawls.filter(
            pk=self.crawl_id,
            lease=self.token,
            state=Crawl.State.RUNNING,
            feed__user__is_active=True,
            feed__connection__state=Connection.State.CONNECTED,
        )
        locked = mine.select_for_update(of=("self", "feed", "feed__user"), no_key=True)
        halted = Exists(halts("feed__connection", "feed__kind"))
        unsettled = Exists(Like.objects.filter(wall_feed=OuterRef("feed"), is_settled=False))
        crawl = locked.annotate(now=Now(), halted=halted, unsettled=unsettled).first()
        if crawl is None:
            raise LostLease(str(self))
        self.moved_at = time.monotonic()
        now: datetime = crawl.now  # type: ignore[attr-defined]  # annotated above
        crawl.is_halted = crawl.halted  # type: ignore[attr-defined]  # annotated above
        crawl.is_unsettled = crawl.unsettled  # type: ignore[attr-defined]  # annotated above
        return crawl, now

    def renew(self) -> None:
        """Keep the lease for another CRAWL_LEASE; LostLease."""
        until = Now() + settings.CRAWL_LEASE
        mine = Crawl.objects.filter(pk=self.crawl_id, lease=self.token)
        if not mine.update(leased_until=until):
            raise LostLease(str(self))

    def release(self, state: str = Crawl.State.QUEUED) -> None:
        """Hand the visit back, to go on later; harmless when it is not ours any more."""
        mine = Crawl.objects.filter(pk=self.crawl_id, lease=self.token)
        mine.update(lease=None, leased_until=None, state=state, rung_at=None)


def take(crawl_id: int, *, patient: bool = True) -> Held | None:
    """Take up a visit; None when it is over, held by somebody, or not to be visited now.

    `patient`: a visit that waits for later is left alone. A holder that never released it
    has died with it; that is counted, and forgiven by the next page stored. After SUSPECT
    deaths it is walked alone, and if its holder dies even then, it ends.
    """
    with transaction.atomic():
        crawls = Crawl.objects.due() if patient else Crawl.objects.free().allowed()
        locked = crawls.select_for_update(of=("self",), skip_locked=True)
        locked = locked.annotate(suspects=Exists(Crawl.objects.live().filter(_SUSPECTED)))
        related = locked.select_related("feed__connection", "feed__schedule")
        crawl = related.filter(pk=crawl_id).first()
        if crawl is None:
            return None
        are_suspects: bool = crawl.suspects  # type: ignore[attr-defined]  # annotated above
        deaths = crawl.deaths + (crawl.lease is not None)
        if deaths > Crawl.SUSPECT:
            _give_up(crawl)
            return None
        if are_suspects and _must_wait(crawl, deaths, patient=patient):
            return None
        held = Held(crawl, uuid.uuid4())
        Crawl.objects.filter(pk=crawl.pk).update(
            lease=held.token,
            leased_until=Now() + settings.CRAWL_LEASE,
            state=Crawl.State.RUNNING,
            began_at=Coalesce("began_at", Now()),
            deaths=deaths,
            not_before=None,
        )
    crashpoint("visit.taken")
    return held


def _must_wait(crawl: Crawl, deaths: int, *, patient: bool) -> bool:
    """A suspect is walked alone: it waits until nobody walks, and others wait for it.

    Also for one whose turn it is: else it would never come while there is much to do. Whoever is
    not `patient` does not: there may be nobody else here to take it up.
    """
    others = Crawl.objects.exclude(pk=crawl.pk)
    held = others.filter(leased_until__gt=Now())
    if deaths >= Crawl.SUSPECT:
        return held.exists()
    turn = others.filter(pk__in=Crawl.objects.due().values("pk")) if patient else others.none()
    return (held | turn).filter(_SUSPECTED).exists()


def _give_up(crawl: Crawl) -> None:
    """It kills whoever walks it: the visit ends, the next one comes as planned."""
    plan.cut_off(crawl)
    Crawl.objects.filter(pk=crawl.pk).update(
        state=Crawl.State.FAILED,
        finished_at=Now(),
        trouble="kills_workers",
        gaps=crawl.gaps,
        lease=None,
        leased_until=None,
        not_before=None,
    )
    plan.after_failure(crawl)
    logger.error("visit killed its worker while it was alone crawl=%s", crawl.pk)


class Renewable(Protocol):
    """A lease of whatever kind."""

    def renew(self) -> None:
        """Keep it for another CRAWL_LEASE; LostLease."""


@contextmanager
def heartbeat(held: Renewable, moved: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Renew a lease every third of its life while the block runs.

    `moved` says when the block last came any further; after STUCK seconds without that, the lease
    is left to run out.
    """
    done = threading.Event()
    thread = threading.Thread(target=_beat, args=(held, moved, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)


def _beat(held: Renewable, moved: Callable[[], float], done: threading.Event) -> None:
    pause = settings.CRAWL_LEASE.total_seconds() / 3
    try:
        while not done.wait(pause):
            if time.monotonic() - moved() > STUCK:
                logger.error("stuck, left to whoever takes it up: %s", held)
                return
            held.renew()
    except LostLease as lost:
        logger.warning("lease lost %s", lost)
    finally:
        connection.close()
