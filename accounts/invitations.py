"""Who may join: SIGNUPS is open, by invitation, or closed."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Invitation, User


class NotInvited(PermissionDenied):
    """Nobody new is let in, or not without an invitation."""


def invite() -> Invitation:
    """A fresh invitation for one person."""
    return Invitation.objects.create(code=secrets.token_urlsafe(24))


def link(invitation: Invitation) -> str:
    """Where whoever has the invitation joins."""
    return (
        f"{settings.SITE_URL}{reverse('accounts:signup')}?{urlencode({'invite': invitation.code})}"
    )


def admit(code: str) -> Invitation | None:
    """Let a newcomer in: None while sign-ups are open, else the unused invitation of `code`."""
    if settings.SIGNUPS == "open":
        return None
    unused = Invitation.objects.select_for_update().filter(code=code, used_by=None)
    invitation = unused.first() if settings.SIGNUPS == "invite" and code else None
    if invitation is None:
        raise NotInvited(settings.SIGNUPS)
    return invitation


def spend(invitation: Invitation | None, user: User) -> None:
    """Note who used an invitation, so that nobody else can."""
    if invitation is not None:
        invitation.used_by = user
        invitation.save(update_fields=["used_by"])
