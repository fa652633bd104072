"""Typing a handle: following public lists, and proving whose they are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import following, invitations, signin, upstream
from accounts.models import User
from accounts.signin import SignInRefused
from accounts.views import problem
from providers.errors import NoSuchAccount, ProviderError, Refused, TryLater, Unavailable

LATER = _("{title} cannot be asked at the moment. Please try again in a few minutes.")
ODD = _("{title} gave an answer that we cannot read. Please try again later.")
# Whatever our own policy is about: what stands behind a name is not ours to tell.
UNREAD = _("Behind this name is no account that can be read.")
OFTEN = _("That were many names. Please try again in an hour.")
NOT_THERE = _(
    "The code does not stand in the profile yet. Save it there first; it may take a moment to show."
)


@require_safe
@never_cache
def page(request: HttpRequest, provider: str) -> HttpResponse:
    """Where a handle is typed."""
    if following.handles(provider) is None:
        return problem(request, "unknown_service")
    return _typing(request, provider)


@require_POST
@never_cache
def follow(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep the likes of a handle: in the archive of who is here, or in a new one."""
    if following.handles(provider) is None:
        return problem(request, "unknown_service")
    invite = request.session.get("invitation", "")
    try:
        # Admission first: strangers whom nobody asked in do not make us ask around.
        _admit(request, invite)
        following.count(request.session)
        profile = following.find(provider, request.POST.get("handle", ""))
        connection = following.follow(_person(request), provider, profile, invite=invite)
    except invitations.NotInvited:
        return problem(request, "not_open")
    except following.TooOften:
        return _too_often(request)
    except ProviderError as error:
        return _typing(request, provider, error)
    return _in(request, connection.user)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def prove(request: HttpRequest, provider: str) -> HttpResponse:
    """Show a code for the profile; look for it there; let its owner in."""
    if following.handles(provider) is None:
        return problem(request, "unknown_service")
    if request.method == "POST" and "handle" in request.POST:
        return _begin(request, provider)
    proof = following.proof_of(request.session, provider)
    if proof is None:
        return _typing(request, provider, proving=True)
    # Only what carries a token lets anybody in: reading the page, in whatever way, does not.
    return _check(request, proof) if request.method == "POST" else _proving(request, proof)


def _begin(request: HttpRequest, provider: str) -> HttpResponse:
    try:
        following.count(request.session)
        profile = following.find(provider, request.POST["handle"])
    except following.TooOften:
        return _too_often(request)
    except ProviderError as error:
        return _typing(request, provider, error, proving=True)
    following.begin_proof(request.session, provider, profile)
    return redirect("accounts:prove", provider)


def _check(request: HttpRequest, proof: following.Proof) -> HttpResponse:
    invite = request.session.get("invitation", "")
    try:
        following.count(request.session)
        connection = following.prove(_person(request), request.session, proof, invite)
    except following.TooOften:
        return _too_often(request)
    except following.NotProven:
        return _proving(request, proof, str(NOT_THERE))
    except SignInRefused as refused:
        return problem(request, refused.reason, proof.provider)
    except invitations.NotInvited:
        return problem(request, "not_open")
    except ProviderError as error:
        return _proving(request, proof, _words(error, proof.provider))
    return _in(request, connection.user)


def _in(request: HttpRequest, user: User) -> HttpResponse:
    """Signed in as `user`, who may be here already."""
    if request.user != user:
        login(request, user, backend=signin.BACKEND)
        request.session.cycle_key()
    return redirect(resolve_url(settings.SIGNED_IN_URL))


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _admit(request: HttpRequest, invite: str) -> None:
    if _person(request) is None:
        with transaction.atomic():
            invitations.admit(invite)


def _typing(
    request: HttpRequest,
    provider: str,
    error: ProviderError | None = None,
    *,
    proving: bool = False,
) -> HttpResponse:
    context = {
        "service": upstream.service(provider),
        "typed": request.POST.get("handle", "")[: following.LONGEST],
        "wrong": _words(error, provider) if error else "",
        "proving": proving,
    }
    return render(request, "accounts/handle.html", context, status=_status(error))


def _proving(request: HttpRequest, proof: following.Proof, wrong: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "service": upstream.service(proof.provider),
        "proof": proof,
        "wrong": wrong,
    }
    return render(request, "accounts/prove.html", context, status=400 if wrong else 200)


def _too_often(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", {"retry": OFTEN}, status=429)


def _words(error: ProviderError, provider: str) -> str:
    if _is_unread(error):
        return str(UNREAD)
    if isinstance(error, NoSuchAccount) or error.code == following.BUSY:
        return gettext(error.words)
    words = LATER if isinstance(error, TryLater) else ODD
    return words.format(title=upstream.service(provider).title)


def _status(error: ProviderError | None) -> int:
    if error is None:
        return 200
    return 503 if isinstance(error, TryLater) and not _is_unread(error) else 400


def _is_unread(error: ProviderError) -> bool:
    """Refused, or a name that is not known: told apart, they would say which inner names exist."""
    return isinstance(error, Refused) or (isinstance(error, Unavailable) and error.code == "dns")
