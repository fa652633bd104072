"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def page(request: HttpRequest) -> dict[str, object]:
    """The theme a person chose, and whether their browser is asked where they live.

    A stranger's page follows their device.
    """
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"theme": User.Theme.AUTO, "asks_zone": False}
    return {"theme": user.theme, "asks_zone": not user.timezone}
