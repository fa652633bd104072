"""One Valkey of ours: the doorbell. What it loses costs time, never data."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from likelist.engines import processes
from likelist.engines.errors import EngineError
from likelist.engines.postgres import complaint
from likelist.engines.wire import speaks

SOCKET = "valkey.sock"


@dataclass
class Server:
    """A Valkey that keeps its append-only file in `directory` and listens in `sockets`."""

    program: str
    directory: Path
    sockets: Path
    log: Path
    lasting: bool = True
    process: subprocess.Popen[bytes] | None = None
    heard: int = 0

    @property
    def url(self) -> str:
        return url(self.sockets)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Up when this returns. A file it cannot read any more is set aside: it is a doorbell."""
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._clear_the_way()
        if self._attempt():
            return
        self._set_aside()
        if not self._attempt():
            raise EngineError(complaint("Valkey", self.log, self.heard))

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, signal.SIGTERM, patience=5.0)
        self.process = None

    def _attempt(self) -> bool:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        socket = self.sockets / SOCKET
        command = [self.program, "--port", "0", "--unixsocket", str(socket)]
        command += ["--unixsocketperm", "700", "--dir", str(self.directory), "--save", ""]
        command += ["--appendonly", "yes" if self.lasting else "no", "--pidfile", str(self._pid)]
        command += ["--maxclients", "500"]
        with self.log.open("ab") as log:
            self.heard = log.tell()
            leash = processes.leashed(signal.SIGTERM)
            self.process = processes.spawn(command, log=log, prepare=leash)
        self._pid.write_text(str(self.process.pid))
        processes.until(lambda: speaks(socket) or not self.alive, 60, pause=0.01)
        return self.alive and speaks(socket)

    @property
    def _pid(self) -> Path:
        return self.directory / "valkey.pid"

    def _clear_the_way(self) -> None:
        pid = int(self._pid.read_text() or 0) if self._pid.is_file() else 0
        if pid and processes.runs_in(pid, self.directory, "valkey-server"):
            processes.end(pid, signal.SIGTERM, patience=5.0)

    def _set_aside(self) -> None:
        self.stop()
        self.directory.rename(self.directory.with_name(f"valkey.broken-{int(time.time())}"))


def url(sockets: Path) -> str:
    """How Celery reaches the server in `sockets`."""
    return f"redis+socket://{quote(str(sockets / SOCKET), safe='/')}?virtual_host=0"
