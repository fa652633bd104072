"""What can go wrong upstream, sorted by what the caller should do about it.

ProviderError
├── TryLater           the same request may succeed after a wait
│   ├── RateLimited        we asked too often; carries `retry_after` (seconds, or None), and
│   │                      `host` where a host counts all who ask from here
│   └── Unavailable        timeout, refused connection, 5xx
│       └── Garbled            an answer that is no whole JSON: cut, or a page for people
├── NeedsReauth        the grant is gone or too narrow; only its owner can renew it
├── Gone               the thing was deleted, hidden or made private upstream
├── Retired            the service closed this endpoint for everybody: stop the provider
├── BadRequest         a stale cursor or our bug: start from the top once, then tell the admin
├── SignInFailed       the code could not be exchanged: start signing in again
├── Refused            our own policy: address, scheme, port, foreign next_url. Never retry
├── Unexpected         an answer we cannot read: their change or our bug
├── Denied             media only: 401 or 403, usually an expired address: ask for a fresh one
├── NoSuchAccount      a person typed a name that leads to nobody: say so, keep nothing
├── BadExport          a file that is no export, or not a whole one: say so, change nothing
├── WrongContent       media only: wrong type, cut, empty, undecodable: may change
└── Unacceptable       media only: over a cap of bytes or pixels: final

BadConfiguration       (not a ProviderError) a setting that cannot work: tell the operator

`code` is for tables and tests, `words` for people. Neither ever holds a token, a query string or
what somebody wrote.
"""

from __future__ import annotations


class ProviderError(Exception):
    """Something went wrong at an outside service or on the way to it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words

    def __str__(self) -> str:
        return f"{self.words} ({self.code})"


class TryLater(ProviderError):
    """Safe to repeat after a wait."""


class RateLimited(TryLater):
    """Asked too often. `retry_after`: seconds as the service said them, None when it did not.

    `host` (host:port) counts everybody who asks from here; "" when only this grant has to wait.
    """

    def __init__(
        self, code: str, words: str, retry_after: float | None = None, host: str = ""
    ) -> None:
        super().__init__(code, words)
        self.args = (code, words, retry_after, host)
        self.retry_after = retry_after
        self.host = host


class Unavailable(TryLater):
    """The service did not answer, or not as a service that is well."""


class Garbled(Unavailable):
    """What came is no whole JSON: cut on the way, or a page for people."""


class NeedsReauth(ProviderError):
    """The grant is dead or lacks a permission; its owner has to sign in again."""


class Gone(ProviderError):
    """Deleted, hidden, private or blocked upstream."""


class Retired(ProviderError):
    """The endpoint was closed for everybody."""


class BadRequest(ProviderError):
    """The service did not like the question: a stale cursor or our bug."""


class SignInFailed(ProviderError):
    """The code exchange failed; signing in has to start again."""


class Refused(ProviderError):
    """Our policy forbids it: nothing was sent there."""


class Unexpected(ProviderError):
    """An answer that cannot be read."""


class NoSuchAccount(ProviderError):
    """What a person typed leads to no account; `words` say what to do."""


class BadExport(ProviderError):
    """A file cannot be imported; `words` are one sentence: what is wrong, and what to do."""


class Denied(ProviderError):
    """Media: the address is not, or no longer, ours to fetch."""


class WrongContent(ProviderError):
    """Media: what came is not a whole picture or video of an allowed type; may change.

    `seen` is the SHA-256 of the bytes that told so, "" where they tell nothing: the same ones
    three times will not change any more.
    """

    def __init__(self, code: str, words: str, seen: str = "") -> None:
        super().__init__(code, words)
        self.args = (code, words, seen)
        self.seen = seen


class Unacceptable(ProviderError):
    """Media: over a cap that stays. The same bytes will never be taken."""


class BadConfiguration(ValueError):
    """A setting that cannot work; the message names it and the remedy."""
