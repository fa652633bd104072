"""What is proven of a list and what is not, in sentences: coverage, pace, the next loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.formats import date_format

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
        return f"Not complete yet: {words.plural(feed.entries_count, 'like')} read so far."
    upto = until(feed.completed_at)
    if unread := [gap for gap in standing if gap.state == Gap.State.OPEN]:
        return f"Not complete yet: {_named(unread)} still to be read."
    lost = [gap for gap in standing if gap.lower is not None]
    aside = f", except {_named(lost)}" if lost else ""
    end = f" Older than this {service} shows no more." if len(lost) < len(standing) else ""
    return f"Complete from {_since(oldest)} to {upto}{aside}.{end}"


def _since(oldest: Oldest) -> str:
    month = date_format(oldest.at.astimezone(UTC), "F Y")
    return month if oldest.is_exact else f"your oldest like here, around {month},"


def offer(standing: Sequence[Gap]) -> str:
    """What an export is good for here."""
    if any(gap.lower is not None and gap.state == Gap.State.LOST for gap in standing):
        return "An export can bring in what is missing."
    return "An export can bring in older ones."


def until(moment: datetime) -> str:
    """today, 14:05 UTC; 3 May 2026, 14:05 UTC."""
    return words.clock(moment, today="today, ")


def pace(known: Risk, service: str) -> str:
    """What a person did at the most, beside what the service shows."""
    if known.window is None:
        return f"{service} shows everything. Nothing slides out of reach."
    if not known.most_found:
        return f"{service} shows your newest {known.window:,}."
    return (
        f"You never liked more than {known.most_found:,} between two visits; "
        f"{service} shows {known.window:,}."
    )


def held(feed: Feed, service: str) -> str:
    """The question about a list that suddenly shows far fewer."""
    return (
        f"{service} suddenly does not show {feed.held_entries:,} of your "
        f"{words.plural(feed.entries_count, 'like')} any more. We marked nothing. "
        "Did you take them back?"
    )


def _named(found: Sequence[Gap]) -> str:
    """The gaps, oldest first, as they stand in the strip."""
    if len(found) <= NAMED:
        return " and ".join(_one(gap) for gap in reversed(found))
    known = sum(gap.estimate or 0 for gap in found)
    if known and all(gap.estimate for gap in found):
        return f"about {words.plural(known, 'like')} in {len(found)} places"
    return f"{len(found)} places where likes may be missing"


def _one(gap: Gap) -> str:
    about = gaps.about(gap)
    if gap.lower is None:
        return "what is older"
    return f"{about[0].lower()}{about[1:]}{gaps.when(*gaps.ends(gap))}"
