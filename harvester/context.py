"""What every page of a person knows of their sources."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import upstream
from harvester import sources


def source_state(request: HttpRequest) -> dict[str, object]:
    """The dot in the bar, asked of the database only where a template prints it, and the
    services whose signs a page may show."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    state = SimpleLazyObject(partial(sources.summary, user))
    return {"source_state": state, "emblems": upstream.services()}
