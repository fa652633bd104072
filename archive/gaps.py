"""Gaps as people read them: between which likes, about how many, why, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import upstream, zones
from accounts.models import Connection, User
from archive.models import Entry, Feed, Gap, Like
from providers.service import Service

State = Gap.State
# Pages of a higher floor, known here by their names alone.
IMPORTS, CHECK = "harvester:imports", "harvester:check"
DAY = "j F Y"


@dataclass(frozen=True, slots=True)
class Row:
    """A gap between two tiles. `older`: nothing that we have lies below it.

    `check` is where to ask for a visit that may close it, `bring` where a file is brought
    that may; both are empty where that does not help.
    """

    look: str
    words: str
    why: str
    how: str
    check: str
    bring: str


def standing(user: User) -> QuerySet[Any]:
    """The gaps of a person that are not healed, with the likes at both ends; one query.

    `above`: the like it lies under; `above_at`, `below_at`: when the likes around it were made;
    `told`: an export tells of the same list.
    """
    here = Entry.objects.filter(feed=OuterRef("feed"))
    over = here.filter(rank__gte=OuterRef("upper")).order_by("rank")
    under = here.filter(rank__lte=OuterRef("lower")).in_upstream_order()
    exports = Feed.objects.filter(
        user=user,
        kind=OuterRef("feed__kind"),
        connection__provider=OuterRef("feed__connection__provider"),
        connection__standing=Connection.Standing.FILE,
        entries_count__gt=0,
    )
    return (
        Gap.objects.of(user)
        .standing()
        .select_related("feed__connection")
        .defer("feed__connection__grant")
        .annotate(
            above=Subquery(over.values("like")[:1]),
            above_at=Subquery(over.values("like__liked_at")[:1]),
            below_at=Subquery(under.values("like__liked_at")[:1]),
            told=Exists(exports),
        )
        .order_by("-upper")
    )


def on_wall(user: User) -> QuerySet[Any]:
    """The gaps of the lists that hang on a person's wall, newest first; one query."""
    return standing(user).filter(feed__on_wall=True).order_by("-above_at", "-upper")


def under(user: User, likes: Sequence[Like], *, feed: Feed | None = None) -> dict[int, list[Row]]:
    """The gaps right under any of `likes`, by like: of one list, or of all on the wall."""
    if not likes:
        return {}
    here = on_wall(user) if feed is None else standing(user).filter(feed=feed)
    return rows(here.filter(above__in=[like.pk for like in likes]))


def rows(found: Iterable[Any]) -> dict[int, list[Row]]:
    """What a page prints of gaps, by the like that each lies under."""
    by_like: dict[int, list[Row]] = {}
    for gap in found:
        by_like.setdefault(gap.above, []).append(row(gap))
    return by_like


def row(gap: Gap) -> Row:
    """What a page prints of a gap."""
    service = upstream.service(gap.feed.connection.provider)
    is_open = gap.state == State.OPEN
    goes_on = is_open and _is_visited(gap)
    helps = service.exports and not goes_on and not is_told(gap)
    bring = reverse(IMPORTS) if helps else ""
    check = reverse(CHECK, args=[gap.feed.connection_id]) if goes_on else ""
    look = "older" if gap.lower is None else gap.state
    return Row(look, said(gap), why(gap, service), how(gap, service), check, bring)


def said(gap: Gap) -> str:
    """One sentence: how much may be missing, and when it was liked."""
    title = upstream.service(gap.feed.connection.provider).title
    if gap.lower is None:
        if gap.state == State.OPEN:
            return _("%(service)s has not been read any further yet.") % {"service": title}
        return end(title, is_told=is_told(gap))
    return _between_likes(gap)


def end(service: str, *, is_told: bool) -> str:
    """What is below the oldest like that a service shows."""
    said = _("Older than this %(service)s shows no more.") % {"service": service}
    told = _("What is older comes from your export.")
    return f"{said} {told}" if is_told else said


def is_told(gap: Gap) -> bool:
    """Whether what is older than a service shows came as a file."""
    return gap.lower is None and getattr(gap, "told", False)


def _between_likes(gap: Gap) -> str:
    told = {"likes": about(gap), "when": _when(*ends(gap))}
    if gap.state == State.OPEN:
        dated, words = _("%(likes)s %(when)s still to be read."), _("%(likes)s still to be read.")
    else:
        dated, words = _("%(likes)s may be missing %(when)s."), _("%(likes)s may be missing.")
    return (dated if told["when"] else words) % told


def about(gap: Gap) -> str:
    """About 12 likes."""
    if not gap.estimate:
        return _("Some likes")
    told = ngettext("About %(count)s like", "About %(count)s likes", gap.estimate)
    return told % {"count": f"{gap.estimate:,}"}


def ends(gap: Gap) -> tuple[datetime | None, datetime | None]:
    """Between which moments it lies, as far as the rows or the likes around it can tell."""
    after = gap.after or getattr(gap, "below_at", None)
    before = gap.before or getattr(gap, "above_at", None)
    return after, before


def when(after: datetime | None, before: datetime | None) -> str:
    """` between 3 and 9 June 2025`, with its space; empty where nothing is known."""
    words = _when(after, before)
    return f" {words}" if words else ""


def _when(after: datetime | None, before: datetime | None) -> str:
    if after is not None and before is not None:
        return _between(after, before)
    if after is not None:
        return _("after %(day)s") % {"day": _day(after)}
    return _("before %(day)s") % {"day": _day(before)} if before is not None else ""


def _between(after: datetime, before: datetime) -> str:
    first, last = sorted(map(zones.local, (after, before)))
    if first.date() == last.date():
        return _("on %(day)s") % {"day": _day(last)}
    form = "j" if (first.year, first.month) == (last.year, last.month) else "j F"
    form = form if first.year == last.year else DAY
    days = {"first": date_format(first, form), "last": _day(last)}
    return _("between %(first)s and %(last)s") % days


def why(gap: Gap, service: Service) -> str:
    """How it came about."""
    if gap.state == State.OPEN:
        return _("A visit was cut off here, before it met what we already had.")
    kind = service.kinds.get(gap.feed.kind)
    shown = gap.feed.window or (kind.window if kind else None)
    newest = (
        _("your newest %(count)s") % {"count": f"{shown:,}"} if shown else _("a part of your likes")
    )
    if gap.lower is None:
        told = _("%(service)s shows %(newest)s, and these are all of them.")
    else:
        told = _(
            "More was liked between two visits than %(service)s shows (%(newest)s), "
            "so these had slid out of reach before we came back."
        )
    return told % {"service": service.title, "newest": newest}


def how(gap: Gap, service: Service) -> str:
    """What helps against it; "" where that was done."""
    if gap.state == State.OPEN:
        if _is_visited(gap):
            return _("The next visit goes on here by itself; you need not wait for it.")
        told = _("No visit goes on here before %(service)s is connected again.")
        return f"{told % {'service': service.title}} {_export(service)}"
    return "" if is_told(gap) else _export(service)


def _export(service: Service) -> str:
    """What its export is good for."""
    if service.exports:
        told = _("Your export from %(service)s tells of all your likes, and brings them in.")
    else:
        told = _("%(service)s has no way to show them again.")
    return told % {"service": service.title}


def _is_visited(gap: Gap) -> bool:
    """Whether its source is connected, so that visits go on by themselves."""
    return gap.feed.connection.state == Connection.State.CONNECTED


def _day(moment: datetime) -> str:
    return date_format(zones.local(moment), DAY)
