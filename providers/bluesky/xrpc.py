"""Questions to the servers of the network, in turn, and what their answers mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from providers.address import authority, port_of
from providers.answer import Reply
from providers.bluesky.errors import error_of, limited
from providers.errors import RateLimited
from providers.http import Fields, Wire
from providers.turns import Turns


class Xrpc:
    """Asks any server of the network; each host counts everybody who asks it. Thread-safe."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def query(self, server: str, method: str, fields: Fields, turns: Turns) -> Reply:
        """What `server` (a base address) answers to a method; any ProviderError."""
        return self.get(f"{server}/xrpc/{method}", fields, turns)

    def get(self, url: str, fields: Fields, turns: Turns) -> Reply:
        """A JSON object from `url`; any ProviderError."""
        host = host_of(url)
        turns.wait(host)
        try:
            reply = self._wire.get(url, fields)
        except RateLimited as exc:
            raise limited(host, exc.retry_after) from None
        turns.told(host, reply.requests_left, reply.resets_in)
        error = error_of(reply, host)
        if error is not None:
            raise error
        return reply


def host_of(url: str) -> str:
    """host:port of an address that can be read."""
    parts = urlsplit(url)
    return authority(parts.hostname or "", port_of(parts))
