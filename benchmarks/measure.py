"""Running processes, and what they cost with their children: seconds, processor time, memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_LOOK_EVERY = 0.05


@dataclass(slots=True)
class Cost:
    """Wall seconds, processor seconds, and the most memory at one moment, in megabytes.

    Memory is proportional: what processes share counts once.
    """

    seconds: float
    processor: float
    megabytes: float
    status: int = 0
    said: str = ""


@dataclass(slots=True)
class Scales:
    """Weighs processes with their children, a few times a second, while the block runs."""

    roots: Callable[[], Iterable[int]]
    processor: dict[int, float] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)
    megabytes: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Scales:
        self.before = {pid: _used(pid) for pid in _family(self.roots())}
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        assert self._thread
        self._thread.join()
        self.look()

    def look(self) -> None:
        """One weighing."""
        family = _family(self.roots())
        self.megabytes = max(self.megabytes, sum(map(_memory, family)))
        for pid in family:
            self.processor[pid] = max(self.processor.get(pid, 0.0), _used(pid))

    @property
    def spent(self) -> float:
        """Processor seconds since the block began, of whatever lived in it."""
        return sum(used - self.before.get(pid, 0.0) for pid, used in self.processor.items())

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_EVERY):
            self.look()


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end."""
    return together([command], environ)[0]


def together(commands: Sequence[Sequence[str]], environ: Mapping[str, str] | None) -> list[Cost]:
    """Run commands at once; the costs of all of them together stand in each."""
    began = time.perf_counter()
    processes = [
        subprocess.Popen(
            command,
            env=dict(environ) if environ is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    roots = [process.pid for process in processes]
    with Scales(lambda: roots) as scales:
        ended = [_end(process) for process in processes]
    seconds = time.perf_counter() - began
    # The kernel knows it exactly of these; their children's is what the last look saw.
    spent = sum(used for _, used, _ in ended)
    spent += sum(used for pid, used in scales.processor.items() if pid not in roots)
    return [Cost(seconds, spent, scales.megabytes, status, said) for said, _, status in ended]


def _end(process: subprocess.Popen[str]) -> tuple[str, float, int]:
    """What a process said until its end, the processor time it used, and its status."""
    assert process.stdout
    said = process.stdout.read()
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return said, used.ru_utime + used.ru_stime, process.returncode


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """The median, and from where to where it went."""
    return f"{statistics.median(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def _family(roots: Iterable[int]) -> list[int]:
    """These processes and whoever descends from them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found, left = [], list(roots)
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def _used(pid: int) -> float:
    with suppress(OSError):
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / _TICK
    return 0.0


def _memory(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0
