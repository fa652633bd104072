"""Requests as views know them."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User

# The status that htmx understands as "do not ask again".
ENOUGH = 286


class HtmxRequest(HttpRequest):
    """A request that may come from htmx."""

    htmx: HtmxDetails


class SignedInRequest(HtmxRequest):
    """A request behind `login_required`."""

    user: User
