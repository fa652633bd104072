"""Sources and first visits: what a person sees of the workshop, and their few levers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import Connection
from accounts.views import doors
from archive.models import Entry, Feed
from harvester import alarm, arrival, levers, plan, sources, states, tasks

STOP_POLLING = 286


@require_safe
@login_required
def welcome(request: SignedInRequest) -> HttpResponse:
    """The first visit, live. Adopts the connection the person has just come back with."""
    feed = _begun(request)
    if feed is None:
        return redirect("harvester:sources")
    if feed.completed_at is not None and feed.visits > 1:
        return redirect("archive:wall")
    return render(request, "harvester/welcome.html", {"arrival": arrival.of(request.user, feed)})


@require_safe
@login_required
def arriving(request: SignedInRequest) -> HttpResponse:
    """The same as a fragment; 286 tells htmx that nothing more will come."""
    feed = _newest(request)
    if feed is None:
        raise Http404
    state = arrival.of(request.user, feed)
    status = STOP_POLLING if state.over else 200
    context = {"arrival": state, "fresh": True}
    return render(request, "harvester/_arriving.html", context, status=status)


@require_safe
@login_required
def page(request: SignedInRequest) -> HttpResponse:
    """All sources of a person."""
    return render(request, "harvester/sources.html", _sources(request))


@require_safe
@login_required
def status(request: SignedInRequest) -> HttpResponse:
    """Their cards alone, with the state and the alarm of the page they are on."""
    context = _sources(request) | {"fresh": True}
    return render(request, "harvester/_sources.html", context)


@require_POST
@login_required
def check(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """Visit all feeds of a source now."""
    connection = _connection(request, connection_id)
    for feed in plan.adopt(connection):
        tasks.ring(levers.check_now(feed).pk)
    messages.success(request, _("Checking now."))
    return redirect("harvester:sources")


@require_POST
@login_required
def accept(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """Yes, a list that is held is right: look again, and believe it."""
    connection = _connection(request, connection_id)
    for feed in Feed.objects.filter(connection=connection):
        if crawl := levers.accept(feed):
            tasks.ring(crawl.pk)
            messages.success(request, _("Thank you. Checking now."))
    return redirect("harvester:sources")


@require_POST
@login_required
def pause(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """No more visits for now."""
    return _for_each_feed(request, connection_id, levers.pause)


@require_POST
@login_required
def resume(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """Visits again."""
    return _for_each_feed(request, connection_id, levers.resume)


@require_http_methods(["GET", "POST"])
@login_required
def disconnect(request: SignedInRequest, connection_id: int) -> HttpResponse:
    """Say what stays and what ends; then end it."""
    connection = _connection(request, connection_id)
    if request.method == "POST":
        levers.disconnect(connection)
        messages.success(request, _("Disconnected. Everything we kept is still here."))
        return redirect("harvester:sources")
    source = next(s for s in sources.of(request.user) if s.id == connection.pk)
    kept = Entry.objects.filter(feed__connection=connection).values("like").distinct().count()
    return render(request, "harvester/disconnect.html", {"source": source, "kept": kept})


def _begun(request: SignedInRequest) -> Feed | None:
    """The liked feed of the newest connection; its first visit is opened and rung for."""
    connections = Connection.objects.of(request.user).usable()
    newest = connections.order_by("-connected_at", "-pk").first()
    if newest is None:
        return _newest(request)
    for feed in plan.adopt(newest):
        if feed.completed_at is None:
            tasks.ring(plan.open_crawl(feed).pk)
    return _newest(request)


def _newest(request: SignedInRequest) -> Feed | None:
    visited = Feed.objects.of(request.user).exclude(connection__standing=Connection.Standing.FILE)
    feeds = visited.filter(on_wall=True).select_related("connection")
    return feeds.order_by("-connection__connected_at", "-pk").first()


def _connection(request: SignedInRequest, connection_id: int) -> Connection:
    # What came as a file is never visited: there is nothing to check, pause or disconnect.
    connections = Connection.objects.of(request.user).exclude(standing=Connection.Standing.FILE)
    found = connections.filter(pk=connection_id).first() if connection_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def _for_each_feed(
    request: SignedInRequest, connection_id: int, lever: Callable[[Feed], None]
) -> HttpResponse:
    connection = _connection(request, connection_id)
    for feed in Feed.objects.filter(connection=connection):
        lever(feed)
    return redirect("harvester:sources")


def _sources(request: SignedInRequest) -> dict[str, object]:
    facts = states.of(request.user)
    mine = sources.of(request.user, facts)
    return {
        "sources": mine,
        "others": doors()["services"],
        "busy": any(source.state in states.MOVES for source in mine),
        # What every page shows, from the same rows.
        "source_state": states.summary(facts),
        "alarm": alarm.of(facts),
    }
