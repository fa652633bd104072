"""What the address of a page asks for, read without trust."""

from __future__ import annotations

import re
from datetime import date

from django.http import Http404, HttpRequest

from accounts.http import SignedInRequest
from archive import access
from archive.models import Like

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
# A leap year: every day of the calendar can be asked for.
_EVERY_DAY = 2000


def number(request: HttpRequest, name: str) -> int | None:
    """A decimal id from the address; None when it is not there, Http404 when it is nonsense."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(2**63))):
        raise Http404
    return int(text)


def like(request: SignedInRequest, name: str) -> Like | None:
    """The like that an address names; its place is looked up now. Http404 for a stranger's."""
    like_id = number(request, name)
    return access.like_of(request.user, like_id) if like_id is not None else None


def calendar_day(request: HttpRequest, today: date) -> date:
    """A day like `11-30`, in the last year that had it until today; today where none is asked."""
    text = request.GET.get("day", "")
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


def _exists(day: date, year: int) -> bool:
    return iso_date(f"{year:04d}-{day:%m-%d}") is not None
