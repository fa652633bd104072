"""What comes in and what goes out, before and after HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]
    base: str
    pairs: tuple[tuple[str, str], ...] = ()
    """The query as it came, for names that occur more than once."""

    @property
    def token(self) -> str:
        return self.query.get("access_token", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and the ways in which the wire may spoil it."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    reset: bool = False
    cut: bool = False


def as_json(payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A JSON answer."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Answer(status, body, headers=headers or {})


def enveloped(error_type: str, message: str, code: int = 400, status: int = 400) -> Answer:
    """An error as the API says it: inside `meta`."""
    meta = {"code": code, "error_type": error_type, "error_message": message}
    return as_json({"meta": meta}, status)


def bare(error_type: str, message: str, code: int = 400, status: int = 400) -> Answer:
    """An error as sign-in and the rate limiter say it: without an envelope."""
    return as_json({"code": code, "error_type": error_type, "error_message": message}, status)


def page_of(html: str, status: int = 200) -> Answer:
    """An HTML page."""
    return Answer(status, html.encode(), "text/html; charset=utf-8")
