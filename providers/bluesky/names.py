"""Whose a handle is, as the domain name system says."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from providers.bluesky.syntax import is_did

if TYPE_CHECKING:
    from dns.resolver import Resolver

SECONDS = 1.5
_PREFIX = "did="


class Names:
    """Asks the resolvers of this machine, or those it is given. Thread-safe."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver

    def did(self, handle: str) -> str:
        """The DID in the handle's TXT record, "" when there is none or it cannot be asked.

        Most handles have none, so that silence says nothing. Several that differ are none.
        """
        # Loaded now: it takes longer than reading a page, and few processes ask for names.
        dns = import_module("dns.resolver")
        try:
            resolver = self._resolver or dns.Resolver()
            found = resolver.resolve(f"_atproto.{handle}.", "TXT", lifetime=SECONDS, search=False)
        except (import_module("dns.exception").DNSException, OSError):
            return ""
        texts = [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        dids = {text[len(_PREFIX) :].strip() for text in texts if text.startswith(_PREFIX)}
        return dids.pop() if len(dids) == 1 and all(map(is_did, dids)) else ""
