"""Headers in which some services say how much of a limit is used up, in per cent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

APP, BUSINESS = "X-App-Usage", "X-Business-Use-Case-Usage"
SHARES = ("call_count", "total_time", "total_cputime")
REGAINED = "estimated_time_to_regain_access"
# So much of a limit counts as all of it: calls made beyond it make the wait longer.
NEARLY = 95.0
_LONGEST = 16_384
_MOST = 1e6


def is_used_up(headers: Mapping[str, str]) -> bool:
    """Whether nearly all of any limit is used."""
    shares = (said.get(name) for said in _said(headers) for name in SHARES)
    return any(share >= NEARLY for share in map(_number, shares))


def regained_in(headers: Mapping[str, str]) -> float | None:
    """Seconds until access comes back, as the service guesses (in minutes); None: it does not."""
    minutes = max((_number(said.get(REGAINED)) for said in _said(headers)), default=0.0)
    return minutes * 60 if minutes > 0 else None


def _said(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Every object that tells of usage, whatever stands around it."""
    app = _read(headers.get(APP, ""))
    if isinstance(app, dict):
        yield app
    business = _read(headers.get(BUSINESS, ""))
    lists = business.values() if isinstance(business, dict) else ()
    for told in lists:
        yield from (one for one in told if isinstance(one, dict)) if isinstance(told, list) else ()


def _read(text: str) -> Any:
    if not text or len(text) > _LONGEST:
        return None
    try:
        return json.loads(text, parse_int=float, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _number(value: object) -> float:
    return min(max(value, 0.0), _MOST) if isinstance(value, float) else 0.0
