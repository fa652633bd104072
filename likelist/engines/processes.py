"""Child processes that do not outlive their parent, and the telling apart of old ones."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from likelist import runenv

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def run(
    command: Sequence[str],
    *,
    typed: str = "",
    prepare: Callable[[], None] | None = None,
    detached: bool = False,
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one of our own programs to its end; what it said is in the result."""
    return subprocess.run(  # noqa: S603  # the programs are the wheels' and ours, never a person's
        command,
        input=typed,
        capture_output=True,
        text=True,
        preexec_fn=prepare,
        cwd=runenv.ROOT,
        start_new_session=detached,
        env=environ,
    )


def spawn(
    command: Sequence[str],
    *,
    log: BinaryIO,
    prepare: Callable[[], None],
    detached: bool = False,
    environ: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start one of our own servers, its words appended to `log`."""
    return subprocess.Popen(  # noqa: S603  # as above
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=prepare,
        cwd=runenv.ROOT,
        start_new_session=detached,
        env=environ,
    )


def leashed(sign: signal.Signals) -> Callable[[], None]:
    """For preexec_fn: the kernel sends `sign` to the child when its parent is gone."""
    parent = os.getpid()

    def leash() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        # The parent may have died between the fork and this line.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return leash


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def runs_in(pid: int, directory: Path, program: str) -> bool:
    """Whether `pid` is `program` at home in `directory`, no stranger with the same number."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        home = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return False
    return name == program and home == directory.resolve() and alive(pid)


def end(pid: int, first: signal.Signals, *, patience: float) -> None:
    """Ask with `first`, wait `patience` seconds, then kill; returns when the process is gone."""
    for sign, seconds in ((first, patience), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if until(lambda: not alive(pid), seconds):
            return


def stop(process: subprocess.Popen[bytes], first: signal.Signals, *, patience: float) -> None:
    """The same for a child of ours, which is reaped too."""
    process.send_signal(first)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.02) -> bool:
    """Whether `condition` became true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
