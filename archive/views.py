"""Pages of the library: the way in, one feed, the bytes behind them, and whose days these are."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import zones
from accounts.http import SignedInRequest
from accounts.models import Connection
from accounts.views import doors
from archive import (
    access,
    asking,
    browse,
    gaps,
    lines,
    origins,
    rollup,
    serving,
    tiles,
    wall,
)
from archive.models import Blob, Entry, Feed
from archive.wall_views import answer, choices, is_listed


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The wall for those who are in, the welcome page for those who are not."""
    if request.user.is_authenticated:
        return redirect("archive:wall")
    return render(request, "accounts/welcome.html", doors())


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
    hung = tiles.hang(likes, below=gaps.under(request.user, likes, feed=shown))
    path = reverse("archive:feed", args=[shown.pk])
    context = {
        "feed": _feed_words(shown),
        "tiles": hung,
        "lines": lines.of(likes, hung) if is_listed(request) else [],
        "listed": is_listed(request),
        "pager": wall.pager(older, None, before, path=path, load=asking.load(request)),
        "total": shown.entries_count,
        "choices": choices(request, shown if shown.on_wall else None),
        "empty": not page,
    }
    return answer(request, "archive/feed.html", "archive/_feed.html", context)


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


@require_POST
@login_required
def own_days(request: SignedInRequest) -> HttpResponse:
    """Say where one's days begin; what a browser guesses counts only where nobody has said."""
    name, is_guess = request.POST.get("timezone", ""), "guess" in request.POST
    is_known = name in zones.names()
    if is_known:
        rollup.live_in(request.user, name, unless_known=is_guess)
    if is_guess:
        return HttpResponse(status=204)
    if is_known:
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("There is no time zone of that name: choose one of the list."))
    return redirect("accounts:settings")
