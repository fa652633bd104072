"""An account's records at its own server, wherever that has moved to."""

from __future__ import annotations

from providers.answer import Reply
from providers.bluesky.documents import Documents
from providers.bluesky.xrpc import Xrpc
from providers.errors import ProviderError, RateLimited
from providers.http import Fields
from providers.turns import Turns


class Repository:
    """Asks the servers of accounts. Thread-safe."""

    def __init__(self, documents: Documents, xrpc: Xrpc) -> None:
        self._documents = documents
        self._xrpc = xrpc

    def ask(self, did: str, method: str, fields: Fields, turns: Turns) -> Reply:
        """What the account's server answers; any ProviderError.

        A server that does not have it may have been left: then the document is asked for
        again, once, and the question goes where it points now.
        """
        pds = self._documents.of(did, turns).pds
        try:
            return self._xrpc.query(pds, method, fields, turns)
        except RateLimited:
            raise
        except ProviderError:
            moved_to = self._documents.again(did, turns).pds
            if moved_to == pds:
                raise
        return self._xrpc.query(moved_to, method, fields, turns)
