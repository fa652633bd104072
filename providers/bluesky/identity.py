"""From a handle to an account and back: a name counts only when both say so."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from providers.bluesky import syntax
from providers.bluesky.appview import AppView
from providers.bluesky.documents import Document, Documents
from providers.bluesky.names import SECONDS, Names
from providers.errors import (
    BadRequest,
    Gone,
    NoSuchAccount,
    ProviderError,
    RateLimited,
    Unavailable,
    Unexpected,
)
from providers.http import Wire
from providers.shapes import Profile
from providers.text import gettext_noop
from providers.turns import Turns

NO_HANDLE = "handle.invalid"


class Identity:
    """Finds accounts by handle or DID. Thread-safe.

    `site` reads plain text, in at most a second or two.
    """

    def __init__(self, documents: Documents, appview: AppView, *, names: Names, site: Wire) -> None:
        self._documents = documents
        self._appview = appview
        self._names = names
        self._site = site

    def find(self, typed: str, turns: Turns) -> Profile:
        """Who is meant by what a person typed; NoSuchAccount, TryLater, Refused."""
        name = syntax.typed(typed)
        try:
            return self.profile(name, turns) if syntax.is_did(name) else self._known_as(name, turns)
        except (Gone, BadRequest, Unexpected) as exc:
            raise NoSuchAccount(
                exc.code, gettext_noop("Behind this name is no account that can be read.")
            ) from exc

    def _known_as(self, handle: str, turns: Turns) -> Profile:
        document = self._documents.again(self.did_of(handle, turns), turns)
        if handle not in document.handles:
            raise NoSuchAccount(
                "handle_invalid",
                gettext_noop(
                    "This handle points to an account that goes by another name. Try that one."
                ),
            )
        return Profile(document.did, handle)

    def profile(self, did: str, turns: Turns) -> Profile:
        """What an account is called now, `handle.invalid` when its name is not its own."""
        document = self._documents.again(did, turns)
        return Profile(did, self._handle_of(document, turns))

    def _handle_of(self, document: Document, turns: Turns) -> str:
        if not document.handles:
            return NO_HANDLE
        handle = document.handles[0]
        try:
            return handle if self.did_of(handle, turns) == document.did else NO_HANDLE
        except NoSuchAccount:
            return NO_HANDLE

    def did_of(self, handle: str, turns: Turns) -> str:
        """The DID that a handle leads to: by its domain, by its site, or by the AppView.

        NoSuchAccount when site or AppView say that there is none; TryLater when neither could
        be asked.
        """
        site = _begun(lambda: self._by_site(handle))
        if did := self._names.did(handle):
            return did
        ways = (site, lambda: self._appview.did_of(handle, turns))
        troubles: list[ProviderError] = []
        for way in ways:
            try:
                if did := way():
                    return did
            except ProviderError as exc:
                troubles.append(exc)
        if len(troubles) < len(ways):
            raise NoSuchAccount(
                "no_such_handle", gettext_noop("Nobody has this handle. Is it spelled right?")
            )
        raise _silence(troubles)

    def _by_site(self, handle: str) -> str:
        """What the handle's own host says, "" when that is no DID; any ProviderError."""
        reply = self._site.get(f"https://{handle}/.well-known/atproto-did", {})
        if reply.status >= 500 or reply.status == 429:
            raise Unavailable(f"http_{reply.status}", "The handle's host is not well.")
        did = str(reply.body["text"]).strip()
        return did if reply.status == 200 and syntax.is_did(did) else ""


def _silence(troubles: list[ProviderError]) -> ProviderError:
    """What to raise when nobody could be asked: the AppView's wish to wait counts."""
    if isinstance(troubles[-1], RateLimited):
        return troubles[-1]
    return Unavailable("no_way", "The handle could not be looked up at the moment.")


def _begun(call: Callable[[], str]) -> Callable[[], str]:
    """Begin a call in a thread of its own; what comes back waits for it, SECONDS in all."""
    answers: queue.SimpleQueue[str | ProviderError] = queue.SimpleQueue()
    end = time.monotonic() + SECONDS

    def run() -> None:
        try:
            answers.put(call())
        except ProviderError as exc:
            answers.put(exc)

    def result() -> str:
        try:
            answer = answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            raise Unavailable("no_answer", "The handle's host did not answer in time.") from None
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    threading.Thread(target=run, daemon=True).start()
    return result
