"""Pages of the library: the wall, one feed, and the bytes behind them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.models import Connection
from accounts.views import doors
from archive import access, asking, browse, gaps, origins, serving, tiles, wall, words
from archive.models import Blob, Entry, Feed, Like
from archive.models.like import LikeQuerySet

LONGEST_QUERY = 200
MOST_FRESH = 99


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The wall for those who are in, the welcome page for those who are not."""
    if request.user.is_authenticated:
        return redirect("archive:wall")
    return render(request, "accounts/welcome.html", doors())


@require_safe
@login_required
def likes(request: SignedInRequest) -> HttpResponse:
    """The wall, newest like first; with `q` what is found in it."""
    query = request.GET.get("q", "")[:LONGEST_QUERY].replace("\x00", "").strip()
    if query:
        return _found(request, query)
    mine = Like.objects.of(request.user).on_wall()
    return _wall(request, mine, "Likes", reverse("archive:wall"))


@require_safe
@login_required
def month(request: SignedInRequest, year: int, number: int) -> HttpResponse:
    """One month of the wall."""
    if not (1 <= number <= 12 and 1970 <= year <= 9998):
        raise Http404
    first = datetime(year, number, 1, tzinfo=UTC)
    after = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    mine = Like.objects.of(request.user).on_wall()
    mine = mine.filter(liked_at__gte=first, liked_at__lt=after)
    path = reverse("archive:month", args=[year, number])
    return _wall(request, mine, date_format(first, "F Y"), path)


@require_safe
@login_required
def feed(request: SignedInRequest, feed_id: int) -> HttpResponse:
    """One feed alone, in the order of its service."""
    shown = access.feed_of(request.user, feed_id)
    before = asking.number(request, "before")
    entries = browse.places(shown, before=_rank(shown, before))
    page = entries[: browse.PAGE]
    likes = [entry.like for entry in page]
    older = page[-1].like_id if len(entries) > browse.PAGE else None
    path = reverse("archive:feed", args=[shown.pk])
    context = {
        "feed": _feed_words(shown),
        "tiles": tiles.hang(likes, below=gaps.under(request.user, likes, feed=shown)),
        "pager": wall.pager(older, None, before, path=path, query="", load=asking.load(request)),
        "total": shown.entries_count,
        "choices": _choices(request, shown if shown.on_wall else None),
        "empty": not page,
    }
    return _answer(request, "archive/feed.html", "archive/_feed.html", context)


@require_safe
@login_required
def fresh(request: SignedInRequest) -> HttpResponse:
    """How many likes came since the page with `after` on top was shown."""
    mine = Like.objects.of(request.user).on_wall()
    top = asking.like(request, "after")
    count = browse.after(mine, top).order_by()[:MOST_FRESH].count() if top else 0
    return render(request, "archive/_fresh.html", {"count": count})


@require_safe
def media(request: HttpRequest, user_id: int, signature: str, name: str) -> HttpResponseBase:
    """Bytes for their owner: the address is signed for a person, and the session is theirs."""
    sha256, _, size = name.partition("-")
    if request.user.pk != user_id or not serving.is_signed(user_id, sha256, signature):
        raise Http404
    blob = Blob.objects.filter(sha256=sha256).first()
    width = next((width for width in (blob and blob.previews) or [] if str(width) == size), None)
    if blob is None or (size and width is None):
        raise Http404
    return serving.respond(blob, width, request.headers.get("Range", ""))


def _wall(request: SignedInRequest, mine: LikeQuerySet, title: str, path: str) -> HttpResponse:
    before = asking.like(request, "before")
    page = browse.window(mine, before=before)
    counts = wall.totals(request.user)
    context = {
        "title": title,
        "total": counts.likes,
        # While likes arrive their times are not known yet, so neither is the oldest.
        "since": counts.since if page.likes and page.likes[0].is_settled else "",
        "months": wall.by_month(page.likes, before, counts, gaps.under(request.user, page.likes)),
        "pager": _pager(request, page, path, ""),
        "choices": _choices(request),
        "newest_id": page.likes[0].pk if page.likes and not before else None,
        "empty": "" if page.likes else wall.nothing(request.user),
    }
    return _answer(request, "archive/wall.html", "archive/_wall.html", context)


def _found(request: SignedInRequest, query: str) -> HttpResponse:
    mine = Like.objects.of(request.user).on_wall()
    meant = words.query(query)
    before = asking.like(request, "before")
    page = browse.search(mine, meant, before=before) if meant else browse.Window([], None, None)
    count = browse.count(mine.filter(document__matches=meant)) if meant else 0
    context = {
        "title": "Search",
        "query": query,
        "found": min(count, browse.COUNTED),
        "found_more": count > browse.COUNTED,
        "months": wall.found(page.likes, before),
        "pager": _pager(request, page, reverse("archive:wall"), query),
        "empty": "" if page.likes else "not_found",
    }
    return _answer(request, "archive/wall.html", "archive/_wall.html", context)


def _answer(
    request: SignedInRequest, whole: str, part: str, context: dict[str, object]
) -> HttpResponse:
    """The page, or for htmx the part that it asks for."""
    response = render(request, part if request.htmx else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _choices(request: SignedInRequest, here: Feed | None = None) -> list[origins.Origin]:
    """The sources to choose from on top of a wall; the pages below it have none."""
    below = request.htmx or request.GET.get("before")
    return [] if below else origins.choices(request.user, here)


def _pager(request: SignedInRequest, page: browse.Window, path: str, query: str) -> wall.Pager:
    newer = None if request.htmx else page.newer
    before, load = asking.number(request, "before"), asking.load(request)
    return wall.pager(page.older, newer, before, path=path, query=query, load=load)


def _rank(feed: Feed, before: int | None) -> int | None:
    """The present place of a like in a feed; Http404 when it has none."""
    if before is None:
        return None
    entry = Entry.objects.filter(feed=feed, like=before).first() if before < 2**63 else None
    if entry is None:
        raise Http404
    return entry.rank


def _feed_words(feed: Feed) -> dict[str, object]:
    return {
        "title": origins.list_title(feed, feed.connection.provider),
        "source": origins.called(feed.connection),
        "service": feed.connection.provider,
        "on_wall": feed.on_wall,
        "is_file": feed.connection.standing == Connection.Standing.FILE,
    }
