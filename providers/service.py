"""What every outside service offers: signing in, and a client that reads feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from providers.shapes import FeedKind, Grant, LikedPost, Page, Profile

Pace = Callable[[], None]


class Client(Protocol):
    """One person's access to a service. Every call may raise any ProviderError."""

    def profile(self) -> Profile:
        """Whose grant this is."""

    def page(self, kind: str, cursor: str | None) -> Page:
        """One page of a feed; cursor None means the top. Repeatable."""

    def post(self, post_id: str, author_id: str) -> LikedPost:
        """One post again, with fresh media addresses. Gone when it is."""


class Service(Protocol):
    """An outside service, built once per process from the environment's values."""

    @property
    def key(self) -> str:
        """The name in addresses and rows: "instagram"."""

    @property
    def instance(self) -> str:
        """The host that says who somebody is there, and whose grants are good there alone."""

    @property
    def title(self) -> str:
        """The name that people know."""

    @property
    def kinds(self) -> Mapping[str, FeedKind]:
        """The feeds that can be followed, by key."""

    @property
    def configured(self) -> bool:
        """Whether there is an app to sign in with."""

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Where to send the browser. The verifier goes along only as its S256 challenge."""

    def exchange(self, *, code: str, redirect_uri: str, verifier: str) -> tuple[Grant, Profile]:
        """Turn the code of a callback into a grant. SignInFailed: start again."""

    def client(self, grant: Grant, *, pace: Pace) -> Client:
        """A client for one grant. `pace` is called before every API request."""
