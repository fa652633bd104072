"""What the address of a page asks for: a number, a like of one's own, a month, a step."""

from __future__ import annotations

import re
from datetime import date

from django.http import Http404, HttpRequest

from accounts.http import SignedInRequest
from archive import access, wall
from archive.models import Like

FIRST_YEAR, LAST_YEAR = 1970, 9998
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


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


def month(request: HttpRequest, name: str) -> date | None:
    """A month, spelt 2024-05; None when it is not there, Http404 when it is nonsense."""
    text = request.GET.get(name, "")
    found = _MONTH.fullmatch(text)
    if text and not found:
        raise Http404
    return first_day(int(found[1]), int(found[2])) if found else None


def first_day(year: int, number: int) -> date:
    """The first day of a month of the calendar; Http404 for any other."""
    if not (1 <= number <= 12 and FIRST_YEAR <= year <= LAST_YEAR):
        raise Http404
    return date(year, number, 1)


def load(request: HttpRequest) -> int:
    """How many pages have loaded by themselves already, this one among them."""
    return min(number(request, "load") or 1, wall.AUTOMATIC + 1)
