"""Pages about single likes: one like, its star, its author; this day in other years, and chance."""

from __future__ import annotations

from datetime import date
from random import SystemRandom

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from archive import (
    access,
    asking,
    authors,
    browse,
    chance,
    days,
    facts,
    members,
    memories,
    origins,
    tiles,
    timeline,
    wall,
)
from archive.models import Like, MediaItem
from archive.wall_views import answer, is_listed, pager

# So many are drawn at once: a month may have nothing below the moment that was drawn.
DRAWS = 4


@require_safe
@login_required
def like(request: SignedInRequest, like_id: int) -> HttpResponse:
    """One like with all that is known about it; over the wall, the like alone."""
    shown = access.like_of(request.user, like_id)
    mine = Like.objects.of(request.user).on_wall()
    above, older = browse.around(mine, shown, above=timeline.ABOVE)
    newer = above[0] if above else None
    media = tiles.media_of([each for each in (shown, newer, older) if each])
    context = {
        "like": facts.readable(shown, origins.entries_of(shown)),
        "media": members.of(shown, media.get(shown.pk, [])),
        "newer": _step(newer, media),
        "older": _step(older, media),
        "timeline": timeline.address(shown, above),
    }
    return answer(request, "archive/like.html", "archive/_like.html", context)


@require_POST
@login_required
def favourite(request: SignedInRequest, like_id: int) -> HttpResponse:
    """Give a like one's star, or take it away: as the form says, however often it is sent."""
    shown = access.like_of(request.user, like_id)
    is_favourite = request.POST.get("favourite") == "on"
    Like.objects.of(request.user).filter(pk=shown.pk).update(is_favourite=is_favourite)
    if request.htmx:
        star = {"id": shown.pk, "is_favourite": is_favourite}
        return render(request, "archive/_star.html", {"like": star})
    return redirect("archive:like", shown.pk)


@require_safe
@login_required
def author(request: SignedInRequest, provider: str, author_id: str) -> HttpResponse:
    """Everything of one author, whatever they are called now."""
    likes, ends = access.author_of(request.user, provider, author_id)
    before = asking.like(request, "before")
    page = browse.window(likes, before=before)
    path = reverse("archive:author", args=[provider, author_id])
    listed = is_listed(request)
    # On further pages nobody counts, so that each asks at most eight questions.
    count = browse.count(likes) if before is None else 0
    context = {
        "author": authors.of(provider, ends),
        "listed": listed,
        "found": min(count, browse.COUNTED),
        "found_more": count > browse.COUNTED,
        "months": wall.found(page.likes, before, listed=listed),
        "pager": pager(request, page, path),
    }
    return answer(request, "archive/author.html", "archive/_wall.html", context)


@require_safe
@login_required
def on_this_day(request: SignedInRequest) -> HttpResponse:
    """What was liked and posted on a day of earlier years; today, unless another is asked for."""
    today = days.today()
    day = days.of_calendar(request.GET.get("day", ""), today)
    context = {
        "memories": memories.of(request.user, day, today),
        "is_today": day == today,
        "day_before": memories.neighbour(day, -1),
        "day_after": memories.neighbour(day, 1),
    }
    return render(request, "archive/on_this_day.html", context)


@require_safe
@login_required
def at_random(request: SignedInRequest) -> HttpResponse:
    """Some like of one's own; the wall where there is none."""
    months = wall.totals(request.user).months
    drawn = chance.draw(request.user, months, DRAWS, SystemRandom())
    return redirect("archive:like", drawn[0]) if drawn else redirect("archive:wall")


@require_safe
@login_required
def go_to_date(request: SignedInRequest) -> HttpResponse:
    """Asks for a date, and leads to the wall as it was then."""
    text = request.GET.get("on", "")
    day = days.iso_date(text)
    if day is not None and day < date.max:
        return redirect(timeline.on(Like.objects.of(request.user).on_wall(), day))
    context: dict[str, object] = {"text": text, "today": days.today().isoformat()}
    response = answer(request, "archive/date.html", "archive/_date.html", context)
    response.status_code = 400 if text else 200
    return response


@require_safe
@login_required
def keys(request: SignedInRequest) -> HttpResponse:
    """What can be done with keys."""
    return answer(request, "archive/keys.html", "archive/_keys.html", {})


def _step(like: Like | None, media: dict[int, list[MediaItem]]) -> dict[str, str]:
    """The way to another like, and its first picture, so that it is there before the step."""
    if like is None:
        return {}
    first = next(iter(members.of(like, media.get(like.pk, []))), None)
    picture = first if first and first.kind == MediaItem.Kind.IMAGE else None
    return {
        "href": f"/likes/{like.pk}/",
        "src": picture.src if picture else "",
        "srcset": picture.srcset if picture else "",
    }
