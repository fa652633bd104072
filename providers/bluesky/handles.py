"""The door of public lists: finding an account by its name, and what it says of itself."""

from __future__ import annotations

from providers.bluesky.documents import Documents
from providers.bluesky.embeds import mapping
from providers.bluesky.identity import Identity
from providers.bluesky.repository import Repository
from providers.errors import Gone
from providers.shapes import Profile
from providers.text import clean
from providers.turns import AT_ONCE, Turns

_TEXT_CHARS = 10_000


class PublicNames:
    """Accounts by handle or DID, asked for at once: somebody waits. Thread-safe."""

    example = "ada.bsky.social"

    def __init__(self, identity: Identity, documents: Documents, repository: Repository) -> None:
        self._identity = identity
        self._documents = documents
        self._repository = repository

    def find(self, typed: str, turns: Turns = AT_ONCE) -> Profile:
        """Who is meant by what a person typed; NoSuchAccount, TryLater, Refused."""
        return self._identity.find(typed, turns)

    def profile_text(self, upstream_id: str, turns: Turns = AT_ONCE) -> str:
        """The description in the account's profile at this moment, "" when it has none.

        It proves whose an account is, so that the server asked is the one of this moment too.
        """
        self._documents.again(upstream_id, turns)
        fields = {"repo": upstream_id, "collection": "app.bsky.actor.profile", "rkey": "self"}
        try:
            reply = self._repository.ask(upstream_id, "com.atproto.repo.getRecord", fields, turns)
        except Gone as exc:
            if exc.code == "record_not_found":
                return ""
            raise
        return clean(mapping(reply.body.get("value")).get("description"), _TEXT_CHARS)
