"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def page(request: HttpRequest) -> dict[str, str | bool]:
    """The theme a person chose, whether keys do something, and whether a zone is asked for.

    A stranger's page follows their device.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"theme": User.Theme.AUTO, "keys": "on", "asks_zone": False}
    return {
        "theme": user.theme,
        "keys": "on" if user.keys else "off",
        "asks_zone": not user.timezone,
    }
