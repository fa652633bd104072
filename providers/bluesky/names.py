"""Whose a handle is, as the domain name system says."""

from __future__ import annotations

from dns.exception import DNSException
from dns.resolver import Resolver

from providers.bluesky.syntax import is_did

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
        try:
            resolver = self._resolver or Resolver()
            found = resolver.resolve(f"_atproto.{handle}.", "TXT", lifetime=SECONDS, search=False)
        except (DNSException, OSError):
            return ""
        texts = [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        dids = {text[len(_PREFIX) :].strip() for text in texts if text.startswith(_PREFIX)}
        return dids.pop() if len(dids) == 1 and all(map(is_did, dids)) else ""
