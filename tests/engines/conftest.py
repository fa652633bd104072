"""Real engines in directories of their own, used from processes of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from likelist import engines, runenv
from likelist.engines.processes import alive, until
from likelist.runner import leash

PYTHON = sys.executable
# What a fresh terminal has: none of what this test run says to Django.
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
# Seconds within which something is gone or back, however slow the machine.
SOON = 40.0


def fresh_terminal(data: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "LIKELIST_DATA": str(data), **more}


@pytest.fixture
def data() -> Iterator[Path]:
    """A data directory; everything that uses it is ended and its disk given back."""
    with tempfile.TemporaryDirectory(prefix="ll-eng-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()
        leash.sweep(leash.mark_of(Path(name)), patience=0)
        for pid in users_of(Path(name)):
            kill(pid)
        assert until(lambda: not users_of(Path(name)), SOON)


@pytest.fixture(scope="session")
def _made_once() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ll-eng-", ignore_cleanup_errors=True) as name:
        held(Path(name))
        gone = all_gone(Path(name))
        kill(*users_of(Path(name)))
        assert gone
        yield Path(name) / "engines" / "postgres"


@pytest.fixture
def lived_in(data: Path, _made_once: Path) -> Path:
    """A data directory with a cluster that was used and left in order."""
    settle(_made_once, data)
    return data


@pytest.fixture
def neighbour(data: Path, _made_once: Path) -> Path:
    """Another one, below the first."""
    settle(_made_once, data / "neighbour")
    return data / "neighbour"


def settle(cluster: Path, data: Path) -> None:
    ignored = shutil.ignore_patterns("*.programs")
    shutil.copytree(cluster, data / "engines" / "postgres", ignore=ignored)
    (data / "engines").chmod(0o700)


def users_of(data: Path) -> list[int]:
    """The processes that name the directory in their command line, and what these started."""
    named = os.fsencode(data)
    found = []
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
        except OSError:
            continue
        if named in words and int(process.name) != os.getpid() and alive(int(process.name)):
            found.append(int(process.name))
    return found


def kill(*pids: int) -> None:
    """Kill all of them, and see them dead: on a busy machine that is not the same moment."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    assert until(lambda: not any(alive(pid) for pid in pids), SOON)


def all_gone(data: Path) -> bool:
    return until(lambda: not users_of(data), SOON)


def sql(urls: dict[str, str], statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(urls["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


HOLDER = """
import sys
from pathlib import Path
from likelist import engines
with engines.hold(Path(sys.argv[1]), {}) as urls:
    print(urls, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Another process that holds the engines of a directory until its standard input ends."""
    started: list[subprocess.Popen[str]] = []

    def start(data: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [PYTHON, "-c", HOLDER, str(data)],
            cwd=runenv.ROOT,
            env=fresh_terminal(data),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def held(data: Path) -> dict[str, str]:
    """Hold and let go: the addresses, after one full start."""
    with engines.hold(data, {}) as urls:
        return urls
