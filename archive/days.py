"""Days as people and addresses spell them, and when they and their months begin."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo

from django.http import Http404
from django.utils import timezone

from accounts import zones

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
# A leap year: every day of the calendar can be asked for.
_EVERY_DAY = 2000


def of_calendar(text: str, today: date) -> date:
    """A day like `11-30`, in the last year that had it until today; today where none is asked."""
    if not text:
        return today
    day = iso_date(f"{_EVERY_DAY}-{text}")
    if day is None:
        raise Http404
    year = today.year
    while not _exists(day, year) or day.replace(year=year) > today:
        year -= 1
    return day.replace(year=year)


def iso_date(text: str) -> date | None:
    """`2024-05-17` as a date; None for anything else."""
    try:
        return date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        return None


def today() -> date:
    """What day it is where the reader lives."""
    return zones.local(timezone.now()).date()


def start_of(day: date, zone: tzinfo | None = None) -> datetime:
    """When a day begins in a zone, in UTC; where the reader lives, unless one is given."""
    return datetime.combine(day, time(), zone or zones.here()).astimezone(UTC)


def bounds(first: date) -> tuple[datetime, datetime]:
    """When the month of its `first` day begins, and when the next one does."""
    return start_of(first), start_of(next_month(first))


def next_month(first: date) -> date:
    """The first day of the month after that of a `first` day."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _exists(day: date, year: int) -> bool:
    return iso_date(f"{year:04d}-{day:%m-%d}") is not None
