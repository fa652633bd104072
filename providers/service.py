"""What every outside service offers: the doors into it, and a client that reads feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from providers.shapes import (
    Account,
    ExportRow,
    FeedKind,
    Found,
    Grant,
    LikedPost,
    Page,
    Profile,
    Whereabouts,
)
from providers.turns import AT_ONCE, Turns


class Client(Protocol):
    """One person's access to a service. Every call may raise any ProviderError."""

    def profile(self) -> Profile:
        """Whose account this is, as it is called now."""

    def page(self, kind: str, cursor: str | None) -> Page:
        """One page of a feed; cursor None means the top. Repeatable."""

    def post(self, post_id: str, author_id: str) -> LikedPost:
        """One post again, with fresh media addresses. Gone when it is."""


class Consent(Protocol):
    """The door of OAuth: a person agrees at the service, and comes back with a code."""

    @property
    def origin(self) -> str:
        """Where people are sent for that: scheme, host and port."""

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Where to send the browser. The verifier goes along only as its S256 challenge."""

    def exchange(self, *, code: str, redirect_uri: str, verifier: str) -> tuple[Grant, Profile]:
        """Turn the code of a callback into a grant. SignInFailed: start again."""


class Handles(Protocol):
    """The door of public lists: a name is enough to read, words in a profile prove whose it is."""

    @property
    def example(self) -> str:
        """What a handle looks like: "ada.example.com"."""

    def find(self, typed: str, turns: Turns = AT_ONCE) -> Profile:
        """Who is meant by what a person typed; NoSuchAccount, TryLater, Refused."""

    def profile_text(self, upstream_id: str, turns: Turns = AT_ONCE) -> str:
        """What the account says of itself in public, at this moment."""


class Export(Protocol):
    """An export that was looked through from end to end and is whole."""

    @property
    def account(self) -> str:
        """Whose it seems to be, "" when it does not say: a hint, no proof."""

    @property
    def made_at(self) -> datetime | None:
        """The newest moment that it tells of."""

    @property
    def total(self) -> int:
        """How many rows it has."""

    @property
    def advice(self) -> str:
        """What would have been better to ask for, "" when nothing."""

    def rows(self) -> Iterator[ExportRow]:
        """Its rows, file by file. Repeatable."""


class Exports(Protocol):
    """The door of files: what a service hands to a person about themselves."""

    @property
    def request_url(self) -> str:
        """Where a person asks for their export."""

    def open(self, path: Path, name: str) -> AbstractContextManager[Export]:
        """Look through a file, or an unpacked folder, called `name`; BadExport."""


class Folders(Protocol):
    """The door of other programs: pictures that they left on disk."""

    def read(self, folder: Path, names: Sequence[str]) -> Iterator[Found]:
        """The files among `names` (paths under `folder`) whose post can be told."""


class Service(Protocol):
    """An outside service, built once per process from the environment's values.

    A door that it does not have, or is not set up for, is None.
    """

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
    def icon(self) -> str:
        """The `d` of an SVG path, drawn by us on 24 by 24."""

    @property
    def kinds(self) -> Mapping[str, FeedKind]:
        """The feeds that there are, by key."""

    @property
    def hourly(self) -> int | None:
        """How many requests a grant has in any hour; None: nobody counts by grants."""

    @property
    def consent(self) -> Consent | None:
        """Signing in at the service."""

    @property
    def handles(self) -> Handles | None:
        """Reading public lists by a name."""

    @property
    def exports(self) -> Exports | None:
        """Files that the service hands out."""

    @property
    def folders(self) -> Folders | None:
        """Files that other programs fetched."""

    def client(self, account: Account, *, turns: Turns) -> Client:
        """A client that reads as this account; it asks `turns` before every API request."""

    def whereabouts(self, address: str, turns: Turns = AT_ONCE) -> Iterator[Whereabouts]:
        """Where a medium with this address can be fetched, best first; may ask the network.

        Lazy: the next one is worked out only when the one before it could not be had.
        """


class Builder(Protocol):
    """How a service is made. `variables` name the environment's variables that are its own."""

    variables: tuple[str, ...]

    def from_values(self, values: Mapping[str, str]) -> Service:
        """The service; BadConfiguration names what is wrong."""
