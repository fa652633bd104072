"""DID documents: where an account lives and what it is called, remembered for a day."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from providers.address import is_odd_number, literal, split
from providers.bluesky.syntax import is_handle, is_plc, web_host
from providers.bluesky.xrpc import Xrpc
from providers.errors import Gone, Refused, Unexpected
from providers.pinned import Guard
from providers.turns import Turns

DAY = 86_400.0
_NAMES = 20
_SERVICES = 50
_HTTPS = frozenset({"https"})
_PDS = "#atproto_pds"


@dataclass(frozen=True, slots=True)
class Document:
    """An account's entry: its handles, best first and unproven, and the origin of its PDS."""

    did: str
    handles: tuple[str, ...]
    pds: str


class Documents:
    """The documents of accounts, kept for `seconds`, some thousands of them. Thread-safe.

    Kept in two generations: when the young one is full it becomes the old one. No lock, which
    a fork could copy; a race costs a look-up.
    """

    def __init__(
        self,
        xrpc: Xrpc,
        guard: Guard,
        plc_url: str,
        *,
        seconds: float = DAY,
        generation: int = 2_500,
    ) -> None:
        self._xrpc = xrpc
        self._guard = guard
        self._plc_url = plc_url
        self._seconds = seconds
        self._generation = generation
        self._young: dict[str, tuple[Document, float]] = {}
        self._old: dict[str, tuple[Document, float]] = {}

    def of(self, did: str, turns: Turns) -> Document:
        """The account's document, perhaps from memory; Gone when it has none, or no PDS.

        TryLater, Unexpected; Refused when it points where we do not go.
        """
        kept = self._young.get(did) or self._old.get(did)
        if kept is not None and time.monotonic() - kept[1] < self._seconds:
            return kept[0]
        return self.again(did, turns)

    def again(self, did: str, turns: Turns) -> Document:
        """The document as it is now; what `of` raises. What we have stays when nobody answers."""
        try:
            body = self._xrpc.get(self._address(did), {}, turns).body
            found = read_document(body, did, self._guard)
        except (Gone, Refused, Unexpected):
            self.forget(did)
            raise
        if len(self._young) >= self._generation:
            self._young, self._old = {}, self._young
        self._young[did] = found, time.monotonic()
        return found

    def age(self, did: str) -> float:
        """Seconds since the document was asked for; infinite when it is not kept."""
        kept = self._young.get(did) or self._old.get(did)
        return float("inf") if kept is None else time.monotonic() - kept[1]

    def forget(self, did: str) -> None:
        """Ask anew next time."""
        self._young.pop(did, None)
        self._old.pop(did, None)

    def _address(self, did: str) -> str:
        if is_plc(did):
            return f"{self._plc_url}/{quote(did, safe=':')}"
        host = web_host(did)
        if host is None:
            raise Gone("unknown_method", "The account is named in a way that cannot be looked up.")
        return f"{self._origin_of(*host)}/.well-known/did.json"

    def _origin_of(self, host: str, port: int | None) -> str:
        """A port is for the operator's own hosts, which speak plain http."""
        if port is None:
            return f"https://{host}"
        if not self._guard.is_exempt(host, port):
            raise Refused("bad_port", "The account's name carries a port.")
        return f"http://{host}:{port}"


def read_document(body: Mapping[str, object], did: str, guard: Guard) -> Document:
    """What we need of a document; Unexpected for somebody else's, Gone without a PDS, Refused."""
    if body.get("id") != did:
        raise Unexpected("another_document", "The directory answered with another account.")
    return Document(did, _handles(body.get("alsoKnownAs")), _pds(body.get("service"), did, guard))


def _handles(names: object) -> tuple[str, ...]:
    listed = names[:_NAMES] if isinstance(names, list) else []
    told = (name[5:].lower() for name in listed if isinstance(name, str) and name[:5] == "at://")
    return tuple(name for name in told if is_handle(name))


def _pds(services: object, did: str, guard: Guard) -> str:
    listed = services[:_SERVICES] if isinstance(services, list) else []
    for service in listed:
        name = service.get("id") if isinstance(service, Mapping) else None
        if name == _PDS or name == f"{did}{_PDS}":
            return origin(service.get("serviceEndpoint"), guard)
    raise Gone("no_pds", "The account has no server any more.")


def origin(address: object, guard: Guard) -> str:
    """An address that is scheme, host and port only; Refused for any other one."""
    if not isinstance(address, str) or len(address) > 300 or not address.isascii():
        raise Refused("bad_pds", "The account's server has no address that can be asked.")
    parts = split(address)
    if parts.path not in {"", "/"} or "?" in address or "#" in address:
        raise Refused("bad_pds", "The account's server is more than a host.")
    host = parts.hostname or ""
    if literal(host) is None and is_odd_number(host):
        raise Refused("bad_pds", "The account's server is spelled as a number.")
    guard.check(address, _HTTPS)
    return f"{parts.scheme}://{parts.netloc}".lower()
