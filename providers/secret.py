"""Values that must not show up in a traceback, and taking them out of what a service answers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_SHORTEST = 6  # anything shorter would tear holes into ordinary text


class Secret:
    """A token, code or password that prints as dots; `reveal` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def reveal(self) -> str:
        """The value itself. Keep it out of local variables of functions that raise."""
        return self._value


def without(text: str, secrets: Iterable[Secret]) -> str:
    """`text` with each secret, however it is escaped there, replaced by dots.

    Services echo tokens in `next_url` and in error messages; what never enters our values cannot
    leave through an exception, a log line or a row.
    """
    for spelling in {form for secret in secrets for form in _spellings(secret.reveal())}:
        text = text.replace(spelling, "…")
    return text


def _spellings(value: str) -> Iterable[str]:
    if len(value) < _SHORTEST:
        return ()
    escaped = json.dumps(value)[1:-1]
    forms = (value, quote(value, safe=""), quote_plus(value), quote(value), escaped)
    return (*forms, escaped.replace("/", "\\/"))
