"""What every page knows."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


def page(request: HttpRequest) -> dict[str, str]:
    """The theme a person chose; a stranger's page follows their device."""
    user = getattr(request, "user", None)
    return {"theme": user.theme if isinstance(user, User) else User.Theme.AUTO}
