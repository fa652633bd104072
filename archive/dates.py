"""The calendar of a wall: its months in proportion, to jump to, and what is proven beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from archive import gaps
from archive.days import bounds
from archive.models import Gap
from archive.rollup import month_of

# In hundredths of its height: the least that a month or a gap takes, and how far labels and
# dots stand apart at the least: 16 and 8 of 600 pixels.
LEAST, LABELS_APART, DOTS_APART = 0.4, 2.8, 1.4
NAMED = 5
# So many months are young: their names stand between the years.
YOUNG = 13
# The calendars that a process remembers, about 60 KB each.
DRAWN = 64
Placed = TypeVar("Placed")


@dataclass(frozen=True, slots=True)
class Stop:
    """A month with likes: where it begins, and what the flag says there."""

    at: str
    href: str
    name: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Year:
    """The months of a year, newest first; `href` is the wall from its newest like on."""

    number: int
    href: str
    count: int
    stops: list[Stop]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what is proven or not, in hundredths."""

    kind: str
    at: str
    height: str


@dataclass(frozen=True, slots=True)
class Dates:
    """All of it. `labels` and `dots` are years and months with their places.

    No `pieces`: not known what is proven. `menu` and `scale` are the HTML of the years, and of
    labels and dots.
    """

    years: list[Year]
    labels: list[tuple[str, str]]
    dots: list[str]
    last: int
    menu: SafeString
    scale: SafeString
    pieces: Sequence[Piece] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a month begins and how high it is, newest first, in hundredths."""

    months: Mapping[date, tuple[float, float]]

    def at(self, moment: datetime) -> float:
        """Where a moment lies; where nothing was liked, between the months around it."""
        month = month_of(moment)
        newer = [at + height for each, (at, height) in self.months.items() if each > month]
        if month not in self.months:
            return max(newer, default=0.0)
        at, height = self.months[month]
        start, end = bounds(month)
        return at + height * ((end - moment) / (end - start))


def of(counts: Mapping[date, int], standing: Sequence[Gap], *, is_proven: bool) -> Dates | None:
    """The calendar of a wall; None where one month is all there is.

    `is_proven`: every list of the wall was read to its end, so what is no gap is complete.
    """
    kept = {month: likes for month, likes in sorted(counts.items(), reverse=True) if likes > 0}
    if len(kept) < 2:
        return None
    pieces = list(_pieces(_scale(kept), standing)) if is_proven else []
    drawn = _drawn(tuple(kept.items()), get_language())
    return replace(drawn, pieces=pieces, words=_said(standing))


@lru_cache(maxsize=DRAWN)
def _drawn(months: tuple[tuple[date, int], ...], language: str | None) -> Dates:
    """What follows from the months alone: the same for page after page, and half of their work.

    `language` is the one that its words and numbers are of.
    """
    kept = dict(months)
    scale = _scale(kept)
    at_labels = _labels(scale)
    labels = [(f"{at:.2f}", words) for at, words in at_labels]
    dots = _dots(scale, [at for at, _words in at_labels])
    years = [_year(year, list(group), scale, kept) for year, group in groupby(kept, _year_of)]
    return Dates(
        years=years,
        labels=labels,
        dots=dots,
        last=len(kept) - 1,
        menu=render_to_string("archive/_years.html", {"years": years}),
        scale=render_to_string("archive/_scale.html", {"labels": labels, "dots": dots}),
    )


def _scale(kept: Mapping[date, int]) -> Scale:
    """Months as high as they have likes, none too low to be met."""
    least = sum(kept.values()) * LEAST / 100
    heights = {month: max(likes, least) for month, likes in kept.items()}
    total, at, months = sum(heights.values()), 0.0, {}
    for month, height in heights.items():
        months[month] = (at, 100 * height / total)
        at += 100 * height / total
    return Scale(months)


def _year_of(month: date) -> int:
    return month.year


def _year(number: int, months: list[date], scale: Scale, kept: Mapping[date, int]) -> Year:
    stops = [_stop(month, scale.months[month][0], kept[month]) for month in months]
    count = sum(stop.count for stop in stops)
    return Year(number, f"/likes/?at={months[0]:%Y-%m}", count, stops)


def _stop(month: date, at: float, count: int) -> Stop:
    said = ngettext("%(month)s · %(count)s like", "%(month)s · %(count)s likes", count)
    words = said % {"month": date_format(month, "F Y"), "count": f"{count:,}"}
    name = date_format(month, "M")
    return Stop(f"{at:.2f}", f"/likes/{month.year}/{month.month}/", name, words, count)


def _labels(scale: Scale) -> list[tuple[float, str]]:
    """Years where they begin; while all is young, other months by their names between them."""
    years = list(_apart(_year_places(scale), LABELS_APART))
    young = scale.months.items() if len(scale.months) <= YOUNG else ()
    named = ((at, date_format(month, "M")) for month, (at, _) in young)
    free = (each for each in named if all(abs(each[0] - at) >= LABELS_APART for at, _ in years))
    return sorted([*years, *_apart(free, LABELS_APART)])


def _year_places(scale: Scale) -> Iterator[tuple[float, str]]:
    for year, months in groupby(scale.months, _year_of):
        yield scale.months[next(months)][0], str(year)


def _dots(scale: Scale, labels: Sequence[float]) -> list[str]:
    """Where months begin, as far as there is room between the years."""
    starts = ((at, month) for month, (at, _) in scale.months.items())
    apart = (at for at, _ in _apart(starts, DOTS_APART))
    return [f"{at:.2f}" for at in apart if all(abs(at - year) > DOTS_APART for year in labels)]


def _apart(places: Iterator[tuple[float, Placed]], least: float) -> Iterator[tuple[float, Placed]]:
    """The first of them, and each that stands far enough from the one before and from the end."""
    last = -least
    for at, placed in places:
        if at - last >= least and 100 - at >= least:
            yield at, placed
            last = at


def _pieces(scale: Scale, standing: Sequence[Any]) -> Iterator[Piece]:
    """What is complete, and over it each gap, between the likes that it lies between."""
    yield _piece("proven", 0, 100)
    for gap in standing:
        top = scale.at(gap.above_at) if gap.above_at else 100.0
        if gap.lower is None:
            yield _piece("open" if gap.state == Gap.State.OPEN else "older", top, 100)
        else:
            yield _piece(gap.state, top, scale.at(gap.below_at) if gap.below_at else top)


def _piece(kind: str, top: float, bottom: float) -> Piece:
    """A stretch, high enough to be seen and inside the whole."""
    height = max(bottom - top, 2 * LEAST)
    top = min(max(top, 0), 100 - height)
    return Piece(kind, f"{top:.2f}", f"{height:.2f}")


def _said(standing: Sequence[Gap]) -> str:
    told = [gaps.said(gap) for gap in standing[:NAMED]]
    more = len(standing) - len(told)
    if more:
        rest = ngettext("And %(count)s more place.", "And %(count)s more places.", more)
        told.append(rest % {"count": f"{more:,}"})
    return " ".join(told) or _("Complete.")
