"""Using the engines: a shared lock says so, and a keeper is called when there is none."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from likelist import runenv
from likelist.engines import postgres, processes, valkey, wire
from likelist.engines.errors import EngineError
from likelist.engines.places import Places, places

VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
# A mark in the environment by which the runner finds its own; the keeper is nobody's.
MARK = "LIKELIST_RUN"
# Recovery after a crash can take minutes; a keeper that does not even answer is given up sooner.
PATIENCE = 900.0
LONG = 8.0
CALLS = 4
LINUX_ONLY = (
    "The embedded engines run on Linux only: use docker compose, or set DATABASE_URL and REDIS_URL."
)


class Hold:
    """The engines are up from `take` until `release`, or until this process is gone."""

    def __init__(self, data: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.rooms = places(data)
        self.engines = wanted(environ)
        self.locks = ExitStack()

    def take(self, impatient: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Addresses by variable of the engines that the environment does not name.

        `impatient` is called once when that takes long: after a crash or for an upgrade.
        """
        if not self.engines:
            return {}
        self.announce()
        for engine in self.engines:
            lock = self.locks.enter_context(self.rooms.wish(engine).open("a"))
            # Waits while a keeper is stopping; then that one is gone and a new one is called.
            fcntl.flock(lock, fcntl.LOCK_SH)
        return self.refresh(impatient)

    def announce(self) -> dict[str, str]:
        """The addresses that the engines will have, written into run.env; starts nothing."""
        if sys.platform != "linux":
            raise EngineError(LINUX_ONLY)
        self.rooms.make()
        sockets = self.rooms.sockets()
        urls = {"postgres": postgres.url(sockets), "valkey": valkey.url(sockets)}
        runenv.put(
            self.rooms.data,
            {
                name: urls[engine] if engine in self.engines else None
                for engine, name in VARIABLES.items()
            },
        )
        return {name: urls[engine] for engine, name in VARIABLES.items() if engine in self.engines}

    def refresh(self, impatient: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Addresses again, after calling a new keeper if the old one died."""
        called = 0
        long, deadline = time.monotonic() + LONG, time.monotonic() + PATIENCE
        while (answers := self._answers()) is None:
            if called == CALLS or time.monotonic() > deadline:
                raise EngineError(f"The engines do not start: see {self.rooms.logs}/keeper.log.")
            if keeper(self.rooms) is None:
                called += 1
                _call_keeper(self.rooms)
            if time.monotonic() > long:
                impatient()
                long = deadline
            time.sleep(0.02)
        return answers

    def release(self) -> None:
        self.locks.close()

    def _answers(self) -> dict[str, str] | None:
        pid = keeper(self.rooms)
        found = [_answer(self.rooms.answer(engine), pid) for engine in self.engines]
        for answer in found:
            if "trouble" in answer:
                raise EngineError(answer["trouble"])
        # Asked at the door too: who was killed a moment ago still counts as alive.
        if not all("url" in answer for answer in found) or not self._listening():
            return None
        return {
            VARIABLES[engine]: answer["url"]
            for engine, answer in zip(self.engines, found, strict=True)
        }

    def _listening(self) -> bool:
        sockets = self.rooms.sockets()
        names = {"postgres": postgres.SOCKET, "valkey": valkey.SOCKET}
        return all(wire.listens(sockets / names[engine]) for engine in self.engines)


@contextmanager
def hold(data: Path, environ: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """The engines that `environ` leaves out are up in the block; yields their addresses.

    EngineError, one sentence, when they cannot be had.
    """
    held = Hold(data, environ)
    try:
        yield held.take()
    finally:
        held.release()


def wanted(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The engines for which `environ` names no server."""
    return tuple(
        engine
        for engine, variable in VARIABLES.items()
        if not (environ.get(variable, "").strip() or environ.get(f"{variable}_FILE", "").strip())
    )


def keeper(rooms: Places) -> int | None:
    """The pid of the living keeper of these rooms."""
    try:
        pid = int(rooms.keeper_lock.read_text() or 0)
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    ours = b"likelist.engines" in command and os.fsencode(rooms.data) in command
    return pid if ours and processes.alive(pid) else None


def _answer(file: Path, keeper: int | None) -> dict[str, str]:
    try:
        answer = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    # One that a killed keeper left behind says nothing.
    return answer if keeper and answer.pop("keeper") == keeper else {}


def _call_keeper(rooms: Places) -> None:
    environ = {name: value for name, value in os.environ.items() if name != MARK}
    keeper = [sys.executable, "-m", "likelist.engines", str(rooms.data)]
    called = processes.run(keeper, detached=True, environ=environ)
    if called.returncode != 0:
        words = called.stderr.strip().splitlines() or ["no reason given"]
        raise EngineError(words[-1])
