"""Whose turn it is to ask a service: handed out by the database to all workers alike."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection as database
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Host
from providers.errors import RateLimited

# A host that asks for no more than this is waited for on the spot.
PATIENCE = 2.0
LONGEST = timedelta(days=1)
# Rests that are over go when a new one is written, so many at a time.
FORGOTTEN = 1_000
# What is said of a host that is left alone already.
RESTS = "host_rests"
_RESERVE = """
UPDATE accounts_connection
   SET next_call_at = greatest(next_call_at, clock_timestamp()) + make_interval(secs => %(seconds)s)
 WHERE id = %(connection)s
RETURNING extract(epoch FROM next_call_at - clock_timestamp()) - %(seconds)s,
          (SELECT extract(epoch FROM not_before - clock_timestamp())
             FROM accounts_host WHERE name = %(host)s)
"""
# Its own row is kept from whoever forgets at the same moment.
_KEEP = "UPDATE accounts_host SET not_before = NULL WHERE name = %s AND not_before < %s"
_FORGET = """
DELETE FROM accounts_host WHERE name IN (
    SELECT name FROM accounts_host WHERE not_before < %s LIMIT %s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class TurnsOf:
    """The turns of one connection. Its own calls keep a distance; a host's limit is for all."""

    connection_id: int

    def wait(self, host: str) -> None:
        """Sleep until this connection may ask; RateLimited while `host` wants to be left alone."""
        turn, closed = _reserve(self.connection_id, host)
        if closed > PATIENCE:
            raise RateLimited(RESTS, "The host asked everybody here to wait.", closed, host)
        time.sleep(max(0.0, closed, turn))

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """Leave a host alone that grants nothing more until it counts anew."""
        if left == 0 and seconds:
            rest(host, timedelta(seconds=seconds))


class TurnsOfAll:
    """For a question that no connection asks; a host's limit is for these as well."""

    def wait(self, host: str) -> None:
        """At once; RateLimited while `host` wants to be left alone."""
        closed = _closed(host)
        if closed > PATIENCE:
            raise RateLimited(RESTS, "The host asked everybody here to wait.", closed, host)

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """Leave a host alone that grants nothing more until it counts anew."""
        if left == 0 and seconds:
            rest(host, timedelta(seconds=seconds))


def rest(host: str, span: timedelta) -> None:
    """Nobody asks `host` for so long, a day at the most; a longer rest is not cut short."""
    _forget(host)
    until = Now() + min(span, LONGEST)
    Host.objects.bulk_create([Host(name=host[:300])], ignore_conflicts=True)
    waiting = Host.objects.filter(name=host[:300])
    waiting.exclude(not_before__gt=until).update(not_before=until)


def resting() -> dict[str, float]:
    """The hosts that want to be left alone, and for how many seconds more."""
    now = timezone.now()
    closed = Host.objects.filter(not_before__gt=Now()).values_list("name", "not_before")
    return {name: (until - now).total_seconds() for name, until in closed if until}


def _forget(host: str) -> None:
    """Let rests go that are over: strangers name hosts, and there would be no end of them."""
    now = timezone.now()
    with database.cursor() as cursor:
        cursor.execute(_KEEP, [host[:300], now])
        cursor.execute(_FORGET, [now, FORGOTTEN])


def _closed(host: str) -> float:
    """For how many seconds more `host` wants to be left alone; 0 when it does not."""
    found = Host.objects.filter(name=host[:300], not_before__gt=Now())
    until = found.values_list("not_before", flat=True).first()
    return (until - timezone.now()).total_seconds() if until else 0.0


def _reserve(connection_id: int, host: str) -> tuple[float, float]:
    """Seconds until this connection's turn, and until `host` may be asked; one query."""
    seconds = settings.CRAWL_REQUEST_INTERVAL.total_seconds()
    values: dict[str, float | int | str] = {
        "seconds": seconds,
        "connection": connection_id,
        "host": host[:300],
    }
    with database.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        turn, closed = cursor.fetchone() or (0, 0)
    return float(turn), float(closed or 0)
