"""Which origin is asked, who lives there, and how often it may be asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from simulator.bluesky.accounts import Account
from simulator.wire import Request

USUAL_LIMIT, USUAL_WINDOW = 3000, 300.0


@dataclass(slots=True)
class _Budget:
    limit: int = USUAL_LIMIT
    window: float = USUAL_WINDOW
    spent: int = 0
    ends: float = 0.0


class Hosts:
    """The origins of this simulator: the first port, and those that accounts may move to."""

    def __init__(self) -> None:
        self.others: set[str] = set()
        self._first = ""
        self._lock = threading.Lock()
        self._budgets: dict[str, _Budget] = {}

    def opened(self, origin: str, *, is_second: bool) -> None:
        """A port listens."""
        with self._lock:
            if is_second:
                self.others.add(origin)
            else:
                self._first = origin

    def first(self, request: Request) -> str:
        """The origin of the first port, under the name by which it was last asked."""
        with self._lock:
            if request.base not in self.others:
                self._first = request.base
            return self._first

    def home(self, account: Account, request: Request) -> str:
        """Where that account's repository is."""
        return account.home or self.first(request)

    def web(self, request: Request) -> str:
        """The DID of whoever is called by the first host itself."""
        return "did:web:" + quote(self.first(request).removeprefix("http://"), safe="")

    def did(self, account: Account, request: Request) -> str:
        return account.did or self.web(request)

    def spend(self, host: str) -> tuple[bool, Mapping[str, str]]:
        """Count a request to a host; whether it is still within the limit, and the headers."""
        with self._lock:
            budget, now = self._budgets.setdefault(host, _Budget()), time.time()
            if now >= budget.ends:
                budget.spent, budget.ends = 0, now + budget.window
            budget.spent += 1
            left = budget.limit - budget.spent
            return left >= 0, {
                "RateLimit-Limit": str(budget.limit),
                "RateLimit-Remaining": str(max(0, left)),
                "RateLimit-Reset": str(int(budget.ends) + 1),
                "RateLimit-Policy": f"{budget.limit};w={int(budget.window)}",
            }

    def limit(self, host: str, limit: int, window: float) -> None:
        """Another limit for one host; its time begins anew."""
        with self._lock:
            self._budgets[host] = _Budget(limit, window)
