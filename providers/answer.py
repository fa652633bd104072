"""Reading what an API answered: bounded bytes to JSON, whatever nonsense they are."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from providers.errors import Unavailable, Unexpected
from providers.secret import Secret, without

_LONGEST_NUMBER = 40  # more digits stay text: Python refuses to read 5,000 of them


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON object with the status and the headers that matter. Its body stays out of reprs."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    retry_after: float | None
    requests_left: int | None


def read_json(raw: bytes, secrets: Iterable[Secret]) -> Mapping[str, Any]:
    """The JSON object in `raw`, secrets taken out; Unavailable or Unexpected otherwise."""
    try:
        text = without(raw.decode("utf-8-sig"), secrets)
        value = json.loads(
            text, parse_int=_whole, parse_float=_float, parse_constant=lambda _: None
        )
    except RecursionError:
        raise Unexpected("too_deep", "The answer is nested too deeply.") from None
    except ValueError:
        raise Unavailable("not_json", "The service did not answer with whole JSON.") from None
    if not isinstance(value, dict):
        raise Unexpected("not_an_object", "The answer is JSON, but not an object.")
    return value


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _float(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait as the service says, never negative; None when it says nothing usable."""
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"-?\d{1,12}(\.\d+)?", text, re.ASCII):
        return max(0.0, float(text))
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def requests_left(headers: Mapping[str, str]) -> int | None:
    """How many requests the service still grants, None when it does not say."""
    text = headers.get("X-Ratelimit-Remaining", "").strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
