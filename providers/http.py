"""API calls: one deadline, bounded bodies, no redirects, and errors that carry no secret.

A call is answered with a `Reply` for whatever status, or fails with a ProviderError. The failure is
built where the request is known and raised where it is not: no frame, cause or context of it holds
a token, which tools that record local variables would pick up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from copy import copy
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from providers.address import where
from providers.answer import Reader, Reply, read_json, requests_left, resets_in, retry_after
from providers.deadline import deadline, seconds_left
from providers.errors import (
    ProviderError,
    RateLimited,
    TryLater,
    Unavailable,
    Unexpected,
    WrongContent,
)
from providers.pinned import Guard, Outlet
from providers.secret import Secret

USER_AGENT = "Likelist/0.1 (self-hosted archive)"
_HTTPS = frozenset({"https"})
_CHUNK = 64 * 1024

# A name may come several times, with a value each.
Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one API call: seconds for all of it, bytes of its decoded body."""

    seconds: float = 45.0
    body_bytes: int = 5 * 1024 * 1024


class Wire:
    """Speaks JSON over HTTP with services, or plain text. Thread-safe; connections are pooled."""

    def __init__(
        self,
        guard: Guard,
        *,
        bounds: Bounds | None = None,
        ca_file: str | None = None,
        reader: Reader = read_json,
    ) -> None:
        self._outlet = Outlet(guard, size=16, ca_file=ca_file)
        self._bounds = bounds or Bounds()
        self._reader = reader

    def reading(self, reader: Reader) -> Wire:
        """The same wire and its connections, with another reader of what comes."""
        other = copy(self)
        other._reader = reader
        return other

    def get(self, url: str, query: Fields, secrets: Mapping[str, Secret] | None = None) -> Reply:
        """GET with `query`; `secrets` join the query and are taken out of the answer."""
        return self._ask("GET", url, query, secrets or {})

    def post(self, url: str, form: Fields, secrets: Mapping[str, Secret]) -> Reply:
        """POST a form; `secrets` are fields of it and are taken out of the answer."""
        return self._ask("POST", url, form, secrets)

    def _ask(
        self,
        method: str,
        url: str,
        fields: Fields,
        secrets: Mapping[str, Secret],
    ) -> Reply:
        outcome = self._attempt(method, url, fields, secrets)
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome

    def _attempt(
        self,
        method: str,
        url: str,
        fields: Fields,
        secrets: Mapping[str, Secret],
    ) -> Reply | ProviderError:
        """The reply, or the error to raise; never raises, see the module's first lines."""
        try:
            with deadline(self._bounds.seconds):
                return self._exchange(method, url, fields, secrets)
        except ProviderError as exc:
            return fresh(exc, url)
        except requests.exceptions.SSLError:
            return Unavailable("no_trust", f"No trustworthy connection to {where(url)}.")
        except (requests.RequestException, HTTPError, OSError, ValueError):
            return Unavailable("no_answer", f"No whole answer from {where(url)}.")

    def _exchange(
        self,
        method: str,
        url: str,
        fields: Fields,
        secrets: Mapping[str, Secret],
    ) -> Reply:
        self._outlet.guard.check(url, _HTTPS)
        hidden = {name: value.reveal() for name, value in secrets.items()}
        sent = urlencode({**fields, **hidden}, doseq=True)
        request = _prepared(method, url, sent)
        with closing(self._outlet.send(request)) as response:
            if 300 <= response.status_code < 400:
                raise Unexpected("redirect", "The service answered with a redirect.")
            raw = self._read(response)
        return self._reply(response, raw, tuple(secrets.values()))

    def _read(self, response: requests.Response) -> bytes:
        """The decoded body; counted while it streams, so that no claim about it matters."""
        parts: list[bytes] = []
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            seconds_left(1)
            parts.append(chunk)
            size += len(chunk)
            if size > self._bounds.body_bytes:
                raise Unexpected("too_large", "The answer is larger than any page should be.")
        return b"".join(parts)

    def _reply(self, response: requests.Response, raw: bytes, secrets: tuple[Secret, ...]) -> Reply:
        wait = retry_after(response.headers)
        try:
            body = self._reader(raw, secrets)
        except (TryLater, Unexpected):
            # A gateway speaks HTML; what it means is in the status alone.
            if response.status_code == 429:
                raise RateLimited("rate_limited", "The service asks to wait.", wait) from None
            if response.status_code >= 500:
                code = f"http_{response.status_code}"
                raise Unavailable(code, "The service is not well at the moment.") from None
            raise
        headers = response.headers
        return Reply(response.status_code, body, wait, requests_left(headers), resets_in(headers))


def _prepared(method: str, url: str, sent: str) -> requests.PreparedRequest:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
    if method == "GET":
        return requests.Request("GET", f"{url}?{sent}" if sent else url, headers).prepare()
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return requests.Request(method, url, headers, data=sent.encode()).prepare()


def fresh(exc: ProviderError, url: str) -> ProviderError:
    """The same error without its past: no traceback, cause or context, but with the place."""
    words = f"{exc.words} [{where(url)}]"
    if isinstance(exc, RateLimited):
        return RateLimited(exc.code, words, exc.retry_after, exc.host)
    if isinstance(exc, WrongContent):
        return WrongContent(exc.code, words, exc.seen)
    return type(exc)(exc.code, words)
