"""Times as records write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,20}))?(?:[Zz]|([+-]\d\d:?\d\d))", re.ASCII
)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def moment(value: object, now: datetime) -> datetime | None:
    """UTC time of an RFC 3339 text, to the microsecond, and never later than `now`.

    None for what cannot be read, and for times before 2000: whoever writes a record is free
    to write any.
    """
    found = _RFC3339.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    # A leap second has no place in a datetime; the second after it begins when it ends.
    clock, leap = (f"{clock[:6]}59", 1) if clock.endswith(":60") else (clock, 0)
    text = f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}"
    try:
        told = datetime.fromisoformat(text).astimezone(UTC) + timedelta(seconds=leap)
    except (ValueError, OverflowError):
        return None
    return None if told < _EARLIEST else min(told, now)
