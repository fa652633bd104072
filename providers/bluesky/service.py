"""Bluesky as a service: configuration, the door of handles, and a client for each account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from providers.address import allowed_hosts
from providers.answer import read_text
from providers.baseurl import base_url
from providers.bluesky.appview import AppView
from providers.bluesky.blobs import Blobs
from providers.bluesky.client import BlueskyClient
from providers.bluesky.documents import Documents
from providers.bluesky.handles import PublicNames
from providers.bluesky.identity import Identity
from providers.bluesky.names import SECONDS, Names
from providers.bluesky.repository import Repository
from providers.bluesky.xrpc import Xrpc
from providers.http import Bounds, Wire
from providers.pinned import Guard
from providers.service import Consent, Exports, Folders
from providers.shapes import Account, FeedKind, Whereabouts
from providers.turns import AT_ONCE, Turns

DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "BLUESKY_APPVIEW_URL": "https://public.api.bsky.app",
        "BLUESKY_PLC_URL": "https://plc.directory",
        "BLUESKY_CDN_URL": "https://cdn.bsky.app",
    }
)
KINDS: Mapping[str, FeedKind] = MappingProxyType(
    {"liked": FeedKind("liked", "Likes", default=True, on_wall=True)}
)
BOUNDS = Bounds(seconds=20.0)
# A handle's own host says one line, or nothing that we wait for.
SITE_BOUNDS = Bounds(seconds=SECONDS, body_bytes=2_048)
# Two pairs of wings around a body with feelers: our own drawing.
ICON = (
    "M12 9.2C11 5.6 7.6 3 3.2 3c-.9 4.9 1.4 9 5.6 9.8-2.6.6-4 2.6-3.5 5.4 3 1.6 5.8.2 6.7-3.4"
    ".9 3.6 3.7 5 6.7 3.4.5-2.8-.9-4.8-3.5-5.4 4.2-.8 6.5-4.9 5.6-9.8-4.4 0-7.8 2.6-8.8 6.2Z"
    "M11.6 9.2h.8l2.3-5.5-.8-.3L12 7.9l-1.9-4.5-.8.3Z"
)


class Bluesky:
    """The public network around one directory of accounts. Thread-safe; one per process."""

    variables = tuple(DEFAULTS)
    key = "bluesky"
    title = "Bluesky"
    icon = ICON
    kinds = KINDS
    hourly: int | None = None
    consent: Consent | None = None
    exports: Exports | None = None
    folders: Folders | None = None

    def __init__(
        self,
        *,
        appview_url: str,
        plc_url: str,
        cdn_url: str,
        guard: Guard,
        names: Names | None = None,
        ca_file: str | None = None,
    ) -> None:
        xrpc = Xrpc(Wire(guard, bounds=BOUNDS, ca_file=ca_file))
        site = Wire(guard, bounds=SITE_BOUNDS, ca_file=ca_file, reader=read_text)
        self._plc_url = plc_url
        self._cdn_url = cdn_url
        self._appview = AppView(xrpc, appview_url)
        self._documents = Documents(xrpc, guard, plc_url)
        self._repository = Repository(self._documents, xrpc)
        self._identity = Identity(self._documents, self._appview, names=names or Names(), site=site)
        self._blobs = Blobs(self._documents, cdn_url)
        self.handles = PublicNames(self._identity, self._documents, self._repository)

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Bluesky:
        """Built from the environment's values by name; BadConfiguration names what is wrong."""
        allowed = allowed_hosts(values.get("FETCH_ALLOW_PRIVATE_HOSTS", ""))
        appview, plc, cdn = (
            base_url(name, values.get(name) or default, allowed)
            for name, default in DEFAULTS.items()
        )
        return cls(appview_url=appview, plc_url=plc, cdn_url=cdn, guard=Guard(allowed))

    @property
    def instance(self) -> str:
        """The directory's host, and port where it has one: other ones know other people."""
        return urlsplit(self._plc_url).netloc.lower()

    def client(self, account: Account, *, turns: Turns) -> BlueskyClient:
        """A client that reads the public records of `account.upstream_id`, its DID."""
        return BlueskyClient(
            account.upstream_id,
            repository=self._repository,
            identity=self._identity,
            appview=self._appview,
            cdn_url=self._cdn_url,
            turns=turns,
        )

    def whereabouts(self, address: str, turns: Turns = AT_ONCE) -> Iterator[Whereabouts]:
        """Where a blob can be fetched: the original, then, for pictures, the CDN's copy."""
        return self._blobs.whereabouts(address, turns)
