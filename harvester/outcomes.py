"""From what went wrong upstream to what becomes of the visit: one table.

| error         | fate                                                             |
|---------------|------------------------------------------------------------------|
| RateLimited   | the whole connection waits as long as the service asks; where a  |
|               | host counts everybody, everybody does                            |
| Unavailable   | the visit waits, longer each time                                |
| NeedsReauth   | the visit keeps its place until its person signs in again        |
| Retired       | the service has closed this list for all: nobody's is visited    |
| BadRequest    | once: start again at the top; then the visit ends                |
| Gone          | this list is not there for us: the visit ends                    |
| Refused       | a trick, a loop or an answer we cannot read: tried again a few   |
| Unexpected    | times, then the visit ends                                       |
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts import turns
from accounts.models import Connection
from harvester import plan
from harvester.lease import Held
from harvester.models import Crawl, Halt
from providers.errors import (
    BadRequest,
    Gone,
    NeedsReauth,
    ProviderError,
    RateLimited,
    Retired,
    TryLater,
)

logger = logging.getLogger(__name__)

TRIES = 5
SHORTEST_LIMIT = timedelta(minutes=1)
LONGEST_LIMIT = timedelta(days=1)


def settle(held: Held, error: ProviderError) -> None:
    """Write down what becomes of a visit that met `error`; LostLease."""
    with transaction.atomic():
        crawl, _ = held.lock()
        crawl.attempts += 1
        crawl.trouble = error.code[:40]
        crawl.lease = crawl.leased_until = None
        _FATES[_class_of(error)](crawl, error)
        crawl.save()
    logger.info("visit met trouble crawl=%s code=%s state=%s", crawl.pk, error.code, crawl.state)


def backoff(attempts: int, *, first: float = 2.0) -> timedelta:
    """A wait that doubles with each attempt up to BACKOFF_CAP, with jitter."""
    seconds = min(first * 2 ** min(attempts, 30), settings.BACKOFF_CAP.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311  # jitter


def _rate_limited(crawl: Crawl, error: ProviderError) -> None:
    asked = error.retry_after if isinstance(error, RateLimited) else None
    if asked is None:
        wait = backoff(crawl.attempts, first=60)
    else:
        shortest = min(SHORTEST_LIMIT, settings.BACKOFF_CAP).total_seconds()
        wait = timedelta(seconds=min(max(asked, shortest), LONGEST_LIMIT.total_seconds()))
    until = Now() + wait
    if isinstance(error, RateLimited) and error.host:
        # Who only heard that it rests does not make it rest longer.
        if error.code != turns.RESTS:
            turns.rest(error.host, wait)
    else:
        Connection.objects.filter(pk=crawl.feed.connection_id).update(not_before=until)
    crawl.state, crawl.not_before = Crawl.State.WAITING, until


def _wait(crawl: Crawl, error: ProviderError) -> None:
    crawl.state, crawl.not_before = Crawl.State.WAITING, Now() + backoff(crawl.attempts)


def _needs_you(crawl: Crawl, error: ProviderError) -> None:
    Connection.objects.filter(pk=crawl.feed.connection_id).update(
        state=Connection.State.NEEDS_YOU, trouble=error.code[:40]
    )
    crawl.state, crawl.not_before = Crawl.State.WAITING, None


def _retired(crawl: Crawl, error: ProviderError) -> None:
    feed = crawl.feed
    Halt.objects.get_or_create(
        provider=feed.connection.provider,
        instance=feed.connection.instance,
        kind=feed.kind,
        defaults={"words": error.words[:500]},
    )
    crawl.trouble = "retired"
    end(crawl, error)


def _restart_once(crawl: Crawl, error: ProviderError) -> None:
    if crawl.cursor is None or crawl.restarts:
        end(crawl, error)
    else:
        plan.restart(crawl)


def _try_a_few_times(crawl: Crawl, error: ProviderError) -> None:
    if crawl.attempts >= TRIES:
        end(crawl, error)
    else:
        _wait(crawl, error)


def end(crawl: Crawl, error: ProviderError) -> None:
    """The visit ends early; the next one comes as planned and finds what is missing."""
    crawl.state, crawl.finished_at, crawl.not_before = Crawl.State.FAILED, Now(), None
    plan.after_failure(crawl)


_FATES: dict[type[ProviderError], Callable[[Crawl, ProviderError], None]] = {
    RateLimited: _rate_limited,
    TryLater: _wait,
    NeedsReauth: _needs_you,
    Retired: _retired,
    BadRequest: _restart_once,
    Gone: end,
    ProviderError: _try_a_few_times,
}


def _class_of(error: ProviderError) -> type[ProviderError]:
    return next(kind for kind in _FATES if isinstance(error, kind))
