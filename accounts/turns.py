"""Whose turn it is to ask a service: handed out by the database to all workers alike."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db.models.functions import Now
from django.utils import timezone

from accounts.budget import BELIEVED, MINUTES, free_at
from accounts.models import Connection, Host
from providers.errors import NeedsReauth, ProviderError, RateLimited

# A host that asks for no more than this is waited for on the spot.
PATIENCE = 2.0
LONGEST = timedelta(days=1)
# Rests that are over go when a new one is written, so many at a time.
FORGOTTEN = 1_000
# What is said of a host that is left alone already.
RESTS = "host_rests"
# What is said of a connection that has asked often enough for an hour, and of one that waits.
USED_UP, WAITS = "budget_used", "connection_waits"
# Nobody asked anybody: what we hold back by ourselves.
OURS = frozenset({RESTS, USED_UP, WAITS})
# One statement, for as many workers as there are: whoever is second counts with the first.
_RESERVE = """
WITH asks AS (
    SELECT id, state, not_before, told_until, calls, calls_minute,
           greatest(next_call_at, clock_timestamp()) AS turn,
           CASE WHEN %(heard)s::int IS NOT NULL THEN %(heard)s
                WHEN told_until > clock_timestamp() THEN told END AS told,
           (SELECT extract(epoch FROM not_before - clock_timestamp())
              FROM accounts_host WHERE name = %(host)s) AS closed
      FROM accounts_connection WHERE id = %(connection)s FOR NO KEY UPDATE
), dated AS (
    SELECT *, greatest(calls_minute, floor(extract(epoch FROM turn) / 60)::bigint) AS minute
      FROM asks
), slid AS (
    SELECT *, (array_fill(0, ARRAY[least(minute - calls_minute, %(minutes)s)::int])
               || coalesce(calls, '{}'))[:%(minutes)s] AS counts
      FROM dated
), counted AS (
    SELECT *, (SELECT sum(n) FROM unnest(counts) AS n) AS used FROM slid
), judged AS (
    SELECT *, CASE WHEN state <> 'connected' THEN 'state'
                   WHEN closed > %(patience)s THEN 'host'
                   WHEN not_before > clock_timestamp() THEN 'waits'
                   WHEN used >= least(%(most)s::int, told) THEN 'used'
                   ELSE '' END AS refused
      FROM counted
)
UPDATE accounts_connection AS c
   SET next_call_at = CASE refused WHEN '' THEN turn + make_interval(secs => %(seconds)s)
                                   ELSE c.next_call_at END,
       calls = CASE refused WHEN '' THEN counts[1] + 1 || counts[2:] ELSE counts END,
       calls_minute = minute,
       told = judged.told,
       told_until = CASE WHEN %(heard)s::int IS NULL THEN judged.told_until
                         ELSE clock_timestamp() + make_interval(secs => %(believed)s) END
  FROM judged WHERE c.id = judged.id
RETURNING refused, extract(epoch FROM turn - clock_timestamp()), coalesce(closed, 0),
          extract(epoch FROM c.not_before - clock_timestamp()), used, counts, minute,
          c.told, c.told_until
"""
# Its own row is kept from whoever forgets at the same moment.
_KEEP = "UPDATE accounts_host SET not_before = NULL WHERE name = %s AND not_before < %s"
_FORGET = """
DELETE FROM accounts_host WHERE name IN (
    SELECT name FROM accounts_host WHERE not_before < %s LIMIT %s FOR UPDATE SKIP LOCKED)
"""


@dataclass(slots=True)
class TurnsOf:
    """The turns of one connection. Its own calls keep a distance; a host's limit is for all.

    `hourly`: so many calls in any hour, whoever makes them; None: nobody counts them.
    """

    connection_id: int
    hourly: int | None = None
    _used: int = 0
    # What the service granted with its last answer, as a number of calls; told with the next turn.
    _heard: int | None = None

    def wait(self, host: str) -> None:
        """Sleep until this connection may ask; RateLimited or NeedsReauth when it may not."""
        turn = _reserve(self, host)
        self._heard = None
        if turn.refused:
            raise _refusal(turn, self.hourly, host)
        self._used = turn.used + 1
        time.sleep(max(0.0, turn.closed, turn.seconds))

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """Grant ourselves no more than the service does, until it counts anew.

        Where nobody counts connections, it is the host that is left alone.
        """
        if self.hourly is None:
            _told_by_host(host, left, seconds)
        elif left == 0:
            _stop(self.connection_id, self._used, seconds)
        elif left is not None:
            self._heard = self._used + left


class TurnsOfAll:
    """For a question that no connection asks; a host's limit is for these as well."""

    def wait(self, host: str) -> None:
        """At once; RateLimited while `host` wants to be left alone."""
        closed = _closed(host)
        if closed > PATIENCE:
            raise RateLimited(RESTS, "The host asked everybody here to wait.", closed, host)

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """Leave a host alone that grants nothing more until it counts anew."""
        _told_by_host(host, left, seconds)


def rest(host: str, span: timedelta) -> None:
    """Nobody asks `host` for so long, a day at the most; a longer rest is not cut short."""
    _forget(host)
    until = Now() + min(span, LONGEST)
    Host.objects.bulk_create([Host(name=host[:300])], ignore_conflicts=True)
    waiting = Host.objects.filter(name=host[:300])
    waiting.exclude(not_before__gt=until).update(not_before=until)


def pause(connection_id: int, span: timedelta) -> None:
    """This connection asks nothing for so long; a longer pause is not cut short."""
    until = Now() + min(span, LONGEST)
    waiting = Connection.objects.filter(pk=connection_id)
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


def _told_by_host(host: str, left: int | None, seconds: float | None) -> None:
    if left == 0 and seconds:
        rest(host, timedelta(seconds=min(seconds, LONGEST.total_seconds())))


def _stop(connection_id: int, used: int, seconds: float | None) -> None:
    """The service grants nothing more: every worker hears of it at once."""
    span = timedelta(seconds=min(seconds, LONGEST.total_seconds())) if seconds else BELIEVED
    Connection.objects.filter(pk=connection_id).update(told=used, told_until=Now() + span)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What became of asking for a turn: seconds until it comes, or why it does not."""

    refused: str
    seconds: float
    closed: float
    waits: float | None
    used: int
    calls: list[int]
    minute: int
    told: int | None
    told_until: datetime | None


# The connection is not there any more.
_NOBODYS: tuple[Any, ...] = ("state", 0, 0, None, 0, [], 0, None, None)


def _reserve(turns: TurnsOf, host: str) -> _Turn:
    """The next turn of a connection, counted; one query."""
    values: dict[str, float | int | str | None] = {
        "seconds": settings.CRAWL_REQUEST_INTERVAL.total_seconds(),
        "connection": turns.connection_id,
        "host": host[:300],
        "patience": PATIENCE,
        "most": turns.hourly,
        "heard": turns._heard,
        "minutes": MINUTES,
        "believed": BELIEVED.total_seconds(),
    }
    with database.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        found = cursor.fetchone() or _NOBODYS
    refused, seconds, closed, *told = found
    return _Turn(refused, float(seconds), float(closed), *told)


def _refusal(turn: _Turn, hourly: int | None, host: str) -> ProviderError:
    match turn.refused:
        case "host":
            return RateLimited(RESTS, "The host asked everybody here to wait.", turn.closed, host)
        case "waits":
            return RateLimited(WAITS, "This account waits.", float(turn.waits or 0))
        case "used":
            return RateLimited(USED_UP, "Its hour is used up.", _until_free(turn, hourly or 0))
        case _:
            return NeedsReauth("not_connected", "There is no permission to read this account.")


def _until_free(turn: _Turn, hourly: int) -> float:
    """Seconds until an hour has room for one more call."""
    granted = hourly if turn.told is None else turn.told
    frees = free_at(turn.calls, turn.minute, hourly, granted, turn.told_until)
    return max(0.0, (frees - timezone.now()).total_seconds())
