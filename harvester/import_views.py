"""Bringing files: the page to send them from, how they fare, and what became of their rows."""

from __future__ import annotations

from itertools import chain
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import upstream
from accounts.http import SignedInRequest
from accounts.models import User
from archive.media import storage_errors
from harvester.imports import sheet, shown
from harvester.imports.receiving import Received, ToDisk, receive
from harvester.models import Import
from harvester.views import STOP_POLLING

MOST_BYTES = 2 * 1024**3
# Parts of a form have headers of their own.
_FORM_BYTES = 1024**2
# Looked up where they are said, in `_answer`; their figures are MOST_BYTES and MOST_FILES.
TOO_LARGE = gettext_noop("These files are more than 2 GB together: send them one at a time.")
NOTHING = gettext_noop("Choose at least one file.")
# Read one after another; each lies in storage until then.
MOST_WAITING = 20
TOO_MANY = gettext_noop("These are more than 20 files: send them in several goes.")
STILL_WAITING = gettext_noop("Several files of yours are still waiting: let them be read first.")
NO_ROOM = gettext_noop("There is no room for this file here at the moment: try again later.")


@csrf_exempt
def imports(request: SignedInRequest) -> HttpResponse:
    """The page to send files from. Its form is protected like every other, see `_page`.

    Where files go is decided before anybody reads the body, which looking for the form's
    token does; from a stranger nothing is written.
    """
    if _size(request) > MOST_BYTES + _FORM_BYTES:
        return _answer(request, TOO_LARGE, 413)
    if not request.user.is_authenticated:
        return _page(request)
    if request.method == "POST" and _is_too_much(request.user, _size(request), 1):
        return _answer(request, STILL_WAITING, 429)
    handler = ToDisk(request)
    request.upload_handlers = [handler]
    try:
        return _page(request)
    finally:
        handler.put_away()


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def _page(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _answer(request, "", 200)
    files = [file for file in request.FILES.getlist("files") if isinstance(file, Received)]
    if any(getattr(handler, "is_full", False) for handler in request.upload_handlers):
        return _answer(request, NO_ROOM, 507)
    if not files:
        return _answer(request, NOTHING, 400)
    if any(getattr(handler, "is_many", False) for handler in request.upload_handlers):
        return _answer(request, TOO_MANY, 429)
    if _is_too_much(request.user, 0, len(files)):
        return _answer(request, STILL_WAITING, 429)
    try:
        for file in files:
            receive(request.user, file)
    except storage_errors():
        return _answer(request, NO_ROOM, 507)
    return _sent(request)


@require_safe
@login_required
def one(request: SignedInRequest, import_id: int) -> HttpResponse:
    """How an import fares, and what became of each row; `show` picks one outcome."""
    row = _mine(request, import_id)
    show, after = request.GET.get("show", ""), request.GET.get("after", "0")
    if show not in {"", *shown.SHOW} or not (after.isascii() and after.isdigit()):
        raise Http404
    rows = shown.rows_of(row, show, min(int(after[:12]), 2**31 - 1))
    context = {
        "import": shown.with_its_rows(row),
        "rows": rows.rows,
        "show": show,
        "is_first": not int(after[:12]),
        "next": _next(show, rows.next),
    }
    return render(request, "harvester/import.html", context)


@require_safe
@login_required
def status(request: SignedInRequest, import_id: int) -> HttpResponse:
    """How it fares as a fragment; 286 tells htmx that nothing more will come."""
    row = _mine(request, import_id)
    code = 200 if row.is_live else STOP_POLLING
    return render(request, "harvester/_import.html", {"import": shown.shown(row)}, status=code)


@require_safe
@login_required
def report(request: SignedInRequest, import_id: int) -> HttpResponseBase:
    """Every row as a sheet; where they were put away, the page that says so."""
    row = _mine(request, import_id)
    if shown.is_put_away(row):
        return redirect("harvester:import", row.pk)
    lines = chain([sheet.head()], sheet.lines(row))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    return answer


def _size(request: HttpRequest) -> int:
    """Bytes of the body, as it says; the server lets nobody send more. Endless when unclear."""
    said = request.META.get("CONTENT_LENGTH") or ""
    is_number = said.isascii() and said.isdigit() and len(said) <= 20
    return int(said) if is_number else 2**63 if said else 0


def _is_too_much(user: User, size: int, files: int) -> bool:
    """Whether so many bytes and files are too much beside those that wait already."""
    waiting = Import.objects.of(user).live()
    told = waiting.aggregate(files=Count("pk"), size=Coalesce(Sum("size_bytes"), 0))
    return bool(told["files"] + files > MOST_WAITING or told["size"] + size > 2 * MOST_BYTES)


def _mine(request: SignedInRequest, import_id: int) -> Import:
    mine = Import.objects.of(request.user)
    found = mine.filter(pk=import_id).first() if import_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def _next(show: str, number: int | None) -> str:
    if number is None:
        return ""
    return "?" + urlencode({**({"show": show} if show else {}), "after": number})


def _answer(request: HttpRequest, wrong: str, status: int) -> HttpResponse:
    """The page, with what went wrong, as a page or as a sentence for a script."""
    if wrong and _is_script(request):
        return JsonResponse({"wrong": gettext(wrong)}, status=status)
    rows = shown.of(request.user) if request.user.is_authenticated else []
    doors = [service for service in upstream.services() if service.exports]
    context = {
        "imports": rows,
        "busy": shown.is_busy(rows),
        "doors": [{"title": s.title, "href": s.exports.request_url} for s in doors if s.exports],
        "wrong": gettext(wrong),
    }
    return render(request, "harvester/imports.html", context, status=status)


def _sent(request: HttpRequest) -> HttpResponse:
    """To the list: by a redirect, or for a script by an answer it can read."""
    if not _is_script(request):
        return redirect("harvester:imports")
    place = reverse("harvester:imports")
    return JsonResponse({"location": place}, headers={"Location": place, "HX-Redirect": place})


def _is_script(request: HttpRequest) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted or "HX-Request" in request.headers
