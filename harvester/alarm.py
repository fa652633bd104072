"""The alarm on every page: something could be lost, when, and the one button that helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import upstream
from harvester import words
from harvester.states import BUSY, Facts

# Whoever ended it knows; where a service has closed its list no button helps.
SILENT = frozenset({"gone", "closed"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is said, and what helps: `href` is a page to go to, `post` where to ask for it."""

    title: str
    words: str
    button: str = ""
    href: str = ""
    post: str = ""


def of(facts: Iterable[Facts]) -> Alarm | None:
    """The alarm about whatever could be lost first, None while there is time enough."""
    late = [fact for fact in facts if fact.is_late and fact.key not in SILENT]
    first = min(late, key=lambda fact: fact.loses_at or timezone.now(), default=None)
    return _alarm(first) if first else None


def _alarm(fact: Facts) -> Alarm:
    title = f"{upstream.service(fact.provider).title} · @{fact.username}"
    said, key = words.loses(fact.loses_at), fact.key
    if key == "needs":
        href = reverse("accounts:provider", args=[fact.provider])
        return Alarm(title, said, _("Reconnect"), href=href)
    if key == "held":
        return Alarm(title, said, _("Answer a question"), href=reverse("harvester:sources"))
    if key == "paused":
        return Alarm(title, said, _("Resume"), post=_lever("resume", fact))
    if key == "waiting" and fact.is_limited:
        waits = _("The service asked us to wait until {until}.")
        return Alarm(title, f"{said} {waits.format(until=words.clock(fact.limited_until))}")
    if key in BUSY - {"stuck"}:
        visited = _("A visit is under way.")
        return Alarm(title, f"{said} {visited}")
    return Alarm(title, said, _("Check now"), post=_lever("check", fact))


def _lever(name: str, fact: Facts) -> str:
    return reverse(f"harvester:{name}", args=[fact.connection])
