"""One PostgreSQL cluster of ours: made whole or not at all, started, asked, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from likelist.engines import processes, unprivileged
from likelist.engines.errors import EngineError
from likelist.engines.wheels import Postgres

SOCKET = ".s.PGSQL.5432"
USER = "app"
DATABASE = "likelist"
# Independent of the machine's locale, so that order and case rules are the same everywhere; the
# compose file gives its PostgreSQL the same.
RULES = "-A trust -E UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"
# A guest on somebody's desk: few connections, and nobody forgotten in a transaction.
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "client_connection_check_interval": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Its pages in memory, in megabytes: a sixteenth of the machine's, taken only as they are read.
PAGES, LEAST_PAGES, MOST_PAGES = 16, 96, 1_024
CACHED = 4
LIMIT = Path("/sys/fs/cgroup/memory.max")
START_SECONDS = 60.0
RECOVERY_SECONDS = 600.0


def tuning(machine: int) -> dict[str, str]:
    """Settings for a machine of so many megabytes of memory."""
    pages = max(LEAST_PAGES, min(MOST_PAGES, machine // PAGES))
    cached = max(CACHED * LEAST_PAGES, machine // CACHED)
    return {**TUNING, "shared_buffers": f"{pages}MB", "effective_cache_size": f"{cached}MB"}


def machine(limit: Path = LIMIT) -> int:
    """Megabytes of memory that are here for us: the machine's, or what our container may have."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        allowed = int(limit.read_text())
    except (OSError, ValueError):  # no such file, or "max"
        allowed = whole
    return min(whole, allowed) // 2**20


@dataclass
class Server:
    """A cluster in `directory`, reached through a socket in `sockets`."""

    binaries: Postgres
    directory: Path
    sockets: Path
    log: Path
    settings: dict[str, str] = field(default_factory=lambda: tuning(machine()))
    process: subprocess.Popen[bytes] | None = None
    # Where in the log the last attempt begins.
    heard: int = 0

    @property
    def url(self) -> str:
        return url(self.sockets)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def create(self, *arguments: str) -> None:
        """Make the cluster and its database beside its place, then move it there in one step."""
        half_made = self.directory.with_name(f"{self.directory.name}.making")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        guise = unprivileged.guise()
        initdb = [self.binaries.program("initdb"), "-D", str(half_made), "-U", USER, *RULES.split()]
        _run([*guise.prefix, *initdb, "--no-instructions", *arguments], guise=guise)
        single = [self.binaries.program("postgres"), "--single", "-D", str(half_made), "postgres"]
        _run([*guise.prefix, *single], guise=guise, typed=f"CREATE DATABASE {DATABASE}\n")
        half_made.rename(self.directory)

    def start(self) -> None:
        """Up and ready for connections when this returns; EngineError says why not."""
        clear_the_way(self.directory, self.sockets)
        guise = unprivileged.guise()
        guise.own(self.directory)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        deadline = time.monotonic() + START_SECONDS
        while not self._attempt(guise):
            # Backends of a killed server need a moment to notice and let go of its memory.
            if not self._refused_for_now() or time.monotonic() > deadline:
                raise EngineError(complaint("PostgreSQL", self.log, self.heard))
            time.sleep(0.2)

    def stop(self) -> None:
        """Fast shutdown: sessions are cut, everything committed is kept."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT, patience=8.0)
        self.process = None

    def ask(self, statement: str, *, database: str = DATABASE) -> str:
        """What psql prints for `statement`, bare."""
        return self.client("psql", "-d", database, "-XAtqc", statement)

    def client(self, program: str, *arguments: str, typed: str = "") -> str:
        """Run one of the client programs against this server."""
        where = ["-h", str(self.sockets), "-p", "5432", "-U", USER]
        return _run([self.binaries.program(program), *where, *arguments], typed=typed)

    def _attempt(self, guise: unprivileged.Guise) -> bool:
        leash = processes.leashed(signal.SIGQUIT)

        def prepare() -> None:
            if guise.become:
                guise.become()
            # Last, since a change of user takes the leash off.
            leash()

        command = [*guise.prefix, self.binaries.program("postgres"), "-D", str(self.directory)]
        command += ["-k", str(self.sockets), "-p", "5432"]
        command += [f"-c{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as log:
            self.heard = log.tell()
            self.process = processes.spawn(command, log=log, prepare=prepare)
        processes.until(lambda: self._ready or not self.alive, RECOVERY_SECONDS, pause=0.01)
        return self._ready and self.alive

    @property
    def _ready(self) -> bool:
        if self.process is None:
            return False
        lines = _pid_file(self.directory)
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def _refused_for_now(self) -> bool:
        return "is still in use" in _tail(self.log, self.heard)


def url(sockets: Path) -> str:
    """How Django, libpq and psql reach the server in `sockets`."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(sockets), safe='/')}"


def clear_the_way(directory: Path, sockets: Path) -> None:
    """Stop a server that outlived its keeper; forget a pid that is a stranger's by now.

    Its own check is not enough: PostgreSQL takes any living pid for a server, even a zombie's.
    """
    first = "".join(_pid_file(directory)[:1]).strip("- ")
    pid = int(first) if first.isdigit() else 0
    if processes.runs_in(pid, directory, "postgres"):
        processes.end(pid, signal.SIGINT, patience=10.0)
    for left in (directory / "postmaster.pid", sockets / SOCKET, sockets / f"{SOCKET}.lock"):
        left.unlink(missing_ok=True)


def complaint(name: str, log: Path, since: int) -> str:
    """The reason an engine gave before it ended, as one sentence with a remedy."""
    words = _tail(log, since)
    if "No space left on device" in words:
        return f"{name} cannot start since the disk is full: free some space and run it again."
    marks = ("FATAL:", "PANIC:", "Fatal error", "error:")
    reasons = [line for line in words.splitlines() if any(mark in line for mark in marks)]
    reason = reasons[-1].strip() if reasons else "it ended without a word"
    return f"{name} did not start ({reason}): see {log}."


def _tail(log: Path, since: int) -> str:
    with log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - 3000))
        return file.read().decode(errors="replace")


def _pid_file(directory: Path) -> list[str]:
    try:
        return (directory / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _run(
    command: Sequence[str], *, guise: unprivileged.Guise | None = None, typed: str = ""
) -> str:
    done = processes.run(command, typed=typed, prepare=guise.become if guise else None)
    if done.returncode != 0:
        raise EngineError(_reason(Path(command[0]).name, done.stderr))
    return done.stdout


def _reason(program: str, said: str) -> str:
    if "No space left on device" in said:
        return "PostgreSQL cannot work since the disk is full: free some space and run it again."
    lines = [line for line in said.splitlines() if line.strip()] or ["no reason given"]
    errors = [line for line in lines if "error:" in line or "FATAL:" in line or "ERROR:" in line]
    return f"PostgreSQL failed ({program}): {(errors or lines)[-1].strip()}"
