"""Reading what an API answered: bounded bytes to JSON, whatever nonsense they are."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from providers import usage
from providers.errors import Garbled, Unexpected
from providers.secret import Secret, without

# From bytes to what a reply's body is; Garbled or Unexpected for what it cannot read.
Reader = Callable[[bytes, Iterable[Secret]], Mapping[str, Any]]

_GRANTED = ("access_token", "user")
_FIRST_MOMENT = 1e9  # no service makes anybody wait for thirty years
_LONGEST_WAIT = 1e9  # longer than anybody is waited for, short enough to count with
_LONGEST_NUMBER = 40  # more digits stay text: Python refuses to read 5,000 of them


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON object with the status and the headers that matter. Its body stays out of reprs."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    retry_after: float | None
    requests_left: int | None
    # Seconds until the service counts requests anew.
    resets_in: float | None = None


def read_json(raw: bytes, secrets: Iterable[Secret]) -> Mapping[str, Any]:
    """The JSON object in `raw`, secrets taken out; Garbled or Unexpected otherwise."""
    try:
        text = without(raw.decode("utf-8-sig"), secrets)
        value = json.loads(
            text, parse_int=_whole, parse_float=_float, parse_constant=lambda _: None
        )
    except RecursionError:
        raise Unexpected("too_deep", "The answer is nested too deeply.") from None
    except ValueError:
        raise Garbled("not_json", "The service did not answer with whole JSON.") from None
    if not isinstance(value, dict):
        raise Unexpected("not_an_object", "The answer is JSON, but not an object.")
    return value


def read_granted(raw: bytes, secrets: Iterable[Secret]) -> Mapping[str, Any]:
    """The same of the answer to a code: the grant and whose it is stay as they came.

    A short code or secret may stand in them by chance, and they are not for any log anyway.
    """
    whole = read_json(raw, ())
    return {**read_json(raw, secrets), **{name: whole[name] for name in _GRANTED if name in whole}}


def read_text(raw: bytes, secrets: Iterable[Secret]) -> Mapping[str, Any]:
    """A plain answer as `{"text": …}`, secrets taken out."""
    return {"text": without(raw.decode("utf-8-sig", "replace"), secrets)}


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _float(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait as the service says, never negative; None when it says nothing usable."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return resets_in(headers, now) if requests_left(headers) == 0 else None
    if re.fullmatch(r"[+-]?\d{1,300}(\.\d+)?", text, re.ASCII):
        return min(max(0.0, float(text)), _LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())


def requests_left(headers: Mapping[str, str]) -> int | None:
    """How many requests the service still grants, None when it does not say."""
    if usage.is_used_up(headers):
        return 0
    text = (headers.get("RateLimit-Remaining") or headers.get("X-Ratelimit-Remaining", "")).strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def resets_in(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds until the service counts anew: it says a moment or a span; None when neither."""
    if usage.is_used_up(headers):
        return usage.regained_in(headers)
    text = headers.get("RateLimit-Reset", "").strip()
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", text, re.ASCII):
        return None
    told = float(text)
    if told < _FIRST_MOMENT:
        return told
    return max(0.0, told - (now or datetime.now(UTC)).timestamp())
