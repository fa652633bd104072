"""HTTP/1.1 on a real port: many connections, kept alive, and spoilt when that was ordered."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulator.app import App
from simulator.settings import Settings
from simulator.wire import Answer, Request

_MOST_BODY = 1 << 20
_DRIPS = 20


class Server(ThreadingHTTPServer):
    """A thread per connection; all of them end with the server."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024
    allow_reuse_address = True

    def __init__(self, settings: Settings, app: App | None = None) -> None:
        """`app`: what another server answers already, and will close."""
        self.app = app or App(settings)
        self._is_second = app is not None
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__((settings.host, settings.port), Handler)
        self.app.bluesky.hosts.opened(self.url, is_second=self._is_second)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Without looking up a host name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""

    def server_close(self) -> None:
        """End the listening and every connection."""
        super().server_close()
        with self._guard:
            for connection in self._open:
                _hang_up(connection)
        if not self._is_second:
            self.app.close()


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, writes its answer in one piece."""

    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 120

    def version_string(self) -> str:
        return "simulator"

    def log_message(self, format: str, *args: Any) -> None:
        """Addresses here carry tokens: nothing is logged."""

    def _serve(self) -> None:
        request = self._read()
        answer = self.server.app.answer(request)
        if answer.delay:
            time.sleep(answer.delay)
        if answer.reset:
            self._reset()
        else:
            self._write(answer)

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = _serve

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), _MOST_BODY)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        form: dict[str, str] = {}
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        pairs = tuple(parse_qsl(parts.query, keep_blank_values=True))
        base = "http://" + headers.get("host", self.server.url.removeprefix("http://"))
        return Request(self.command, parts.path, dict(pairs), form, body, headers, base, pairs)

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = b"" if self.command == "HEAD" else answer.body
        if answer.cut:
            body, self.close_connection = body[: len(body) // 2], True
        self._send(body, answer.drip)

    def _send(self, body: bytes, drip: float) -> None:
        """All at once, or in twenty sips."""
        step = max(1, -(-len(body) // _DRIPS)) if drip else max(1, len(body))
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            self.wfile.flush()
            if drip:
                time.sleep(drip / _DRIPS)

    def _reset(self) -> None:
        """End the connection with a RST instead of a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
