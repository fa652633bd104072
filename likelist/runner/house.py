"""The house from opening to closing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from likelist import engines, runenv
from likelist.engines import holding, logs, processes, wheels
from likelist.runner import fresh, leash, report, services, standin
from likelist.runner.errors import CannotRun
from likelist.runner.services import Service

# Celery finishes what it is at; a slice that takes longer is begun again by the next run.
CLOSING_SECONDS = 8.0
OPENING_SECONDS = 60.0
TEND_SECONDS = 0.5
BOUND_EVERY = 20


@dataclass
class House:
    """One run on one data directory."""

    data: Path
    port: int
    services: list[Service] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hold = engines.Hold(self.data)
        self.mark = leash.mark_of_run(self.data)
        self.environ = {
            **os.environ,
            leash.NAME: self.mark,
            "LIKELIST_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "likelist.settings",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            # make check runs them; each of the two Celery processes would spend a second on it.
            "CELERY_SKIP_CHECKS": "1",
        }

    def open(self) -> None:
        """Start everything, a line for each; CannotRun or EngineError when something cannot."""
        leash.sweep(leash.mark_of(self.data))
        (self.data / "logs").mkdir(mode=0o700, exist_ok=True)
        instagram = standin.settle(self.data, os.environ)
        runenv.put(self.data, {"PORT": str(self.port)})
        if instagram:
            self._start(services.simulator(self.data, **instagram))
        product = services.product(self.data, self.port)
        # Loading takes them longer than the engines need to come up: side by side, if all looks
        # as the last run left it.
        early = "postgres" in self.hold.engines and fresh.looks_prepared(self.data)
        if early:
            self.environ |= self.hold.announce()
            self._start(*product)
        self._hold_engines()
        if early and fresh.is_migrated(self.data, self.hold.rooms.sockets()):
            report.up("database", "up to date")
        else:
            self._call_off(*product)
            self._prepare()
            self._start(*product)
        for service in self.services:
            self._await(service)

    def tend(self) -> None:
        """For ever: start again what died, keep the logs within bounds."""
        rounds = 0
        while True:
            for service in self.services:
                self._see_to(service)
            self._see_to_engines()
            if rounds % BOUND_EVERY == 0:
                logs.bound(service.log for service in self.services)
            rounds += 1
            time.sleep(TEND_SECONDS)

    def close(self, *, hurry: Callable[[], bool]) -> None:
        """Ask every service to finish, then end whatever is left; the engines last."""
        for service in self.services:
            service.tell(signal.SIGTERM)
        finished = processes.until(lambda: hurry() or not self._any_alive(), CLOSING_SECONDS)
        leash.sweep(self.mark, patience=1.0 if finished and not hurry() else 0.0)
        self.hold.release()
        # They stay for a command that uses them in another terminal.
        processes.until(lambda: holding.keeper(self.hold.rooms) is None, 4.0)

    def _start(self, *started: Service) -> None:
        for service in started:
            self.services.append(service)
            service.start(self.environ)

    def _call_off(self, *started: Service) -> None:
        for service in started:
            if service in self.services:
                self.services.remove(service)
                service.end()

    def _hold_engines(self) -> None:
        log = self.data / "logs" / "keeper.log"
        long = f"take long (recovery or an upgrade): see {log}"
        self.environ |= self.hold.take(lambda: report.waiting("engines", long))
        where = str(self.hold.rooms.home)
        if "postgres" in self.hold.engines:
            report.up("postgres", f"PostgreSQL {wheels.postgres().version}, embedded", where)
        if "valkey" in self.hold.engines:
            report.up("valkey", "Valkey, embedded", where)

    def _prepare(self) -> None:
        service = services.prepare(self.data)
        service.start(self.environ)
        processes.until(lambda: not service.alive, services.LONG_SECONDS)
        if service.code != 0:
            raise CannotRun(service.last_words())
        report.up(service.name, service.last_words(), service.where)

    def _await(self, service: Service) -> None:
        processes.until(lambda: service.is_ready or not service.alive, OPENING_SECONDS)
        if not service.alive:
            raise CannotRun(service.refusal())
        service.known_up = service.is_ready
        if service.known_up:
            report.up(service.name, service.what, service.where)
        else:
            report.waiting(service.name, f"takes long to start: see {service.log}")

    def _see_to(self, service: Service) -> None:
        if service.alive:
            if not service.known_up and service.is_ready:
                service.known_up = True
                report.up(service.name, "is back", service.where)
        elif service.again_at is None:
            service.known_up = False
            pause = service.put_off()
            report.down(
                service.name,
                f"ended ({service.fate}): starts again in {pause:g} s; see {service.log}",
            )
        elif time.monotonic() >= service.again_at:
            service.start(self.environ)

    def _see_to_engines(self) -> None:
        if self.hold.engines and holding.keeper(self.hold.rooms) is None:
            report.down("engines", "their keeper ended: called again")
            self.hold.refresh()
            report.up("engines", "are back")

    def _any_alive(self) -> bool:
        return any(service.alive for service in self.services)
