"""The wall and what is found in it, a month of it, and how much is new since it was opened."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import ENOUGH, SignedInRequest
from accounts.models import User
from archive import asking, browse, dates, days, gaps, origins, searching, wall, words
from archive.models import Feed, Like
from archive.models.like import LikeQuerySet

LONGEST_QUERY = 200
MOST_FRESH = 99


@require_safe
@login_required
def likes(request: SignedInRequest) -> HttpResponse:
    """The wall, newest like first, or from a month on; with `q` what is found in it."""
    query = request.GET.get("q", "")[:LONGEST_QUERY].replace("\x00", "").strip()
    if query:
        return _found(request, query)
    mine = Like.objects.of(request.user).on_wall()
    return _wall(request, mine, _("Likes"), reverse("archive:wall"), at=asking.month(request, "at"))


@require_safe
@login_required
def month(request: SignedInRequest, year: int, number: int) -> HttpResponse:
    """One month of the wall."""
    first = asking.first_day(year, number)
    start, end = days.bounds(first)
    mine = Like.objects.of(request.user).on_wall().filter(liked_at__gte=start, liked_at__lt=end)
    path = reverse("archive:month", args=[year, number])
    return _wall(request, mine, date_format(first, "F Y"), path)


@require_safe
@login_required
def fresh(request: SignedInRequest) -> HttpResponse:
    """How many likes came since the page with `after` on top was shown."""
    mine = Like.objects.of(request.user).on_wall()
    top = asking.like(request, "after")
    count = browse.after(mine, top).order_by()[: MOST_FRESH + 1].count() if top else 0
    context = {"count": min(count, MOST_FRESH), "more": count > MOST_FRESH}
    status = ENOUGH if count > MOST_FRESH else 200
    return render(request, "archive/_fresh.html", context, status=status)


def answer(
    request: SignedInRequest, whole: str, part: str, context: dict[str, object]
) -> HttpResponse:
    """The page, or for htmx the part that it asks for; from a month on always the page."""
    response = render(request, part if is_part(request) else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def is_part(request: SignedInRequest) -> bool:
    """Whether what is asked for goes on below what is there."""
    return bool(request.htmx) and not request.GET.get("at")


def is_listed(request: SignedInRequest) -> bool:
    """Whether this person looks at lists rather than walls."""
    return request.user.layout == User.Layout.LIST


def pager(
    request: SignedInRequest,
    page: browse.Window,
    path: str,
    query: str = "",
    at: date | None = None,
) -> wall.Pager:
    """The way around a page; what goes on below one that is there has no way back up."""
    newer = None if is_part(request) else page.newer
    before, load = asking.number(request, "before"), asking.load(request)
    return wall.pager(page.older, newer, before, path=path, query=query, load=load, at=at)


def choices(request: SignedInRequest, here: Feed | None = None) -> list[origins.Origin]:
    """The sources to choose from on top of a wall; the pages below it have none."""
    below = request.htmx or request.GET.get("before") or request.GET.get("at")
    return [] if below else origins.choices(request.user, here)


def _wall(
    request: SignedInRequest, mine: LikeQuerySet, title: str, path: str, *, at: date | None = None
) -> HttpResponse:
    before = asking.like(request, "before")
    page = browse.since(mine, days.bounds(at)[1]) if at else browse.window(mine, before=before)
    is_whole = path == reverse("archive:wall")
    is_top = is_whole and not (before or at)
    context = {
        "title": title,
        "whole": is_whole,
        "listed": is_listed(request),
        "pager": pager(request, page, path, at=at),
        "choices": choices(request),
        "newest_id": page.likes[0].pk if page.likes and is_top else None,
        "empty": "" if page.likes else wall.nothing(request.user),
        **_hung(request, page, before),
    }
    return answer(request, "archive/wall.html", "archive/_wall.html", context)


def _hung(request: SignedInRequest, page: browse.Window, before: Like | None) -> dict[str, object]:
    """What hangs on a page of the wall, and the months of all of it for a whole page."""
    counts = wall.totals(request.user)
    whole = bool(page.likes) and not is_part(request)
    standing = list(gaps.on_wall(request.user)) if whole and not counts.is_whole else []
    is_known = whole or counts.is_whole
    below = gaps.rows(standing) if is_known else gaps.under(request.user, page.likes)
    # While likes arrive their times are not known yet, so neither is the oldest.
    dated = whole and page.likes[0].is_settled
    months = wall.by_month(page.likes, before, counts, below, listed=is_listed(request))
    calendar = dates.of(counts.months, standing, is_proven=counts.is_proven) if dated else None
    since = counts.since if dated else ""
    return {"total": counts.likes, "since": since, "months": months, "dates": calendar}


def _found(request: SignedInRequest, query: str) -> HttpResponse:
    mine = Like.objects.of(request.user).on_wall()
    asked = words.query(query)
    before = asking.like(request, "before")
    page = searching.search(mine, asked, before=before) if asked else searching.NOTHING
    listed = is_listed(request)
    context: dict[str, object] = {
        "title": _("Search"),
        "query": query,
        "found": page.count,
        "found_more": page.is_more,
        "months": wall.found(page.likes, before, listed=listed),
        "listed": listed,
        "pager": pager(request, page, reverse("archive:wall"), query),
        "empty": "" if page.likes else "not_found",
    }
    return answer(request, "archive/wall.html", "archive/_wall.html", context)
