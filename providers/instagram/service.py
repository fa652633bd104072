"""Instagram as a service: configuration, sign-in, and a client for each grant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from providers.address import allowed_hosts
from providers.answer import read_granted
from providers.baseurl import base_url
from providers.errors import BadConfiguration, NeedsReauth, ProviderError
from providers.http import Wire
from providers.instagram import oauth
from providers.instagram.client import InstagramClient
from providers.instagram.errors import sign_in_error_of
from providers.instagram.export import InstagramExports
from providers.instagram.folders import InstagramFolders
from providers.pinned import Guard
from providers.secret import Secret
from providers.service import Consent, Exports, Folders
from providers.shapes import Account, FeedKind, Grant, Profile, Whereabouts
from providers.turns import AT_ONCE, Turns

_DEFAULTS = {
    "INSTAGRAM_OAUTH_URL": "https://api.instagram.com",
    "INSTAGRAM_API_URL": "https://api.instagram.com/v1",
}
EXPORT_URL = "https://accountscenter.instagram.com/info_and_permissions/dyi/"
# What v1 showed of a person's likes, by the account of those who used it.
LIKED_WINDOW = 300
# What v1 granted a token in any hour; an app in its sandbox had 500, and its answers said so.
HOURLY = 5_000
KINDS: Mapping[str, FeedKind] = MappingProxyType(
    {
        "liked": FeedKind("liked", "Likes", default=True, on_wall=True, window=LIKED_WINDOW),
        "own": FeedKind("own", "Own posts", default=False, on_wall=False),
        "saved": FeedKind("saved", "Saved", default=False, on_wall=False),
        "collection": FeedKind("collection", "Collection", default=False, on_wall=False),
    }
)
# A camera as a child draws it: a box with round corners, a lens, a light.
ICON = (
    "M7.5 2.5h9a5 5 0 0 1 5 5v9a5 5 0 0 1-5 5h-9a5 5 0 0 1-5-5v-9a5 5 0 0 1 5-5Zm0 2"
    "a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3h9a3 3 0 0 0 3-3v-9a3 3 0 0 0-3-3ZM12 7.3"
    "a4.7 4.7 0 1 1 0 9.4 4.7 4.7 0 0 1 0-9.4Zm0 2a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4Z"
    "M17 5.8a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4Z"
)


class Instagram:
    """The service of API version 1. Thread-safe; one per process."""

    key = "instagram"
    title = "Instagram"
    icon = ICON
    kinds = KINDS
    hourly: int | None = HOURLY
    variables: ClassVar[tuple[str, ...]] = (
        "INSTAGRAM_CLIENT_ID",
        "INSTAGRAM_CLIENT_SECRET",
        "INSTAGRAM_DIALECT",
        "INSTAGRAM_OAUTH_URL",
        "INSTAGRAM_API_URL",
    )
    handles = None
    folders: Folders | None = InstagramFolders()

    def __init__(
        self, *, client_id: str, client_secret: str, oauth_url: str, api_url: str, wire: Wire
    ) -> None:
        self._client_id = client_id
        self._client_secret = Secret(client_secret)
        self._oauth_url = oauth_url
        self._api_url = api_url
        self._wire, self._door = wire, wire.reading(read_granted)
        self.exports: Exports | None = InstagramExports(_request_url(oauth_url))

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> Instagram:
        """Built from the environment's values by name; BadConfiguration names what is wrong."""
        _check_dialect(values.get("INSTAGRAM_DIALECT") or "v1")
        allowed = allowed_hosts(values.get("FETCH_ALLOW_PRIVATE_HOSTS", ""))
        return cls(
            client_id=values.get("INSTAGRAM_CLIENT_ID", ""),
            client_secret=values.get("INSTAGRAM_CLIENT_SECRET", ""),
            oauth_url=_base_url(values, "INSTAGRAM_OAUTH_URL", allowed),
            api_url=_base_url(values, "INSTAGRAM_API_URL", allowed),
            wire=Wire(Guard(allowed)),
        )

    @property
    def instance(self) -> str:
        """The host of the API: ids and grants of another one are somebody else's."""
        return urlsplit(self._api_url).hostname or ""

    @property
    def origin(self) -> str:
        """Where its consent page is."""
        parts = urlsplit(self._oauth_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def consent(self) -> Consent | None:
        """Itself, where there is an app to sign in with."""
        return self if self._client_id and self._client_secret.reveal() else None

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Where to send the browser for consent."""
        query = oauth.authorize_query(
            self._client_id, redirect_uri=redirect_uri, state=state, verifier=verifier
        )
        return f"{self._oauth_url}/oauth/authorize/?{query}"

    def exchange(self, *, code: str, redirect_uri: str, verifier: str) -> tuple[Grant, Profile]:
        """Turn a code into a grant and whose it is. A code works once: never retry with it."""
        secrets = {
            "client_secret": self._client_secret,
            "code": Secret(code),
            "code_verifier": Secret(verifier),
        }
        del code, verifier  # whatever is raised from here on must not find them
        outcome = self._granted(oauth.exchange_form(self._client_id, redirect_uri), secrets)
        if isinstance(outcome, ProviderError):
            raise outcome
        grant, profile = outcome
        return grant, profile or self.client(Account(grant=grant), turns=AT_ONCE).profile()

    def _granted(
        self, form: Mapping[str, str], secrets: Mapping[str, Secret]
    ) -> tuple[Grant, Profile | None] | ProviderError:
        reply = self._door.post(f"{self._oauth_url}/oauth/access_token", form, secrets)
        return sign_in_error_of(reply) or oauth.read_grant(reply.body)

    def client(self, account: Account, *, turns: Turns) -> InstagramClient:
        """A client that asks with the account's grant; cheap, connections are shared."""
        if account.grant is None:
            raise NeedsReauth("no_grant", "There is no permission to read this account.")
        token = Secret(account.grant.access_token)
        return InstagramClient(self._wire, self._api_url, token, turns)

    def whereabouts(self, address: str, turns: Turns = AT_ONCE) -> Iterator[Whereabouts]:
        """Media are where the API says."""
        yield Whereabouts(address)


def _request_url(oauth_url: str) -> str:
    """Where people ask for their export: in the Accounts Centre, or at whoever stands in for it."""
    is_real = oauth_url == _DEFAULTS["INSTAGRAM_OAUTH_URL"]
    return EXPORT_URL if is_real else f"{oauth_url}/download/request/"


def _check_dialect(dialect: str) -> None:
    if dialect == "login":
        raise BadConfiguration(
            "INSTAGRAM_DIALECT=login: Instagram Login cannot read likes and is not spoken yet; "
            "leave it out or use v1"
        )
    if dialect != "v1":
        raise BadConfiguration(f"INSTAGRAM_DIALECT={dialect}: use v1")


def _base_url(values: Mapping[str, str], name: str, allowed: frozenset[str]) -> str:
    return base_url(name, values.get(name) or _DEFAULTS[name], allowed)
