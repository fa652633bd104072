"""Coming in and going out."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts import following, invitations, signin, upstream
from accounts.addresses import at_home, safe_path
from accounts.forms import SignUpForm
from accounts.http import ENOUGH
from accounts.problems import PROBLEMS
from accounts.signin import SignInRefused
from providers.errors import ProviderError, TryLater
from providers.service import Service

logger = logging.getLogger(__name__)
INVITATION = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Door:
    """A way in, as pages offer it: by consent at the service, or by typing a handle."""

    key: str
    title: str
    icon: str
    href: str
    example: str


def doors(next_path: str = "") -> dict[str, object]:
    """What a page that offers sign-in needs: the ways in, and whether one may join."""
    services = [door for door in map(_door, upstream.services()) if door]
    return {"services": services, "signups": settings.SIGNUPS, "next": next_path}


def _door(service: Service) -> Door | None:
    if service.consent:
        href = reverse("accounts:provider", args=[service.key])
        return Door(service.key, service.title, service.icon, href, "")
    if service.handles:
        href = reverse("accounts:handle", args=[service.key])
        return Door(service.key, service.title, service.icon, href, service.handles.example)
    return None


@require_GET
@never_cache
def leave(request: HttpRequest, provider: str) -> HttpResponse:
    """Off to the service's consent page; where there is none, to where a handle is typed."""
    if following.handles(provider):
        return redirect("accounts:handle", provider)
    if not signin.has_consent(provider):
        return problem(request, "unknown_service")
    # Who is signed in under the other name would come back as somebody else.
    if request.user.is_anonymous and (elsewhere := at_home(request)):
        return HttpResponseRedirect(elsewhere)
    return HttpResponseRedirect(signin.begin(request, provider))


@require_GET
@never_cache
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the consent page: in, or a friendly page that says why not."""
    if not signin.has_consent(provider):
        return problem(request, "unknown_service")
    try:
        pending = signin.take(request, provider)
        code = request.GET.get("code", "")
        if request.GET.get("error") or not code:
            return problem(request, "denied", provider)
        signin.finish(request, pending, code)
    except SignInRefused as refused:
        return problem(request, refused.reason, provider)
    except invitations.NotInvited:
        return problem(request, "not_open")
    except TryLater:
        return problem(request, "unavailable", provider)
    except ProviderError as error:
        logger.warning("sign-in failed provider=%s code=%s", provider, error.code)
        return problem(request, "upstream", provider)
    return redirect(pending.next_path or resolve_url(settings.SIGNED_IN_URL))


class SignIn(LoginView):
    """Username and password; the services stand beside it."""

    template_name = "accounts/signin.html"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page; where a part of another page was asked for, one line on top of that one."""
        if getattr(request, "htmx", False):
            return _signed_out(request)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {**super().get_context_data(**kwargs), **doors(self._next())}

    def get_success_url(self) -> str:
        return safe_path(self._next(), resolve_url(settings.LOGIN_REDIRECT_URL))

    def _next(self) -> str:
        asked = self.request.POST.get("next", self.request.GET.get("next", ""))
        return safe_path(asked, "")


def _signed_out(request: HttpRequest) -> HttpResponse:
    """What a page is told that asks on after its session has ended; it asks no more."""
    asked = urlsplit(request.headers.get("HX-Current-URL", ""))
    here = safe_path(asked._replace(scheme="", netloc="").geturl(), "")
    response = render(request, "accounts/_signed_out.html", {"next": here}, status=ENOUGH)
    response["HX-Retarget"], response["HX-Reswap"] = "#alarms", "innerHTML"
    return response


class SignOut(LogoutView):
    """Out, by POST only."""

    http_method_names = ["post", "options"]


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Join with username and password, as far as SIGNUPS allows."""
    if INVITATION.fullmatch(request.GET.get("invite", "")):
        request.session["invitation"] = request.GET["invite"]
    form = SignUpForm(request.POST or None)
    if request.method == "POST":
        # Admission first: a form that tells which names are taken is not for everybody.
        try:
            user = signin.join(form, request.session.get("invitation", ""))
        except invitations.NotInvited:
            return problem(request, "not_open")
        if user is None:
            return render(request, "accounts/signup.html", {"form": form, **doors()})
        login(request, user, backend=signin.BACKEND)
        wanted = safe_path(request.GET.get("next", ""), "")
        return redirect(wanted or resolve_url(settings.SIGNED_IN_URL))
    return render(request, "accounts/signup.html", {"form": form, **doors()})


def problem(request: HttpRequest, name: str, provider: str = "") -> HttpResponse:
    """A friendly page about what went wrong with signing in."""
    what = PROBLEMS[name]
    again = (
        reverse("accounts:provider", args=[provider]) if provider else reverse("accounts:signin")
    )
    context = {"title": what.title, "words": what.words, "scene": what.scene, "again": again}
    return render(request, "accounts/problem.html", context, status=what.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token."""
    return problem(request, "csrf")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense; its host may be forged, so nothing of it is used."""
    return render(None, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not yours."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs nothing."""
    return render(None, "500.html", status=500)
