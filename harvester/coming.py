"""When a source is visited next, and why then; or why it is not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from harvester import sentences, states
from harvester.known import Known
from harvester.logbook import Moment
from harvester.models import Schedule

# Whose visits are planned and can be asked for.
VISITED = frozenset(states.WORDS) - {"needs", "gone", "closed", "paused", "file"}


def visit(known: Known) -> dict[str, Any]:
    """When there is a visit next, and why then; or why there is none."""
    waits = _goes_on(known)
    if waits:
        return {"next_visit": Moment.planned(waits), "next_why": _("when this visit goes on")}
    planned = _planned(known)
    if planned is None:
        return {"next_words": sentences.unplanned(known.facts)}
    return {"next_visit": Moment.planned(planned.next_visit_at), "next_why": planned.reason}


def _goes_on(known: Known) -> datetime | None:
    """When a visit that waits goes on."""
    if known.facts.key != "waiting":
        return None
    limited = known.facts.limited_until if known.facts.is_limited else None
    own = [crawl.not_before for crawl in known.crawls if crawl.is_live]
    return max((at for at in (*own, limited) if at), default=None)


def _planned(known: Known) -> Schedule | None:
    """The next visit to come, None while one is under way or nobody may visit."""
    if known.facts.live or known.facts.key not in VISITED:
        return None
    return min(known.schedules, key=lambda schedule: schedule.next_visit_at, default=None)
