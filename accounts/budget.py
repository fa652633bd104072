"""How often a connection has asked within the last hour, and how often it may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Connection

# Calls are counted by the minute of their turn. An hour cuts a minute in two at both of its ends,
# and a call is on its way for most of one: every hour of the service's lies in so many minutes.
MINUTES = 62
MINUTE = 60
# What a service says of itself is believed for so long: its count goes on without us.
BELIEVED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Budget:
    """The requests of a connection: "38 of 200 this hour".

    `budget` is the lower of what we allow ourselves and what the service last granted.
    `resets_at`: when it may ask again; None while it may ask now.
    """

    used: int
    budget: int
    resets_at: datetime | None = None

    @classmethod
    def of(cls, connection: Connection, most: int) -> Budget:
        """As the row was read: asks nothing. `most` is what it may ask in an hour."""
        now = timezone.now()
        minute = max(int(now.timestamp()) // MINUTE, connection.calls_minute)
        calls = slid(connection.calls or (), minute - connection.calls_minute)
        told = (
            connection.told_until if connection.told_until and connection.told_until > now else None
        )
        granted = most if told is None or connection.told is None else connection.told
        used, least = sum(calls), min(most, granted)
        frees = None if used < least else free_at(calls, minute, most, granted, told)
        return cls(used, max(least, 0), frees)


def hourly(granted: int | None) -> int | None:
    """What a connection may ask in an hour, where its service grants so much; None: no limit."""
    lowered = settings.CRAWL_REQUESTS_PER_HOUR
    return granted if granted is None or lowered is None else min(granted, lowered)


def slid(calls: Sequence[int], minutes: int) -> list[int]:
    """The counts so many minutes later, newest first."""
    return ([0] * min(minutes, MINUTES) + list(calls))[:MINUTES]


def free_at(
    calls: Sequence[int], minute: int, most: int, granted: int, told_until: datetime | None
) -> datetime:
    """When the next call is allowed: enough of the old ones are forgotten.

    `granted` holds until `told_until` and then no more.
    """
    by_us = _below(calls, minute, most)
    if told_until is None or granted >= most:
        return by_us
    return min(_below(calls, minute, granted), max(told_until, by_us))


def _below(calls: Sequence[int], minute: int, most: int) -> datetime:
    """When fewer than `most` of these calls are left."""
    left = sum(calls)
    for age in reversed(range(len(calls))):
        left -= calls[age]
        if left < most:
            return _start(minute + MINUTES - age)
    return _start(minute + MINUTES)


def _start(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)
