"""Who is who: DID documents, and what hosts say of themselves."""

from __future__ import annotations

from typing import Any

from simulator.bluesky.accounts import Account
from simulator.bluesky.hosts import Hosts
from simulator.bluesky.world import Sky
from simulator.wire import Answer, Request, as_json


class Directory:
    """Answers /did:plc:… and /.well-known/…"""

    def __init__(self, sky: Sky, hosts: Hosts) -> None:
        self._sky = sky
        self._hosts = hosts

    def plc(self, did: str, request: Request) -> Answer:
        account = self._sky.account(did, "") if did.startswith("did:plc:") else None
        if account is None:
            return as_json({"message": f"DID not registered: {did}"}, 404)
        return as_json(self._document(account, request))

    def well_known(self, name: str, request: Request) -> Answer:
        """`did.json` of the account called by this host; `atproto-did` of a handle that is one."""
        if name == "did.json" and request.base == self._hosts.first(request):
            return as_json(self._document(self._sky.accounts["wim"], request))
        handle = request.headers.get("host", "").partition(":")[0].lower()
        known = tuple(self._sky.accounts.values())
        found = next((one for one in known if one.handle == handle), None)
        if name == "atproto-did" and found:
            return Answer(200, self._hosts.did(found, request).encode(), "text/plain")
        return Answer(404, b"Not Found", "text/plain")

    def _document(self, account: Account, request: Request) -> dict[str, Any]:
        handle = account.handle if account.handle_holds else f"former-{account.handle}"
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": self._hosts.did(account, request),
            "alsoKnownAs": [f"at://{handle}"],
            "verificationMethod": [],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": self._hosts.home(account, request),
                }
            ],
        }
