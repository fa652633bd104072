"""Signing in through a service: leave for its consent page, come back as somebody.

The state of a sign-in is a row: taking it is one DELETE, so of two callbacks one wins.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse

from accounts import invitations, tokens, upstream
from accounts.addresses import safe_path
from accounts.models import Connection, PendingSignIn, User
from providers.crashpoints import crashpoint
from providers.registry import SERVICES
from providers.service import Consent
from providers.shapes import Grant, Profile

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInRefused(Exception):
    """A person cannot be let in; `reason` names the words of the page that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pending:
    """What was remembered while the person was at the service."""

    provider: str
    verifier: str
    next_path: str


def begin(request: HttpRequest, provider: str) -> str:
    """Remember that this browser leaves to sign in; return where to send it."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    PendingSignIn.objects.filter(begun_at__lt=Now() - PendingSignIn.LIFE).delete()
    PendingSignIn.objects.create(
        state_hash=_hashed(state),
        browser_hash=_browser(request.session),
        provider=provider,
        verifier=verifier,
        next_path=safe_path(request.GET.get("next", ""), ""),
    )
    return _consent(provider).authorize_url(
        redirect_uri=redirect_uri(provider), state=state, verifier=verifier
    )


def take(request: HttpRequest, provider: str) -> Pending:
    """Use up the state that a callback brings.

    SignInRefused("state") when it is missing, wrong, used, too old, or was begun by another
    browser or for another service.
    """
    if "browser" not in request.session:
        # Nobody left from here; a forged callback gets no session for its trouble.
        raise SignInRefused("state")
    mine = PendingSignIn.objects.filter(
        state_hash=_hashed(request.GET.get("state", "")),
        browser_hash=_browser(request.session),
        provider=provider,
        begun_at__gt=Now() - PendingSignIn.LIFE,
    )
    with transaction.atomic():
        row = mine.select_for_update().first()
        if row is None:
            raise SignInRefused("state")
        row.delete()
    return Pending(provider, row.verifier, row.next_path)


def finish(request: HttpRequest, pending: Pending, code: str) -> Connection:
    """Exchange the code, find or create the person, sign them in with a fresh session key.

    ProviderError when the service does not answer as hoped; SignInRefused when the person
    may not come in.
    """
    grant, profile = _consent(pending.provider).exchange(
        code=code, redirect_uri=redirect_uri(pending.provider), verifier=pending.verifier
    )
    crashpoint("signin.exchanged")
    here = request.user if isinstance(request.user, User) else None
    invite = request.session.get("invitation", "")
    connection = connect(here, pending.provider, grant, profile, invite=invite)
    crashpoint("signin.kept")
    login(request, connection.user, backend=BACKEND)
    request.session.cycle_key()
    return connection


def connect(
    user: User | None, provider: str, grant: Grant | None, profile: Profile, *, invite: str = ""
) -> Connection:
    """Keep a proven account: for `user`, or for whoever it belongs to.

    `grant` is None where lists are public. Safe to repeat. The upstream id decides who it is,
    whatever the account is called now.
    """
    try:
        with transaction.atomic():
            return _kept(user, provider, grant, profile, invite)
    except IntegrityError:
        # Another callback created the same person a moment ago: now they are there to be found.
        with transaction.atomic():
            return _kept(user, provider, grant, profile, invite)


def _kept(
    user: User | None, provider: str, grant: Grant | None, profile: Profile, invite: str
) -> Connection:
    connection = _mine(user, provider, profile) or Connection(
        user=user or newcomer(profile, invite),
        provider=provider,
        instance=upstream.service(provider).instance,
        upstream_id=profile.upstream_id,
    )
    if user is not None and connection.user_id != user.pk:
        raise SignInRefused("belongs_to_another")
    if not connection.user.is_active:
        raise SignInRefused("inactive")
    connection.standing = Connection.Standing.SIGNED_IN
    connection.grant = tokens.seal(connection, grant) if grant else ""
    connection.grant_expires_at = grant.expires_at if grant else None
    return revived(connection, profile)


def _mine(user: User | None, provider: str, profile: Profile) -> Connection | None:
    """Whose account this was proven to be; else how `user` has followed it so far."""
    there = Connection.objects.filter(
        provider=provider,
        instance=upstream.service(provider).instance,
        upstream_id=profile.upstream_id,
    )
    known = there.select_for_update(of=("self",)).select_related("user")
    proven = known.filter(standing=Connection.Standing.SIGNED_IN).first()
    return proven or (known.filter(user=user).first() if user else None)


def revived(connection: Connection, profile: Profile) -> Connection:
    """Save a connection that works, under the name its account has now."""
    connection.username = profile.username[:255]
    connection.full_name = profile.full_name[:255]
    connection.state, connection.trouble = Connection.State.CONNECTED, ""
    connection.not_before = None
    connection.save()
    return connection


def newcomer(profile: Profile, invite: str = "") -> User:
    """A new person named after their upstream account; SignInRefused unless sign-ups allow."""
    invitation = invitations.admit(invite)
    user = User(username=free_username(profile.username), first_name=profile.full_name[:150])
    user.set_unusable_password()
    user.save()
    invitations.spend(invitation, user)
    return user


def join(form: BaseUserCreationForm[User], invite: str) -> User | None:
    """A new person with a password, None when the form is not right; NotInvited before all."""
    with transaction.atomic():
        invitation = invitations.admit(invite)
        if not form.is_valid():
            return None
        user: User = form.save()
        invitations.spend(invitation, user)
    return user


def free_username(wanted: str) -> str:
    """`wanted`, made of allowed characters and with a number behind it where it is taken."""
    name = re.sub(r"[^\w.@+-]", "", wanted)[:120] or "person"
    taken = set(User.objects.filter(username__istartswith=name).values_list("username", flat=True))
    lowered = {username.lower() for username in taken}
    number, candidate = 1, name
    while candidate.lower() in lowered:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def redirect_uri(provider: str) -> str:
    """Where the service sends people back to: from SITE_URL, never from the request."""
    return f"{settings.SITE_URL}{reverse('accounts:callback', args=[provider])}"


def has_consent(provider: str) -> bool:
    """Whether people can sign in at the service of that name."""
    return provider in SERVICES and upstream.service(provider).consent is not None


def _consent(provider: str) -> Consent:
    consent = upstream.service(provider).consent
    if consent is None:
        raise SignInRefused("unknown_service")
    return consent


def _browser(session: SessionBase) -> str:
    """This browser, by a secret that only the server's side of its session knows; hashed."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(32)
    return _hashed(str(session["browser"]))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
