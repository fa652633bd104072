"""Normalising at the edge: whatever JSON brings becomes text, numbers and times a database takes.

Text stays byte-exact apart from NUL and lone surrogates, which PostgreSQL and UTF-8 cannot hold;
each becomes U+FFFD, so that the place of what was lost can be seen.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

ID_CHARS = 255
_SURROGATE = re.compile("[\ud800-\udfff]")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def gettext_noop(sentence: str) -> str:
    """The sentence as it is: the name tells catalogues of it, and whoever shows it looks it up."""
    return sentence


def clean(value: object, limit: int) -> str:
    """`value` as storable text of at most `limit` characters; "" for anything but a string."""
    if not isinstance(value, str):
        return ""
    text = value[: limit + 1] if len(value) > limit else value
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:limit]


def identifier(value: object) -> str:
    """An id as a string, whether it came as a number or a string; "" when it is none.

    Ids are opaque: never cut, never repaired.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < 10**40 else ""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    return text if len(text) <= ID_CHARS and is_plain(text) else ""


def is_plain(text: str) -> bool:
    """Whether text holds only visible characters, so that it can stand in a URL and a row."""
    return text.isprintable() and " " not in text and not _SURROGATE.search(text)


def number(value: object) -> float | None:
    """A finite number from a number or a string of one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > 64:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """A positive whole number that fits 31 bits (a width, a count); None for anything else."""
    found = number(value)
    if found is None or not 1 <= found < 2**31:
        return None
    return int(found)


def moment(value: object) -> datetime | None:
    """UTC time of epoch seconds given as number or string; None when no plausible time."""
    seconds = number(value)
    if seconds is None or not _EARLIEST <= seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def shape(value: object, depth: int = 2) -> str:
    """Keys and types of a JSON value, never its content; at most 500 characters."""
    return _shape(value, depth)[:500]


def _shape(value: object, depth: int) -> str:
    if isinstance(value, dict):
        if not depth:
            return "{…}"
        keys = sorted(value.items(), key=lambda pair: str(pair[0]))[:40]
        return "{" + ", ".join(f"{key_name(k)}: {_shape(v, depth - 1)}" for k, v in keys) + "}"
    if isinstance(value, list):
        return f"[{_shape(value[0], depth - 1) if value and depth else ''}…{len(value)}]"
    return "null" if value is None else type(value).__name__


def key_name(key: object) -> str:
    """A key that is safe to count and show: keys are the service's words only when they look so."""
    name = str(key)
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}", name) else "?"
