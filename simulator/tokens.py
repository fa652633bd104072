"""Access tokens: the same after a restart, dead for ever once killed; and their hourly budget."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import defaultdict, deque

from simulator.people import Person
from simulator.settings import Settings
from simulator.world import World

HOUR = 3600.0


class Tokens:
    """Issues and recognises tokens of the shape {user id}.{7 hex of the client}.{32 hex}."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        client = hashlib.sha256(settings.client_id.encode()).hexdigest()[:7]
        self._client = client
        self._secret = f"{settings.seed}|{settings.client_secret}".encode()

    def issue(self, person: Person) -> str:
        """The present token of a person; asked twice it is the same, as v1 did."""
        life = self._world.tokens_killed.get(person.key, 0)
        words = f"{person.upstream_id}|{self._client}|{life}".encode()
        mark = hmac.new(self._secret, words, hashlib.sha256).hexdigest()[:32]
        return f"{person.upstream_id}.{self._client}.{mark}"

    def owner(self, token: str) -> Person | None:
        """Whose living token this is."""
        person = self._world.person(token.partition(".")[0])
        if person and hmac.compare_digest(token.encode(), self.issue(person).encode()):
            return person
        return None


class Budget:
    """A sliding hour of requests per token; failed requests count too."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._spent: defaultdict[str, deque[float]] = defaultdict(deque)

    def spend(self, token: str) -> tuple[int, int]:
        """Requests left after this one (negative: over the limit) and those of the last hour."""
        with self._lock:
            spent, moment = self._spent[token], time.monotonic()
            while spent and spent[0] <= moment - HOUR:
                spent.popleft()
            spent.append(moment)
            return self.limit - len(spent), len(spent)

    def reset(self, limit: int) -> None:
        """A new limit and a fresh hour for everybody."""
        with self._lock:
            self.limit = limit
            self._spent.clear()
