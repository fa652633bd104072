"""Where a secret might have got to, and whether it has."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from likelist.engines import postgres, wheels
from tests.faults.house import House


def found(house: House, secrets: list[str]) -> list[str]:
    """The places that show one of these: files, dumped rows, command lines."""
    wanted = [secret.encode() for secret in secrets]
    places = [str(path) for path in _files(house.data) if _holds(path, wanted)]
    places += [
        f"process {path}" for path in Path("/proc").glob("[0-9]*/cmdline") if _holds(path, wanted)
    ]
    dump = _dump(house).encode()
    places += ["the database"] * any(secret in dump for secret in wanted)
    return places


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _holds(path: Path, wanted: list[bytes]) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return any(secret in content for secret in wanted)


def _dump(house: House) -> str:
    """Everything in the database as text."""
    url = house.url()
    (sockets,) = parse_qs(urlsplit(url).query)["host"]
    server = postgres.Server(wheels.postgres(), Path(), Path(sockets), Path())
    return server.client("pg_dump", "-d", postgres.DATABASE, "--inserts")


class Stranger:
    """A host that nobody should ever call."""

    def __init__(self) -> None:
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._server.getsockname()[1]}"

    def listen(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            self.calls += 1
            caller.close()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@contextmanager
def stranger() -> Iterator[Stranger]:
    """A foreign host that counts who calls it."""
    host = Stranger()
    thread = threading.Thread(target=host.listen)
    thread.start()
    try:
        yield host
    finally:
        host.close()
        thread.join()
