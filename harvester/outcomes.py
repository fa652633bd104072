"""From what went wrong upstream to what becomes of the visit: one table.

| error         | fate                                                             |
|---------------|------------------------------------------------------------------|
| RateLimited   | the whole connection waits as long as the service asks, a minute |
|               | to a day; where a host counts everybody, everybody does; our own |
|               | budget is waited for to the minute                               |
| Unavailable   | the visit waits, longer each time                                |
| NeedsReauth   | the visit keeps its place until its person signs in again        |
| Retired       | the service has closed this list for all: nobody's is visited    |
| BadRequest    | once: start again at the top; then the visit ends                |
| Gone          | this list is not there for us: the visit ends                    |
| Garbled       | a trick, a loop or an answer we cannot read: tried again a few   |
| Refused       | times, then the visit ends                                       |
| Unexpected    |                                                                  |
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
from accounts.clash import retried
from accounts.models import Connection
from harvester import plan
from harvester.lease import Held
from harvester.models import Crawl, Halt
from providers.errors import (
    BadRequest,
    Garbled,
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
# So much later than asked at the most, that not all who were stopped together come back together.
LATER = 1.1
A_MOMENT = timedelta(seconds=5)


@retried
def settle(held: Held, error: ProviderError) -> None:
    """Write down what becomes of a visit that met `error`; LostLease."""
    with transaction.atomic():
        crawl, _ = held.lock()
        # What we hold back by ourselves is no attempt: nobody was asked.
        crawl.attempts += error.code not in turns.OURS
        crawl.trouble = error.code[:40]
        crawl.lease = crawl.leased_until = None
        _FATES[_class_of(error)](crawl, error)
        crawl.save()
    logger.info("visit met trouble crawl=%s code=%s state=%s", crawl.pk, error.code, crawl.state)


def backoff(attempts: int, *, first: float = 2.0) -> timedelta:
    """Anything from `first` seconds to twice as many with each attempt, BACKOFF_CAP at most.

    Full jitter: of those who met the same trouble together no two come back together.
    """
    cap = settings.BACKOFF_CAP.total_seconds()
    longest = min(first * 2 ** min(attempts, 30), cap)
    return timedelta(seconds=random.uniform(min(first, cap), longest))  # noqa: S311  # jitter


def limited(asked: float | None, attempts: int) -> timedelta:
    """How long a limit is respected: a minute to a day, as asked, and up to a tenth longer.

    Whoever does not say is asked again after a while that grows.
    """
    if asked is None:
        asked = backoff(attempts, first=60).total_seconds()
    shortest = min(SHORTEST_LIMIT, settings.BACKOFF_CAP).total_seconds()
    seconds = min(max(asked, shortest), LONGEST_LIMIT.total_seconds() / LATER)
    return timedelta(seconds=seconds * random.uniform(1.0, LATER))  # noqa: S311  # jitter


def heed(connection: Connection, error: ProviderError) -> None:
    """What an error that no visit met means for all who would ask for this connection.

    What came to a grant that its person has renewed meanwhile says nothing of the new one.
    """
    if isinstance(error, RateLimited):
        _hold_back(connection.pk, error, _respect(error, 1))
    elif isinstance(error, NeedsReauth):
        same = Connection.objects.filter(pk=connection.pk, grant=connection.grant)
        same.usable().update(state=Connection.State.NEEDS_YOU, trouble=error.code[:40])
    elif isinstance(error, Retired):
        _halt(connection, Halt.POSTS, error)


def _rate_limited(crawl: Crawl, error: ProviderError) -> None:
    wait = _respect(error, crawl.attempts)
    crawl.state, crawl.not_before = Crawl.State.WAITING, Now() + wait
    _hold_back(crawl.feed.connection_id, error, wait)


def _respect(error: ProviderError, attempts: int) -> timedelta:
    asked = error.retry_after if isinstance(error, RateLimited) else None
    if error.code in turns.OURS:
        return timedelta(seconds=asked or 0) + random.uniform(0.0, 1.0) * A_MOMENT  # noqa: S311
    return limited(asked, attempts)


def _hold_back(connection_id: int, error: ProviderError, wait: timedelta) -> None:
    """Make all wait whom the service counts together."""
    # Who only heard that others wait does not make them wait longer.
    if error.code in {turns.RESTS, turns.WAITS}:
        return
    if isinstance(error, RateLimited) and error.host:
        turns.rest(error.host, wait)
    else:
        turns.pause(connection_id, wait)


def _wait(crawl: Crawl, error: ProviderError) -> None:
    crawl.state, crawl.not_before = Crawl.State.WAITING, Now() + backoff(crawl.attempts)


def _needs_you(crawl: Crawl, error: ProviderError) -> None:
    Connection.objects.filter(pk=crawl.feed.connection_id).update(
        state=Connection.State.NEEDS_YOU, trouble=error.code[:40]
    )
    crawl.state, crawl.not_before = Crawl.State.WAITING, None


def _retired(crawl: Crawl, error: ProviderError) -> None:
    _halt(crawl.feed.connection, crawl.feed.kind, error)
    crawl.trouble = "retired"
    end(crawl, error)


def _halt(connection: Connection, kind: str, error: ProviderError) -> None:
    Halt.objects.get_or_create(
        provider=connection.provider,
        instance=connection.instance,
        kind=kind,
        defaults={"words": error.words[:500]},
    )


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
    plan.cut_off(crawl)
    plan.after_failure(crawl)


_FATES: dict[type[ProviderError], Callable[[Crawl, ProviderError], None]] = {
    RateLimited: _rate_limited,
    Garbled: _try_a_few_times,
    TryLater: _wait,
    NeedsReauth: _needs_you,
    Retired: _retired,
    BadRequest: _restart_once,
    Gone: end,
    ProviderError: _try_a_few_times,
}


def _class_of(error: ProviderError) -> type[ProviderError]:
    return next(kind for kind in _FATES if isinstance(error, kind))
