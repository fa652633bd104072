"""Which addresses a person may be sent to after signing in."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.utils.http import url_has_allowed_host_and_scheme


def safe_path(candidate: str, default: str = "/") -> str:
    """`candidate` when it is a plain path of this site, else `default`.

    Stricter than Django's check, which lets `/%2f…` and control characters pass.
    """
    return candidate if _is_plain_path(candidate) else default


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
