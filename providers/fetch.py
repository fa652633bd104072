"""Media bytes: streamed into a file under caps, typed by their own bytes, hashed.

Nothing of a person goes along: no cookies, no grant, no referrer. Redirects are followed three
times, each hop checked like the first.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType
from typing import IO, NoReturn
from urllib.parse import urljoin

from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.response import BaseHTTPResponse

from providers import sniff
from providers.address import port_of, split, where
from providers.answer import retry_after
from providers.deadline import deadline, seconds_left
from providers.errors import (
    Denied,
    Gone,
    ProviderError,
    RateLimited,
    Refused,
    Unacceptable,
    Unavailable,
    Unexpected,
    WrongContent,
)
from providers.http import USER_AGENT, fresh
from providers.pinned import Guard, Outlet, Resolver

_ANY = frozenset({"http", "https"})  # media addresses of v1's era are http
_HTTPS = frozenset({"https"})
_REDIRECTS = 3
# Servers of the AT Protocol answer 400 to what they do not have, and say in JSON what that is.
_NOT_THERE = re.compile(
    rb'"error"\s*:\s*"(BlobNotFound|Repo(NotFound|Takendown|Suspended|Deactivated))"'
    rb'|"message"\s*:\s*"(blob not found|could not find repo)',
    re.IGNORECASE,
)
_REASON_BYTES = 2_048
_HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one file: bytes, seconds for all of it, and bytes a second once `grace` seconds passed."""

    size_bytes: int
    seconds: float
    types: frozenset[str]
    pace: int = 1024
    grace: float = 10.0


LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "image": Limits(30 * 1024 * 1024, 60, sniff.IMAGES),
        "video": Limits(500 * 1024 * 1024, 600, sniff.VIDEOS),
    }
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched file, the caller's to move or delete. Not yet decoded, not yet synced to disk."""

    path: Path
    size_bytes: int
    sha256: str
    content_type: str


class Fetcher:
    """Fetches pictures and videos. Thread-safe; connections are pooled; one per process."""

    def __init__(
        self,
        allow_private: frozenset[str] = frozenset(),
        *,
        limits: Mapping[str, Limits] = LIMITS,
        resolver: Resolver = socket.getaddrinfo,
        ca_file: str | None = None,
    ) -> None:
        self._outlet = Outlet(Guard(allow_private, resolver), size=32, ca_file=ca_file)
        self._limits = limits

    def fetch(self, url: str, *, kind: str, into: Path) -> Fetched:
        """The bytes of `url` in a new file in directory `into`, which must exist.

        Raises Gone, Denied, TryLater, Refused, Unexpected, WrongContent or Unacceptable; then no
        file is left. An OSError is this machine's disk. Repeatable.
        """
        outcome = self._attempt(_absolute(url), self._limits[kind], into)
        if isinstance(outcome, ProviderError):
            raise outcome
        return outcome

    def _attempt(self, url: str, limits: Limits, into: Path) -> Fetched | ProviderError:
        """The file, or the error to raise from where the query of the address is not known."""
        try:
            with deadline(limits.seconds), file_in(into) as (path, file):
                return self._stream(url, limits, path, file)
        except ProviderError as exc:
            return fresh(exc, url)
        except ProtocolError as exc:
            return _broken(exc, url)
        except ValueError:  # what urllib3 calls every address that it cannot read
            return Refused("bad_address", f"The address cannot be asked for: {where(url)}.")
        except (HTTPError, TimeoutError):
            return Unavailable("no_answer", f"No whole answer from {where(url)}.")

    def _stream(self, url: str, limits: Limits, path: Path, file: IO[bytes]) -> Fetched:
        with closing(self._follow(url)) as response:
            _check_status(response)
            _check_claim(response, limits)
            return keep(_body(response), limits, path, file)

    def _follow(self, url: str) -> BaseHTTPResponse:
        """The answer at the end of the redirects."""
        schemes, is_opened = _ANY, self._is_opened(url)
        for _ in range(_REDIRECTS + 1):
            self._outlet.guard.check(url, schemes)
            if self._is_opened(url) and not is_opened:
                raise Refused("opened_host", "A stranger's redirect leads to a host of our own.")
            response = self._answer(url)
            if response.status not in {301, 302, 303, 307, 308}:
                return response
            target = response.headers.get("Location", "")
            response.close()
            if not target:
                raise Unexpected("redirect", "A redirect leads nowhere.")
            schemes = _HTTPS if url.startswith("https:") else _ANY
            url = urljoin(url, target)
        raise Refused("redirects", "The address redirects too often.")

    def _answer(self, url: str) -> BaseHTTPResponse:
        try:
            return self._outlet.open(url, _HEADERS)
        except ProtocolError:  # before a body began: nothing is known of the file
            raise Unavailable("no_answer", "No answer.") from None

    def _is_opened(self, url: str) -> bool:
        """Whether the operator opened the host by hand, which is no leave for whoever else asks."""
        parts = split(url)
        return self._outlet.guard.is_exempt(parts.hostname or "", port_of(parts))


def _broken(exc: ProtocolError, url: str) -> ProviderError:
    """A body that ended before its announced length is cut; a reset is the network's fault."""
    if any(isinstance(part, OSError) for part in exc.args):
        return Unavailable("no_answer", f"No whole answer from {where(url)}.")
    return WrongContent("cut", f"The file is shorter than announced by {where(url)}.")


def _absolute(url: str) -> str:
    """v1 wrote some addresses without their scheme."""
    return f"https:{url}" if url.startswith("//") else url


@contextmanager
def file_in(directory: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file that stays only when the block ends well."""
    path = directory / f"fetch-{token_hex(8)}"
    with os.fdopen(os.open(path, _NEW_FILE, 0o600), "wb") as file:
        kept = False
        try:
            yield path, file
            kept = True
        finally:
            if not kept:
                path.unlink(missing_ok=True)


def _check_status(response: BaseHTTPResponse) -> None:
    status = response.status
    if status == 400 and _NOT_THERE.search(response.read1(_REASON_BYTES)):
        raise Gone("not_there", "The file is no longer there.")
    if status != 200:
        _refuse_status(status, retry_after(response.headers))


def _refuse_status(status: int, wait: float | None) -> NoReturn:
    code = f"http_{status}"
    if status in {404, 410}:
        raise Gone(code, "The file is no longer there.")
    if status in {401, 403, 451}:
        raise Denied(code, "The address is not, or no longer, ours to fetch.")
    if status == 429:
        raise RateLimited(code, "The host of the file asks to wait.", wait)
    if status >= 500 or status == 408:
        raise Unavailable(code, "The host of the file is not well.")
    raise Unexpected(code, "The host of the file gave an answer that means nothing here.")


def _check_claim(response: BaseHTTPResponse, limits: Limits) -> None:
    claim = response.headers.get("Content-Length", "")
    if claim.isascii() and claim.isdigit() and int(claim[:15]) > limits.size_bytes:
        raise Unacceptable("too_large", "The file is larger than this archive takes.")


def _body(response: BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := response.read1(CHUNK, decode_content=False):
        yield chunk


def keep(chunks: Iterable[bytes], limits: Limits, path: Path, file: IO[bytes]) -> Fetched:
    """What comes in `chunks` as the file open at `path`; WrongContent or Unacceptable."""
    content_type, sha256 = _copy(chunks, limits, file)
    if content_type in sniff.VIDEOS:
        _watch(path, sha256)
    return Fetched(path, file.tell(), sha256, content_type)


def _copy(chunks: Iterable[bytes], limits: Limits, file: IO[bytes]) -> tuple[str, str]:
    """Stream bytes into `file`; their type by magic bytes, and their SHA-256."""
    digest = hashlib.sha256()
    began = time.monotonic()
    head, size, content_type = b"", 0, ""
    for chunk in chunks:
        size += len(chunk)
        _check_flow(size, time.monotonic() - began, limits)
        if not content_type:
            head += chunk[: sniff.HEAD_BYTES]
            content_type = _type_so_far(head, limits, chunk)
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise WrongContent("empty", "The file is empty.")
    if not content_type:
        raise _wrong_type(digest.hexdigest())
    file.flush()
    return content_type, digest.hexdigest()


def _check_flow(size: int, elapsed: float, limits: Limits) -> None:
    if size > limits.size_bytes:
        raise Unacceptable("too_large", "The file is larger than this archive takes.")
    seconds_left(limits.seconds)
    if elapsed > limits.grace and size < elapsed * limits.pace:
        raise Unavailable("too_slow", "The file comes too slowly.")


def _type_so_far(head: bytes, limits: Limits, chunk: bytes) -> str:
    """The type once enough is there to tell; a wrong one ends the transfer at its first bytes."""
    found = sniff.content_type(head)
    if found in limits.types:
        return found
    if found or len(head) >= sniff.HEAD_BYTES:
        raise _wrong_type(hashlib.sha256(chunk).hexdigest())
    return ""


def _watch(path: Path, sha256: str) -> None:
    """A video that is not whole says so with its hash: cut at the source, it stays the same."""
    try:
        sniff.film(path)
    except WrongContent as exc:
        raise WrongContent(exc.code, exc.words, sha256) from None


def _wrong_type(seen: str) -> WrongContent:
    return WrongContent("wrong_type", "The file is no picture or video of the kind expected.", seen)
