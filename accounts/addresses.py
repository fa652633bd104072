"""Which addresses a person may be sent to after signing in."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

ALIASES = {"localhost", "127.0.0.1"}


def safe_path(candidate: str, default: str = "/") -> str:
    """`candidate` when it is a plain path of this site, else `default`.

    Stricter than Django's check, which lets `/%2f…` and control characters pass.
    """
    return candidate if _is_plain_path(candidate) else default


def at_home(request: HttpRequest) -> str:
    """The address that was asked for, under SITE_URL; "" where that is how it was asked for.

    Only for a house that its own machine calls by two names: browsers keep their sessions by
    name, and services send people back to SITE_URL.
    """
    home, asked = urlsplit(settings.SITE_URL), urlsplit(f"//{request.get_host()}")
    is_alias = {home.hostname, asked.hostname} == ALIASES and home.port == asked.port
    return f"{settings.SITE_URL}{request.get_full_path()}" if is_alias else ""


def _is_plain_path(candidate: str) -> bool:
    if len(candidate) > 500 or not candidate.startswith("/") or not candidate.isprintable():
        return False
    for form in (candidate, unquote(candidate), unquote(unquote(candidate))):
        if form.startswith(("//", "/\\")) or "\\" in form or not form.isprintable():
            return False
        if not url_has_allowed_host_and_scheme(form, allowed_hosts=None):
            return False
        parts = urlsplit(form)
        if parts.scheme or parts.netloc:
            return False
    return True
