"""What every page of a person knows of their sources."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from harvester import sources


def source_state(request: HttpRequest) -> dict[str, object]:
    """The dot in the bar; asked of the database only where a template prints it."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return {}
    return {"source_state": SimpleLazyObject(lambda: sources.summary(user))}
