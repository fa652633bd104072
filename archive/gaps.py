"""Gaps as people read them: between which likes, about how many, why, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format

from accounts import upstream
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

    `above`: the like it lies under; `above_at`, `below_at`: when the likes around it were made.
    """
    here = Entry.objects.filter(feed=OuterRef("feed"))
    over = here.filter(rank__gte=OuterRef("upper")).order_by("rank")
    under = here.filter(rank__lte=OuterRef("lower")).in_upstream_order()
    return (
        Gap.objects.of(user)
        .standing()
        .select_related("feed__connection")
        .defer("feed__connection__grant")
        .annotate(
            above=Subquery(over.values("like")[:1]),
            above_at=Subquery(over.values("like__liked_at")[:1]),
            below_at=Subquery(under.values("like__liked_at")[:1]),
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
    bring = reverse(IMPORTS) if service.exports and not goes_on else ""
    check = reverse(CHECK, args=[gap.feed.connection_id]) if goes_on else ""
    look = "older" if gap.lower is None else gap.state
    return Row(look, said(gap), why(gap, service), how(gap, service), check, bring)


def said(gap: Gap) -> str:
    """One sentence: how much may be missing, and when it was liked."""
    title = upstream.service(gap.feed.connection.provider).title
    if gap.lower is None:
        if gap.state == State.OPEN:
            return f"{title} has not been read any further yet."
        return f"Older than this {title} shows no more."
    if gap.state == State.OPEN:
        return f"{about(gap)}{when(*ends(gap))} still to be read."
    return f"{about(gap)} may be missing{when(*ends(gap))}."


def about(gap: Gap) -> str:
    """About 12 likes."""
    if not gap.estimate:
        return "Some likes"
    return f"About {gap.estimate:,} like{'' if gap.estimate == 1 else 's'}"


def ends(gap: Gap) -> tuple[datetime | None, datetime | None]:
    """Between which moments it lies, as far as the rows or the likes around it can tell."""
    after = gap.after or getattr(gap, "below_at", None)
    before = gap.before or getattr(gap, "above_at", None)
    return after, before


def when(after: datetime | None, before: datetime | None) -> str:
    """` between 3 and 9 June 2025`, with its space; empty where nothing is known."""
    if after is None or before is None:
        known = after or before
        return f" {'after' if after else 'before'} {_day(known)}" if known else ""
    first, last = sorted(moment.astimezone(UTC) for moment in (after, before))
    if first.date() == last.date():
        return f" on {_day(last)}"
    form = "j" if (first.year, first.month) == (last.year, last.month) else "j F"
    form = form if first.year == last.year else DAY
    return f" between {date_format(first, form)} and {_day(last)}"


def why(gap: Gap, service: Service) -> str:
    """How it came about."""
    if gap.state == State.OPEN:
        return "A visit was cut off here, before it met what we already had."
    kind = service.kinds.get(gap.feed.kind)
    shown = gap.feed.window or (kind.window if kind else None)
    newest = f"your newest {shown:,}" if shown else "a part of your likes"
    if gap.lower is None:
        return f"{service.title} shows {newest}, and these are all of them."
    return (
        f"More was liked between two visits than {service.title} shows ({newest}), "
        "so these had slid out of reach before we came back."
    )


def how(gap: Gap, service: Service) -> str:
    """What helps against it."""
    if gap.state == State.OPEN:
        if _is_visited(gap):
            return "The next visit goes on here by itself; you need not wait for it."
        return (
            f"No visit goes on here before {service.title} is connected again. {_export(service)}"
        )
    return _export(service)


def _export(service: Service) -> str:
    """What its export is good for."""
    if service.exports:
        return f"Your export from {service.title} tells of all your likes, and brings them in."
    return f"{service.title} has no way to show them again."


def _is_visited(gap: Gap) -> bool:
    """Whether its source is connected, so that visits go on by themselves."""
    return gap.feed.connection.state == Connection.State.CONNECTED


def _day(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), DAY)
