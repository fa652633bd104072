"""What can go wrong on request: which fault, for whom, how often."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import spoilt
from simulator.spoilt import Next
from simulator.wire import Answer, Request

ENDPOINTS = {
    "liked": "/v1/users/self/media/liked",
    "recent": "/v1/users/self/media/recent",
    "self": "/v1/users/self",
    "post": "/v1/media/",
    "tag": "/v1/tags/",
    "api": "/v1/",
    "media": "/media/",
    "authorize": "/oauth/authorize",
    "exchange": "/oauth/access_token",
    "download": "/download/",
    "records": "/xrpc/com.atproto.repo.listRecords",
    "record": "/xrpc/com.atproto.repo.getRecord",
    "blob": "/xrpc/com.atproto.sync.getBlob",
    "handle": "/xrpc/com.atproto.identity.resolveHandle",
    "posts": "/xrpc/app.bsky.feed.getPosts",
    "profile": "/xrpc/app.bsky.actor.getProfile",
    "xrpc": "/xrpc/",
    "plc": "/did:plc:",
    "well_known": "/.well-known/",
    "cdn": "/img/",
}


class BadFault(Exception):
    """A fault that cannot be ordered, and why."""


@dataclass(slots=True)
class Fault:
    """One ordered fault: `times` None means until cleared; the first `skip` matches go free."""

    kind: str
    match: str
    times: int | None = 1
    skip: int = 0
    token: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    used: int = 0

    def fits(self, request: Request) -> bool:
        return (not self.token or request.token == self.token) and _fits(self.match, request.path)


class Faults:
    """The faults that are waiting for their request, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def order(self, said: Mapping[str, Any]) -> None:
        """Add a fault from its JSON; BadFault when it makes no sense."""
        words = dict(said)
        kind = str(words.pop("kind", ""))
        if kind not in spoilt.KINDS:
            raise BadFault(f"unknown kind {kind!r}; there are {', '.join(sorted(spoilt.KINDS))}")
        match = str(words.pop("match", "") or spoilt.USUAL.get(kind, "api"))
        times = words.pop("times", 1)
        skip, token = int(words.pop("skip", 0)), str(words.pop("token", ""))
        with self._lock:
            count = None if times is None else int(times)
            self._waiting.append(Fault(kind, match, count, skip, token, words))

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still to come."""
        with self._lock:
            return [
                {"kind": f.kind, "match": f.match, "times": f.times, "skip": f.skip, "used": f.used}
                for f in self._waiting
            ]

    def around(self, request: Request, good: Next) -> Answer:
        """The answer to a request, spoilt when a fault was waiting for it."""
        fault = self._due(request)
        if fault is None:
            return good(request)
        return spoilt.KINDS[fault.kind](request, good, fault.options)

    def _due(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if not fault.fits(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                self._count(fault)
                return fault
        return None

    def _count(self, fault: Fault) -> None:
        fault.used += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)


def _fits(match: str, path: str) -> bool:
    """An endpoint by name, or any path by its beginning."""
    if match == "self":
        return path.rstrip("/") == ENDPOINTS["self"]
    return path.startswith(ENDPOINTS.get(match, match))


def endpoint(path: str) -> str:
    """The name of the endpoint a path belongs to."""
    if path.rstrip("/") == ENDPOINTS["self"]:
        return "self"
    names = (name for name in ENDPOINTS if name not in {"self", "api"})
    return next((name for name in names if path.startswith(ENDPOINTS[name])), "other")
