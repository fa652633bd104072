"""The way out: resolve once, check every answer, connect to the checked address only."""

from __future__ import annotations

import logging
import os
import queue
import re
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, parse_url

from providers.address import (
    DEFAULT_PORTS,
    authority,
    is_local_name,
    is_odd_number,
    is_public,
    literal,
    port_of,
    split,
)
from providers.deadline import TimedSocket, TimedTLS, seconds_left
from providers.errors import Refused, Unavailable

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
DNS_SECONDS = 5.0
_ADDRESSES_TRIED = 4
_LOOKUPS_AT_ONCE = 64
# Names of one site: its name server may be slow on purpose, and a look-up cannot be ended.
_LOOKUPS_PER_SITE = 8

Resolver = Callable[..., list[Any]]
_QUERY = re.compile(r"\?[^\s\"']*")


def _without_query(record: logging.LogRecord) -> bool:
    """urllib3 logs path and query of each request at DEBUG; queries carry tokens."""
    record.msg = _QUERY.sub("?…", record.getMessage())
    record.args = ()
    return True


for _name in ("connectionpool", "connection", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_without_query)


class _Lookups:
    """Places at which names are looked up: so many in all, and fewer for one site."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._taken: Counter[str] = Counter()

    def take(self, host: str, seconds: float) -> bool:
        """A place for `host`, waited for at most so long; False when there was none."""
        site = _site(host)
        with self._change:
            if not self._change.wait_for(lambda: self._has_room(site), seconds):
                return False
            self._taken[site] += 1
        return True

    def give(self, host: str) -> None:
        """The place is free again."""
        site = _site(host)
        with self._change:
            self._taken[site] -= 1
            if not self._taken[site]:
                del self._taken[site]
            self._change.notify_all()

    def _has_room(self, site: str) -> bool:
        is_free = self._taken.total() < _LOOKUPS_AT_ONCE
        return is_free and self._taken[site] < _LOOKUPS_PER_SITE


def _site(host: str) -> str:
    """Who answers for a name, roughly: its last two labels."""
    return ".".join(host.lower().rstrip(".").split(".")[-2:])


class Guard:
    """Decides where connections may go, on the address that is connected, not on its name."""

    def __init__(
        self, allow_private: frozenset[str] = frozenset(), resolver: Resolver = socket.getaddrinfo
    ) -> None:
        self._exempt = allow_private
        self._resolver = resolver
        self._lookups = _Lookups()

    def is_exempt(self, host: str, port: int) -> bool:
        """Whether the operator opened this host and port by hand."""
        return authority(host, port) in self._exempt

    def check(self, url: str, schemes: frozenset[str]) -> None:
        """Refused unless scheme, port and host of an address are allowed; asks no resolver."""
        parts = split(url)
        host, port = parts.hostname or "", port_of(parts)
        if self.is_exempt(host, port):
            return
        if parts.scheme not in schemes:
            raise Refused("bad_scheme", f"Only {' and '.join(sorted(schemes))} is allowed there.")
        self._check_host(host, port)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connected socket; Refused or Unavailable. Every record must pass, or none is used."""
        if self.is_exempt(host, port):
            found = self._resolve(host, port)
        else:
            self._check_host(host, port)
            found = self._resolve(self._absolute(host), port)
            self._check_records(found)
        return _first_that_answers(found)

    def _check_host(self, host: str, port: int) -> None:
        address = literal(host)
        if address is not None and not is_public(address):
            raise Refused("private_address", "The address is not on the public internet.")
        if address is None and is_local_name(host):
            raise Refused("local_name", "The host is named like one of a local network.")
        if port not in DEFAULT_PORTS.values():
            raise Refused("bad_port", "Only the ports of http and https are allowed.")

    def _check_records(self, found: list[Any]) -> None:
        for *_, sockaddr in found:
            if not is_public(ip_address(sockaddr[0])):
                raise Refused("private_address", "The host leads to a private address.")

    def _absolute(self, host: str) -> str:
        """With a final dot the resolver leaves the search domains of this machine out."""
        is_name = literal(host) is None and not is_odd_number(host)
        return f"{host.rstrip('.')}." if is_name else host

    def _resolve(self, host: str, port: int) -> list[Any]:
        """Look a name up in a thread of its own: getaddrinfo knows no timeout."""
        if not self._lookups.take(host, seconds_left(DNS_SECONDS)):
            raise Unavailable("dns", "Too many names are being looked up.")
        answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._look_up, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=seconds_left(DNS_SECONDS))
        except queue.Empty:
            raise Unavailable("dns", "The name was not resolved in time.") from None
        if isinstance(answer, UnicodeError):
            raise Refused("bad_address", "The host is no name of a host.")
        if isinstance(answer, Exception) or not answer:
            raise Unavailable("dns", "The name of the host could not be resolved.")
        return answer

    def _look_up(
        self, host: str, port: int, answers: queue.SimpleQueue[list[Any] | Exception]
    ) -> None:
        try:
            answers.put(self._resolver(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as exc:
            answers.put(exc)
        finally:
            self._lookups.give(host)


def _first_that_answers(found: list[Any]) -> socket.socket:
    for family, kind, proto, _, sockaddr in found[:_ADDRESSES_TRIED]:
        sock = TimedSocket(family, kind, proto)
        try:
            sock.settimeout(seconds_left(CONNECT_SECONDS))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(sockaddr)
        except OSError:
            sock.close()
        else:
            return sock
    raise Unavailable("no_connection", "The host could not be reached.")


class _PinnedAdapter(HTTPAdapter):
    """requests' transport whose connections all go through one guard."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, size: int) -> None:
        self._guard = guard
        self._tls = tls
        super().__init__(pool_connections=size, pool_maxsize=size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = cast("Any", _pools(self._guard))

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, True, None)
        return host, {"ssl_context": self._tls} if host["scheme"] == "https" else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context holds the certificates already; loading them per connection costs 10 ms."""


def _pools(guard: Guard) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools whose sockets come from `guard`; names and TLS stay urllib3's business."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self.host, self.port or 80)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return guard.connect(self.host, self.port or 443)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


@cache
def _tls(ca_file: str) -> ssl.SSLContext:
    """Verifies certificate and name; made once per file, for reading all certificates is slow."""
    context = ssl.create_default_context(cafile=ca_file)
    context.sslsocket_class = TimedTLS
    return context


class Outlet:
    """Pooled connections behind a guard: no proxies, cookies, netrc or redirects. Thread-safe."""

    def __init__(self, guard: Guard, *, size: int, ca_file: str | None = None) -> None:
        self.guard = guard
        self._size = size
        self._tls = _tls(ca_file or DEFAULT_CA_BUNDLE_PATH)
        self._adapters: dict[int, _PinnedAdapter] = {}

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Send one prepared request; the body is left on the wire for the caller to read."""
        timeout = (CONNECT_SECONDS, READ_SECONDS)
        return self._pool().send(request, stream=True, timeout=timeout)

    def open(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """GET without what requests does around it, which costs more than the exchange itself.

        The body is left on the wire; nothing is followed or tried again.
        """
        parts = parse_url(url)
        tls = {"ssl_context": self._tls} if parts.scheme == "https" else {}
        pool = self._pool().poolmanager.connection_from_host(
            parts.host, parts.port, parts.scheme, pool_kwargs=tls
        )
        answer: BaseHTTPResponse = pool.urlopen(
            "GET",
            parts.request_uri,
            headers=headers,
            timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )
        return answer

    def _pool(self) -> _PinnedAdapter:
        """This process's adapter: a fork must not share its parent's connections."""
        pid = os.getpid()
        found = self._adapters.get(pid)
        if found is None:
            made = _PinnedAdapter(self.guard, self._tls, self._size)
            found = self._adapters.setdefault(pid, made)  # atomic: no lock that a fork could copy
        return found
