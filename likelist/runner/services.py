"""The services of a run: how each is started, and how one sees that it is up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from likelist.engines import processes, wire

WEB_WORKERS = 2
# One visit and two goes at media; all are short, so nobody waits long for a place.
TASKS_AT_ONCE = 3
CLOCKWORK = [sys.executable, "-m", "likelist.runner.clockwork"]
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# A migration of a large archive may take its time.
LONG_SECONDS = 24 * 3600.0
# After this long a service counts as healthy again, and its next pause is the first one.
HEALTHY = 60.0
BROKEN_SETTING = re.compile(r"ImproperlyConfigured: (.+)")


@dataclass
class Service:
    """One process (with its children) that is to be up as long as the house is."""

    name: str
    what: str
    where: str
    command: list[str]
    log: Path
    # Told the log's position at the start; whether the service serves by now.
    ready: Callable[[Service], bool]
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    # How far it steps back when the processors are busy.
    nice: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    known_up: bool = False
    heard: int = 0
    started_at: float = 0.0
    again_at: float | None = None
    pause: float = FIRST_PAUSE

    def start(self, environ: Mapping[str, str]) -> None:
        self.again_at = None
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.heard = log.tell()
            self.process = processes.spawn(
                self.command,
                log=log,
                prepare=self._prepare(),
                detached=True,
                environ={**environ, **self.environ},
            )

    def _prepare(self) -> Callable[[], None]:
        leash = processes.leashed(signal.SIGTERM)

        def prepare() -> None:
            os.nice(self.nice)
            with suppress(OSError):
                # Where the kernel weighs sessions against each other, a nice process is not enough.
                Path("/proc/self/autogroup").write_text(str(self.nice))
            leash()

        return prepare

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int:
        """Its exit status, 0 as long as there is none."""
        return (self.process.returncode or 0) if self.process else 0

    @property
    def fate(self) -> str:
        """How it ended, in words."""
        return f"killed by signal {-self.code}" if self.code < 0 else f"exit status {self.code}"

    @property
    def is_ready(self) -> bool:
        return self.alive and self.ready(self)

    def tell(self, sign: signal.Signals) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(sign)

    def end(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM, patience=5.0)

    def put_off(self) -> float:
        """Plan the next start after a death; returns the pause in seconds, which doubles."""
        if time.monotonic() - self.started_at > HEALTHY:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.again_at = time.monotonic() + pause
        return pause

    def last_words(self) -> str:
        """The last line it wrote in this life, shortened."""
        lines = self.words().strip().splitlines()
        return lines[-1].strip()[:400] if lines else "it said nothing"

    def refusal(self) -> str:
        """Why it did not start; a broken setting speaks for itself."""
        if found := BROKEN_SETTING.findall(self.words()):
            return str(found[-1])
        return f"{self.name} did not start ({self.last_words()}): see {self.log}."

    def words(self) -> str:
        """What its log says since the last start."""
        with self.log.open("rb") as file:
            file.seek(self.heard)
            return file.read().decode(errors="replace")


def prepare(data: Path) -> Service:
    """Ends when the database and the static files are ready for the others."""
    return Service(
        name="database",
        what="",
        where="",
        command=[sys.executable, "-m", "likelist.runner.prepare"],
        log=data / "logs" / "prepare.log",
        ready=lambda _: False,
    )


def product(data: Path, port: int) -> list[Service]:
    return [web(data, port), worker(data), beat(data)]


def simulator(data: Path, port: str, secret: str) -> Service:
    home = data / "simulator"
    command = [sys.executable, "-m", "simulator", "--host", "127.0.0.1", "--port", port]
    return Service(
        name="simulator",
        what="a stand-in Instagram",
        where=f"http://127.0.0.1:{port}",
        command=[*command, "--data", str(home)],
        log=data / "logs" / "simulator.log",
        ready=lambda _: wire.answers(int(port), "/_control/people") == 200,
        # It paints its pictures in advance; the house is not to wait for that.
        nice=5,
        environ={"SIMULATOR_CLIENT_ID": "demo", "SIMULATOR_CLIENT_SECRET": secret},
    )


def web(data: Path, port: int) -> Service:
    command = [sys.executable, "-m", "gunicorn", "likelist.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WEB_WORKERS)]
    command += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    # No access log: the way back from a sign-in has its code in the address.
    # Loaded once, then forked: half the memory, and a worker that died is back at once.
    command += ["--timeout", "60", "--graceful-timeout", "5", "--preload"]
    return Service(
        name="web",
        what=f"gunicorn, {WEB_WORKERS} workers",
        where=f"http://127.0.0.1:{port}",
        command=command,
        log=data / "logs" / "web.log",
        # Any answer but an error will do: whose Host is allowed is not our question.
        ready=lambda _: 0 < wire.answers(port, "/healthz/live") < 500,
    )


def worker(data: Path) -> Service:
    return Service(
        name="worker",
        what=f"Celery, {TASKS_AT_ONCE} at once",
        where="",
        command=[*CLOCKWORK, "worker"],
        log=data / "logs" / "worker.log",
        ready=lambda service: " ready." in service.words(),
    )


def beat(data: Path) -> Service:
    return Service(
        name="beat",
        what="Celery beat",
        where="",
        command=[*CLOCKWORK, "beat"],
        log=data / "logs" / "beat.log",
        ready=lambda service: "beat: Starting" in service.words(),
    )
