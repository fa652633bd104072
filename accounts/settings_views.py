"""What a person can set about themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AdminPasswordChangeForm, PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import zones
from accounts.addresses import safe_path
from accounts.forms import KeysForm, LayoutForm, NameForm, ThemeForm, explain
from accounts.http import SignedInRequest
from accounts.models import User


@require_safe
@login_required
def settings(request: SignedInRequest) -> HttpResponse:
    """The settings page."""
    return _page(request, NameForm(instance=request.user))


@require_POST
@login_required
def theme(request: SignedInRequest) -> HttpResponse:
    """Choose light, dark or auto."""
    return _choose(request, ThemeForm, "/settings/")


@require_POST
@login_required
def keys(request: SignedInRequest) -> HttpResponse:
    """Switch single keys on or off."""
    return _choose(request, KeysForm, "/settings/")


@require_POST
@login_required
def layout(request: SignedInRequest) -> HttpResponse:
    """Choose how likes hang: as a wall, or as a list."""
    return _choose(request, LayoutForm, "/likes/")


@require_POST
@login_required
def rename(request: SignedInRequest) -> HttpResponse:
    """Be called differently here."""
    # A copy, so that a name that is refused does not show up in the page's frame.
    form = NameForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return _page(request, form, status=400)
    form.save()
    messages.success(request, _("Saved."))
    return redirect("accounts:settings")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def password(request: SignedInRequest) -> HttpResponse:
    """Set a first password, or change it."""
    kind = PasswordChangeForm if request.user.has_usable_password() else AdminPasswordChangeForm
    form = kind(request.user, request.POST or None)
    explain(form)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is set."))
        return redirect("accounts:settings")
    return render(request, "accounts/password.html", {"form": form})


def _choose(
    request: SignedInRequest, kind: type[ThemeForm | LayoutForm | KeysForm], home: str
) -> HttpResponse:
    """Keep a choice, and go back to where it was made; what is no choice changes nothing."""
    form = kind(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return redirect(safe_path(request.POST.get("next", ""), home))


def _page(request: SignedInRequest, form: NameForm, status: int = 200) -> HttpResponse:
    zone = request.user.timezone or zones.UNSAID
    context = {
        "form": form,
        "themes": User.Theme.choices,
        "regions": zones.regions(),
        "zone": zone,
        "is_unlisted": zone != zones.UNSAID and not zones.is_listed(zone),
        "has_password": request.user.has_usable_password(),
    }
    return render(request, "accounts/settings.html", context, status=status)
