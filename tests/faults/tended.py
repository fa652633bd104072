"""A house whose dead are replaced at once: no pause of the runner's, so that more can die."""

from __future__ import annotations

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from likelist import engines
from likelist.engines import EngineError, holding
from likelist.engines.processes import until
from likelist.runner.services import Service
from tests.faults.house import PATIENCE, kill
from tests.faults.opened import Opened

ROUND = 0.1


@dataclass
class Tended(Opened):
    """Web, beat and one worker; who watches them is a thread of whoever made this."""

    dice: random.Random = field(default_factory=random.Random)
    hold: engines.Hold | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def armed(self) -> Path:
        """Where a file called like a crash point kills who passes it."""
        return self.data / "armed"

    def open(self) -> None:
        """Everything is up, and from now on stays up."""
        self.armed.mkdir()
        self.told["CRASH_AT"] = str(self.armed)
        self.hold = engines.Hold(self.data, {})
        self.told.update(self.hold.take())
        self.prepare()
        self.start(self.web(), self.beat(), self.worker())
        self._thread = threading.Thread(target=self._tend)
        self._thread.start()

    def close(self) -> None:
        """Nothing is left of it."""
        self._over.set()
        if self._thread:
            self._thread.join()
        super().close()
        if self.hold:
            self.hold.release()

    def replace(self) -> None:
        """Its thread does."""

    def service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)

    def strike(self, name: str) -> bool:
        """Kill -9 any process of that name; False when there is none for a while."""
        if not until(lambda: bool(self.named(name)), 3.0, pause=0.02):
            return False
        kill(self.dice.choice(self.named(name)))
        return True

    def strike_at(self, point: str, seconds: float = 3.0) -> bool:
        """Let the next process die that passes a point; False when nobody does in time."""
        (self.armed / point).touch()
        return self.has_struck(point, seconds)

    def has_struck(self, point: str, seconds: float = 3.0) -> bool:
        """Whether somebody died at an armed point in time; afterwards it is not armed any more."""
        file = self.armed / point
        if until(lambda: not file.exists(), seconds, pause=0.02):
            return True
        file.unlink(missing_ok=True)
        # Somebody may have been quicker after all, but then nobody can say so.
        return False

    def dozes(self, seconds: float, taken_over: str) -> None:
        """The worker stands still until another has taken over what it did, or for so long."""
        sleeper, other = self.service("worker"), self.worker("other")
        self.signal(sleeper, signal.SIGSTOP)
        # Whoever takes over has to come up first: only then does the time count.
        self.start(other)
        self.is_so(taken_over, seconds)
        self.signal(sleeper, signal.SIGCONT)
        time.sleep(2.0)
        self.services.remove(other)
        self.signal(other, signal.SIGKILL)
        if other.process:
            other.process.wait(PATIENCE)

    def is_deployed(self) -> None:
        """The worker is asked to end, as a new version is rolled out; then it starts again."""
        worker = self.service("worker")
        worker.tell(signal.SIGTERM)
        if not until(lambda: not worker.alive, 10.0):
            self.signal(worker, signal.SIGKILL)

    def _tend(self) -> None:
        while not self._over.wait(ROUND):
            super().replace()
            if self.hold and holding.keeper(self.hold.rooms) is None:
                self._call_keeper(self.hold)

    def _call_keeper(self, hold: engines.Hold) -> None:
        try:
            hold.refresh()
        except EngineError:
            # It was killed again while it came up; the next round calls another.
            return
