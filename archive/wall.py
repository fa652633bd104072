"""The wall as a page shows it: months with their tiles, and the way to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from django.db.models import Exists
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Connection, User
from archive import lines, tiles
from archive.gaps import Row
from archive.lines import Line
from archive.models import Feed, Gap, Like, MonthCount
from archive.rollup import month_of
from archive.tiles import Tile

# So many pages load by themselves before a button asks, so that the end of a page can be reached.
AUTOMATIC = 5
ARRIVING = "arriving"
Standing = Connection.Standing


@dataclass(frozen=True, slots=True)
class Month:
    """A heading and its tiles, in a list its lines; `more`: the page before had begun with it."""

    key: str
    title: str
    href: str
    count: int | None
    more: bool
    tiles: list[Tile]
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses around a page: plain ones, and `more` for htmx."""

    here: str
    older: str = ""
    newer: str = ""
    more: str = ""
    auto: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """How many likes hang where: read from the roll-up, never counted.

    `is_proven`: every list that is visited was read to its end, once at least. `is_whole`: no
    list has a gap that still stands.
    """

    months: dict[date, int]
    is_proven: bool = False
    is_whole: bool = False

    @property
    def likes(self) -> int:
        """All of them."""
        return sum(self.months.values())

    @property
    def since(self) -> str:
        """The oldest month in words."""
        kept = [month for month, likes in self.months.items() if likes > 0]
        return date_format(min(kept), "F Y") if kept else ""


def totals(user: User) -> Totals:
    """The months of a person's wall and how many likes hang under each; one query."""
    visited = Feed.objects.of(user).filter(on_wall=True).exclude(connection__standing=Standing.FILE)
    counts = MonthCount.objects.filter(user=user, likes__gt=0).annotate(
        visited=Exists(visited),
        unread=Exists(visited.filter(completed_at=None)),
        broken=Exists(Gap.objects.of(user).standing()),
    )
    rows = list(counts.values_list("month", "likes", "visited", "unread", "broken"))
    proven = any(visited and not unread for *_, visited, unread, _ in rows)
    whole = any(not broken for *_, broken in rows)
    return Totals({month: likes for month, likes, *_ in rows}, proven, whole)


def by_month(
    likes: Sequence[Like],
    before: Like | None,
    counts: Totals,
    below: Mapping[int, Sequence[Row]] = tiles.NO_GAPS,
    *,
    listed: bool = False,
) -> list[Month]:
    """Likes under the headings of their months, in their order, with the gaps `below` them."""
    key_before = _key(before) if before else ""
    hung = iter(tiles.hang(likes, below=below))
    months = []
    for key, group in groupby(likes, key=_key):
        members = list(group)
        month = _month(key, members, [next(hung) for _ in members], counts, key_before)
        months.append(_listed(month, members) if listed else month)
    return months


def found(likes: Sequence[Like], before: Like | None, *, listed: bool = False) -> list[Month]:
    """Search results: one stretch without a heading."""
    month = Month("found", "", "", None, before is not None, tiles.hang(likes))
    return [_listed(month, likes) if listed else month]


def _listed(month: Month, likes: Sequence[Like]) -> Month:
    return replace(month, lines=lines.of(likes, month.tiles))


def pager(
    older: int | None,
    newer: int | None,
    before: int | None,
    *,
    path: str,
    load: int,
    query: str = "",
    at: date | None = None,
) -> Pager:
    """The way around: `older` and `newer` are likes to come before, as `browse.Window` has them.

    `at`: the page begins with this month.
    """
    address = _addresses(path, query)
    step = 1 if load > AUTOMATIC else load + 1
    return Pager(
        here=f"{path}?at={at:%Y-%m}" if at else address(before, None),
        older=address(older, None) if older else "",
        newer=address(newer or None, None) if newer is not None else "",
        more=address(older, step) if older else "",
        auto=load <= AUTOMATIC,
    )


def nothing(user: User) -> str:
    """Why a wall is empty: there is no source, likes are on their way, or there is nothing."""
    sources = Connection.objects.of(user)
    if not sources.exists():
        return "no_source"
    feeds = Feed.objects.of(user).filter(on_wall=True).exclude(completed_at=None)
    visited = sources.exclude(standing=Standing.FILE)
    return ARRIVING if visited.exists() and not feeds.exists() else "nothing"


def _key(like: Like) -> str:
    return f"{month_of(like.liked_at):%Y-%m}" if like.is_settled else ARRIVING


def _month(key: str, likes: list[Like], hung: list[Tile], counts: Totals, before: str) -> Month:
    if key == ARRIVING:
        return Month(key, _("Arriving now"), "", None, key == before, hung)
    month = month_of(likes[0].liked_at)
    href = reverse("archive:month", args=[month.year, month.month])
    return Month(
        key, date_format(month, "F Y"), href, counts.months.get(month), key == before, hung
    )


def _addresses(path: str, query: str) -> Callable[[int | None, int | None], str]:
    def address(before: int | None, load: int | None) -> str:
        asked = {"q": query or None, "before": before, "load": load}
        text = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{text}" if text else path

    return address
