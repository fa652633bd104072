"""Hosts of stand-ins: small HTTP servers on loopback ports that write down all they hear."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# JSON that no encoder writes stands in strings that begin like this.
RAW = "raw:"
_RAW = re.compile(r'"raw:([^"]*)"')


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it arrived; names of headers in lower case."""

    host: str
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    line: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host says. Bytes go out as they are, all else as JSON; status 0 is silence.

    A header may be a function, for what depends on the time.
    """

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str | Callable[[], str]] = field(default_factory=dict)

    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return _RAW.sub(r"\1", json.dumps(self.body)).encode()


SILENCE = Answer(0)
HTML = b"<!doctype html><title>Moment</title><p>We will be back soon."


class Place:
    """One host. `answer` gets the path and the query, with lists where a name comes often.

    `on_request` is called with every request before it is answered.
    """

    def __init__(self, answer: Callable[[str, Mapping[str, list[str]]], Answer]) -> None:
        self.answer = answer
        self.heard: list[Heard] = []
        self.on_request: Callable[[], None] = lambda: None
        self.is_away = False
        self._server = _Server(self, 0)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        self._serve()

    def forget(self) -> None:
        """As if nobody had ever asked."""
        self.heard.clear()
        self.on_request = lambda: None

    def leave(self) -> None:
        """Nobody answers at this address any more; open connections end at their next use."""
        self.is_away = True
        self.close()

    def come_back(self) -> None:
        """The same address, as it was."""
        if self.is_away:
            self.is_away = False
            self._server = _Server(self, int(self.host.rpartition(":")[2]))
            self._serve()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self) -> None:
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True)
        self._thread.start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, place: Place, port: int) -> None:
        self.place = place
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up, or are killed, are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    server: _Server

    def do_GET(self) -> None:
        place, parts = self.server.place, urlsplit(self.path)
        if place.is_away:
            return self._hang_up()
        query = parse_qs(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = Heard(place.host, self.command, parts.path, query, headers, self.requestline)
        place.heard.append(heard)
        place.on_request()
        found = place.answer(unquote(parts.path), query)
        return self._say(found) if found.status else self._hang_up()

    do_POST = do_HEAD = do_GET

    def _say(self, found: Answer) -> None:
        payload = found.bytes()
        told = {"Content-Type": "application/json; charset=utf-8", **found.headers}
        self.send_response(found.status)
        for name, value in {**told, "Content-Length": str(len(payload))}.items():
            self.send_header(name, value if isinstance(value, str) else value())
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(payload)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args: object) -> None:
        """The list of what was heard is the log."""
