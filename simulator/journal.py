"""Every request that came in, without its secrets."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from typing import Any

from simulator.faults import endpoint
from simulator.wire import Request

_KEPT = 20_000


class Journal:
    """The last requests, and counts of all of them by endpoint."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._counts: Counter[str] = Counter()

    def write(self, request: Request, status: int) -> None:
        """Note a request: never a value of its query, form or headers."""
        name = endpoint(request.path)
        bearer = request.headers.get("authorization", "")
        line = {
            "method": request.method,
            "path": request.path,
            "endpoint": name,
            "has_token": bool(request.token or request.form.get("access_token") or bearer),
            "query": sorted(request.query),
            "headers": sorted(request.headers),
            "status": status,
            "time": time.time(),
        }
        with self._lock:
            self._lines.append(line)
            self._counts[name] += 1

    def report(self) -> dict[str, Any]:
        with self._lock:
            return {"requests": list(self._lines), "counts": dict(self._counts)}

    def clear(self) -> None:
        with self._lock:
            self._lines.clear()
            self._counts.clear()
