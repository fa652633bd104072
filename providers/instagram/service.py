"""Instagram as a service: configuration, sign-in, and a client for each grant."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from providers.address import allowed_hosts, authority, port_of
from providers.errors import BadConfiguration, ProviderError
from providers.http import Wire
from providers.instagram import oauth
from providers.instagram.client import InstagramClient
from providers.instagram.errors import sign_in_error_of
from providers.pinned import Guard
from providers.secret import Secret
from providers.service import Pace
from providers.shapes import FeedKind, Grant, Profile

_DEFAULTS = {
    "INSTAGRAM_OAUTH_URL": "https://api.instagram.com",
    "INSTAGRAM_API_URL": "https://api.instagram.com/v1",
}
# What v1 showed of a person's likes, by the account of those who used it.
LIKED_WINDOW = 300
KINDS: Mapping[str, FeedKind] = MappingProxyType(
    {
        "liked": FeedKind("liked", "Likes", default=True, on_wall=True, window=LIKED_WINDOW),
        "own": FeedKind("own", "Own posts", default=False, on_wall=False),
    }
)


class Instagram:
    """The service of API version 1. Thread-safe; one per process."""

    key = "instagram"
    title = "Instagram"
    kinds = KINDS

    def __init__(
        self, *, client_id: str, client_secret: str, oauth_url: str, api_url: str, wire: Wire
    ) -> None:
        self._client_id = client_id
        self._client_secret = Secret(client_secret)
        self._oauth_url = oauth_url
        self._api_url = api_url
        self._wire = wire

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
    def configured(self) -> bool:
        """Whether there is an app to sign in with."""
        return bool(self._client_id and self._client_secret.reveal())

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
        return grant, profile or self.client(grant, pace=lambda: None).profile()

    def _granted(
        self, form: Mapping[str, str], secrets: Mapping[str, Secret]
    ) -> tuple[Grant, Profile | None] | ProviderError:
        reply = self._wire.post(f"{self._oauth_url}/oauth/access_token", form, secrets)
        return sign_in_error_of(reply) or oauth.read_grant(reply.body)

    def client(self, grant: Grant, *, pace: Pace) -> InstagramClient:
        """A client that asks with `grant`; cheap, connections are shared."""
        return InstagramClient(self._wire, self._api_url, Secret(grant.access_token), pace)


def _check_dialect(dialect: str) -> None:
    if dialect == "login":
        raise BadConfiguration(
            "INSTAGRAM_DIALECT=login: Instagram Login cannot read likes and is not spoken yet; "
            "leave it out or use v1"
        )
    if dialect != "v1":
        raise BadConfiguration(f"INSTAGRAM_DIALECT={dialect}: use v1")


def _base_url(values: Mapping[str, str], name: str, allowed: frozenset[str]) -> str:
    """A base address without its final slash: https, or http on a host the operator allowed."""
    url = (values.get(name) or _DEFAULTS[name]).rstrip("/")
    try:
        parts = urlsplit(url)
        place = authority(parts.hostname or "", port_of(parts))
    except ValueError:
        raise BadConfiguration(f"{name}={url}: no address of a service") from None
    if parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname:
        raise BadConfiguration(f"{name}: write scheme, host and path only")
    if parts.scheme != "https" and not (parts.scheme == "http" and place in allowed):
        raise BadConfiguration(
            f"{name}={url}: use https, or add {place} to FETCH_ALLOW_PRIVATE_HOSTS"
        )
    return url
