"""Where on earth a person's days begin: the names of time zones, and what a clock there says.

Names and rules are the IANA's, from the machine or from the `tzdata` package. PostgreSQL is not
asked: what it knows of zones depends on how it was built.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.utils import timezone

# Where a person lives who has not said so.
UNSAID = "UTC"
# What lists of zones hold beside places: no browser says these.
_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
# Names kept for old programs have no region, or one of these.
_OLD = frozenset({"Brazil", "Canada", "Chile", "Etc", "Mexico", "SystemV", "US"})


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every name that can be chosen."""
    return frozenset(available_timezones()) - _NO_PLACES


@lru_cache(maxsize=1)
def regions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Names by region, with their words: `("Europe", [("Europe/Berlin", "Berlin"), …])`."""
    placed = sorted(name for name in names() if _region(name) not in {"", *_OLD})
    return [(region, list(map(_place, group))) for region, group in groupby(placed, _region)]


def is_listed(name: str) -> bool:
    """Whether it stands under a region; old programs say others, as `US/Eastern`."""
    return any(name == each for _, places in regions() for each, _ in places)


def zone(name: str) -> tzinfo:
    """The zone of a name; UTC where none is known, or its rules are on this machine no more."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def here() -> tzinfo:
    """The zone of whoever reads the page that is being made."""
    return timezone.get_current_timezone()


def local(moment: datetime) -> datetime:
    """A moment as clocks show it to whoever reads; UTC outside of pages."""
    return moment.astimezone(here())


def label(moment: datetime) -> str:
    """What clocks that show this are set to: `UTC`, `CET`, or `UTC-03:00` where it has no name."""
    shown = local(moment)
    said = shown.strftime("%Z")
    return said if said.isalpha() else f"UTC{shown.isoformat()[-6:]}"


def _region(name: str) -> str:
    return name.partition("/")[0] if "/" in name else ""


def _place(name: str) -> tuple[str, str]:
    return name, name.partition("/")[2].replace("_", " ").replace("/", ", ")
