"""A house as `make run` opens it, and its processes by name, for whoever wants to kill them."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from likelist import runenv
from likelist.engines.processes import until
from likelist.runner import leash
from tests.faults.house import PATIENCE, House, kill

OPEN = "\nOpen http"
# By name: words in the command line, and whether its parent has the same.
KINDS = {
    "worker": ("clockwork worker", False),
    "pool child": ("clockwork worker", True),
    "beat": ("clockwork beat", False),
    "web": ("gunicorn", False),
    "web child": ("gunicorn", True),
}


@dataclass
class Opened(House):
    """A house under its runner: what dies is started again, by the runner or by `open`."""

    runner: subprocess.Popen[bytes] | None = None
    times: int = 0

    @property
    def screen(self) -> Path:
        return self.data / "screen.txt"

    def open(self) -> None:
        """Run it, and wait until it says where it is."""
        self.times += 1
        with self.screen.open("ab") as screen:
            self.runner = subprocess.Popen(
                [sys.executable, "-m", "likelist.runner"],
                cwd=runenv.ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )
        until(lambda: self._said() >= self.times or self._is_over(), PATIENCE, pause=0.1)
        assert self._said() >= self.times, self.screen.read_text()

    def ask_to_close(self) -> int:
        """Ask it to close, and wait for the end; its exit status."""
        assert self.runner
        self.runner.send_signal(signal.SIGTERM)
        return self.runner.wait(PATIENCE)

    def is_empty(self, seconds: float) -> bool:
        """Whether nothing of it is left within so many seconds."""
        return until(lambda: not leash.marked(self.mark) and self.keeper() is None, seconds)

    def kill(self, name: str) -> None:
        """Kill -9 the first process of that name, as soon as there is one."""
        if name == "runner" and self.runner:
            self.runner.kill()
            self.runner.wait()
            return
        # Whoever has nothing to decode has no decoder.
        patience = 2.0 if name == "decoder" else PATIENCE
        up = until(lambda: bool(self.named(name)), patience, pause=0.05)
        assert up or name == "decoder", f"no {name}"
        for pid in self.named(name)[:1]:
            kill(pid)

    def named(self, name: str) -> list[int]:
        """The living processes of that name."""
        if name == "keeper":
            keeper = self.keeper()
            return [keeper] if keeper else []
        marked = leash.marked(self.mark)
        if name == "decoder":
            # It is given nothing of our environment, so it carries no mark.
            return [pid for pid in _decoders() if _parent(pid) in marked]
        words, is_child = KINDS[name]
        there = [pid for pid in marked if words in _command(pid)]
        return [pid for pid in sorted(there) if (_parent(pid) in there) is is_child]

    def _said(self) -> int:
        return self.screen.read_text().count(OPEN)

    def _is_over(self) -> bool:
        return self.runner is None or self.runner.poll() is not None


def _decoders() -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if "providers.decoder" in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
