"""What every page of a person knows of their sources."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from harvester import sources


def source_state(request: HttpRequest) -> dict[str, object]:
    """The dot in the bar; asked of the database only where a template prints it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"source_state": SimpleLazyObject(partial(sources.summary, user))}
