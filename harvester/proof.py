"""What is proven of a list and what is not, in sentences: coverage, pace, the next loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import zones
from archive import gaps
from archive.models import Feed, Gap
from harvester import words
from harvester.risk import Risk

# More than so many gaps are counted and not named one by one.
NAMED = 2


@dataclass(frozen=True, slots=True)
class Oldest:
    """When the oldest like of a list was made; `is_exact`: its service or a file said so.

    Else it is where the like stands on the wall, and what was liked since may have slid out of
    reach before we came: then nothing may be said to be complete since that moment.
    """

    at: datetime
    is_exact: bool


def coverage(feed: Feed, standing: Sequence[Gap], oldest: Oldest | None, service: str) -> str:
    """What we have without a hole, and what not; "" where nothing is kept yet.

    Complete is only what a visit has proven, up to the moment when it looked.
    """
    if oldest is None:
        return ""
    if feed.completed_at is None:
        return _read(feed.entries_count)
    if unread := [gap for gap in standing if gap.state == Gap.State.OPEN]:
        return _("Not complete yet: {gaps} still to be read.").format(gaps=_named(unread))
    lost = [gap for gap in standing if gap.lower is not None]
    said = _complete(oldest, feed.completed_at, lost)
    if len(lost) == len(standing):
        return said
    return f"{said} {gaps.end(service, is_told=any(map(gaps.is_told, standing)))}"


def _read(count: int) -> str:
    said = ngettext(
        "Not complete yet: {count:,} like read so far.",
        "Not complete yet: {count:,} likes read so far.",
        count,
    )
    return said.format(count=count)


def _complete(oldest: Oldest, upto: datetime, lost: Sequence[Gap]) -> str:
    if oldest.is_exact and lost:
        said = _("Complete from {month} to {until}, except {gaps}.")
    elif oldest.is_exact:
        said = _("Complete from {month} to {until}.")
    elif lost:
        said = _("Complete from your oldest like here, around {month}, to {until}, except {gaps}.")
    else:
        said = _("Complete from your oldest like here, around {month}, to {until}.")
    month = date_format(zones.local(oldest.at), "F Y")
    return said.format(month=month, until=until(upto), gaps=_named(lost))


def holes(count: int) -> str:
    """2 gaps; "" where nothing is missing between what we have."""
    said = ngettext("{count:,} gap", "{count:,} gaps", count)
    return said.format(count=count) if count else ""


def offer(standing: Sequence[Gap]) -> str:
    """What an export is good for here; "" where it has brought already what it can."""
    if any(gap.lower is not None and gap.state == Gap.State.LOST for gap in standing):
        return _("An export can bring in what is missing.")
    if any(map(gaps.is_told, standing)):
        return ""
    return _("An export can bring in older ones.")


def until(moment: datetime) -> str:
    """today, 14:05 CET; 3 May 2026, 14:05 CEST."""
    return words.clock(moment, says_today=True)


def pace(known: Risk, service: str) -> str:
    """What a person did at the most, beside what the service shows."""
    if known.window is None:
        said = _("{service} shows everything. Nothing slides out of reach.")
    elif not known.most_found:
        said = _("{service} shows your newest {window:,}.")
    else:
        said = _(
            "You never liked more than {most:,} between two visits; {service} shows {window:,}."
        )
    return said.format(service=service, window=known.window, most=known.most_found)


def held(feed: Feed, service: str) -> str:
    """The question about a list that suddenly shows far fewer."""
    said = ngettext(
        "{service} suddenly does not show {missing:,} of your {count:,} like any more. "
        "We marked nothing. Did you take them back?",
        "{service} suddenly does not show {missing:,} of your {count:,} likes any more. "
        "We marked nothing. Did you take them back?",
        feed.entries_count,
    )
    return said.format(service=service, missing=feed.held_entries, count=feed.entries_count)


def _named(found: Sequence[Gap]) -> str:
    """The gaps, oldest first, as they stand in the strip."""
    told = [_one(gap) for gap in reversed(found)]
    if len(told) == NAMED:
        return _("{one} and {other}").format(one=told[0], other=told[1])
    return _counted(found) if len(told) > NAMED else "".join(told)


def _counted(found: Sequence[Gap]) -> str:
    likes = sum(gap.estimate or 0 for gap in found)
    said = _("{places} places where likes may be missing")
    if likes and all(gap.estimate for gap in found):
        said = ngettext(
            "about {likes:,} like in {places} places",
            "about {likes:,} likes in {places} places",
            likes,
        )
    return said.format(likes=likes, places=len(found))


def _one(gap: Gap) -> str:
    if gap.lower is None:
        return _("what is older")
    if not gap.estimate:
        return _("some likes{when}").format(when=gaps.when(*gaps.ends(gap)))
    said = ngettext("about {count:,} like{when}", "about {count:,} likes{when}", gap.estimate)
    return said.format(count=gap.estimate, when=gaps.when(*gaps.ends(gap)))
