"""The few sockets that the engine room opens itself, all on this machine."""

from __future__ import annotations

import socket
from pathlib import Path


def speaks(path: Path) -> bool:
    """Whether a Valkey behind the Unix socket answers PONG (and not that it is still loading)."""
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(2)
            caller.connect(str(path))
            caller.sendall(b"PING\r\n")
            return caller.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def listens(path: Path) -> bool:
    """Whether somebody takes connections at the Unix socket."""
    try:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))
    except OSError:
        return False
    return True


def free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as server:
        # As the servers do it, so that connections of the last run in TIME_WAIT do not count.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
    return port


def answers(port: int, path: str, *, host: str = "127.0.0.1") -> int:
    """The status that GET `path` on 127.0.0.1:`port` gives; 0 when nobody answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as caller:
            caller.sendall(request.encode())
            first = caller.recv(64).split()
    except OSError:
        return 0
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0
