"""Whose turn it is: waiting before a request, and hearing what an answer says of limits."""

from __future__ import annotations

from typing import Protocol


class Turns(Protocol):
    """Asked before every API request; whoever builds a client decides what stands behind it."""

    def wait(self, host: str) -> None:
        """Return when a request to `host` (host:port) may be sent.

        RateLimited, with nothing sent, when that would be long to wait for.
        """

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """What an answer of `host` said: requests left, and seconds until it counts anew."""


class AtOnce:
    """No waiting: for a single question, and for tests."""

    def wait(self, host: str) -> None:
        """At once."""

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """Nobody remembers."""


AT_ONCE = AtOnce()
