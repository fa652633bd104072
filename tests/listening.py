"""A foreign host: a port that notes whether anybody came, and what they brought."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Foreign:
    """What came to the port, connection by connection."""

    address: str
    heard: list[bytes] = field(default_factory=list)

    @property
    def was_called(self) -> bool:
        return bool(self.heard)


@contextmanager
def listening() -> Iterator[Foreign]:
    """A port of this machine that says nothing and remembers everything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        foreign = Foreign(f"127.0.0.1:{server.getsockname()[1]}")
        thread = threading.Thread(target=_hear, args=(server, foreign.heard), daemon=True)
        thread.start()
        yield foreign
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _hear(server: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        with caller:
            caller.settimeout(1)
            heard.append(caller.recv(65536))
