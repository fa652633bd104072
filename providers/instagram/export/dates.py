"""Times as pages write them: localised, to the minute, without a zone; taken as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from providers.instagram.export.told import time_of

_TEXT_CHARS = 60
# By month: how names begin in English, German, French, Spanish, Italian, Portuguese, Dutch.
_MONTHS = (
    ("jan", "jän", "ene", "gen"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz", "maa"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?: ?(?P<half>[ap])\.? ?m\.?)?"
_BETWEEN = r"(?:,? (?:at |um |à |a las |alle |às |om )?)"
_FORMS = tuple(
    re.compile(form + _BETWEEN + _CLOCK + r"(?: uhr)?", re.ASCII)
    for form in (
        r"(?P<month>[a-zà-ÿ]{3,12})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.? (?:de )?(?P<month>[a-zà-ÿ]{3,12})\.?,? (?:de )?(?P<year>\d{4})",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    )
)


def date_in(text: str) -> datetime | None:
    """The time that a whole text is; None when it is none that can be told for sure.

    Days and months in numbers count only in the order that the signs between them prove.
    """
    if len(text) > _TEXT_CHARS:
        return None
    plain = " ".join(text.lower().split())
    for form in _FORMS:
        if found := form.fullmatch(plain):
            return _time(found)
    return None


def _time(found: re.Match[str]) -> datetime | None:
    month, hour = _month(found["month"]), _hour(int(found["hour"]), found["half"])
    if month is None or hour is None:
        return None
    day, minute = int(found["day"]), int(found["minute"])
    try:
        at = datetime(int(found["year"]), month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
    return time_of(at.timestamp())


def _month(name: str) -> int | None:
    if name.isdigit():
        return int(name)
    fits = [
        (len(start), number)
        for number, starts in enumerate(_MONTHS, 1)
        for start in starts
        if name.startswith(start)
    ]
    return max(fits)[1] if fits else None


def _hour(hour: int, half: str | None) -> int | None:
    """Hours of the day from hours of a half; None when there is no such hour."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half == "p" else 0)
