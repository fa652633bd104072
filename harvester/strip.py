"""The strip under a coverage sentence: what is proven, to scale, from the oldest like to today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import zones
from archive import gaps
from archive.models import Feed, Gap
from harvester.proof import Oldest

# In hundredths of the strip: the stub for what is older, and the least that can be seen.
STUB, LEAST = 5.0, 0.8
# Labels stand so far from each other and from the end, months with their year further; the one at
# the beginning is longer.
APART, MONTHS_APART, FIRST, MOST_TICKS = 11.0, 20.0, 27.0, 8
# Whoever was not visited for so long sees it, however long the strip is.
LONG = timedelta(days=1)
LEGEND = {
    "proven": pgettext_lazy("stretch of time", "complete"),
    "open": gettext_lazy("still to be read"),
    "lost": gettext_lazy("may be missing"),
    "older": gettext_lazy("older than {service} showed us"),
    "unseen": gettext_lazy("not looked at yet"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of it, in hundredths; `words` are shown where a pointer rests."""

    kind: str
    x: str
    width: str
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A month or a year on it."""

    x: str
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """All of it: `since` its oldest like, which stands where it `begins`.

    `legend` are the kinds that occur, with what they mean.
    """

    id: int
    since: str
    begins: str
    pieces: list[Piece]
    ticks: list[Tick]
    legend: list[tuple[str, str]]


def of(
    feed: Feed,
    standing: Sequence[Gap],
    oldest: Oldest | None,
    service: str,
) -> Strip | None:
    """The strip of a list; None before a first visit has proven anything."""
    now = zones.local(timezone.now())
    if oldest is None or feed.completed_at is None or oldest.at >= now:
        return None
    bottom = next((gap for gap in standing if gap.lower is None), None)
    scale = Scale(zones.local(oldest.at), now, STUB if bottom else 0.0)
    pieces = [*_base(scale, bottom, feed.completed_at), *_holes(scale, standing)]
    kinds = {piece.kind for piece in pieces}
    legend = [
        (kind, said.format(service=service)) for kind, said in LEGEND.items() if kind in kinds
    ]
    since = f"{'' if oldest.is_exact else '≈ '}{date_format(zones.local(oldest.at), 'M Y')}"
    return Strip(feed.pk, since, f"{scale.stub:.2f}%", pieces, list(_ticks(scale)), legend)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a moment lies: the oldest like right after the stub, now at the far end."""

    oldest: datetime
    now: datetime
    stub: float

    def at(self, moment: datetime) -> float:
        """In hundredths of the strip, never outside of it."""
        part = (moment - self.oldest) / (self.now - self.oldest)
        return self.stub + (100 - self.stub) * min(1.0, max(0.0, part))


def _base(scale: Scale, bottom: Gap | None, seen_at: datetime) -> Iterator[Piece]:
    if bottom:
        kind = "open" if bottom.state == Gap.State.OPEN else "older"
        yield _piece(kind, 0, scale.stub, gaps.said(bottom))
    seen = scale.at(seen_at)
    if is_long := scale.now - seen_at > LONG:
        seen = min(seen, 100 - LEAST)
    yield _piece("proven", scale.stub, seen, "")
    if is_long or 100 - seen >= LEAST:
        yield _piece("unseen", seen, 100, _("Since the last complete visit"))


def _holes(scale: Scale, standing: Sequence[Gap]) -> Iterator[Piece]:
    for gap in standing:
        after, before = gaps.ends(gap)
        if gap.lower is not None and (after or before):
            low = scale.at(after or before or scale.now)
            high = scale.at(before or after or scale.now)
            middle, half = (low + high) / 2, max(high - low, LEAST) / 2
            yield _piece(gap.state, max(middle - half, 0), min(middle + half, 100), gaps.said(gap))


def _piece(kind: str, low: float, high: float, words: str) -> Piece:
    return Piece(kind, f"{low:.2f}%", f"{high - low:.2f}%", words)


def _ticks(scale: Scale) -> Iterator[Tick]:
    """Years where there are several, else months, as many as have room."""
    moments, form, apart = list(_years(scale)), "Y", APART
    if len(moments) < 2:
        moments, form, apart = list(_months(scale)), "M", MONTHS_APART
    # The label at the beginning has said its year.
    last, year = FIRST - apart, scale.oldest.year
    for moment in moments[:: 1 + len(moments) // MOST_TICKS]:
        at = scale.at(moment)
        if at - last >= apart and 100 - at >= apart:
            is_new = form == "M" and moment.year != year
            yield Tick(f"{at:.2f}%", date_format(moment, "M Y" if is_new else form))
            last, year = at, moment.year


def _years(scale: Scale) -> Iterator[datetime]:
    for year in range(scale.oldest.year + 1, scale.now.year + 1):
        yield datetime(year, 1, 1, tzinfo=zones.here())


def _months(scale: Scale) -> Iterator[datetime]:
    month = scale.oldest.replace(day=1) + timedelta(days=32)
    while (month := month.replace(day=1)) <= scale.now:
        yield datetime(month.year, month.month, 1, tzinfo=zones.here())
        month += timedelta(days=32)
