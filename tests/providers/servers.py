"""Small servers on loopback ports: one that speaks HTTP, one that says any bytes it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Heard:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str
    client: tuple[str, int]


@dataclass
class Answer:
    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class House:
    """An HTTP/1.1 server that gives prepared answers by path and remembers what it heard."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, Answer] = {}
        house = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length).decode()
                query = parse_qs(parts.query)
                heard = Heard(
                    self.command, parts.path, query, dict(self.headers), body, self.client_address
                )
                house.heard.append(heard)
                found = house.answers.get(parts.path, Answer(404, b"nothing here"))
                self.send_response(found.status)
                payload = found.bytes()
                for name, value in {"Content-Length": str(len(payload)), **found.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(payload)

            do_GET = do_POST = answer

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def house(tls: ssl.SSLContext | None = None) -> Iterator[House]:
    server = House(tls)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def saying(script: Callable[[socket.socket], None]) -> Iterator[str]:
    """host:port of a server that reads a request's head, then does what `script` says."""
    listener = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()
    talks: list[threading.Thread] = []

    def talk(conn: socket.socket) -> None:
        with conn, suppress(OSError):
            conn.settimeout(10)
            conn.recv(65536)
            script(conn)

    def serve() -> None:
        while not ending.is_set():
            try:
                conn, _ = listener.accept()
            except OSError:
                return
            talks.append(threading.Thread(target=talk, args=(conn,), daemon=True))
            talks[-1].start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ending.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for one in (thread, *talks):
            one.join(timeout=5)


def say(data: bytes) -> Callable[[socket.socket], None]:
    """Send bytes and hang up."""
    return lambda conn: conn.sendall(data)


class Drip:
    """Send `first`, then `piece` again and again; `was_left` when the other side did not wait."""

    def __init__(self, first: bytes, piece: bytes) -> None:
        self._first = first
        self._piece = piece
        self.was_left = False

    def __call__(self, conn: socket.socket) -> None:
        pause = threading.Event()
        try:
            conn.sendall(self._first)
            for _ in range(200):
                conn.sendall(self._piece)
                pause.wait(0.05)
        except OSError:
            self.was_left = True
