"""What every page of a person knows of their sources."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import upstream
from harvester import alarm, states


def source_state(request: HttpRequest) -> dict[str, object]:
    """The dot in the bar, the alarm, and the services whose signs a page may show.

    One query for the first two, asked only where a template prints them.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    facts = SimpleLazyObject(partial(states.of, user))
    return {
        "source_state": SimpleLazyObject(lambda: states.summary(facts)),
        "alarm": SimpleLazyObject(lambda: alarm.of(facts)),
        "emblems": upstream.services(),
    }
