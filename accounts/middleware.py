"""Headers of a private house on every answer, and the days of whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import zones

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"


class PrivatePages:
    """Pages belong to one person: no shared cache keeps them, no other site embeds them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


class OwnDays:
    """Days and times on a page are those of the person who reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> None:
        """A page of no room is the same for everybody, and strangers cost no question."""
        is_of_a_room = request.resolver_match is not None and request.resolver_match.app_names
        if is_of_a_room and settings.SESSION_COOKIE_NAME in request.COOKIES:
            timezone.activate(zones.zone(getattr(request.user, "timezone", "")))
