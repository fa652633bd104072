"""What the address of a page asks for: a number, a like of one's own, a step."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from accounts.http import SignedInRequest
from archive import access, wall
from archive.models import Like


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


def load(request: HttpRequest) -> int:
    """How many pages have loaded by themselves already, this one among them."""
    return min(number(request, "load") or 1, wall.AUTOMATIC + 1)
