"""The leash: a process that outlives the runner by seconds, to end what the runner started.

Everything that a run starts carries a mark in its environment, and so do its children, whatever
session they move to. This file is also run as a program, alone and quick: it waits until its
standard input ends, which the kernel sees to when the runner is gone, and then ends all marked.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import sys
import time
from pathlib import Path

NAME = "LIKELIST_RUN"
POLITE_SECONDS = 3.0
KILL_SECONDS = 5.0


def mark_of(data: Path) -> str:
    """The same for every run on a directory, so that a start finds a dead run's rest."""
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:20]


def mark_of_run(data: Path) -> str:
    """This run's own, which is also one of its directory: the leash of a run that was killed
    must not end the next one, which may be opening already."""
    return f"{mark_of(data)}.{secrets.token_hex(4)}"


def sweep(mark: str, *, patience: float = POLITE_SECONDS) -> bool:
    """End every process that carries `mark`: asked first, killed after `patience` seconds.

    Returns whether they are all gone.
    """
    asked: set[int] = set()
    start = time.monotonic()
    while pids := marked(mark):
        waited = time.monotonic() - start
        if waited > patience + KILL_SECONDS:
            return False
        for pid in pids:
            if waited >= patience:
                _send(pid, signal.SIGKILL)
            elif pid not in asked:
                _send(pid, signal.SIGTERM)
        asked.update(pids)
        time.sleep(0.05)
    return True


def marked(mark: str) -> list[int]:
    """The living processes that were started with `mark`: a run's, or all of a directory's."""
    line = f"{NAME}={mark}".encode()
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and line in _marks(entry)
    ]


def _marks(process: Path) -> set[bytes]:
    """The mark of a process's run, and that of its directory."""
    try:
        environment = (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return set()
    mine = [line for line in environment if line.startswith(f"{NAME}=".encode())]
    return {mark for line in mine for mark in (line, line.partition(b".")[0])}


def _send(pid: int, sign: signal.Signals) -> None:
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.stdin.read()
    sys.exit(0 if sweep(sys.argv[1]) else 1)
