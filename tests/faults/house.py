"""A whole house for one story: each of its processes real, and to be killed one by one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from likelist import runenv
from likelist.engines import holding, wire
from likelist.engines.places import places
from likelist.engines.processes import alive, until
from likelist.runner import leash, services
from likelist.runner.services import Service
from simulator.serve import Simulator

# What a fresh terminal has: nothing of what this test run says to Django.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
# The same clockwork as everywhere, wound tighter, so that minutes become seconds.
TIGHT = {
    "TICK_INTERVAL": "0.5",
    "CRAWL_LEASE": "2",
    "CRAWL_REQUEST_INTERVAL": "0.02",
    "BACKOFF_CAP": "2",
    "VISIT_INTERVAL_MIN": "2",
    "VISIT_INTERVAL_MAX": "3",
    "MEDIA_CONCURRENCY": "4",
    "CELERY_SKIP_CHECKS": "1",
    "PYTHONUNBUFFERED": "1",
}
# Nothing is promised in these seconds; a test that waits as long is hung.
PATIENCE = 300.0
MANAGE = [sys.executable, "manage.py"]


@dataclass
class House:
    """A data directory, a port, an Instagram, and what the processes are told of them."""

    data: Path
    instagram: Simulator
    told: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=wire.any_port)
    services: list[Service] = field(default_factory=list)

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mark(self) -> str:
        return leash.mark_of(self.data)

    @property
    def environ(self) -> dict[str, str]:
        """What every process of this house starts with."""
        terminal = {name: os.environ[name] for name in KEPT if name in os.environ}
        here = {"LIKELIST_DATA": str(self.data), "PORT": str(self.port)}
        stand_ins = {**self.instagram.env(), **self.instagram.bluesky_env()}
        return {**terminal, **TIGHT, **stand_ins, **here, **self.told}

    def prepare(self) -> None:
        """Migrate the database that the environment names."""
        self._run([sys.executable, "-m", "likelist.runner.prepare"])

    def start(self, *built: Service) -> None:
        """Start these services, at once, and wait until each of them serves."""
        (self.data / "logs").mkdir(mode=0o700, exist_ok=True)
        for service in built:
            self.services.append(service)
            service.start({**self.environ, leash.NAME: self.mark})
        for service in built:
            up = until(lambda one=service: one.is_ready or not one.alive, PATIENCE)
            assert up, f"{service.name} takes too long: {service.words()}"
            assert service.alive, f"{service.name} ended: {service.words()}"

    def web(self) -> Service:
        return services.web(self.data, self.port)

    def worker(self, name: str = "worker") -> Service:
        service = services.worker(self.data)
        service.log = self.data / "logs" / f"{name}.log"
        return service

    def beat(self) -> Service:
        return services.beat(self.data)

    def end(self, *ending: Service) -> None:
        """Kill these services with their children, and see them dead."""
        for service in ending:
            self.signal(service, signal.SIGKILL)
        for service in ending:
            if service.process:
                service.process.wait(PATIENCE)
        self.services = [one for one in self.services if one not in ending]

    def close(self) -> None:
        """Kill whatever is left of it."""
        self.end(*self.services)
        assert leash.sweep(self.mark, patience=0)

    def signal(self, service: Service, sign: signal.Signals) -> None:
        """Send a signal to a service with all its children."""
        assert service.process
        os.killpg(service.process.pid, sign)

    def keeper(self) -> int | None:
        """Who keeps the embedded engines."""
        return holding.keeper(places(self.data))

    def engine(self, name: str) -> int:
        """The pid of `postgres` or `valkey`, 0 while there is none."""
        home = self.data / "engines"
        files = {"postgres": "postgres/18/postmaster.pid", "valkey": "valkey/valkey.pid"}
        try:
            pid = int((home / files[name]).read_text().split()[0])
        except (OSError, IndexError, ValueError):
            return 0
        return pid if alive(pid) else 0

    def command(self, *words: str, code: int = 0, typed: str = "") -> str:
        """Run a management command; what it wrote."""
        done = self._run([*MANAGE, *words], code=code, typed=typed)
        return done.stdout + (done.stderr if code else "")

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a management command that somebody else will end.

        It hears Ctrl-C as in a terminal, whoever started these tests and from wherever.
        """
        quiet, before = subprocess.DEVNULL, signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            return subprocess.Popen(
                [*MANAGE, *words], cwd=runenv.ROOT, env=self.environ, stdout=quiet, stderr=quiet
            )
        finally:
            signal.signal(signal.SIGINT, before)

    def url(self) -> str:
        """The address of the database."""
        return self.told.get("DATABASE_URL") or runenv.load(self.data, {})["DATABASE_URL"]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.url())
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def one(self, statement: str) -> Any:
        """The first value of the first row."""
        return self.sql(statement)[0][0]

    def is_so(self, statement: str, seconds: float = PATIENCE) -> bool:
        """Whether the database came to answer yes; while it is away it has not.

        Meanwhile whoever ended is started again, as a runner would: a deaf worker ends by itself.
        """

        def so() -> bool:
            self.replace()
            return self._asked(statement) is True

        return until(so, seconds, pause=0.1)

    def replace(self) -> None:
        """Start again whichever service has ended by itself."""
        for service in tuple(self.services):
            if service.process and not service.alive:
                service.start({**self.environ, leash.NAME: self.mark})

    def export(self, user: str) -> list[dict[str, Any]]:
        """What the archive holds of a person, newest first."""
        return [json.loads(line) for line in self.command("export", user).splitlines()]

    def complaints(self) -> list[dict[str, Any]]:
        """What `verify_archive` finds wrong."""
        done = self._run([*MANAGE, "verify_archive", "--json"], code=None)
        report = json.loads(done.stdout)
        assert report["ok"] is (done.returncode == 0)
        return [check for check in report["checks"] if not check["ok"]]

    def words(self) -> str:
        """Everything that stands in the logs."""
        files = sorted((self.data / "logs").glob("*.log"))
        return "\n".join(file.read_text(errors="replace") for file in files)

    def _asked(self, statement: str) -> object:
        try:
            return self.one(statement)
        except psycopg2.Error:
            return None

    def _run(
        self, words: list[str], *, code: int | None = 0, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words,
            cwd=runenv.ROOT,
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done


@contextmanager
def folder() -> Iterator[Path]:
    """A data directory; whatever was started in it is ended with it."""
    data = Path(tempfile.mkdtemp(prefix="ll-house-"))
    try:
        yield data
    finally:
        assert leash.sweep(leash.mark_of(data), patience=0)
        assert until(lambda: holding.keeper(places(data)) is None, PATIENCE)
        shutil.rmtree(data, ignore_errors=True)


def kill(pid: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal; who has just ended by himself does not mind."""
    assert pid, "0 would be all of us"
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def note(words: str) -> None:
    """A figure for whoever reads along; a failing test shows it."""
    sys.stdout.write(f"{words}\n")
